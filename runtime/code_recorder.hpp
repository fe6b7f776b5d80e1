// CodeRecorder: which cells of translated code hold addresses, of handlers and of other cells,
// while the code is written. For images: there a handler is the operation that asks for it, a cell
// a number.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/result.hpp>

#include "operation.hpp"

namespace wrt::runtime {

/// The handler that an operation has, or null where there is none in this build.
Handler handler_of_operation(const Operation& operation);

class CodeRecorder {
public:
    static constexpr uint32_t address = 0xffffffffu;

    /// A cell, and the handler's place in operations(), or `address`.
    struct Mark {
        uint32_t cell = 0;
        uint32_t what = 0;
    };

    explicit CodeRecorder(Arena& scratch) : marks_{scratch}, operations_{scratch}, buckets_{scratch}
    {
    }

    void note_handler(uint32_t cell, const Operation& operation, Handler handler)
    {
        note(cell, place_of(operation, handler));
    }
    void note_address(uint32_t cell) { note(cell, address); }

    /// The first error of noting.
    [[nodiscard]] const Status& status() const { return status_; }
    /// In the order of the cells.
    [[nodiscard]] std::span<const Mark> marks() const { return marks_.as_span(); }
    /// One for each handler, in the order in which they were met.
    [[nodiscard]] std::span<const Operation> operations() const { return operations_.as_span(); }

private:
    struct Bucket {
        Handler handler = nullptr;
        uint32_t place = 0;
    };
    /// A power of two, several times what there are handlers.
    static constexpr uint32_t bucket_count = 1u << 16;

    void note(uint32_t cell, uint32_t what)
    {
        if (status_) status_ = marks_.push({cell, what});
    }

    uint32_t place_of(const Operation& operation, Handler handler)
    {
        if (buckets_.empty() && status_) {
            status_ = buckets_.reserve(bucket_count);
            if (!status_) return 0;
            buckets_.resize_unchecked(bucket_count);
            std::fill(buckets_.begin(), buckets_.end(), Bucket{});
        }
        if (!status_) return 0;
        const auto bits = reinterpret_cast<uint64_t>(handler);
        uint32_t at = static_cast<uint32_t>((bits >> 6) * 0x9e3779b1u) % bucket_count;
        while (buckets_[at].handler != nullptr && buckets_[at].handler != handler)
            at = (at + 1) % bucket_count;
        if (buckets_[at].handler == nullptr) {
            if (operations_.size() + 1 == bucket_count) {
                status_ = Error{.code = Errc::internal};
                return 0;
            }
            buckets_[at] = {handler, operations_.size()};
            status_ = operations_.push(operation);
        }
        return buckets_[at].place;
    }

    GrowingStack<Mark> marks_;
    GrowingStack<Operation> operations_;
    GrowingStack<Bucket> buckets_;
    Status status_ = ok();
};

}  // namespace wrt::runtime
