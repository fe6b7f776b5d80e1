// ArenaResource: the pmr door to an arena, which throws only when nobody probed.
#include <wrt/foundation/arena_resource.hpp>

namespace wrt {

void* ArenaResource::do_allocate(size_t bytes, size_t align)
{
    const AllocResult block = arena_->try_allocate(end_, bytes, align, account_);
    if (!block) [[unlikely]] {
        ++arena_->backstop_hits_;
        throw ArenaExhausted(block.error);
    }
    return block.pointer;
}

void ArenaResource::do_deallocate(void* block, size_t bytes, size_t /*align*/)
{
    if (!arena_->give_back(end_, block, bytes, account_)) arena_->retire(block, bytes);
}

bool ArenaResource::do_is_equal(const std::pmr::memory_resource& other) const noexcept
{
    const auto* const resource = dynamic_cast<const ArenaResource*>(&other);
    return resource != nullptr && resource->arena_ == arena_ && resource->end_ == end_ &&
           resource->account_ == account_;
}

}  // namespace wrt
