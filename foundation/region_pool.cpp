// RegionPool: the regions that are out, sorted by offset; the gaps between them are what is free,
// so returning a region joins its neighbours by itself.
#include <wrt/foundation/region_pool.hpp>

#include <algorithm>

#include <wrt/foundation/assert.hpp>

namespace wrt {

class RegionPool::Locked {
public:
    explicit Locked(const RegionPool& pool) noexcept : pool_(pool)
    {
        while (pool_.lock_.test_and_set(std::memory_order_acquire)) {
            pool_.lock_.wait(true, std::memory_order_relaxed);
        }
        pool_.locks_.fetch_add(1, std::memory_order_relaxed);
    }
    ~Locked()
    {
        pool_.lock_.clear(std::memory_order_release);
        pool_.lock_.notify_one();
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    const RegionPool& pool_;
};

Region& Region::operator=(Region&& other) noexcept
{
    std::swap(pool_, other.pool_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

Region::~Region()
{
    if (pool_ != nullptr) pool_->give_back(bytes_);
}

RegionPool::RegionPool(Backing backing) noexcept : backing_(std::move(backing))
{
    granule_ =
        backing_.kind() == Backing::Kind::reserved ? Backing::commit_granule : Backing::alignment;
}

RegionPool::~RegionPool()
{
    WRT_ASSERT(count_ == 0);
}

Result<Region> RegionPool::lease(size_t bytes) noexcept
{
    if (bytes == 0) return Error{.code = Errc::invalid_argument};
    const Locked locked(*this);
    if (count_ == taken_.size()) {
        return Error{.code = Errc::region_table_full,
                     .detail = Detail::count,
                     .expected = saturate_u32(taken_.size()),
                     .actual = saturate_u32(taken_.size() + 1)};
    }

    // The gap before each region, and the one after the last.
    size_t largest = 0;
    size_t best_size = 0;
    size_t best_place = 0;
    size_t best_offset = 0;
    size_t offset = 0;
    const size_t size = bytes > capacity()
                            ? bytes
                            : std::min((bytes + granule_ - 1) / granule_ * granule_, capacity());
    for (size_t i = 0; i <= count_; ++i) {
        const size_t gap = (i == count_ ? capacity() : taken_[i].offset) - offset;
        largest = std::max(largest, gap);
        if (gap >= size && (best_size == 0 || gap < best_size)) {
            best_size = gap;
            best_place = i;
            best_offset = offset;
        }
        if (i < count_) offset = taken_[i].offset + taken_[i].size;
    }
    if (best_size == 0) {
        return Error{.code = Errc::arena_exhausted,
                     .detail = Detail::bytes,
                     .expected = saturate_u32(largest),
                     .actual = saturate_u32(size)};
    }
    WRT_CHECK(backing_.commit(best_offset, best_offset + size));

    std::copy_backward(taken_.begin() + static_cast<std::ptrdiff_t>(best_place),
                       taken_.begin() + static_cast<std::ptrdiff_t>(count_),
                       taken_.begin() + static_cast<std::ptrdiff_t>(count_ + 1));
    taken_[best_place] = {best_offset, size};
    ++count_;
    return Region(this, {backing_.base() + best_offset, size});
}

void RegionPool::give_back(std::span<std::byte> bytes) noexcept
{
    const Locked locked(*this);
    const auto offset = static_cast<size_t>(bytes.data() - backing_.base());
    const auto end = taken_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto found = std::find_if(taken_.begin(), end,
                                    [&](const Extent& extent) { return extent.offset == offset; });
    WRT_ASSERT(found != end);
    if (found == end) return;
    backing_.decommit(found->offset, found->offset + found->size);
    std::copy(found + 1, end, found);
    --count_;
}

size_t RegionPool::regions() const noexcept
{
    const Locked locked(*this);
    return count_;
}

size_t RegionPool::used() const noexcept
{
    const Locked locked(*this);
    size_t sum = 0;
    for (size_t i = 0; i < count_; ++i)
        sum += taken_[i].size;
    return sum;
}

}  // namespace wrt
