// Threads without locks (N-12): each thread leases a region, and whatever it then does there,
// loading, instantiating and running, takes no lock. The tsan preset runs the same and sees no
// race.
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <pthread.h>

#include <gtest/gtest.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/region_pool.hpp>
#include <wrt/runtime/call.hpp>
#include <wrt/runtime/instantiate.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/store.hpp>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WRT_TEST_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WRT_TEST_SANITIZER 1
#endif
#endif

namespace {

thread_local uint64_t mutexes_locked = 0;

}  // namespace

#if !defined(WRT_TEST_SANITIZER)
// The C library's own, counted. std::mutex ends here.
extern "C" [[gnu::visibility("default")]] int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept
{
    using Lock = int (*)(pthread_mutex_t*);
    static const auto real = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    ++mutexes_locked;
    return real(mutex);
}
#endif

namespace wrt::test {
namespace {

// (module (memory 1) (func (export "sum") (param i32) (result i32) (local i32)
//   loop  local.get 1  local.get 0  i32.add  local.set 1
//         local.get 0  i32.const 1  i32.sub  local.tee 0  br_if 0  end  local.get 1))
constexpr uint8_t sum[] = {0,    'a',  's',  'm',  1,    0,    0,    0,    1,    6,    1,   0x60, 1,
                           0x7f, 1,    0x7f, 3,    2,    1,    0,    5,    3,    1,    0,   1,    7,
                           7,    1,    3,    's',  'u',  'm',  0,    0,    10,   27,   1,   25,   1,
                           1,    0x7f, 3,    0x40, 0x20, 1,    0x20, 0,    0x6a, 0x21, 1,   0x20, 0,
                           0x41, 1,    0x6b, 0x22, 0,    0x0d, 0,    0x0b, 0x20, 1,    0x0b};

constexpr size_t threads = 64;
constexpr size_t region_bytes = size_t{256} << 10;

/// Loads, instantiates and runs the module in `region`; what it computed, or 0.
int32_t work(const Region& region)
{
    Arena arena{region.backing()};
    const auto store = runtime::Store::make(arena, {.limits = {.stack_slots = 256}});
    if (!store) return 0;
    const auto module = runtime::load_module_from_binary(sum, arena);
    if (!module) return 0;
    const auto instance = runtime::instantiate(**store, **module);
    if (!instance) return 0;
    const runtime::Value argument{int32_t{1000}};
    runtime::Value result;
    const runtime::Extern found = runtime::find_export(**instance, "sum");
    if (!runtime::call(**store, *found.func, {&argument, 1}, {&result, 1})) return 0;
    return result.i32;
}

TEST(threads, work_in_their_regions_without_a_lock)
{
    std::vector<std::byte> bytes(threads * region_bytes + 4096);
    RegionPool pool{Backing::over(bytes)};
    std::vector<Region> regions;
    for (size_t i = 0; i < threads; ++i)
        regions.push_back(pool.lease(region_bytes).value());
    const uint64_t leases = pool.locks();
    EXPECT_EQ(leases, threads);

    std::atomic<size_t> ready{0};
    std::atomic<uint64_t> right{0};
    std::atomic<uint64_t> locked{0};
    std::vector<std::jthread> workers;
    for (const Region& region : regions) {
        workers.emplace_back([&] {
            ++ready;
            while (ready != threads)
                std::this_thread::yield();
            const uint64_t before = mutexes_locked;
            for (int round = 0; round < 100; ++round)
                right += work(region) == 500'500 ? 1 : 0;
            locked += mutexes_locked - before;
        });
    }
    workers.clear();
    EXPECT_EQ(right, threads * 100);
    EXPECT_EQ(locked, 0u) << "mutexes locked by the runtime";
    EXPECT_EQ(pool.locks(), leases);
}

#if !defined(WRT_TEST_SANITIZER)
TEST(threads, would_notice_a_lock)
{
    const uint64_t before = mutexes_locked;
    static std::mutex mutex;
    const std::scoped_lock lock{mutex};
    EXPECT_EQ(mutexes_locked - before, 1u);
}
#endif

}  // namespace
}  // namespace wrt::test
