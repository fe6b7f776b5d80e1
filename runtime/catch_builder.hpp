// CatchBuilder: the tries of a function while it is translated, and their table when it is encoded.
#pragma once

#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/result.hpp>

#include "catch_table.hpp"

namespace wrt::runtime {

class CatchBuilder {
public:
    explicit CatchBuilder(Arena& scratch) : regions_{scratch}, entries_{scratch} {}

    void clear()
    {
        regions_.clear();
        entries_.clear();
        current_ = no_region;
    }

    /// The innermost region that is open.
    [[nodiscard]] uint32_t current() const { return current_; }

    /// A try's body begins before operation `operation`; current() says which region it is.
    Status open(uint32_t operation)
    {
        const CatchRegion region{
            .begin = operation, .end = operation, .outer = current_, .next = current_};
        WRT_CHECK(regions_.push(region));
        current_ = regions_.size() - 1;
        return ok();
    }
    /// The current region's body has ended before operation `operation`.
    void close(uint32_t operation)
    {
        regions_[current_].end = operation;
        current_ = regions_[current_].outer;
    }
    /// What `region` does not catch goes on to `next`.
    void set_next(uint32_t region, uint32_t next) { regions_[region].next = next; }

    /// A handler of `region`, to be asked after those that were added before it. `entry.target` is
    /// a label.
    Status add(uint32_t region, const CatchEntry& entry) { return entries_.push({entry, region}); }
    [[nodiscard]] uint32_t entry_count() const { return entries_.size(); }
    /// Somebody reads the package after all.
    void want_package(uint32_t entry) { entries_[entry].entry.wants_package = true; }

    /// Cells of the table; 0: the function needs none.
    [[nodiscard]] uint32_t cells() const
    {
        return regions_.empty() ? 0 : CatchTable::cells_for(regions_.size(), entries_.size());
    }

    /// Writes the table to `at`. `place` gives the cell of an operation, `labels` the operation of
    /// a label. Only once.
    template <class Place, class Labels>
    void write(Cell* at, const Place& place, const Labels& labels)
    {
        // Clauses come in the order of the code, which may have tries inside of legacy handlers
        // between them: collect each region's.
        for (const Pending& pending : entries_)
            ++regions_[pending.region].entry_count;
        uint32_t first = 0;
        for (CatchRegion& region : regions_) {
            region.first_entry = first;
            first += region.entry_count;
            region.entry_count = 0;
            region.begin = place(region.begin);
            region.end = place(region.end);
        }
        at->bits = regions_.size();
        char* const to = reinterpret_cast<char*>(at + 1);
        char* const entries = to + regions_.size() * sizeof(CatchRegion);
        for (Pending& pending : entries_) {
            CatchRegion& region = regions_[pending.region];
            const uint32_t index = region.first_entry + region.entry_count++;
            pending.entry.target = place(labels[pending.entry.target]);
            std::memcpy(entries + index * sizeof(CatchEntry), &pending.entry, sizeof(CatchEntry));
        }
        std::memcpy(to, regions_.data(), regions_.size() * sizeof(CatchRegion));
    }

private:
    struct Pending {
        CatchEntry entry;
        uint32_t region = no_region;
    };

    GrowingStack<CatchRegion> regions_;
    GrowingStack<Pending> entries_;
    uint32_t current_ = no_region;
};

}  // namespace wrt::runtime
