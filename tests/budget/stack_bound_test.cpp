// The bound of the stack: the longest chain of calls, exactly where it is only one.
#include <wrt/runtime/stack_bound.hpp>

#include <string>

#include <wrt/runtime/call.hpp>
#include <wrt/runtime/instantiate.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/store.hpp>

#include "assembled.hpp"

namespace wrt::test {
namespace {

using runtime::StackBound;

/// A module with its calls noted.
class Noted {
public:
    explicit Noted(std::string_view text)
        : binary_{assembled(text)},
          arena_{Backing::reserve(size_t{1} << 32).value()},
          notes_{Backing::reserve(size_t{1} << 30).value()},
          sites_{notes_}
    {
        runtime::LoadOptions how;
        how.translate.calls = &sites_;
        module_ = runtime::load_module_from_binary(binary_, arena_, how).value();
        bound_ = runtime::stack_bound(*module_, sites_, notes_).value();
    }

    const StackBound& bound() const { return bound_; }
    /// What calling the export on a stack of `slots` slots says.
    std::string call(std::string_view name, uint64_t slots)
    {
        const ScopeGuard scope =
            arena_.enter(LibraryId::test_registry, "call", unlimited, End::retained).value();
        runtime::StoreLimits limits;
        limits.stack_slots = static_cast<uint32_t>(slots);
        runtime::Store& store = *runtime::Store::make(arena_, {.limits = limits}).value();
        const auto* const instance = runtime::instantiate(store, *module_).value();
        const Status status =
            runtime::execute(store.execution(), *runtime::find_export(*instance, name).func, {});
        return status ? "ok" : std::string{phrase(status.error().code)};
    }
    /// "f -> g -> f"
    std::string circle() const
    {
        std::string text;
        for (uint32_t i = 0; i < bound_.circle_length; ++i)
            text += std::string{runtime::function_name(*module_, bound_.circle[i])} + " -> ";
        return text + std::string{runtime::function_name(*module_, bound_.circle[0])};
    }

private:
    std::vector<uint8_t> binary_;
    Arena arena_;
    Arena notes_;
    runtime::CallSites sites_;
    runtime::Module* module_ = nullptr;
    StackBound bound_;
};

TEST(stack_bound, of_a_chain_is_what_it_needs)
{
    Noted chain{R"((module
      (func $c (param i64 i64) (result i64) (local i64 i64 i64)
        (local.set 2 (i64.mul (local.get 0) (local.get 1)))
        (i64.add (local.get 2) (local.get 4)))
      (func $b (param i64) (result i64) (local i64)
        (i64.sub (local.get 0) (call $c (local.get 0) (i64.const 3))))
      (func $unused (param i64) (result i64) (call $b (call $b (local.get 0))))
      (func (export "a")
        (drop (i64.add (call $b (i64.const 1))
                       (i64.mul (call $b (i64.const 2)) (call $c (i64.const 1) (i64.const 2))))))))"};
    ASSERT_TRUE(chain.bound().bounded());
    EXPECT_EQ(chain.call("a", chain.bound().slots), "ok");
    EXPECT_EQ(chain.call("a", chain.bound().slots - 1), "call stack exhausted");
}

TEST(stack_bound, is_none_with_recursion_which_it_names)
{
    const Noted direct{R"((module
      (func $leaf)
      (func $down (export "down") (param i32)
        (call $leaf)
        (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))))"};
    EXPECT_FALSE(direct.bound().bounded());
    EXPECT_EQ(direct.circle(), "down -> down");

    const Noted mutual{R"((module
      (func $start (export "start") (call $even))
      (func $even (call $odd))
      (func $odd (call $middle))
      (func $middle (call $even) (call $other))
      (func $other)))"};
    EXPECT_EQ(mutual.circle(), "even -> odd -> middle -> even");
}

TEST(stack_bound, of_tail_calls_that_go_round_is_one_frame)
{
    Noted round{R"((module
      (func $even (export "even") (return_call $odd (i32.const 4)))
      (func $odd (param i32) (local i64 i64)
        (if (i32.eqz (local.get 0)) (then (return)))
        (return_call $odd (i32.sub (local.get 0) (i32.const 1))))))"};
    ASSERT_TRUE(round.bound().bounded());
    EXPECT_EQ(round.call("even", round.bound().slots), "ok");
    EXPECT_EQ(round.call("even", round.bound().slots - 1), "call stack exhausted");
}

TEST(stack_bound, counts_a_circle_of_tail_calls_with_a_call_in_it_as_recursion)
{
    const Noted mixed{R"((module
      (func $a (export "a") (return_call $b))
      (func $b (call $a))))"};
    EXPECT_EQ(mixed.circle(), "a -> b -> a");
}

TEST(stack_bound, takes_indirect_calls_to_reach_every_function_of_the_type_in_reach)
{
    Noted table{R"((module
      (type $t (func (param i64) (result i64)))
      (table funcref (elem $small $large))
      (func $small (type $t) (local.get 0))
      (func $large (type $t) (local i64 i64 i64 i64 i64 i64 i64 i64) (local.get 0))
      (func $never (type $t) (call $never (local.get 0)))
      (func (export "call")
        (drop (call_indirect (type $t) (i64.const 1) (i32.const 1))))))"};
    ASSERT_TRUE(table.bound().bounded());  // nobody makes a reference to $never
    EXPECT_EQ(table.call("call", table.bound().slots), "ok");
    EXPECT_EQ(table.call("call", table.bound().slots - 1), "call stack exhausted");

    const Noted recursive{R"((module
      (type $t (func))
      (table funcref (elem $f))
      (func $f (type $t) (call_indirect (type $t) (i32.const 0)))
      (func (export "call") (call $f))))"};
    EXPECT_EQ(recursive.circle(), "f -> f");
}

TEST(stack_bound, knows_references_that_code_and_constants_make)
{
    const Noted made{R"((module
      (type $t (func))
      (global $g (ref $t) (ref.func $g))
      (func $g (type $t) (call_ref $t (global.get $g)))
      (func (export "call") (call_ref $t (global.get $g)))))"};
    EXPECT_EQ(made.circle(), "g -> g");
}

TEST(stack_bound, follows_subtypes)
{
    const Noted types{R"((module
      (type $top (sub (func)))
      (type $below (sub $top (func)))
      (table funcref (elem $f))
      (func $f (type $below) (call_indirect (type $top) (i32.const 0)))
      (func (export "call") (call $f))))"};
    EXPECT_EQ(types.circle(), "f -> f");
}

TEST(stack_bound, of_a_long_chain_takes_no_native_stack)
{
    std::string text = "(module (func $f0)";
    constexpr int length = 100'000;
    for (int i = 1; i < length; ++i)
        text += "(func $f" + std::to_string(i) + " (call $f" + std::to_string(i - 1) + "))";
    text += "(export \"last\" (func $f" + std::to_string(length - 1) + ")))";
    Noted chain{text};
    ASSERT_TRUE(chain.bound().bounded());
    EXPECT_EQ(chain.call("last", chain.bound().slots), "ok");
    EXPECT_EQ(chain.call("last", chain.bound().slots - 1), "call stack exhausted");
}

}  // namespace
}  // namespace wrt::test
