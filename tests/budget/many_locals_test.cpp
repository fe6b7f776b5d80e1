// Functions that declare more locals than the translator keeps an entry for each.
#include <string>

#include <wrt/runtime/call.hpp>
#include <wrt/runtime/instantiate.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/store.hpp>

#include "assembled.hpp"

namespace wrt::test {
namespace {

/// The i64 that export "f" of the text gives.
uint64_t result_of(const std::string& text, bool slots_only)
{
    const auto binary = assembled(text);
    Arena arena{Backing::reserve(size_t{1} << 32).value()};
    runtime::LoadOptions how;
    how.translate.slots_only = slots_only;
    const auto module = runtime::load_module_from_binary(binary, arena, how);
    EXPECT_TRUE(module) << describe(module.error()).view();
    runtime::Store& store = *runtime::Store::make(arena).value();
    const auto* const instance = runtime::instantiate(store, **module).value();
    runtime::Slot window[1];
    const Status status =
        runtime::execute(store.execution(), *runtime::find_export(*instance, "f").func, window);
    EXPECT_TRUE(status) << describe(status.error()).view();
    return window[0].bits;
}

/// Declares `declared` locals, names every `step`-th, sets those in one order and adds them up in
/// another; a few are named much more often than the others.
std::string program(uint32_t declared, uint32_t step, const std::string& type, uint64_t& sum)
{
    std::string text = "(func (result i64)";
    for (uint32_t i = 0; i < declared; ++i)
        text += " (local " + (i % 50 == 49 ? type : std::string{"i64"}) + ")";
    const auto counts = [&](uint32_t i) { return i % 50 != 49; };
    for (uint32_t i = 0; i < declared; i += step) {
        if (counts(i))
            text += "(local.set " + std::to_string(i) + " (i64.const " + std::to_string(i * 7 + 1) +
                    "))";
    }
    const uint32_t last = (declared - 2) / step * step;
    const uint32_t often = counts(last) ? last : last - step;
    text += "(loop (local.set " + std::to_string(often) + " (i64.add (local.get " +
            std::to_string(often) + ") (i64.const 1))) (br_if 0 (i64.lt_u (local.get " +
            std::to_string(often) + ") (i64.const 1000000))))";
    text += "(i64.const 0)";
    sum = 0;
    for (uint32_t i = (declared - 1) / step * step;; i -= step) {
        if (counts(i)) {
            text += "(i64.add (local.get " + std::to_string(i) + "))";
            sum += i == often ? std::max<uint64_t>(1'000'000, uint64_t{i} * 7 + 2)
                              : uint64_t{i} * 7 + 1;
        }
        if (i < step) break;
    }
    return text + ")";
}

TEST(many_locals, compute_what_few_do)
{
    for (const bool slots_only : {false, true}) {
        for (const std::string type : {"i64", "f64", "v128", "i32"}) {
            // In one module, dense after sparse and the other way round.
            std::string text = "(module (func $small (param i64) (result i64) (local i64)"
                               " (local.set 1 (local.get 0)) (local.get 1))";
            uint64_t expected = 0;
            int functions = 0;
            for (const uint32_t declared : {100u, 129u, 128u, 1'000u, 300u, 9'000u}) {
                for (const uint32_t step : {1u, 3u, 11u}) {
                    if (declared / step > 1'000) continue;
                    uint64_t sum = 0;
                    const std::string body = program(declared, step, type, sum);
                    text += "(func $f" + std::to_string(functions++) + body.substr(5);
                    expected += sum;
                }
            }
            text += "(func (export \"f\") (result i64) (i64.const 0)";
            for (int i = 0; i < functions; ++i)
                text += "(i64.add (call $small (call $f" + std::to_string(i) + ")))";
            text += "))";
            EXPECT_EQ(result_of(text, slots_only), expected) << type << ' ' << slots_only;
        }
    }
}

}  // namespace
}  // namespace wrt::test
