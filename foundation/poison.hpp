// Telling AddressSanitizer which bytes of an arena are nobody's, so that a use after the scope is
// reported where it happens. Nothing outside sanitizer builds.
#pragma once

#include <cstddef>

#include <wrt/foundation/arena.hpp>

#if defined(__SANITIZE_ADDRESS__)
#define WRT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WRT_ASAN 1
#endif
#endif

#if defined(WRT_ASAN)
#include <sanitizer/asan_interface.h>
#endif

namespace wrt {

// A rehearsal is not marked: what it only counts would take an eighth of that in marks.

inline void poison([[maybe_unused]] const Arena& arena, [[maybe_unused]] const void* from,
                   [[maybe_unused]] size_t bytes) noexcept
{
#if defined(WRT_ASAN)
    if (!arena.is_rehearsal()) __asan_poison_memory_region(from, bytes);
#endif
}

inline void unpoison([[maybe_unused]] const Arena& arena, [[maybe_unused]] const void* from,
                     [[maybe_unused]] size_t bytes) noexcept
{
#if defined(WRT_ASAN)
    if (!arena.is_rehearsal()) __asan_unpoison_memory_region(from, bytes);
#endif
}

}  // namespace wrt
