// Loading: kinds of binary, scopes, budgets, and what is left behind.
#include <wrt/runtime/load.hpp>

#include "fixture.hpp"

namespace {

TEST(load_module, reads_what_the_binary_says)
{
    wrt::Engine engine;
    const wrt::Module module = engine.load_module(fixture("hosted")).value();
    EXPECT_EQ(module.import_count(), 6U);
    EXPECT_EQ(module.import(3).name, "divmod");
    EXPECT_EQ(module.import(3).type.func.results.size(), 2U);
    EXPECT_EQ(module.export_count(), 8U);
    EXPECT_EQ(module.export_at(0).name, "memory");
    EXPECT_EQ(module.export_at(0).type.kind, wrt::ExternKind::memory);
    EXPECT_EQ(module.export_at(0).type.memory.limits.min, 1U);
    EXPECT_EQ(module.find_export("sum")->func.results[0], wrt::ValType::i64);
    EXPECT_FALSE(module.find_export("summ"));
    EXPECT_EQ(module.function_count(), 13U);
    EXPECT_EQ(module.function_name(10), "failing");
    EXPECT_EQ(module.function_name(12), "double") << "without a name of its own, the export's";
    EXPECT_FALSE(module.has_start());
}

TEST(load_module, says_where_a_binary_is_malformed)
{
    wrt::Engine engine;
    std::vector<uint8_t> binary = fixture("arith");
    binary[8] = 0x7f;  // the id of the first section
    const auto refused = engine.load_module(binary);
    ASSERT_FALSE(refused);
    EXPECT_EQ(text_of(refused.error()), "malformed at 0x8: malformed section id, got 0x7f");
}

TEST(load_module, refuses_a_component_by_name)
{
    wrt::Engine engine;
    const uint8_t component[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};
    const auto refused = engine.load_module(component);
    ASSERT_FALSE(refused);
    EXPECT_EQ(text_of(refused.error()), "usage: not a module but a component");
}

TEST(load_module, refuses_what_is_no_webassembly)
{
    wrt::Engine engine;
    const uint8_t text[] = {'(', 'm', 'o', 'd', 'u', 'l', 'e', ')'};
    EXPECT_EQ(engine.load_module(text).error().code, wrt::Errc::magic_header_not_detected);
    EXPECT_FALSE(engine.load_module(std::span<const uint8_t>{}));
}

struct Trace {
    std::string text;
    size_t deepest = 0;

    static void note(void* context, const wrt::ScopeEvent& event)
    {
        auto& trace = *static_cast<Trace*>(context);
        trace.deepest = std::max<size_t>(trace.deepest, event.scope.depth);
        const char* const step = event.step == wrt::ScopeStep::enter    ? "enter"
                                 : event.step == wrt::ScopeStep::commit ? "commit"
                                                                        : "exit";
        trace.text += std::string(size_t{event.scope.depth} * 2 - 2, ' ') + step + ' ' +
                      std::string{wrt::name_of(event.scope.library)} + ' ' +
                      std::string{event.scope.name} + '\n';
    }
};

TEST(load_module, nests_its_scopes_three_deep)
{
    wrt::Engine engine;
    Trace trace;
    engine.arena().set_observer(&Trace::note, &trace);
    ASSERT_TRUE(engine.load_module(fixture("arith")));
    EXPECT_EQ(trace.text, "enter runtime wrt\n"
                          "  enter runtime load_module\n"
                          "    enter decoder decode_module\n"
                          "    exit decoder decode_module\n"
                          "  commit runtime load_module\n"
                          "commit runtime wrt\n");
    EXPECT_EQ(trace.deepest, 3U);
    EXPECT_EQ(engine.arena().depth(), 0U);
}

TEST(load_module, leaves_the_arena_as_it_was_when_it_refuses)
{
    wrt::Engine engine;
    std::vector<uint8_t> binary = fixture("arith");
    binary.back() ^= 0xff;
    binary.resize(binary.size() - 40);
    const size_t used = engine.arena().used();
    ASSERT_FALSE(engine.load_module(binary));
    EXPECT_EQ(engine.arena().used(), used);
    EXPECT_EQ(engine.arena().depth(), 0U);
    EXPECT_TRUE(engine.load_module(fixture("arith"))) << "and the next one loads";
}

TEST(load_module, keeps_to_its_budget)
{
    wrt::Engine engine;
    const auto refused = engine.load_module(fixture("arith"), {.budget = 256});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, wrt::Errc::budget_exceeded);
    EXPECT_EQ(engine.arena().used(), 0U);
    EXPECT_TRUE(engine.load_module(fixture("arith"), {.budget = 64 * 1024}));
}

TEST(load_module, copies_the_binary_unless_it_may_borrow_it)
{
    World world;
    std::vector<uint8_t> binary = fixture("arith");
    const wrt::Module copied = world.engine.load_module(binary).value();
    const size_t with_copy = world.engine.arena().used();
    const wrt::Module borrowed = world.engine.load_module(binary, {.borrow = true}).value();
    EXPECT_LT(world.engine.arena().used() - with_copy, with_copy);
    EXPECT_EQ(borrowed.function_name(6), "divide");
    std::ranges::fill(binary, uint8_t{0xee});
    EXPECT_EQ(copied.function_name(6), "divide");
}

TEST(engine, stays_inside_a_buffer_of_the_callers)
{
    static std::byte buffer[512 * 1024];
    wrt::Engine engine{buffer};
    wrt::Store store{engine, {.stack_bytes = 32 * 1024}};
    wrt::Linker linker{store};
    const wrt::Module module = engine.load_module(fixture("counter")).value();
    const wrt::Instance instance = linker.instantiate(module).value();
    const auto memory = instance.memory().value();
    const auto inside = [&](const void* pointer) {
        return pointer >= buffer && pointer < buffer + sizeof(buffer);
    };
    EXPECT_TRUE(inside(&module.image()));
    EXPECT_TRUE(inside(memory.bytes().data()));
    EXPECT_EQ(instance.func<int32_t()>("bump").value()().value(), 1);
}

TEST(engine, says_that_a_buffer_is_too_small)
{
    static std::byte buffer[512];
    wrt::Engine engine{buffer};
    const auto refused = engine.load_module(fixture("arith"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(wrt::kind_of(refused.error().code), wrt::ErrorKind::exhaustion);
    wrt::Store store{engine};
    EXPECT_FALSE(store.status());
    wrt::Linker linker{store};
    EXPECT_EQ(linker.status().error(), store.status().error());
    linker.func("env", "f", [] {});  // harmless
}

TEST(engine, gives_back_in_a_scope_what_was_made_in_it)
{
    wrt::Engine engine;
    const wrt::Module module = engine.load_module(fixture("counter")).value();
    const size_t used = engine.arena().used();
    const size_t external = engine.arena().external();
    for (int i = 0; i < 100; ++i) {
        const auto scope = engine.enter("request").value();
        wrt::Store store{engine};
        wrt::Linker linker{store};
        const wrt::Instance instance = linker.instantiate(module).value();
        ASSERT_EQ(instance.func<int32_t()>("bump").value()().value(), 1) << "a fresh instance";
        ASSERT_GT(engine.arena().used(), used);
    }
    EXPECT_EQ(engine.arena().used(), used);
    EXPECT_EQ(engine.arena().external(), external);
}

TEST(engine, bounds_arena_and_memories_together)
{
    wrt::EngineConfig config;
    config.budget = 192 * 1024;
    wrt::Engine engine{config};
    const wrt::Module module = engine.load_module(fixture("counter")).value();
    wrt::Store store{engine, {.stack_bytes = 16 * 1024}};
    wrt::Linker linker{store};
    const wrt::Instance instance = linker.instantiate(module).value();
    const auto grow = instance.func<int32_t(int32_t)>("grow").value();
    EXPECT_EQ(grow(1).value(), 1) << "two pages and the rest are within 192 KiB";
    EXPECT_EQ(grow(1).value(), -1) << "three pages and the rest are not";
    EXPECT_LE(engine.arena().used() + engine.arena().external(), config.budget);
}

TEST(store, bounds_the_sum_of_its_memories)
{
    wrt::Engine engine;
    const wrt::Module module = engine.load_module(fixture("counter")).value();
    wrt::Store store{engine, {.max_memory_bytes = 2 * 65536}};
    wrt::Linker linker{store};
    const wrt::Instance first = linker.instantiate(module).value();
    ASSERT_TRUE(linker.instantiate(module));
    EXPECT_FALSE(linker.instantiate(module)) << "a third page";
    EXPECT_EQ(first.func<int32_t(int32_t)>("grow").value()(1).value(), -1);
}

TEST(memory, is_read_and_written_within_its_bounds)
{
    World world;
    const wrt::Memory memory = world.instantiate("counter").memory().value();
    EXPECT_EQ(memory.size(), 65536U);
    EXPECT_EQ(memory.bytes().size(), 65536U);
    ASSERT_TRUE(memory.write(65533, std::string_view{"end"}));
    EXPECT_EQ(memory.utf8(65533, 3).value(), "end");
    EXPECT_EQ(memory.write(65534, std::string_view{"end"}).error().code,
              wrt::Errc::out_of_bounds_memory_access);
    EXPECT_EQ(memory.utf8(65533, 3).value(), "end") << "nothing was written";

    ASSERT_TRUE(memory.write(1, uint32_t{0x01020304}));
    EXPECT_EQ(memory.read<uint32_t>(1).value(), 0x01020304U) << "at any address";
    EXPECT_EQ(memory.read<uint8_t>(1).value(), 4U);
    EXPECT_FALSE(memory.read<uint64_t>(UINT64_MAX - 3));
    EXPECT_EQ(memory.slice<uint32_t>(0, 4).value().size(), 4U);
    EXPECT_EQ(memory.slice<uint32_t>(2, 1).error().code, wrt::Errc::invalid_argument);
    EXPECT_FALSE(memory.slice<uint32_t>(0, UINT64_MAX / 2)) << "the size in bytes would wrap";
    EXPECT_TRUE(memory.slice(65536, 0));
    EXPECT_FALSE(memory.slice(65537, 0));
}

TEST(memory, grows_to_its_maximum)
{
    World world;
    const wrt::Memory memory = world.instantiate("counter").memory().value();
    EXPECT_EQ(memory.grow(2).value(), 1U);
    EXPECT_EQ(memory.size(), 3U * 65536);
    EXPECT_FALSE(memory.grow(1));
    EXPECT_EQ(memory.type().limits.max, 3U);
}

}  // namespace
