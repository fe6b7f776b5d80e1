// Loading as a whole: exact arrays, scopes, and what happens when memory ends at any point.
#include <wrt/runtime/load.hpp>

#include "fixtures.hpp"
#include "support/allocation_failure.hpp"
#include "support/malloc_counter.hpp"
#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::LoadOptions;
using runtime::Module;

constexpr const char* fixtures[] = {"sieve", "calculator", "tour"};

Status log(runtime::Caller&, void*, runtime::Slot*)
{
    return ok();
}

/// A store in `arena`, with `binary` loaded and instantiated in it; or nothing.
Status load_and_instantiate(Arena& arena, std::span<const uint8_t> binary,
                            uint32_t stack_slots = 256)
{
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::host, "all", unlimited, End::retained));
    WRT_TRY(runtime::Store* const store,
            runtime::Store::make(arena, {.limits = {.stack_slots = stack_slots}}));
    const ValType params[] = {ValType::i32};
    WRT_CHECK(store->names().define_function("env", "log", params, {}, log));
    WRT_TRY(const Module* const module, runtime::load_module_from_binary(binary, arena));
    WRT_CHECK(runtime::instantiate(*store, *module));
    scope.commit();
    return ok();
}

TEST(load, fills_every_array_to_the_last_place)
{
    World world;
    for (const char* const title : fixtures) {
        const Module& module = world.module(fixture(title));
        const auto is_full = [&](const auto& vector) { EXPECT_TRUE(vector.full()) << title; };
        is_full(module.types);
        is_full(module.groups);
        is_full(module.type_values);
        if (module.aggregates != nullptr) {
            is_full(module.aggregates->fields);
            is_full(module.aggregates->structs);
            is_full(module.aggregates->field_offsets);
        }
        is_full(module.imports);
        is_full(module.exports);
        is_full(module.export_order);
        is_full(module.functions);
        is_full(module.tables);
        is_full(module.memories);
        is_full(module.globals);
        is_full(module.tags);
        is_full(module.elements);
        is_full(module.element_functions);
        is_full(module.element_items);
        is_full(module.data);
        is_full(module.const_ops);
        is_full(module.code);
    }
}

TEST(load, keeps_what_the_binary_says)
{
    World world;
    const Module& module = world.module(fixture("calculator"));
    EXPECT_EQ(module.imported_functions, 1u);
    EXPECT_EQ(module.functions.size(), 9u);
    EXPECT_EQ(module.imports[0].module, "env");
    EXPECT_EQ(module.imports[0].name, "log");
    EXPECT_EQ(module.start, 5u);
    EXPECT_EQ(module.exports.size(), 4u);
    EXPECT_EQ(module.globals.size(), 2u);
    EXPECT_EQ(module.own_global_slots, 2u);
    EXPECT_EQ(module.elements[0].count, 3u);
    EXPECT_EQ(runtime::function_name(module, 8), "factorial");
    EXPECT_EQ(module.params(module.functions[8].type)[0], ValType::i64);
}

TEST(load, leaves_nothing_on_the_scratch_end)
{
    World world;
    const size_t scratch = world.arena().bytes(End::scratch).size();
    for (const char* const title : fixtures)
        world.module(fixture(title));
    EXPECT_EQ(world.arena().bytes(End::scratch).size(), scratch);
    EXPECT_EQ(world.arena().depth(), 0u);
}

TEST(load, can_keep_a_binary_of_its_own)
{
    World world;
    Bytes binary = fixture("sieve");
    const auto module = runtime::load_module_from_binary(
        binary, world.arena(), {.lifetime = runtime::BinaryLifetime::copied});
    ASSERT_EQ(text_of(module), "ok");
    std::fill(binary.begin(), binary.end(), uint8_t{0xee});
    binary.clear();
    binary.shrink_to_fit();
    const auto instance = runtime::instantiate(world.store(), **module);
    ASSERT_EQ(text_of(instance), "ok");
    EXPECT_TRUE(runtime::find_export(**instance, "count"));
    EXPECT_EQ((*instance)->memories[0]->base[65000], 's');
}

TEST(load, nests_the_decoder_scope_in_the_runtime_scope)
{
    std::string trace;
    ArenaOptions options;
    options.observer = [](void* context, const ScopeEvent& event) {
        char line[200];
        TextSink sink{line};
        write_event(event, sink);
        // How much each took is not this test's to say.
        const std::string_view text = sink.view();
        const size_t numbers = std::min(text.find(" budget"), text.find(" used"));
        static_cast<std::string*>(context)->append(text.substr(0, numbers)).append("\n");
    };
    options.observer_context = &trace;
    Arena arena{Backing::reserve(1 << 26).value(), options};
    const Bytes binary = fixture("tour");
    ASSERT_EQ(text_of(runtime::load_module_from_binary(binary, arena)), "ok");
    EXPECT_EQ(trace, "enter runtime load_module retained\n"
                     "  enter decoder decode_module scratch\n"
                     "  exit decoder decode_module\n"
                     "commit runtime load_module\n");
}

TEST(load, refuses_with_the_offset_and_no_trace)
{
    World world;
    const ArenaState before = state_of(world.arena());
    const auto invalid =
        wasm({types({func_type({}, {{i32}})}), functions({{0}}), code({body({i64_const(1)})})});
    EXPECT_EQ(text_of(world.load(invalid)),
              "invalid at 0x1a: type mismatch, expected i32, got i64");
    Bytes cut = fixture("tour");
    cut.resize(cut.size() / 2);
    EXPECT_FALSE(world.load(cut));
    EXPECT_EQ(world.load({1, 2, 3, 4, 5, 6, 7, 8}).error().code, Errc::magic_header_not_detected);
    EXPECT_EQ(state_of(world.arena()), before);
}

TEST(load, stays_within_its_budget)
{
    World world;
    const Bytes binary = fixture("tour");
    const size_t used = world.arena().used();
    ASSERT_TRUE(world.load(binary));
    const size_t taken = world.arena().used() - used;
    const auto refused = world.load(binary, {.budget = taken / 2});
    EXPECT_EQ(refused.error().code, Errc::budget_exceeded);
    EXPECT_EQ(world.arena().used(), used + taken);
}

TEST(load, and_instantiation_are_undone_whichever_allocation_fails)
{
    for (const char* const title : fixtures) {
        const Bytes binary = fixture(title);
        for (const Arena::Fail mode : {Arena::Fail::once, Arena::Fail::from_then_on}) {
            Arena arena{Backing::reserve(1 << 26).value()};
            const FailureSweep sweep = for_each_allocation_failure(
                arena, [&](Arena& in) { return load_and_instantiate(in, binary); }, mode);
            EXPECT_GT(sweep.points, 30u) << title;
            EXPECT_EQ(sweep.tolerated, 0u) << title;
        }
    }
}

TEST(load, and_instantiation_fit_or_are_refused_at_every_arena_size)
{
    alignas(64) static std::byte memory[160 * 1024];
    for (const char* const title : {"calculator", "sieve"}) {
        const Bytes binary = fixture(title);
        bool fitted = false;
        for (size_t size = 0; size <= sizeof memory; size += 16) {
            Arena arena{Backing::over(std::span{memory}.first(size))};
            const Status status = load_and_instantiate(arena, binary);
            if (status) {
                fitted = true;
                continue;
            }
            ASSERT_FALSE(fitted) << title << " fits in fewer bytes than " << size
                                 << ", but then: " << text_of(status);
            ASSERT_EQ(kind_of(status.error().code), ErrorKind::exhaustion)
                << title << " " << size << ": " << text_of(status);
            ASSERT_EQ(arena.depth(), 0u);
            ASSERT_EQ(arena.bytes(End::scratch).size(), 0u);
        }
        EXPECT_TRUE(fitted) << title;
    }
}

TEST(load, takes_nothing_from_the_heap)
{
    const Bytes binary = fixture("tour");
    Arena arena{Backing::reserve(1 << 26).value()};
    const HeapWatch heap;
    const bool loaded = load_and_instantiate(arena, binary).has_value();
    EXPECT_EQ(heap.allocations(), 0u);
    EXPECT_TRUE(loaded);
}

TEST(load, repeats_without_growing)
{
    Arena arena{Backing::reserve(1 << 26).value()};
    const Bytes binary = fixture("tour");
    size_t peak = 0;
    for (int i = 0; i < 1'000; ++i) {
        const ScopeGuard scope =
            arena.enter(LibraryId::host, "round", unlimited, End::retained).value();
        ASSERT_TRUE(load_and_instantiate(arena, binary));
        if (i == 0) peak = arena.peak();
    }
    EXPECT_EQ(arena.used(), 0u);
    EXPECT_EQ(arena.external(), 0u);
    EXPECT_EQ(arena.peak(), peak);
}

}  // namespace
}  // namespace wrt::test
