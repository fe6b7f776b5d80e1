#include "promises/system_memory.hpp"

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WRT_TEST_SANITIZER_MMAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WRT_TEST_SANITIZER_MMAP 1
#endif
#endif

namespace {

std::atomic<uint64_t> calls{0};

}  // namespace

namespace wrt::test {

uint64_t system_memory_calls() noexcept
{
    return calls.load(std::memory_order_relaxed);
}

bool counts_system_memory() noexcept
{
#if defined(WRT_TEST_SANITIZER_MMAP)
    return false;
#else
    return true;
#endif
}

}  // namespace wrt::test

#if !defined(WRT_TEST_SANITIZER_MMAP)

#define WRT_TEST_VISIBLE [[gnu::visibility("default")]]

namespace {

/// The system call itself, counted.
long counted(long number, long a, long b, long c = 0, long d = 0, long e = 0, long f = 0) noexcept
{
    calls.fetch_add(1, std::memory_order_relaxed);
    return syscall(number, a, b, c, d, e, f);
}

long address(const void* pointer) noexcept
{
    return reinterpret_cast<long>(pointer);
}

}  // namespace

extern "C" {

WRT_TEST_VISIBLE void* mmap(void* at, size_t bytes, int protection, int flags, int file,
                            off_t offset) noexcept
{
    return reinterpret_cast<void*>(
        counted(SYS_mmap, address(at), static_cast<long>(bytes), protection, flags, file, offset));
}

WRT_TEST_VISIBLE int munmap(void* at, size_t bytes) noexcept
{
    return static_cast<int>(counted(SYS_munmap, address(at), static_cast<long>(bytes)));
}

WRT_TEST_VISIBLE int mprotect(void* at, size_t bytes, int protection) noexcept
{
    return static_cast<int>(
        counted(SYS_mprotect, address(at), static_cast<long>(bytes), protection));
}

WRT_TEST_VISIBLE int madvise(void* at, size_t bytes, int advice) noexcept
{
    return static_cast<int>(counted(SYS_madvise, address(at), static_cast<long>(bytes), advice));
}

WRT_TEST_VISIBLE void* mremap(void* at, size_t bytes, size_t wanted, int flags, ...) noexcept
{
    va_list rest;
    va_start(rest, flags);
    void* const to = va_arg(rest, void*);
    va_end(rest);
    return reinterpret_cast<void*>(counted(SYS_mremap, address(at), static_cast<long>(bytes),
                                           static_cast<long>(wanted), flags, address(to)));
}

}  // extern "C"

#endif
