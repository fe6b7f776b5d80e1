// Load time is linear, and nothing recurses: hostile shapes at n and at 4n, and depth on a small
// native stack.
#include "decoder/support.hpp"

#include <wrt/decoder/names.hpp>

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <functional>
#include <string>

using namespace wrt;
using namespace wrt::test;

namespace {

/// CPU seconds of this thread that loading takes; the least of some tries, as others use the
/// machine too.
double seconds(const Bytes& binary)
{
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    };
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
        const double start = now();
        const Status status = check(binary);
        best = std::min(best, now() - start);
        EXPECT_EQ(sentence(status), "valid");
        if (!status) break;
    }
    return best;
}

/// Four times as much takes about four times as long. Quadratic would be sixteen; caches and luck
/// get a factor of two.
void expect_linear(const std::function<Bytes(uint32_t)>& make, uint32_t n)
{
    const double small = seconds(make(n));
    const double large = seconds(make(4 * n));
    EXPECT_LT(large, 8 * small + 0.002)
        << n << ": " << small << " s, " << 4 * n << ": " << large << " s";
}

Bytes repeated(const Bytes& part, uint32_t count)
{
    Bytes out;
    out.reserve(part.size() * count);
    for (uint32_t i = 0; i < count; ++i)
        append(out, part);
    return out;
}

Bytes nested(uint32_t depth)
{
    return one_function({}, {}, bytes(repeated(bytes(0x02, 0x40), depth), Bytes(depth, end)));
}

/// Runs `work` on a thread whose native stack has room for no recursion to speak of.
void on_a_small_stack(const std::function<void()>& work)
{
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, 256 * 1024), 0);
    pthread_t thread;
    const auto run = [](void* argument) -> void* {
        (*static_cast<const std::function<void()>*>(argument))();
        return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&work)),
              0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    pthread_attr_destroy(&attributes);
}

}  // namespace

TEST(depth, of_a_million_blocks_needs_no_native_stack)
{
    const Bytes binary = nested(1'000'000);
    on_a_small_stack([&] {
        Arena arena{Backing::reserve(size_t{1} << 28).value()};
        const Status status = decoder::decode_module_streaming(
            binary, arena, {}, [](const decoder::Module&) { return ok(); });
        EXPECT_EQ(sentence(status), "valid");
        // Sixteen bytes a block, doubled at most once more than needed, and what growing left
        // behind.
        EXPECT_LT(arena.peak(), 64u << 20);
    });
}

TEST(depth, of_operands_and_constant_expressions_needs_no_native_stack)
{
    const Bytes operands =
        bytes(repeated(bytes(0x41, 0), limits::operands), Bytes(limits::operands, 0x1a));
    const Bytes sum = bytes(i32, 0, repeated(bytes(0x41, 1), limits::operands),
                            Bytes(limits::operands - 1, 0x6a), end);
    const Bytes constant = module({section(global_id, vec({sum}))});
    const Bytes function = one_function({}, {}, operands);
    on_a_small_stack([&] {
        Arena arena{Backing::reserve(size_t{1} << 28).value()};
        for (const Bytes* binary : {&constant, &function}) {
            const Status status = decoder::decode_module_streaming(
                *binary, arena, {}, [](const decoder::Module&) { return ok(); });
            EXPECT_EQ(sentence(status), "valid");
        }
    });
}

TEST(load_time, is_linear_in_nested_blocks)
{
    expect_linear(nested, 100'000);
}

namespace {

Bytes distinct_types(uint32_t count)
{
    constexpr uint8_t codes[] = {i32, i64, f32, f64};
    Bytes types = leb(count);
    for (uint32_t i = 0; i < count; ++i) {
        Bytes params;
        for (uint32_t digits = i; digits != 0; digits /= 4)
            params.push_back(codes[digits % 4]);
        append(types, func_type(params, {}));
    }
    return module({section(type_id, types)});
}

}  // namespace

TEST(load_time, is_linear_in_distinct_types)
{
    expect_linear(distinct_types, 25'000);
}

TEST(load_time, of_a_hundred_thousand_distinct_types_is_short)
{
    const double taken = seconds(distinct_types(100'000));
    RecordProperty("seconds", std::to_string(taken));
    // 0.03 s where this was written; a sanitizer takes ten times as long.
    EXPECT_LT(taken, 0.6);
}

TEST(load_time, is_linear_in_equal_types)
{
    expect_linear(
        [](uint32_t count) {
            return module(
                {section(type_id, bytes(leb(count), repeated(func_type({i32}, {i64}), count)))});
        },
        50'000);
}

TEST(load_time, is_linear_in_one_large_recursion_group)
{
    expect_linear(
        [](uint32_t count) {
            Bytes group = bytes(1, rec_form, leb(count));
            for (uint32_t i = 0; i < count; ++i)
                append(group,
                       bytes(struct_form, vec({bytes(ref_null, signed_leb((i + 1) % count), 0)})));
            return module({section(type_id, group)});
        },
        25'000);
}

TEST(load_time, is_linear_in_exports)
{
    expect_linear(
        [](uint32_t count) {
            Bytes exports = leb(count);
            for (uint32_t i = 0; i < count; ++i)
                append(exports,
                       bytes(name("a name with a long beginning " + std::to_string(i)), 2, 0));
            return module({section(memory_id, vec({bytes(0, 0)})), section(export_id, exports)});
        },
        10'000);
}

TEST(load_time, is_linear_in_labels_of_many_results)
{
    // Two label types of a thousand results each, asked for in turn.
    expect_linear(
        [](uint32_t count) {
            const Bytes many = func_type({}, Bytes(1000, i32));
            const Bytes table =
                bytes(0x0e, leb(count - count % 2), repeated(bytes(0, 1), count / 2), 0);
            const Bytes code = bytes(0x02, 0, 0x02, 1, repeated(bytes(0x41, 0), 1000), 0x41, 0,
                                     table, end, end, 0x00);
            return module({section(type_id, vec({many, many, func_type({}, {})})),
                           section(function_id, vec({leb(2)})),
                           section(code_id, vec({body(code)}))});
        },
        20'000);
}

TEST(load_time, is_linear_in_locals_by_groups)
{
    expect_linear(
        [](uint32_t groups) {
            const Bytes locals = bytes(leb(2 * groups), repeated(bytes(1, i32, 1, i64), groups));
            const Bytes gets = repeated(bytes(0x20, leb(2 * groups - 2), 0x1a), groups);
            return module({section(type_id, vec({func_type({}, {})})),
                           section(function_id, vec({leb(0)})),
                           section(code_id, vec({sized(bytes(locals, gets, end))}))});
        },
        5'000);
}

TEST(load_time, is_linear_in_locals_that_blocks_set)
{
    expect_linear(
        [](uint32_t count) {
            // Each block sets all of 64 locals that have no default, and its end forgets them.
            Bytes set;
            for (uint8_t i = 0; i < 64; ++i)
                append(set, bytes(0x41, 0, 0xfb, 28, 0x21, i));
            const Bytes blocks = repeated(bytes(0x02, 0x40, set, end), count);
            return module(
                {section(type_id, vec({func_type({}, {})})), section(function_id, vec({leb(0)})),
                 section(code_id, vec({sized(bytes(vec({bytes(64, ref, 0x6c)}), blocks, end))}))});
        },
        500);
}

TEST(load_time, is_linear_in_dead_array_new_fixed)
{
    expect_linear(
        [](uint32_t count) {
            const Bytes code = bytes(0x00, repeated(bytes(0xfb, 8, 0, leb(10'000), 0x1a), count));
            return module({section(type_id, vec({bytes(array_form, i32, 0), func_type({}, {})})),
                           section(function_id, vec({leb(1)})),
                           section(code_id, vec({body(code)}))});
        },
        20'000);
}

TEST(load_time, is_linear_in_catch_clauses)
{
    expect_linear(
        [](uint32_t count) {
            const Bytes code = bytes(0x02, 0x40, 0x1f, 0x40, leb(count),
                                     repeated(bytes(0x02, 0), count), end, end);
            return one_function({}, {}, code);
        },
        100'000);
}
