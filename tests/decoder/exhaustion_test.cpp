// Loading refuses cleanly wherever memory ends: at every allocation, and in arenas of every size.
#include "decoder/support.hpp"
#include "support/allocation_failure.hpp"

#include <memory>

using namespace wrt;
using namespace wrt::test;

namespace {

/// Blocks nested deeper and operands more than the stacks hold at first.
Bytes growing_module()
{
    Bytes code;
    for (int i = 0; i < 100; ++i)
        append(code, bytes(0x02, 0x40));
    for (int i = 0; i < 100; ++i)
        append(code, bytes(0x41, 0));
    for (int i = 0; i < 100; ++i)
        append(code, 0x1a);
    append(code, Bytes(100, end));
    return one_function({}, {}, code);
}

/// Many types and exports, and a br_table that needs stamps.
Bytes wide_module()
{
    Bytes types = leb(200);
    for (uint32_t i = 0; i < 200; ++i)
        append(types, func_type({}, Bytes(9 + i % 50, i32)));
    Bytes exports = leb(50);
    for (uint32_t i = 0; i < 50; ++i)
        append(exports, bytes(name("function " + std::to_string(i)), 0, 0));
    Bytes code = bytes(0x02, 0);
    for (int i = 0; i < 9; ++i)
        append(code, bytes(0x41, 0));
    append(code, bytes(0x41, 0, 0x0e, 1, 0, 0, end, 0x0f));
    return module({section(type_id, types), section(function_id, vec({leb(50)})),
                   section(export_id, exports), section(code_id, vec({body(code)}))});
}

struct Case {
    const char* name;
    Bytes binary;
};

std::vector<Case> cases()
{
    return {{"rich", rich_module()}, {"growing", growing_module()}, {"wide", wide_module()}};
}

}  // namespace

TEST(exhaustion, leaves_no_trace_of_a_load_that_failed_at_any_allocation)
{
    for (const Case& item : cases()) {
        SCOPED_TRACE(item.name);
        for (const Arena::Fail mode : {Arena::Fail::once, Arena::Fail::from_then_on}) {
            const FailureSweep sweep = for_each_allocation_failure(
                test_arena(),
                [&](Arena& arena) {
                    return decoder::decode_module_streaming(
                        item.binary, arena, {}, [](const decoder::Module&) { return ok(); });
                },
                mode);
            EXPECT_GT(sweep.points, 5u);
        }
    }
    EXPECT_EQ(test_arena().backstop_hits(), 0u);
}

TEST(exhaustion, leaves_no_trace_when_the_module_goes_to_the_retained_end)
{
    const Bytes binary = rich_module();
    for_each_allocation_failure(test_arena(), [&](Arena& arena) -> Status {
        WRT_TRY(ScopeGuard scope,
                arena.enter(LibraryId::runtime, "load", unlimited, End::retained));
        {
            WRT_TRY(const decoder::Module module,
                    decoder::decode_module(binary, arena, End::retained));
            WRT_CHECK(decoder::validate_module_bodies(module, arena));
        }
        return scope.exit();
    });
}

TEST(exhaustion, comes_cleanly_in_arenas_of_every_size)
{
    for (const Case& item : cases()) {
        SCOPED_TRACE(item.name);
        size_t loaded = 0;
        size_t largest_refused = 0;
        for (size_t size = 0; size < 48 * 1024; size += 16) {
            const auto memory = std::make_unique<std::byte[]>(size + 1);
            Arena arena{Backing::over({memory.get(), size})};
            const Status status = decoder::decode_module_streaming(
                item.binary, arena, {}, [](const decoder::Module&) { return ok(); });
            EXPECT_EQ(arena.used(), 0u);
            EXPECT_EQ(arena.depth(), 0u);
            EXPECT_EQ(arena.backstop_hits(), 0u);
            if (status) {
                ++loaded;
                continue;
            }
            largest_refused = size;
            const Errc code = status.error().code;
            ASSERT_EQ(kind_of(code), ErrorKind::exhaustion) << size << ": " << sentence(status);
        }
        EXPECT_GT(loaded, 0u);
        EXPECT_LT(largest_refused, 44 * 1024u);
    }
}

TEST(exhaustion, is_told_of_the_module_and_not_of_the_file)
{
    // A count that lies is refused for what it is, whatever memory there is.
    const auto memory = std::make_unique<std::byte[]>(1024);
    Arena arena{Backing::over({memory.get(), 1024})};
    const Bytes liar = module({section(function_id, leb(900'000))});
    const Status status = decoder::decode_module_streaming(
        liar, arena, {}, [](const decoder::Module&) { return ok(); });
    EXPECT_EQ(kind_of(status.error().code), ErrorKind::malformed);
}
