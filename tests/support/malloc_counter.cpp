// The counting malloc. Sanitizers bring a malloc of their own and a hook to watch it; elsewhere
// glibc's is wrapped.
#include "support/malloc_counter.hpp"

#include <cerrno>
#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WRT_TEST_SANITIZER_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WRT_TEST_SANITIZER_MALLOC 1
#endif
#endif

namespace {

thread_local uint64_t allocations = 0;

}  // namespace

namespace wrt::test {

uint64_t heap_allocations() noexcept
{
    return allocations;
}

}  // namespace wrt::test

#if defined(WRT_TEST_SANITIZER_MALLOC)

extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*,
                                                                           size_t),
                                                         void (*on_free)(const volatile void*));

namespace {

[[maybe_unused]] const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, size_t) { ++allocations; }, [](const volatile void*) {});

}  // namespace

#else

// Everything of ours is compiled hidden, but libstdc++'s operator new has to find these.
#define WRT_TEST_VISIBLE [[gnu::visibility("default")]]

extern "C" {

void* __libc_malloc(size_t) noexcept;
void* __libc_calloc(size_t, size_t) noexcept;
void* __libc_realloc(void*, size_t) noexcept;
void* __libc_memalign(size_t, size_t) noexcept;

WRT_TEST_VISIBLE void* malloc(size_t size) noexcept
{
    ++allocations;
    return __libc_malloc(size);
}

WRT_TEST_VISIBLE void* calloc(size_t count, size_t size) noexcept
{
    ++allocations;
    return __libc_calloc(count, size);
}

WRT_TEST_VISIBLE void* realloc(void* block, size_t size) noexcept
{
    ++allocations;
    return __libc_realloc(block, size);
}

WRT_TEST_VISIBLE void* aligned_alloc(size_t align, size_t size) noexcept
{
    ++allocations;
    return __libc_memalign(align, size);
}

WRT_TEST_VISIBLE void* memalign(size_t align, size_t size) noexcept
{
    ++allocations;
    return __libc_memalign(align, size);
}

WRT_TEST_VISIBLE int posix_memalign(void** block, size_t align, size_t size) noexcept
{
    ++allocations;
    *block = __libc_memalign(align, size);
    return *block == nullptr ? ENOMEM : 0;
}

}  // extern "C"

#endif
