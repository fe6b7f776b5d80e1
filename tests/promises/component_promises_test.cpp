// What is promised of memory, for components: exact budgets (N-01), clean failure everywhere (N-04,
// N-06), no allocation while guests run (N-05, N-08), and memory as before when they are gone.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/mman.h>

#include <gtest/gtest.h>

#include <wrt/component/component.hpp>
#include <wrt/component/imports.hpp>
#include <wrt/component/measure.hpp>
#include <wrt/component/wasi/config.hpp>
#include <wrt/component/wasi/context.hpp>
#include <wrt/component/wasi/p2.hpp>

#include <wast/component_runner.hpp>
#include <wast/component_script.hpp>

#include "component/host_components.hpp"
#include "promises/asked.hpp"
#include "promises/modules.hpp"
#include "promises/system_memory.hpp"
#include "support/allocation_failure.hpp"
#include "support/malloc_counter.hpp"

namespace wrt::test {
namespace {

namespace fs = std::filesystem;
using namespace wrt::component;

constexpr WorldOptions small_world = {
    .handles = 256, .lends = 64, .tasks = 16, .streams = 16, .threads = 0, .host_bytes = 4096};
constexpr uint32_t stack_slots = 4096;

MeasureOptions small_options()
{
    MeasureOptions how;
    how.load.translate.fuel = true;
    how.store.limits.stack_slots = stack_slots;
    how.world = small_world;
    return how;
}

/// WRT_SWEEP_EVERY: only every n-th component, for builds that are slow.
size_t every()
{
    const char* const given = std::getenv("WRT_SWEEP_EVERY");
    return given != nullptr ? std::strtoul(given, nullptr, 10) : 1;
}

bool is_refusal(const Error& error)
{
    constexpr Errc refusals[] = {Errc::arena_exhausted, Errc::budget_exceeded,
                                 Errc::account_limit_exceeded, Errc::memory_too_large,
                                 Errc::table_too_large};
    return std::ranges::find(refusals, error.code) != std::end(refusals);
}

/// Adds up the accounts after each operation.
struct Audit {
    size_t operations = 0;
    bool balanced = true;

    static void look(void* self, const Arena& arena)
    {
        auto& audit = *static_cast<Audit*>(self);
        ++audit.operations;
        size_t sum = arena.capacity() - arena.used();
        arena.visit_accounts([&](Account, const Usage& usage) { sum += usage.used; });
        audit.balanced = audit.balanced && sum == arena.capacity() && arena.balanced();
    }
};

/// Bytes at a multiple of what an arena wants.
struct Block {
    explicit Block(size_t size) : bytes(size + Backing::alignment) {}

    Backing first(size_t size)
    {
        void* base = bytes.data();
        size_t space = bytes.size();
        std::align(Backing::alignment, size, base, space);
        return Backing::over({static_cast<std::byte*>(base), size});
    }

    std::vector<std::byte> bytes;
};

TEST(component_budgets, of_the_whole_suite_are_exact)
{
    const std::vector<NamedModule> components = suite_components(WRT_COMPONENT_SUITE);
    if (components.empty()) GTEST_SKIP() << "no components at " << WRT_COMPONENT_SUITE;
    const MeasureOptions how = small_options();
    size_t fitted = 0;
    size_t operations = 0;
    for (size_t i = 0; i < components.size(); i += every()) {
        const NamedModule& component = components[i];
        SCOPED_TRACE(component.name);
        const auto measured = measure(component.binary, how);
        if (!measured) {
            EXPECT_FALSE(is_refusal(measured.error())) << describe(measured.error()).view();
            continue;  // imports, which nobody provides here
        }
        ++fitted;
        Block block{measured->arena_bytes};
        {
            Arena arena{block.first(measured->arena_bytes)};
            Audit audit;
            arena.set_watch(&Audit::look, &audit);
            const auto made = perform(component.binary, arena, measured->limits, how);
            EXPECT_TRUE(made || !is_refusal(made.error())) << describe(made.error()).view();
            EXPECT_TRUE(audit.balanced);
            if (made) {
                EXPECT_GT(arena.peak() + Backing::alignment, arena.capacity());
            }
            operations += audit.operations;
        }
        Arena less{block.first(measured->arena_bytes - Backing::alignment)};
        const auto refused = perform(component.binary, less, measured->limits, how);
        ASSERT_FALSE(refused);
        EXPECT_TRUE(is_refusal(refused.error())) << describe(refused.error()).view();
        // The message says what for, how much, and how much there was.
        const std::string told{describe(refused.error()).view()};
        EXPECT_NE(told.find(" for "), std::string::npos) << told;
        EXPECT_NE(told.find(" left"), std::string::npos) << told;
        EXPECT_EQ(less.depth(), 0u);
    }
    std::printf("%zu components in exactly their budget; accounts added up after %zu operations\n",
                fitted, operations);
    EXPECT_GE(fitted * every(), 200u);
}

TEST(component_budgets, of_a_phase_hold_by_name)
{
    Arena arena{Backing::reserve(size_t{1} << 28).value()};
    runtime::Store* const store =
        runtime::Store::make(arena, {.limits = {.stack_slots = stack_slots}}).value();
    World* const world = make_world(*store, small_world).value();
    const size_t before = arena.used();
    const auto refusal = [&](const ComponentLoadOptions& options) {
        const auto made = load_and_instantiate(*world, values_component, options);
        EXPECT_FALSE(made);
        EXPECT_EQ(made.error().code, Errc::budget_exceeded);
        EXPECT_EQ(arena.used(), before);
        return std::string{arena.last_refusal().scope};
    };
    EXPECT_EQ(refusal({.budget = 1024}), "load_component");
    EXPECT_EQ(refusal({.instance_budget = 512}), "instantiate_component");
    // Loading fits 64 KiB, and so does all of it: a memory of a reserved arena lies elsewhere.
    EXPECT_EQ(refusal({.total_budget = 8192}), "load_and_instantiate");
    EXPECT_TRUE(load_and_instantiate(*world, values_component,
                                     {.total_budget = limits::module_scope_bytes}));
}

/// Everything that a component needs from nothing, committed to the scope around.
Status bring_up(Arena& arena, const NamedModule& component, bool wasi)
{
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::host, "bring up", unlimited, End::retained));
    WRT_TRY(runtime::Store* const store,
            runtime::Store::make(arena,
                                 {.limits = {.stack_slots = stack_slots, .heap_bytes = 16'384}}));
    WRT_TRY(World* const world, make_world(*store, small_world));
    Imports imports{*world};
    if (wasi) {
        WRT_TRY(wasi::Context* const context, wasi::Context::make(arena, wasi::Config{}));
        WRT_CHECK(wasi::add_p2(imports, *store, *context));
    }
    store->execution().fuel = 10'000;
    ComponentLoadOptions options;
    options.translate.fuel = true;
    WRT_TRY(Instance* const instance,
            load_and_instantiate(*world, component.binary, options, &imports));
    close(*world, *instance);
    scope.commit();
    return ok();
}

void sweep(const std::vector<NamedModule>& components, bool wasi, size_t step, size_t arena_bytes,
           std::initializer_list<Arena::Fail> modes, uint64_t least_points)
{
    std::vector<std::byte> bytes(arena_bytes);
    uint64_t points = 0;
    size_t swept = 0;
    for (size_t i = 0; i < components.size(); i += step) {
        const NamedModule& component = components[i];
        SCOPED_TRACE(component.name);
        // The adapter of programs gets itself a stack of their memory.
        Arena arena{Backing::over(bytes), {.linear_memory_cap = wasi ? size_t{2} << 20 : 0}};
        const auto operation = [&](Arena& where) { return bring_up(where, component, wasi); };
        {
            auto scope = arena.enter(LibraryId::test_registry, "try", unlimited, End::retained);
            if (!operation(arena)) continue;  // imports, or a start function that traps
        }
        ++swept;
        for (const Arena::Fail mode : modes)
            points += for_each_allocation_failure(arena, operation, mode).points;
        if (::testing::Test::HasFailure()) return;
    }
    std::printf("%llu points of failure in %zu components\n",
                static_cast<unsigned long long>(points), swept);
    EXPECT_GE(points * step, least_points);
}

TEST(component_failure_points, of_the_whole_suite_leave_no_trace)
{
    const std::vector<NamedModule> components = suite_components(WRT_COMPONENT_SUITE);
    if (components.empty()) GTEST_SKIP() << "no components at " << WRT_COMPONENT_SUITE;
    sweep(components, false, every(), size_t{2} << 20, {Arena::Fail::once}, 20'000);
}

TEST(component_failure_points, of_programs_with_wasi_leave_no_trace)
{
    const std::vector<NamedModule> components = compiled_components(WRT_PROGRAMS "/components");
    if (components.empty()) GTEST_SKIP() << "no components at " << WRT_PROGRAMS "/components";
    sweep(components, true, 6 * every(), size_t{8} << 20, {Arena::Fail::once}, 500);
}

TEST(component_one_buffer, holds_the_whole_suite)
{
    if (!counts_system_memory()) GTEST_SKIP() << "sanitizers have an mmap of their own";
    std::vector<fs::path> paths;
    std::error_code problem;
    for (const auto& entry : fs::recursive_directory_iterator{WRT_COMPONENT_SUITE, problem}) {
        if (entry.path().extension() == ".json" && entry.path().filename() != "manifest.json")
            paths.push_back(entry.path());
    }
    if (paths.empty()) GTEST_SKIP() << "no suite at " << WRT_COMPONENT_SUITE;
    constexpr size_t buffer_bytes = size_t{4} << 30;
    void* const base = mmap(nullptr, buffer_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(base, MAP_FAILED);
    wast::ComponentEngineOptions options;
    options.buffer = {static_cast<std::byte*>(base), buffer_bytes};
    options.memory_bytes = size_t{1} << 20;
    options.watch = watch;
    size_t differs = 0;
    size_t commands = 0;
    for (const fs::path& path : paths) {
        std::string fault;
        const auto script = wast::read_component_script(path.string(), fault);
        ASSERT_TRUE(script) << fault;
        const std::string directory = path.parent_path().string();
        const auto here = wast::run_component_script(*script, directory, false, options);
        const auto elsewhere = wast::run_component_script(*script, directory, false);
        commands += here.lines.size();
        for (size_t i = 0; i < here.lines.size(); ++i) {
            if (here.lines[i].outcome.kind == elsewhere.lines[i].outcome.kind) continue;
            ++differs;
            ADD_FAILURE() << here.source << ':' << here.lines[i].line << ": "
                          << here.lines[i].outcome.note;
        }
        madvise(base, buffer_bytes, MADV_DONTNEED);
    }
    munmap(base, buffer_bytes);
    std::printf("%zu scripts, %zu commands, the runtime entered %llu times\n", paths.size(),
                commands, static_cast<unsigned long long>(asked.entries));
    EXPECT_EQ(differs, 0u);
    EXPECT_GT(asked.entries, 1'000u);
    EXPECT_EQ(asked.of_the_heap, 0u);
    EXPECT_EQ(asked.of_the_system, 0u);
}

/// A world whose state can be compared.
struct Fixture {
    explicit Fixture(bool wasi = false)
        : arena{Backing::reserve(size_t{1} << 30).value()},
          store{runtime::Store::make(arena, {.limits = {.stack_slots = stack_slots}}).value()},
          world{make_world(*store, with_threads()).value()},
          imports{*world}
    {
        if (!wasi) return;
        context = wasi::Context::make(arena, wasi::Config{}).value();
        const auto added = wasi::add_p2(imports, *store, *context);
        EXPECT_TRUE(added.has_value());
    }

    static WorldOptions with_threads()
    {
        WorldOptions options = small_world;
        options.threads = 4;
        return options;
    }

    Arena arena;
    runtime::Store* store;
    World* world;
    Imports imports;
    wasi::Context* context = nullptr;
};

/// Calls the export that takes no params, if there is one, for a while.
void call_plain_exports(Fixture& fixture, const Instance& instance)
{
    std::array<uint8_t, 4096> room{};
    for (size_t i = 0; const auto exported = exported_func(instance, i); ++i) {
        const FuncType type = type_of(*exported->func);
        if (!type.params().empty()) continue;
        fixture.store->execution().fuel = 2'000;
        HostMemory memory{room};
        const Status status = call(*fixture.world, *exported->func, memory, 16, 1024);
        static_cast<void>(status);
    }
}

/// Makes, uses and ends instances, those of which trap as well; the first time is as the last.
void instantiate_and_close(Fixture& fixture, std::span<const uint8_t> binary, size_t times)
{
    ComponentLoadOptions options;
    options.translate.fuel = true;
    auto outer = fixture.arena.enter(LibraryId::host, "component", unlimited, End::retained);
    ASSERT_TRUE(outer);
    const auto component = load_component_from_binary(binary, fixture.arena, options);
    ASSERT_TRUE(component);
    ArenaState first;
    size_t peak = 0;
    const size_t used = fixture.arena.used();
    for (size_t i = 0; i < times; ++i) {
        {
            auto scope = fixture.arena.enter(LibraryId::host, "instance", unlimited, End::retained);
            ASSERT_TRUE(scope);
            fixture.store->execution().fuel = 100'000;
            const auto instance = instantiate(*fixture.world, **component, &fixture.imports);
            if (!instance) {
                ASSERT_FALSE(is_refusal(instance.error())) << "at " << i;
            } else {
                call_plain_exports(fixture, **instance);
                close(*fixture.world, **instance);
            }
        }
        const ArenaState state = state_of(fixture.arena, false);
        if (i == 0) {
            first = state;
            peak = fixture.arena.peak();
        }
        ASSERT_EQ(state, first) << "after " << i;
        ASSERT_EQ(fixture.arena.peak(), peak) << "after " << i;
        ASSERT_EQ(fixture.arena.used(), used);
    }
}

TEST(component_memory, is_as_before_when_instances_are_gone)
{
    const size_t times = 10'000 / every();
    for (const auto binary : {std::span<const uint8_t>{values_component},
                              std::span<const uint8_t>{counters_component}}) {
        Fixture fixture;
        instantiate_and_close(fixture, binary, times);
    }
}

TEST(component_memory, of_the_suite_is_as_before_when_instances_are_gone)
{
    const std::vector<NamedModule> components = suite_components(WRT_COMPONENT_SUITE);
    if (components.empty()) GTEST_SKIP() << "no components at " << WRT_COMPONENT_SUITE;
    // One world for all: what one leaves, the next ones lack.
    Fixture fixture;
    for (const NamedModule& component : components) {
        SCOPED_TRACE(component.name);
        instantiate_and_close(fixture, component.binary, 20);
        if (::testing::Test::HasFailure()) return;
    }
}

TEST(component_memory, of_programs_with_wasi_is_as_before_when_they_are_gone)
{
    const std::vector<NamedModule> components = compiled_components(WRT_PROGRAMS "/components");
    if (components.empty()) GTEST_SKIP() << "no components at " << WRT_PROGRAMS "/components";
    Fixture fixture{true};
    for (const NamedModule& component : components) {
        if (component.name.find("hello") == std::string::npos) continue;
        instantiate_and_close(fixture, component.binary, 10'000 / every());
    }
}

TEST(component_memory, is_as_before_after_many_calls)
{
    Fixture fixture;
    Instance* const instance = load_and_instantiate(*fixture.world, counters_component).value();
    const Func* const make = find_function(*instance, "[constructor]counter");
    const Func* const value = find_function(*instance, "[method]counter.value");
    ASSERT_NE(make, nullptr);
    ASSERT_NE(value, nullptr);
    const ArenaState before = state_of(fixture.arena, false);
    const size_t peak = fixture.arena.peak();
    fixture.arena.seal();
    std::array<uint8_t, 64> room{};
    uint32_t first_handle = 0;
    for (uint32_t i = 0; i < 100'000; ++i) {
        HostMemory memory{room};
        std::memcpy(room.data() + 8, &i, 4);
        ASSERT_TRUE(call(*fixture.world, *make, memory, 8, 16));
        uint32_t handle = 0;
        std::memcpy(&handle, room.data() + 16, 4);
        if (i == 0) first_handle = handle;
        ASSERT_EQ(handle, first_handle);
        std::memcpy(room.data() + 8, &handle, 4);
        ASSERT_TRUE(call(*fixture.world, *value, memory, 8, 16));
        uint32_t got = 0;
        std::memcpy(&got, room.data() + 16, 4);
        ASSERT_EQ(got, i);
        ASSERT_TRUE(drop_host_handle(*fixture.world, handle));
    }
    fixture.arena.unseal();
    EXPECT_EQ(state_of(fixture.arena, false), before);
    EXPECT_EQ(fixture.arena.peak(), peak);
}

}  // namespace
}  // namespace wrt::test
