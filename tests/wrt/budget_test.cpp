// Exact budgets through the facade, profiles, and the limits that a module brings along.
#include <algorithm>

#include <wrt/limits_section.hpp>
#include <wrt/measure.hpp>
#include <wrt/wasi.hpp>

#include "fixture.hpp"

namespace {

using wrt::ModuleLimits;

/// `fixture` with a custom section of that name and contents at its end.
std::vector<uint8_t> with_section(std::vector<uint8_t> binary, std::string_view name,
                                  const std::vector<uint8_t>& contents)
{
    binary.push_back(0);
    binary.push_back(static_cast<uint8_t>(1 + name.size() + contents.size()));
    binary.push_back(static_cast<uint8_t>(name.size()));
    binary.insert(binary.end(), name.begin(), name.end());
    binary.insert(binary.end(), contents.begin(), contents.end());
    return binary;
}

/// What the steps that measure() takes end with in a buffer of `bytes` bytes.
wrt::Status take_steps(const std::vector<uint8_t>& binary, size_t bytes,
                       const wrt::StoreConfig& config, const wrt::LoadOptions& load, bool wasi)
{
    std::vector<std::byte> memory(bytes + wrt::Backing::alignment);
    void* base = memory.data();
    size_t space = memory.size();
    std::align(wrt::Backing::alignment, bytes, base, space);
    wrt::Engine engine{std::span{static_cast<std::byte*>(base), bytes}};
    WRT_TRY(const wrt::Module module, engine.load_module(binary, load));
    wrt::Store store{engine, config};
    wrt::Linker linker{store};
    if (wasi) linker.wasi({});
    WRT_CHECK(linker.status());
    WRT_CHECK(linker.instantiate(module));
    return wrt::ok();
}

TEST(measure, is_what_an_engine_over_a_buffer_needs)
{
    for (const bool borrow : {false, true}) {
        const auto binary = fixture("arith");
        const wrt::LoadOptions load{.borrow = borrow};
        const auto measured = wrt::measure(binary, {.load = load}).value();
        const wrt::StoreConfig config = wrt::store_config(measured);
        EXPECT_TRUE(take_steps(binary, measured.arena_bytes, config, load, false));
        const wrt::Status less = take_steps(binary, measured.arena_bytes - 1, config, load, false);
        ASSERT_FALSE(less);
        EXPECT_EQ(less.error().code, wrt::Errc::arena_exhausted);
    }
}

TEST(measure, counts_wasi_where_it_is_asked_to)
{
    const auto binary = fixture("wasi_probe");
    const wrt::WasiConfig wasi;
    const auto measured = wrt::measure(binary, {.load = {.borrow = true}, .wasi = &wasi}).value();
    const wrt::StoreConfig config = wrt::store_config(measured);
    const wrt::LoadOptions load{.borrow = true};
    EXPECT_TRUE(take_steps(binary, measured.arena_bytes, config, load, true));
    EXPECT_FALSE(take_steps(binary, measured.arena_bytes - 1, config, load, true));
}

TEST(profile, bounds_the_memory_of_an_engine)
{
    wrt::Engine engine{{.profile = wrt::find_preset("asil-d")}};
    EXPECT_EQ(engine.arena().capacity(), 2u << 20);
    EXPECT_FALSE(engine.arena().is_reserved());
    wrt::Store store{engine};
    ASSERT_TRUE(store.status());
    EXPECT_EQ(engine.arena().usage(wrt::Account::stack).used, 64u << 10);
    const auto module = engine.load_module(fixture("arith"));
    ASSERT_TRUE(module) << text_of(module.error());
}

TEST(profile, named_seed_is_the_static_heap_with_scopes_of_64_kib)
{
    wrt::Engine engine{{.profile = wrt::find_preset("seed")}};
    EXPECT_EQ(engine.arena().capacity(), wrt::limits::total_heap_bytes);
    // 66,560 functions: more than a scope holds the records of.
    std::vector<uint8_t> large{0,    'a', 's', 'm', 1,    0,    0,    0,    1,    4,   1,
                               0x60, 0,   0,   3,   0x83, 0x88, 0x04, 0x80, 0x88, 0x04};
    large.insert(large.end(), 0x10400, 0);
    const auto refused = engine.load_module(large);
    ASSERT_FALSE(refused);
    EXPECT_EQ(wrt::kind_of(refused.error().code), wrt::ErrorKind::exhaustion)
        << text_of(refused.error());
    EXPECT_EQ(engine.arena().last_refusal().budget, wrt::limits::module_scope_bytes);
    EXPECT_EQ(engine.arena().used(), 0u);
}

TEST(profile, with_one_block_has_no_other_memory)
{
    wrt::Engine engine{{.budget = 1 << 20, .fixed = true}};
    ASSERT_TRUE(engine.status());
    EXPECT_EQ(engine.arena().capacity(), 1u << 20);
    wrt::Store store{engine};
    wrt::Linker linker{store};
    const auto instance = linker.instantiate(engine.load_module(fixture("counter")).value());
    ASSERT_TRUE(instance) << text_of(instance.error());
    EXPECT_EQ(engine.arena().external(), 0u);
}

TEST(limits_section, is_read_key_by_key)
{
    const auto binary = with_section(fixture("arith"), "wrt.limits",
                                     {1, 2, 0x80, 0x80, 0x04, 3, 0x80, 0x80, 0x08, 6, 100});
    const auto limits = wrt::read_limits(binary);
    ASSERT_TRUE(limits) << text_of(limits.error());
    EXPECT_EQ(*limits, (ModuleLimits{.stack_bytes = 65'536, .memory_bytes = 131'072, .fuel = 100}));
    EXPECT_EQ(wrt::read_limits(fixture("arith")).value(), ModuleLimits{});
    EXPECT_EQ(wrt::read_limits(with_section(fixture("arith"), "wrt.limit", {9})).value(),
              ModuleLimits{});
}

TEST(limits_section, that_is_malformed_is_refused_with_its_place)
{
    const auto arith = fixture("arith");
    const size_t contents = arith.size() + 2 + 1 + 10;
    const auto refusal_of = [&](const std::vector<uint8_t>& bytes) {
        const auto limits = wrt::read_limits(with_section(arith, "wrt.limits", bytes));
        EXPECT_FALSE(limits);
        wrt::Engine engine;
        const auto loaded = engine.load_module(with_section(arith, "wrt.limits", bytes));
        EXPECT_FALSE(loaded);
        EXPECT_EQ(loaded.error(), limits.error());
        EXPECT_GE(limits.error().offset, contents);
        return text_of(limits.error());
    };
    const auto at = [&](size_t place, std::string_view rest) {
        char text[32];
        std::snprintf(text, sizeof text, "malformed at 0x%zx: ", contents + place);
        return text + std::string{rest};
    };
    EXPECT_EQ(refusal_of({2}), at(0, "malformed wrt.limits section, expected 0x1, got 0x2"));
    EXPECT_EQ(refusal_of({1, 7, 1}), at(1, "malformed wrt.limits section, got 0x7"));
    EXPECT_EQ(refusal_of({1, 3, 1, 2, 1}), at(3, "malformed wrt.limits section, got 0x2"));
    EXPECT_EQ(refusal_of({1, 3, 1, 3, 1}), at(3, "malformed wrt.limits section, got 0x3"));
    EXPECT_EQ(refusal_of({}), at(0, "unexpected end of section or function"));
    EXPECT_EQ(refusal_of({1, 2}), at(2, "unexpected end of section or function"));
    EXPECT_EQ(refusal_of({1, 2, 0x80}), at(3, "unexpected end of section or function"));
}

TEST(limits_section, is_one)
{
    const auto twice =
        with_section(with_section(fixture("arith"), "wrt.limits", {1}), "wrt.limits", {1});
    EXPECT_EQ(wrt::read_limits(twice).error().code, wrt::Errc::malformed_limits_section);
}

TEST(limits_section, restricts_and_never_widens)
{
    const ModuleLimits limits{.stack_bytes = 1'000, .memory_bytes = 2'000, .heap_bytes = 0};
    const wrt::StoreConfig open = wrt::restricted({}, limits);
    EXPECT_EQ(open.stack_bytes, 1'000u);
    EXPECT_EQ(open.max_memory_bytes, 2'000u);
    EXPECT_EQ(open.heap_bytes, wrt::StoreConfig::no_heap);
    const wrt::StoreConfig lower = wrt::restricted(
        {.stack_bytes = 500, .max_memory_bytes = 3'000, .max_table_elements = 7}, limits);
    EXPECT_EQ(lower.stack_bytes, 500u);
    EXPECT_EQ(lower.max_memory_bytes, 2'000u);
    EXPECT_EQ(lower.max_table_elements, 7u);
}

}  // namespace
