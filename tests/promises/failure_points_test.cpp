// Clean failure everywhere (N-04, N-06): each allocation of loading, of setting up WASI, of
// instantiating and of the first call fails in turn. Afterwards the arena is as it was, byte for
// byte, and the same module loads.
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/component/wasi/config.hpp>
#include <wrt/component/wasi/context.hpp>
#include <wrt/component/wasi/preview1.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/call.hpp>
#include <wrt/runtime/instantiate.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/store.hpp>
#include <wrt/runtime/stub_imports.hpp>

#include "promises/modules.hpp"
#include "support/allocation_failure.hpp"

namespace wrt::test {
namespace {

/// Enough for what a test may instantiate; what does not fit is counted.
constexpr size_t arena_bytes = size_t{8} << 20;
constexpr uint64_t fuel = 10'000;

/// The first function that `instance` exports, with zeros for its parameters. What it comes to is
/// its own affair.
void call_first(runtime::Store& store, const runtime::ModuleInstance& instance)
{
    for (uint32_t i = 0; i < instance.module->exports.size(); ++i) {
        const runtime::Extern item = runtime::export_at(instance, i);
        if (item.kind != ExternKind::func || item.func->host != nullptr) continue;
        const runtime::RegisteredType& type = store.types()[item.func->type];
        std::vector<runtime::Value> arguments;
        for (const ValType param : type.params()) {
            if (param.is_ref() && !param.nullable()) return;
            const runtime::Slot zeros[2] = {};
            arguments.push_back(runtime::load_value(param, zeros));
        }
        std::vector<runtime::Value> results(type.results().size());
        store.execution().fuel = fuel;
        (void)runtime::call(store, *item.func, arguments, results);
        return;
    }
}

/// Everything that a program needs from nothing to its first call, committed to the scope around.
Status bring_up(Arena& arena, const NamedModule& module, bool wasi)
{
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::host, "bring up", unlimited, End::retained));
    WRT_TRY(runtime::Store* const store,
            runtime::Store::make(arena, {.limits = {.stack_slots = 4096, .heap_bytes = 16'384}}));
    if (wasi) {
        WRT_TRY(wasi::Context* const context, wasi::Context::make(arena, wasi::Config{}));
        WRT_CHECK(wasi::add_preview1(store->names(), *store, *context));
    }
    WRT_TRY(const runtime::Module* const loaded,
            runtime::load_module_from_binary(module.binary, arena, {.translate = {.fuel = true}}));
    WRT_TRY(const auto imports, runtime::stub_imports(*store, *loaded, &store->names()));
    store->execution().fuel = fuel;
    WRT_TRY(const runtime::ModuleInstance* const instance,
            runtime::instantiate(*store, *loaded, imports));
    call_first(*store, *instance);
    scope.commit();
    return ok();
}

struct Swept {
    uint64_t modules = 0;
    uint64_t not_here = 0;  ///< Trap when they are instantiated, or are larger than the arena.
    uint64_t points = 0;
};

Swept sweep(const std::vector<NamedModule>& modules, bool wasi,
            std::initializer_list<Arena::Fail> modes, size_t every)
{
    Swept swept;
    std::vector<std::byte> bytes(arena_bytes);
    for (size_t i = 0; i < modules.size(); i += every) {
        const NamedModule& module = modules[i];
        SCOPED_TRACE(module.name);
        Arena arena{Backing::over(bytes)};
        // Something that must not change.
        auto neighbour = arena.make_array<uint64_t>(End::retained, Account::host, 100);
        for (size_t place = 0; place < neighbour->size(); ++place)
            (*neighbour)[place] = place * 0x9e3779b97f4a7c15;
        const auto operation = [&](Arena& where) { return bring_up(where, module, wasi); };
        {
            auto scope = arena.enter(LibraryId::test_registry, "try", unlimited, End::retained);
            if (!operation(arena)) {
                ++swept.not_here;
                continue;
            }
        }
        ++swept.modules;
        for (const Arena::Fail mode : modes)
            swept.points += for_each_allocation_failure(arena, operation, mode).points;
        if (::testing::Test::HasFailure()) return swept;
    }
    return swept;
}

/// WRT_SWEEP_EVERY: only every n-th module, for builds that are slow.
size_t every()
{
    const char* const given = std::getenv("WRT_SWEEP_EVERY");
    return given != nullptr ? std::strtoul(given, nullptr, 10) : 1;
}

TEST(failure_points, of_the_whole_suite_leave_no_trace)
{
    const std::vector<NamedModule> modules = suite_modules(WRT_SUITE);
    if (modules.empty()) GTEST_SKIP() << "no suite at " << WRT_SUITE;
    const Swept swept =
        sweep(modules, false, {Arena::Fail::once, Arena::Fail::from_then_on}, every());
    std::printf("%llu points of failure in %llu modules; %llu trap or need more than 8 MiB\n",
                static_cast<unsigned long long>(swept.points),
                static_cast<unsigned long long>(swept.modules),
                static_cast<unsigned long long>(swept.not_here));
    EXPECT_GE(swept.points * every(), 100'000u);
    EXPECT_LT(swept.not_here * 10, swept.modules);
}

TEST(failure_points, of_programs_with_wasi_leave_no_trace)
{
    const std::vector<NamedModule> modules = compiled_modules(WRT_PROGRAMS);
    if (modules.empty()) GTEST_SKIP() << "no programs at " << WRT_PROGRAMS;
    const Swept swept = sweep(modules, true, {Arena::Fail::once}, 2 * every());
    std::printf("%llu points of failure in %llu programs; %llu need more than 8 MiB\n",
                static_cast<unsigned long long>(swept.points),
                static_cast<unsigned long long>(swept.modules),
                static_cast<unsigned long long>(swept.not_here));
    // Every other program is put to it.
    EXPECT_GE(swept.modules * every(), 30u);
    EXPECT_GE(swept.points * every(), 1'000u);
}

}  // namespace
}  // namespace wrt::test
