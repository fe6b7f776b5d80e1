// WRT_ASSERT and WRT_UNREACHABLE: for our own mistakes, never for the guest's. What validation has
// established is asserted and not handled a second time.
#pragma once

#if !defined(NDEBUG) || (defined(WRT_ASSERTS) && WRT_ASSERTS)
#define WRT_ASSERTS_ENABLED 1
#else
#define WRT_ASSERTS_ENABLED 0
#endif

namespace wrt {

/// Prints `file:line: assertion failed: expression` on standard error and aborts. Allocates
/// nothing.
[[noreturn, gnu::cold, gnu::noinline]] void assertion_failed(const char* expression,
                                                             const char* file, int line) noexcept;

}  // namespace wrt

#if WRT_ASSERTS_ENABLED
/// Aborts when `condition` is false. Without assertions the condition is compiled and not
/// evaluated.
#define WRT_ASSERT(...)                                                                            \
    ((__VA_ARGS__) ? static_cast<void>(0)                                                          \
                   : ::wrt::assertion_failed(#__VA_ARGS__, __FILE__, __LINE__))
/// Marks a place that no input can reach.
#define WRT_UNREACHABLE() ::wrt::assertion_failed("unreachable", __FILE__, __LINE__)
#else
#define WRT_ASSERT(...) static_cast<void>(sizeof((__VA_ARGS__) ? 1 : 0))
#define WRT_UNREACHABLE() __builtin_unreachable()
#endif
