// Modules that are unloaded in any order: nothing stays of them, and what comes next lies where it
// lay before.
#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <random>

#include <wrt/module_pool.hpp>

#include "fixture.hpp"

namespace {

using namespace wrt;

constexpr std::array<const char*, 6> names{"arith",  "counter", "endless",
                                           "throws", "vectors", "wasi_probe"};

/// Six modules, and how many bytes each takes.
class ModulePools : public testing::Test {
protected:
    struct Taken {
        const void* image;
        size_t used;
        size_t peak;
        size_t pool_used;

        friend bool operator==(const Taken&, const Taken&) = default;
    };

    ModulePools()
    {
        for (size_t i = 0; i < names.size(); ++i) {
            binaries_[i] = fixture(names[i]);
            Engine engine;
            EXPECT_TRUE(engine.load_module(binaries_[i]));
            bytes_[i] = engine.arena().peak();
        }
    }

    Taken load(size_t i)
    {
        Result<PooledModule> module = pool_.load(binaries_[i], bytes_[i]);
        EXPECT_TRUE(module) << names[i];
        loaded_[i].emplace(std::move(*module));
        const Arena& arena = loaded_[i]->arena();
        return {&loaded_[i]->module().image(), arena.used(), arena.peak(), pool_.used()};
    }
    std::array<Taken, names.size()> load_all()
    {
        std::array<Taken, names.size()> all{};
        for (size_t i = 0; i < names.size(); ++i)
            all[i] = load(i);
        return all;
    }

    std::vector<std::byte> buffer_ = std::vector<std::byte>(size_t{1} << 20);
    ModulePool pool_{std::span{buffer_}};
    std::array<std::vector<uint8_t>, names.size()> binaries_;
    std::array<size_t, names.size()> bytes_{};
    std::array<std::optional<PooledModule>, names.size()> loaded_;
};

TEST_F(ModulePools, unload_in_every_order)
{
    const auto first = load_all();
    std::array<size_t, names.size()> order{};
    std::iota(order.begin(), order.end(), 0);
    size_t orders = 0;
    do {
        size_t left = names.size();
        for (const size_t i : order) {
            loaded_[i].reset();
            EXPECT_EQ(pool_.size(), --left);
        }
        EXPECT_EQ(pool_.used(), 0U);
        ASSERT_EQ(load_all(), first);
        ++orders;
    } while (std::ranges::next_permutation(order).found);
    EXPECT_EQ(orders, 720U);
}

TEST_F(ModulePools, put_a_module_back_where_it_was)
{
    const auto first = load_all();
    for (size_t i = 0; i < names.size(); ++i) {
        loaded_[i].reset();
        EXPECT_EQ(load(i).image, first[i].image) << names[i];
    }
}

TEST_F(ModulePools, do_not_change_in_a_hundred_thousand_cycles)
{
    const auto first = load_all();
    std::mt19937 random{1};
    std::array<size_t, names.size()> order{};
    std::iota(order.begin(), order.end(), 0);
    for (size_t cycles = 0; cycles < 100'000; cycles += names.size()) {
        std::ranges::shuffle(order, random);
        for (const size_t i : order)
            loaded_[i].reset();
        ASSERT_EQ(load_all(), first);
    }
}

TEST_F(ModulePools, run_what_is_left_when_others_go)
{
    load_all();
    for (const size_t i : {0U, 2U, 4U, 5U})
        loaded_[i].reset();
    Engine engine;
    Store store{engine};
    Linker linker{store};
    const Instance instance = linker.instantiate(loaded_[1]->module()).value();
    EXPECT_EQ((*instance.func<int32_t()>("bump"))().value(), 1);
}

TEST_F(ModulePools, refuse_what_does_not_fit_and_keep_nothing_of_it)
{
    const Result<PooledModule> module = pool_.load(binaries_[0], 1024);
    ASSERT_FALSE(module);
    EXPECT_EQ(kind_of(module.error().code), ErrorKind::exhaustion);
    EXPECT_EQ(pool_.size(), 0U);
}

}  // namespace
