#include <wrt/foundation/native_stack.hpp>

#include <algorithm>
#include <cstdint>

#include <sys/mman.h>

#include "page_bytes.hpp"

namespace wrt {

namespace {

constexpr std::byte mark{0xa5};

}  // namespace

Result<NativeStack> NativeStack::make(Arena& arena, size_t bytes) noexcept
{
    NativeStack stack;
    // A page to protect, and what there may be before the first whole one.
    const size_t page = arena.is_reserved() ? page_bytes() : 0;
    WRT_TRY(const std::span<std::byte> room, arena.make_uninitialized_array<std::byte>(
                                                 End::retained, Account::stack, bytes + 2 * page));
    stack.bytes_ = room;
    if (page == 0) return stack;
    const auto at = reinterpret_cast<uintptr_t>(room.data());
    const size_t before = (page - at % page) % page;
    stack.guard_ = room.data() + before;
    stack.bytes_ = room.subspan(before + page);
    return stack;
}

void NativeStack::protect() noexcept
{
    if (guard_ != nullptr && !guarded_) guarded_ = ::mprotect(guard_, page_bytes(), PROT_NONE) == 0;
    if (!guarded_) std::ranges::fill(bytes_.first(mark_bytes), mark);
}

void NativeStack::release() noexcept
{
    if (guarded_) ::mprotect(guard_, page_bytes(), PROT_READ | PROT_WRITE);
    guarded_ = false;
}

bool NativeStack::is_whole() const noexcept
{
    return guarded_ ||
           std::ranges::all_of(bytes_.first(mark_bytes), [](std::byte at) { return at == mark; });
}

}  // namespace wrt
