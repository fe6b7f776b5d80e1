// Exceptions: what is thrown and who catches it, across frames, instances and host functions. Every
// test runs in both modes of translation, which must agree.
#include <wrt/runtime/exception.hpp>

#include <cstring>
#include <functional>

#include <wrt/runtime/host.hpp>
#include <wrt/runtime/memory.hpp>

#include "code_bytes.hpp"
#include "support/malloc_counter.hpp"
#include "world.hpp"

namespace wrt::test {
namespace {

using namespace ins;
using runtime::Execution;
using runtime::ModuleInstance;
using runtime::TagInstance;
using runtime::Value;

/// What a test makes of the host's function "h.visit", [i32] -> [i32].
struct Visitor {
    std::function<Result<int32_t>(runtime::Caller&, int32_t)> visit;

    static Status call(runtime::Caller& caller, void* context, runtime::Slot* slots)
    {
        WRT_TRY(const int32_t result,
                static_cast<Visitor*>(context)->visit(caller, slots[0].as<int32_t>()));
        slots[0] = runtime::Slot::of(result);
        return ok();
    }
};

// Types that every module here starts with.
constexpr uint8_t to_none = 0, i32_to_i32 = 2, i32_to_none = 3, four = 4, to_four = 5, i32_exn = 6;

std::vector<Bytes> common_types()
{
    return {
        func_type({}, {}),
        func_type({}, {{i32}}),
        func_type({{i32}}, {{i32}}),
        func_type({{i32}}, {}),
        func_type({{i32}, {i64}, {f32}, {f64}}, {}),
        func_type({}, {{i32}, {i64}, {f32}, {f64}}),
        func_type({}, {{i32}, {exnref}}),
    };
}

/// A module with functions "f0", "f1", ... that take and give i32, and tags:
/// 0 (i32), 1 (), 2 (i32 i64 f32 f64).
struct Parts {
    std::vector<Bytes> bodies = {};
    std::vector<Bytes> import_items = {};  ///< Functions of the host or of another instance.
    uint8_t imported_functions = 0;
    bool import_tags = false;  ///< From "other".
    Bytes elements_section = {};
};

Bytes assemble(const Parts& parts)
{
    std::vector<Bytes> types_of_functions;
    std::vector<Bytes> exported;
    for (size_t i = 0; i < parts.bodies.size(); ++i) {
        types_of_functions.push_back({i32_to_i32});
        const auto index = static_cast<uint8_t>(parts.imported_functions + i);
        exported.push_back(export_func("f" + std::to_string(i), index));
    }
    for (uint8_t i = 0; i < 3; ++i)
        exported.push_back(export_tag("t" + std::to_string(i), i));
    constexpr uint8_t tag_types[] = {i32_to_none, to_none, four};
    std::vector<Bytes> own_tags;
    std::vector<Bytes> imported = parts.import_items;
    for (int i = 0; i < 3; ++i) {
        if (parts.import_tags)
            imported.push_back(import("other", "t" + std::to_string(i), as_tag(tag_types[i])));
        else
            own_tags.push_back({0x00, tag_types[i]});
    }
    Bytes binary = wasm({types(common_types())});
    append(binary, imports(imported));
    append(binary, functions(types_of_functions));
    if (!parts.elements_section.empty()) append(binary, tables({{funcref, 0x00, 4}}));
    append(binary, memories({at_least(1)}));
    append(binary, tags(own_tags));
    append(binary, exports(exported));
    append(binary, parts.elements_section);
    append(binary, code(parts.bodies));
    return binary;
}

Bytes visit_import()
{
    return import("h", "visit", as_func(i32_to_i32));
}

class exceptions : public ::testing::TestWithParam<bool> {
protected:
    exceptions()
    {
        const ValType one[] = {ValType::i32};
        EXPECT_TRUE(world_.store().names().define_function("h", "visit", one, one, Visitor::call,
                                                           &visitor_));
    }
    ModuleInstance& make(const Parts& parts, bool fuel = false)
    {
        const auto module = world_.load(
            assemble(parts),
            {.translate = {.fuel = fuel, .interruptible = true, .slots_only = GetParam()}});
        EXPECT_EQ(text_of(module), "ok");
        const auto instance = runtime::instantiate(world_.store(), *module.value());
        EXPECT_EQ(text_of(instance), "ok");
        return *instance.value();
    }
    /// One function.
    ModuleInstance& make(const Bytes& body) { return make(Parts{.bodies = {body}}); }
    ModuleInstance& make_other(const Parts& parts)
    {
        ModuleInstance& other = make(parts);
        EXPECT_TRUE(world_.store().names().define_instance("other", other));
        return other;
    }

    Result<int32_t> run(ModuleInstance& instance, std::string_view name, int32_t arg)
    {
        const Value args[] = {arg};
        Value result[1];
        WRT_CHECK(runtime::call(world_.store(), test::func(instance, name), args, result));
        return result[0].i32;
    }
    int32_t number(ModuleInstance& instance, std::string_view name, int32_t arg)
    {
        const auto result = run(instance, name, arg);
        EXPECT_EQ(text_of(result), "ok") << name;
        return result ? *result : -999'999;
    }
    std::string failure(ModuleInstance& instance, std::string_view name, int32_t arg)
    {
        const auto result = run(instance, name, arg);
        return result ? "ok" : std::string{phrase(result.error().code)};
    }
    static TagInstance& tag(const ModuleInstance& instance, const char* name)
    {
        return *runtime::find_export(instance, name).tag;
    }
    Execution& execution() { return world_.store().execution(); }
    int32_t uncaught_i32()
    {
        Value values[1];
        EXPECT_EQ(runtime::exception_values(execution(), values), 1u);
        return values[0].i32;
    }

    World world_;
    Visitor visitor_;
};

INSTANTIATE_TEST_SUITE_P(folded_and_in_slots, exceptions, ::testing::Bool(),
                         [](const auto& mode) { return mode.param ? "slots_only" : "folded"; });

TEST_P(exceptions, are_caught_where_they_are_thrown)
{
    ModuleInstance& instance = make(ins::func(
        {}, {block({i32}, {try_table(none, {catch_(0, 0)}, {get(0), throw_(0)}), unreachable}),
             num(1), i32_add}));
    EXPECT_EQ(number(instance, "f0", 41), 42);
}

TEST_P(exceptions, carry_values_of_every_type)
{
    // f1 throws four values that it computes; f0 adds up what arrives.
    ModuleInstance& instance = make(
        {.bodies = {ins::func({{1, i64}, {1, f32}, {1, f64}},
                              {num(1000),
                               block(type(to_four),
                                     {try_table(none, {catch_(2, 0)}, {get(0), call(1), drop}),
                                      unreachable}),
                               set(3), set(2), set(1), i32_add, get(1), i32_wrap, i32_add, get(2),
                               i32_trunc_f32, i32_add, get(3), i32_trunc_f64, i32_add}),
                    ins::func({}, {get(0), num(1), i32_add, num64(20), real32(300), real(4000),
                                   get(0), drop, throw_(2)})}});
    EXPECT_EQ(number(instance, "f0", 5), 1000 + 6 + 20 + 300 + 4000);
}

TEST_P(exceptions, are_passed_by_handlers_of_other_tags)
{
    ModuleInstance& instance = make(
        {.bodies = {
             ins::func({}, {block({i32}, {try_table(none, {catch_(0, 0)}, {get(0), call(1), drop}),
                                          unreachable})}),
             // A handler of its own for tags 1 and 2, and one that has ended already.
             ins::func({}, {block(none, {try_table(none, {catch_all(0)}, {})}),
                            block(none, {try_table(none, {catch_(1, 0)}, {get(0), call(2), drop})}),
                            num(7)}),
             ins::func({}, {get(0), throw_(0)})}});
    EXPECT_EQ(number(instance, "f0", 12), 12);
}

TEST_P(exceptions, go_to_the_innermost_handler_and_to_the_first_that_fits)
{
    // (block 1 (block 2 (block 3 (try_table (catch 1 -> 3) (try_table (catch 0 -> 2) (catch_all ->
    // 1)
    const auto with = [&](const Code& thrower) {
        return ins::func(
            {}, {block(none,
                       {block({i32},
                              {block(none, {try_table(none, {catch_(1, 0)},
                                                      {try_table(none, {catch_(0, 2), catch_all(3)},
                                                                 thrower)}),
                                            num(1), return_}),
                               num(2), return_}),
                        num(100), i32_add, return_}),
                 num(3)});
    };
    EXPECT_EQ(number(make(with({get(0), throw_(0)})), "f0", 50), 150);
    EXPECT_EQ(number(make(with({throw_(1)})), "f0", 50), 3);
    EXPECT_EQ(number(make(with({})), "f0", 50), 1);
}

TEST_P(exceptions, leave_locals_as_they_were_when_they_were_thrown)
{
    // Both pins of both banks, and locals without pins, are set before the call and in between; the
    // callee uses its own pins.
    const Code busy = {get(0), num(3), i32_mul, get(1), i32_add, tee(1),  set(0),
                       get(4), get(5), f64_add, tee(4), get(5),  f64_mul, set(5)};
    ModuleInstance& instance = make(
        {.bodies = {
             // locals: 0 param, 1 2 3 i32, 4 5 6 f64
             ins::func(
                 {{3, i32}, {3, f64}},
                 {num(10), set(1), num(20), set(2), real(30), set(4), real(2), set(5), real(50),
                  set(6),
                  loop(none, {block({i32},
                                    {try_table(none, {catch_(0, 0)},
                                               {get(0),  num(1),  i32_add, set(0),  get(1),  num(2),
                                                i32_add, set(1),  get(4),  real(1), f64_add, set(4),
                                                get(5),  real(1), f64_add, set(5),  get(2),  num(1),
                                                i32_add, set(2),  get(6),  real(1), f64_add, set(6),
                                                get(0),  call(1), set(1)}),
                                     unreachable}),
                              // what was thrown
                              set(3), get(0), num(4), i32_lt_s, br_if(0)}),
                  // 0: 4, 1: 10 + 2 * 4, 2: 20 + 4, 3: 4 * 100, 4: 34, 5: 6, 6: 54
                  get(0), num(1), i32_mul, get(1), i32_add, get(2), i32_add, get(3), i32_add,
                  get(4), i32_trunc_f64, i32_add, get(5), i32_trunc_f64, i32_add, get(6),
                  i32_trunc_f64, i32_add}),
             ins::func({{3, i32}, {3, f64}},
                       {all_of(busy), all_of(busy), get(0), drop, get(0), get(1), i32_add, drop,
                        get(0), num(0), i32_mul, num(77), i32_add, call(2)}),
             ins::func({{3, i32}, {3, f64}}, {all_of(busy), all_of(busy), num(400), throw_(0)})}});
    EXPECT_EQ(number(instance, "f0", 0), 4 + 18 + 24 + 400 + 34 + 6 + 54);
}

TEST_P(exceptions, leave_pins_alone_when_a_frame_catches_its_own)
{
    ModuleInstance& instance = make(ins::func(
        {{2, i32}, {2, f64}},
        {loop(none, {block(none, {try_table(none, {catch_all(0)},
                                            {get(0), num(1), i32_sub, set(0), get(1), num(2),
                                             i32_add, set(1), get(3), real(3), f64_add, set(3),
                                             get(4), get(3), f64_add, set(4), throw_(1)})}),
                     get(0), br_if(0)}),
         get(1), get(3), i32_trunc_f64, i32_add, get(4), i32_trunc_f64, i32_add}));
    EXPECT_EQ(number(instance, "f0", 10), 20 + 30 + 165);
}

TEST_P(exceptions, find_operands_that_wait_below_the_handler)
{
    // An operand that was just computed, a constant, a local, one that another result drives out of
    // its register; all consumed after the catch.
    ModuleInstance& instance = make(
        {.bodies = {ins::func({{1, f64}}, {get(0), num(2), i32_mul, num(1000), get(0), get(0),
                                           num(5), i32_add, real(7), real(2), f64_mul, set(1),
                                           block({i32}, {num(-1), get(0), num(9), i32_mul,
                                                         try_table(none, {catch_(0, 0)},
                                                                   {num(0), set(0), num(6), num(7),
                                                                    i32_mul, call(1), drop}),
                                                         unreachable}),
                                           // 2x 1000 x x+5 42
                                           i32_add, i32_mul, i32_add, i32_add, get(0), i32_add,
                                           get(1), i32_trunc_f64, i32_add}),
                    ins::func({}, {get(0), throw_(0)})}});
    EXPECT_EQ(number(instance, "f0", 3), 6 + 1000 + 3 * (8 + 42) + 0 + 14);
}

TEST_P(exceptions, may_go_back_to_a_loop)
{
    // (loop (param i32) ... (try_table (catch 0 -> the loop) ...)): thrown as often as f0 is told.
    Parts parts{
        .bodies = {ins::func(
            {{1, i32}},
            {num(0), loop(type(i32_to_i32),
                          {set(1), get(1), get(0), i32_eq, if_(none, {get(1), return_}),
                           try_table(none, {catch_(0, 0)}, {get(1), num(1), i32_add, throw_(0)}),
                           unreachable})})}};
    ModuleInstance& instance = make(parts);
    EXPECT_EQ(number(instance, "f0", 100'000), 100'000);
}

TEST_P(exceptions, may_go_to_the_end_of_the_function)
{
    ModuleInstance& instance =
        make(ins::func({}, {try_table(none, {catch_(0, 0)}, {get(0), throw_(0)}), num(1)}));
    EXPECT_EQ(number(instance, "f0", 8), 8);
}

TEST_P(exceptions, are_thrown_again_with_their_values)
{
    // f1 catches by reference, drops the value, and throws the same again; f0 catches it by tag.
    ModuleInstance& instance = make(
        {.bodies = {
             ins::func({}, {block({i32}, {try_table(none, {catch_(0, 0)}, {get(0), call(1), drop}),
                                          unreachable})}),
             ins::func(
                 {{1, exnref}},
                 {block(type(i32_exn),
                        {try_table(none, {catch_ref(0, 0)}, {get(0), throw_(0)}), unreachable}),
                  set(1), drop,
                  block({exnref},
                        {try_table(none, {catch_all_ref(0)}, {get(1), throw_ref}), unreachable}),
                  throw_ref})}});
    EXPECT_EQ(number(instance, "f0", 31), 31);
}

TEST_P(exceptions, cannot_be_thrown_from_null)
{
    ModuleInstance& instance = make(
        ins::func({{1, exnref}},
                  {block(none, {try_table(none, {catch_all(0)}, {get(1), throw_ref})}), num(0)}));
    EXPECT_EQ(failure(instance, "f0", 0), "null exception reference");
}

TEST_P(exceptions, are_no_traps)
{
    ModuleInstance& instance = make(
        ins::func({}, {block(none, {try_table(none, {catch_all(0)}, {unreachable})}), num(0)}));
    EXPECT_EQ(failure(instance, "f0", 0), "unreachable");
}

TEST_P(exceptions, come_through_a_table)
{
    ModuleInstance& instance =
        make({.bodies = {ins::func({}, {block({i32}, {try_table(none, {catch_(0, 0)},
                                                                {get(0), num(1),
                                                                 call_indirect(i32_to_i32), drop}),
                                                      num(0)})}),
                         ins::func({}, {get(0), throw_(0)})},
              .elements_section = elements({bytes(0x00, i32_const(0), 0x0b, vec({{0}, {1}}))})});
    EXPECT_EQ(number(instance, "f0", 9), 9);
}

TEST_P(exceptions, unwind_as_deep_as_calls_go)
{
    ModuleInstance& instance = make(
        {.bodies = {
             ins::func({}, {block({i32}, {try_table(none, {catch_(0, 0)}, {get(0), call(1), drop}),
                                          num(0)})}),
             ins::func({}, {get(0), i32_eqz, if_(none, {num(5), throw_(0)}), get(0), num(1),
                            i32_sub, call(1), num(1), i32_add})}});
    EXPECT_EQ(number(instance, "f0", 1000), 5);
    EXPECT_EQ(failure(instance, "f0", 1'000'000), "call stack exhausted");
    EXPECT_EQ(number(instance, "f0", 1000), 5);
}

TEST_P(exceptions, do_not_stay_in_a_frame_that_tail_called)
{
    // The try_table is left before the callee runs: f0 catches, not f1.
    ModuleInstance& instance = make(
        {.bodies = {
             ins::func({}, {block({i32}, {try_table(none, {catch_(0, 0)}, {get(0), call(1), drop}),
                                          num(0)}),
                            num(1000), i32_add}),
             ins::func({},
                       {block(none, {try_table(none, {catch_all(0)}, {get(0), return_call(2)})}),
                        num(0)}),
             ins::func({}, {get(0), throw_(0)})}});
    EXPECT_EQ(number(instance, "f0", 3), 1003);
}

TEST_P(exceptions, cross_instances_and_bring_their_memory_back)
{
    ModuleInstance& other =
        make_other({.bodies = {ins::func({}, {get(0), throw_(0)}),
                               // Calls through this instance once more before it throws.
                               ins::func({}, {get(0), call(0)})}});
    other.memories[0]->base[8] = 55;
    ModuleInstance& instance =
        make({.bodies = {ins::func({{2, f64}}, {real(100), set(1), real(200), set(2),
                                                block({i32}, {try_table(none, {catch_(0, 0)},
                                                                        {get(0), call(0), drop}),
                                                              num(0)}),
                                                // i32.load8_u offset=8
                                                get(1), get(2), f64_add, i32_trunc_f64, i32_add,
                                                num(0), bytes(0x2d, 0, 8), i32_add}),
                         // a tail call into the other instance
                         ins::func({}, {get(0), return_call(0)}),
                         ins::func({}, {block({i32}, {try_table(none, {catch_(0, 0)},
                                                                {get(0), call(2), drop}),
                                                      num(0)}),
                                        num(0), bytes(0x2d, 0, 8), i32_add})},
              .import_items = {import("other", "f1", as_func(i32_to_i32))},
              .imported_functions = 1,
              .import_tags = true});
    instance.memories[0]->base[8] = 7;
    EXPECT_EQ(number(instance, "f0", 4000), 4000 + 300 + 7);
    EXPECT_EQ(number(instance, "f2", 4000), 4007);
}

TEST_P(exceptions, of_equal_types_are_told_apart_by_their_tags)
{
    make_other({.bodies = {ins::func({}, {get(0), throw_(0)})}});
    // Tag 0 of this instance has the same type and is another.
    ModuleInstance& instance = make(
        {.bodies = {ins::func(
             {},
             {block({i32}, {try_table(none, {catch_(0, 0)}, {get(0), call(0), drop}), num(0)})})},
         .import_items = {import("other", "f0", as_func(i32_to_i32))},
         .imported_functions = 1});
    EXPECT_EQ(failure(instance, "f0", 1), "uncaught exception");
}

TEST_P(exceptions, that_nobody_catches_reach_the_host_with_tag_values_and_frames)
{
    ModuleInstance& instance = make(
        {.bodies = {
             ins::func({}, {block(none, {try_table(none, {catch_(1, 0)}, {get(0), call(1), drop})}),
                            num(0)}),
             ins::func({}, {get(0), num64(-2), real32(3), real(4), throw_(2)})}});
    const auto result = run(instance, "f0", 11);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::uncaught_exception);
    EXPECT_EQ(execution().exception.tag, &tag(instance, "t2"));
    Value values[4];
    ASSERT_EQ(runtime::exception_values(execution(), values), 4u);
    EXPECT_EQ(values[0].i32, 11);
    EXPECT_EQ(values[1].i64, -2);
    EXPECT_EQ(values[2].f32, 3.0f);
    EXPECT_EQ(values[3].f64, 4.0);
    runtime::BacktraceFrame frames[4];
    ASSERT_EQ(runtime::backtrace(execution(), frames), 2u);
    EXPECT_EQ(frames[0].function, 1u);
    EXPECT_EQ(frames[0].offset, result.error().offset);
    EXPECT_EQ(frames[1].function, 0u);
    // The next run is none of its business.
    EXPECT_EQ(failure(instance, "f1", 1), "uncaught exception");
    EXPECT_EQ(
        text_of(runtime::call(world_.store(), test::func(instance, "f0"), {}, {})).substr(0, 5),
        "usage");
}

/// f0 catches what comes out of the host's function; f1 throws; f2 tail calls the host.
Parts around_the_host()
{
    return {.bodies =
                {ins::func({{1, f64}},
                           {real(70), set(1),
                            block({i32}, {try_table(none, {catch_(0, 0)},
                                                    {get(0), call(0), num(100), i32_add, return_}),
                                          unreachable}),
                            get(1), i32_trunc_f64, i32_add}),
                 ins::func({}, {get(0), throw_(0)}),
                 ins::func(
                     {}, {block(none, {try_table(none, {catch_all(0)}, {get(0), return_call(0)})}),
                          num(0)}),
                 ins::func(
                     {}, {block({i32}, {try_table(none, {catch_(0, 0)}, {get(0), call(3), drop}),
                                        unreachable})})},
            .import_items = {visit_import()},
            .imported_functions = 1};
}

TEST_P(exceptions, pass_a_host_function_that_hands_them_on)
{
    ModuleInstance& instance = make(around_the_host());
    visitor_.visit = [&](runtime::Caller& caller, int32_t value) -> Result<int32_t> {
        const Value args[] = {value * 2};
        Value result[1];
        const Status status =
            runtime::call(caller.execution, test::func(instance, "f1"), args, result);
        EXPECT_EQ(text_of(status).substr(0, 6), "trap a");
        EXPECT_EQ(status.error().code, Errc::uncaught_exception);
        EXPECT_EQ(uncaught_i32(), value * 2);
        WRT_CHECK(status);
        return result[0].i32;
    };
    EXPECT_EQ(number(instance, "f0", 8), 16 + 70);
    EXPECT_EQ(number(instance, "f3", 8), 16);  // by way of a tail call
    EXPECT_EQ(failure(instance, "f2", 8), "uncaught exception");
    EXPECT_EQ(uncaught_i32(), 16);
}

TEST_P(exceptions, are_forgotten_where_the_host_forgives_them)
{
    ModuleInstance& instance = make(around_the_host());
    visitor_.visit = [&](runtime::Caller& caller, int32_t value) -> Result<int32_t> {
        const Value args[] = {value};
        Value result[1];
        EXPECT_FALSE(runtime::call(caller.execution, test::func(instance, "f1"), args, result));
        return value + 1;
    };
    EXPECT_EQ(number(instance, "f0", 8), 109);
    EXPECT_EQ(execution().exception.tag, nullptr);
    // Another error of the host's is that error.
    visitor_.visit = [&](runtime::Caller& caller, int32_t value) -> Result<int32_t> {
        const Value args[] = {value};
        Value result[1];
        EXPECT_FALSE(runtime::call(caller.execution, test::func(instance, "f1"), args, result));
        return Error{.code = Errc::host_failure};
    };
    EXPECT_EQ(failure(instance, "f0", 8), "host function failed");
    EXPECT_EQ(execution().exception.tag, nullptr);
}

TEST_P(exceptions, wait_while_the_host_function_makes_other_calls)
{
    ModuleInstance& instance = make(around_the_host());
    visitor_.visit = [&](runtime::Caller& caller, int32_t value) -> Result<int32_t> {
        if (value >= 100) return value;
        Value args[] = {value};
        Value result[1];
        const Status first =
            runtime::call(caller.execution, test::func(instance, "f1"), args, result);
        EXPECT_FALSE(first);
        // Runs that succeed, that catch what they throw, that trap, and that use the stack.
        args[0] = Value{int32_t{100}};
        EXPECT_TRUE(runtime::call(caller.execution, test::func(instance, "f0"), args, result));
        args[0] = Value{int32_t{1}};
        EXPECT_FALSE(runtime::call(caller.execution, test::func(instance, "f0"), {}, result));
        WRT_CHECK(first);
        return 0;
    };
    EXPECT_EQ(number(instance, "f0", 8), 78);
    // One that is thrown later takes its place.
    visitor_.visit = [&](runtime::Caller& caller, int32_t value) -> Result<int32_t> {
        for (int32_t i = 0; i < 100'000; ++i) {
            const Value args[] = {value + i};
            Value result[1];
            const Status status =
                runtime::call(caller.execution, test::func(instance, "f1"), args, result);
            if (i == 99'999) WRT_CHECK(status);
        }
        return 0;
    };
    EXPECT_EQ(number(instance, "f0", 1), 100'000 + 70);
}

TEST_P(exceptions, are_thrown_by_the_host)
{
    ModuleInstance& instance = make(around_the_host());
    visitor_.visit = [&](runtime::Caller& caller, int32_t value) -> Result<int32_t> {
        const Value values[] = {value + 5};
        return runtime::throw_exception(caller.execution, tag(instance, "t0"), values);
    };
    EXPECT_EQ(number(instance, "f0", 1), 76);
    EXPECT_EQ(number(instance, "f3", 1), 6);
    EXPECT_EQ(failure(instance, "f2", 1), "uncaught exception");
    EXPECT_EQ(uncaught_i32(), 6);
    visitor_.visit = [&](runtime::Caller& caller, int32_t) -> Result<int32_t> {
        return runtime::throw_exception(caller.execution, tag(instance, "t0"), {});
    };
    EXPECT_EQ(failure(instance, "f0", 1), "wrong number of arguments");
    visitor_.visit = [&](runtime::Caller& caller, int32_t) -> Result<int32_t> {
        const Value values[] = {1.5};
        return runtime::throw_exception(caller.execution, tag(instance, "t0"), values);
    };
    EXPECT_EQ(failure(instance, "f0", 1), "signature mismatch");
    // The error alone is no exception that anything could catch.
    visitor_.visit = [&](runtime::Caller&, int32_t) -> Result<int32_t> {
        return Error{.code = Errc::uncaught_exception};
    };
    EXPECT_EQ(failure(instance, "f0", 1), "uncaught exception");
    EXPECT_EQ(execution().exception.tag, nullptr);
}

TEST_P(exceptions, end_no_run_that_is_interrupted_later_than_others)
{
    // A loop that goes round by throwing.
    ModuleInstance& instance = make(ins::func(
        {}, {loop(none, {try_table(none, {catch_all(0)}, {throw_(1)}), unreachable}), num(0)}));
    runtime::interrupt(execution());
    const auto result = run(instance, "f0", 0);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::interrupted);
    EXPECT_EQ(execution().exception.tag, nullptr);
}

TEST_P(exceptions, cost_fuel_by_what_the_search_looked_at)
{
    const Parts parts{
        .bodies = {
            ins::func({}, {loop(none, {try_table(none, {catch_all(0)}, {throw_(1)}), unreachable}),
                           num(0)}),
            ins::func({}, {block(none, {try_table(none, {catch_all(0)}, {throw_(1)})}), num(1)})}};
    ModuleInstance& instance = make(parts, true);
    execution().fuel = 10'000;
    EXPECT_EQ(failure(instance, "f0", 0), "out of fuel");
    execution().fuel = 10'000;
    EXPECT_EQ(number(instance, "f1", 0), 1);
    const int64_t used = 10'000 - execution().fuel;
    execution().fuel = used - 1;
    EXPECT_EQ(failure(instance, "f1", 0), "out of fuel");
    execution().fuel = used;
    EXPECT_EQ(number(instance, "f1", 0), 1);
}

TEST_P(exceptions, take_nothing_from_heap_or_arena_where_nobody_wants_a_reference)
{
    ModuleInstance& instance =
        make({.bodies = {ins::func({{1, i32}},
                                   {loop(none, {block({i32}, {try_table(none, {catch_(0, 0)},
                                                                        {get(0), call(1), drop}),
                                                              unreachable}),
                                                get(1), i32_add, set(1), get(0), num(1), i32_sub,
                                                tee(0), br_if(0)}),
                                    get(1)}),
                         ins::func({}, {get(0), throw_(0)})}});
    Arena& arena = world_.arena();
    const size_t used = arena.used();
    arena.seal();
    const HeapWatch heap;
    const Value args[] = {int32_t{1000}};
    Value result[1];
    const Status status = runtime::call(world_.store(), test::func(instance, "f0"), args, result);
    EXPECT_EQ(heap.allocations(), 0u);
    EXPECT_EQ(arena.used(), used);
    arena.unseal();
    EXPECT_EQ(text_of(status), "ok");
    EXPECT_EQ(result[0].i32, 500'500);
}

// A structure of one i32, type 1 of such a module, behind the common types.
constexpr uint8_t box = 7, box_to_none = 8;

/// Makes a box of what is on the stack; what is in one.
const Bytes box_up = {0xfb, 0x00, box};
const Bytes unbox = {0xfb, 0x02, box, 0};

/// f0 catches boxes by reference while it makes others; f1 throws one; f2 throws what f0 caught
/// once more. Tag 0 carries a box.
Bytes boxes()
{
    std::vector<Bytes> all = common_types();
    all.push_back(struct_type({field({i32}, false)}));
    all.push_back(func_type({ref_null(box)}, {}));
    all.push_back(func_type({}, {ref_null(box), {exnref}}));
    // locals: 0 param, 1 exnref, 2 (ref null box)
    const Bytes locals = bytes(2, 1, exnref, 1, ref_null(box));
    const auto with_locals = [&](const Code& body) { return bytes(locals, all_of(body), 0x0b); };
    const Bytes two = {9};
    return wasm(
        {types(all), functions({{i32_to_i32}, {i32_to_i32}, {i32_to_i32}}),
         tags({{0x00, box_to_none}}),
         exports({export_func("f0", 0), export_func("f1", 1), export_func("f2", 2),
                  export_tag("t0", 0)}),
         code({with_locals(
                   {num(100), box_up, set(2),
                    block(two,
                          {get(2), try_table(none, {catch_ref(0, 0)}, {get(0), ins::call(1), drop}),
                           drop, unreachable}),
                    set(1), set(2), num(5), box_up, drop, get(2), unbox,
                    block({0x63, box},
                          {num(3), box_up, try_table(none, {catch_(0, 0)}, {get(1), throw_ref}),
                           unreachable}),
                    num(6), box_up, drop, unbox, i32_add}),
               with_locals({num(1), box_up, set(2), get(0), num(10), i32_add, box_up, num(9),
                            box_up, drop, throw_(0)}),
               with_locals(
                   {block(two, {try_table(none, {catch_ref(0, 0)}, {get(0), ins::call(1), drop}),
                                unreachable}),
                    throw_ref})})});
}

TEST_P(exceptions, keep_what_they_carry_while_the_heap_moves)
{
    World world{{.limits = {.stack_slots = 1u << 14}, .hash_key = {}, .collect_always = true}};
    const auto module = world.load(boxes(), {.translate = {.slots_only = GetParam()}});
    ASSERT_EQ(text_of(module), "ok");
    const auto made = runtime::instantiate(world.store(), *module.value());
    ASSERT_EQ(text_of(made), "ok");
    ModuleInstance& instance = *made.value();
    const Value args[] = {int32_t{32}};
    Value result[1];
    ASSERT_EQ(text_of(runtime::call(world.store(), test::func(instance, "f0"), args, result)),
              "ok");
    EXPECT_EQ(result[0].i32, 2 * 42);

    // Nobody catches it: it stays, and what it carries moves with the heap.
    for (const char* const name : {"f1", "f2"}) {
        EXPECT_FALSE(runtime::call(world.store(), test::func(instance, name), args, result));
        world.store().collect();
        Value values[1];
        ASSERT_EQ(runtime::exception_values(world.store().execution(), values), 1u);
        ASSERT_TRUE(world.store().heap().contains(values[0].ref));
        int32_t number = 0;
        std::memcpy(&number, values[0].ref.as_object()->elements(), sizeof number);
        EXPECT_EQ(number, 42) << name;
    }
}

// As it was before 3.0: try, catch and rethrow.
Bytes legacy_try(const Bytes& type, const Code& code, uint8_t tag, const Code& handler)
{
    return bytes(0x06, type, all_of(code), 0x07, tag, all_of(handler), 0x0b);
}
Bytes rethrow(uint8_t label)
{
    return {0x09, label};
}

TEST_P(exceptions, of_the_legacy_kind_are_kept_until_they_are_rethrown)
{
    World world{{.limits = {.stack_slots = 1u << 14}, .hash_key = {}, .collect_always = true}};
    std::vector<Bytes> all = common_types();
    all.push_back(struct_type({field({i32}, false)}));
    all.push_back(func_type({ref_null(box)}, {}));
    const Bytes inner = legacy_try(none, {get(0), ins::call(1), drop}, 0,
                                   {drop, num(5), box_up, drop, num(6), box_up, drop, rethrow(0)});
    const Bytes binary =
        wasm({types(all), functions({{i32_to_i32}, {i32_to_i32}}), tags({{0x00, box_to_none}}),
              exports({export_func("f0", 0)}),
              code({ins::func({}, {legacy_try({0x63, box}, {inner, unreachable}, 0, {}), unbox}),
                    ins::func({}, {get(0), box_up, num(9), box_up, drop, throw_(0)})})});
    runtime::LoadOptions options{.translate = {.slots_only = GetParam()}};
    EXPECT_EQ(text_of(world.load(binary, options)).substr(0, 9), "malformed");
    options.decode.features = options.decode.features.with(Feature::legacy_exceptions);
    const auto module = world.load(binary, options);
    ASSERT_EQ(text_of(module), "ok");
    const auto made = runtime::instantiate(world.store(), *module.value());
    ASSERT_EQ(text_of(made), "ok");
    const Value args[] = {int32_t{42}};
    Value result[1];
    ASSERT_EQ(text_of(runtime::call(world.store(), test::func(*made.value(), "f0"), args, result)),
              "ok");
    EXPECT_EQ(result[0].i32, 42);
}

TEST_P(exceptions, are_made_again_and_again_without_filling_the_heap)
{
    ModuleInstance& instance = make(ins::func(
        {{1, exnref}},
        {loop(none, {block(type(i32_exn),
                           {try_table(none, {catch_ref(0, 0)}, {get(0), throw_(0)}), unreachable}),
                     set(1), num(1), i32_sub, tee(0), br_if(0)}),
         get(0)}));
    EXPECT_EQ(number(instance, "f0", 1'000'000), 0);
    EXPECT_GT(world_.store().heap().stats().collections, 0u);
}

TEST_P(exceptions, in_a_start_function_end_instantiation)
{
    const Bytes binary =
        wasm({types(common_types()), functions({{to_none}}), tags({{0x00, to_none}}), start(0),
              code({ins::func({}, {throw_(0)})})});
    EXPECT_EQ(text_of(world_.instantiate(binary)).substr(0, 5), "trap ");
    EXPECT_NE(execution().exception.tag, nullptr);
}

}  // namespace
}  // namespace wrt::test
