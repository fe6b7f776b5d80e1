// Exact budgets: what measure() says is what an arena needs, to the byte.
#include <wrt/runtime/measure.hpp>

#include <algorithm>
#include <memory>
#include <numeric>

#include "assembled.hpp"

namespace wrt::test {
namespace {

using runtime::Measurement;
using runtime::MeasureOptions;
using runtime::Phase;

constexpr std::string_view adder = R"((module
  (import "env" "log" (func $log (param i32)))
  (memory 1 3)
  (table 4 funcref)
  (global $count (mut i32) (i32.const 0))
  (elem (i32.const 0) $add $log)
  (data (i32.const 8) "hello")
  (func $add (export "add") (param i32 i32) (result i32)
    (call $log (local.get 0))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.add (local.get 0) (local.get 1)))))";

/// An arena of `bytes` bytes in which `binary` is taken through all steps.
class Performance {
public:
    Performance(std::span<const uint8_t> binary, size_t bytes, const Measurement& measured,
                const MeasureOptions& options = {})
        : bytes_{std::make_unique<std::byte[]>(bytes + Backing::alignment)}
    {
        void* base = bytes_.get();
        size_t space = bytes + Backing::alignment;
        std::align(Backing::alignment, bytes, base, space);
        arena_ = std::make_unique<Arena>(Backing::over({static_cast<std::byte*>(base), bytes}),
                                         options.arena);
        result_ = runtime::perform(binary, *arena_, measured.limits, options);
    }

    Arena& arena() { return *arena_; }
    const Result<runtime::Rehearsed>& result() const { return result_; }
    std::string text() const
    {
        return result_ ? "ok" : std::string{describe(result_.error()).view()};
    }

private:
    std::unique_ptr<std::byte[]> bytes_;
    std::unique_ptr<Arena> arena_;
    Result<runtime::Rehearsed> result_{runtime::Rehearsed{}};
};

TEST(measure, says_what_an_arena_needs_to_the_byte)
{
    const auto binary = assembled(adder);
    const Measurement measured = runtime::measure(binary).value();
    EXPECT_EQ(measured.arena_bytes % Backing::alignment, 0u);
    EXPECT_EQ(Performance(binary, measured.arena_bytes, measured).text(), "ok");
    Performance less{binary, measured.arena_bytes - 1, measured};
    ASSERT_FALSE(less.result());
    EXPECT_EQ(less.result().error().code, Errc::arena_exhausted);
    EXPECT_EQ(less.arena().last_refusal().budget, measured.arena_bytes - Backing::alignment);
}

TEST(measure, is_exact_for_a_load_that_needs_more_than_what_follows)
{
    // Much code and no memory: the peak lies in loading.
    std::string text = "(module (func (export \"f\")";
    for (int i = 0; i < 2'000; ++i)
        text += "(block";
    text += std::string(2'000, ')') + "))";
    const auto binary = assembled(text);
    MeasureOptions options;
    options.store.limits.stack_slots = 64;
    const Measurement measured = runtime::measure(binary, options).value();
    ASSERT_GT(measured.phase(Phase::load).peak, measured.phase(Phase::instance).peak);
    EXPECT_EQ(Performance(binary, measured.arena_bytes, measured, options).text(), "ok");
    Performance less{binary, measured.arena_bytes - 1, measured, options};
    ASSERT_FALSE(less.result());
    const Error& error = less.result().error();
    EXPECT_EQ(error.code, Errc::arena_exhausted);
    EXPECT_TRUE(error.account == Account::scratch || error.account == Account::code);
    EXPECT_LT(error.offset, binary.size());
    EXPECT_GT(error.actual, error.expected);
    EXPECT_EQ(less.arena().used(), 0u);
}

TEST(measure, gives_every_byte_of_every_phase_to_an_account)
{
    const Measurement measured = runtime::measure(assembled(adder)).value();
    size_t before = 0;
    for (const runtime::PhaseNeed& need : measured.phases) {
        const auto sum = [](const runtime::AccountBytes& bytes) {
            return std::accumulate(bytes.begin(), bytes.end(), size_t{0});
        };
        EXPECT_EQ(sum(need.at_peak), need.peak);
        EXPECT_EQ(sum(need.at_end), need.retained);
        EXPECT_GE(need.retained, before);
        before = need.retained;
    }
    EXPECT_EQ(measured.phase(Phase::load).at_end[size_t(Account::scratch)], 0u);
    EXPECT_GT(measured.phase(Phase::load).at_end[size_t(Account::code)], 0u);
    EXPECT_EQ(measured.phase(Phase::load).at_end[size_t(Account::stack)], 0u);
}

TEST(measure, tells_memories_and_tables_apart)
{
    const Measurement measured = runtime::measure(assembled(adder)).value();
    EXPECT_EQ(measured.memory.minimum, 65'536u);
    EXPECT_EQ(measured.memory.maximum, 3u * 65'536);
    EXPECT_EQ(measured.memory.reserved, 2u * 65'536);  // limits::fixed_memory_bytes
    EXPECT_EQ(measured.tables.minimum, 4u);
    EXPECT_EQ(measured.limits.heap_bytes, 0u);
}

TEST(measure, counts_what_the_host_provides)
{
    const auto binary = assembled(adder);
    MeasureOptions options;
    const size_t stubbed = runtime::measure(binary, options).value().arena_bytes;
    options.provide = [](void*, runtime::Store& store) -> Result<const runtime::ImportProvider*> {
        const ValType params[] = {ValType::i32};
        WRT_CHECK(store.names().define_function(
            "env", "log", params, {},
            [](runtime::Caller&, void*, runtime::Slot*) -> Status { return ok(); }));
        return &store.names();
    };
    const Measurement measured = runtime::measure(binary, options).value();
    EXPECT_GT(measured.arena_bytes, stubbed);
    EXPECT_EQ(Performance(binary, measured.arena_bytes, measured, options).text(), "ok");
    EXPECT_NE(Performance(binary, measured.arena_bytes - 1, measured, options).text(), "ok");
}

TEST(measure, costs_no_memory_for_what_is_only_declared)
{
    const Measurement measured =
        runtime::measure(assembled("(module (memory 65536) (table 10000000 funcref))")).value();
    EXPECT_GT(measured.arena_bytes, size_t{4} << 30);
    EXPECT_LT(measured.phase(Phase::load).peak, 4'096u);
}

TEST(measure, refuses_what_loading_refuses)
{
    const uint8_t bytes[] = {0, 'a', 's', 'm', 2, 0, 0, 0};
    EXPECT_EQ(runtime::measure(bytes).error().code, Errc::unknown_binary_version);
}

}  // namespace
}  // namespace wrt::test
