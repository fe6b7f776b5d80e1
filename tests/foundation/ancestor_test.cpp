// The twelve tests of the allocator this one descends from, by name (S-24), over an arena of their
// own each, so that they pass in any number of threads at once (S-25).
#include <memory_resource>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/arena_resource.hpp>
#include <wrt/foundation/memory_factory.hpp>

namespace wrt {
namespace {

// Each returns whether all it expects held, as gtest's own macros are too slow for thousands of
// rounds.
#define REQUIRE(...)                                                                               \
    if (!(__VA_ARGS__)) return "line " + std::to_string(__LINE__) + ": " #__VA_ARGS__

using Verdict = std::string;  // empty when good

Verdict basic_vec()
{
    StaticArena<4096> arena;
    ArenaResource resource{*arena, End::retained, Account::data};
    std::pmr::vector<int> items{&resource};
    for (int i = 0; i < 3; ++i)
        REQUIRE(try_push(items, i));
    REQUIRE(items.size() == 3 && items[0] == 0 && items[2] == 2);
    REQUIRE(arena->contains(items.data()));
    return {};
}

Verdict vec_with_capacity()
{
    StaticArena<4096> arena;
    ArenaResource resource{*arena, End::retained, Account::data};
    std::pmr::vector<uint64_t> items{&resource};
    REQUIRE(try_reserve(items, 100));
    REQUIRE(arena->used() == 800);
    for (uint64_t i = 0; i < 100; ++i)
        REQUIRE(try_push(items, i));
    REQUIRE(arena->used() == 800 && items[99] == 99);
    return {};
}

Verdict module_scope()
{
    StaticArena<> arena;
    {
        auto scope = MemoryFactory::enter_module_scope(*arena, LibraryId::decoder);
        REQUIRE(scope && scope->info().budget == 65'536);
        ArenaResource resource{*arena, End::retained, Account::data};
        std::pmr::vector<int> items{&resource};
        for (int i = 0; i < 100; ++i)
            REQUIRE(try_push(items, i));
        REQUIRE(arena->used() > 0);
    }
    REQUIRE(arena->used() == 0);
    return {};
}

Verdict scope_budget_enforcement()
{
    StaticArena<> arena;
    auto scope = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 1024);
    REQUIRE(scope);
    ArenaResource resource{*arena, End::retained, Account::data};
    std::pmr::vector<int> items{&resource};
    Status status = ok();
    for (int i = 0; i < 1'000'000 && status; ++i)
        status = try_push(items, i);
    REQUIRE(!status && status.error().code == Errc::budget_exceeded);
    REQUIRE(arena->used() <= 1024 && !items.empty());
    return {};
}

Verdict nested_scopes()
{
    StaticArena<> arena;
    auto outer = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 4096);
    REQUIRE(outer);
    ArenaResource resource{*arena, End::retained, Account::data};
    std::pmr::vector<int> items{&resource};
    for (int i = 0; i < 10; ++i)
        REQUIRE(try_push(items, i));
    const size_t before = arena->used();
    {
        auto inner = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 2048);
        REQUIRE(inner);
        std::pmr::vector<int> more{&resource};
        REQUIRE(try_reserve(more, 50));
        REQUIRE(arena->depth() == 2);
    }
    REQUIRE(arena->used() == before && arena->depth() == 1);
    for (int i = 0; i < 10; ++i)
        REQUIRE(items[static_cast<size_t>(i)] == i);
    return {};
}

Verdict multiple_vecs()
{
    StaticArena<> arena;
    ArenaResource resource{*arena, End::retained, Account::data};
    std::pmr::vector<uint8_t> bytes{&resource};
    std::pmr::vector<uint32_t> words{&resource};
    std::pmr::vector<uint64_t> longs{&resource};
    for (uint32_t i = 0; i < 200; ++i) {
        REQUIRE(try_push(bytes, static_cast<uint8_t>(i)) && try_push(words, i * 3) &&
                try_push(longs, uint64_t{i} << 32));
    }
    for (uint32_t i = 0; i < 200; ++i) {
        REQUIRE(bytes[i] == static_cast<uint8_t>(i) && words[i] == i * 3 &&
                longs[i] == uint64_t{i} << 32);
    }
    return {};
}

Verdict scope_reuse()
{
    StaticArena<> arena;
    const void* first = nullptr;
    for (int round = 0; round < 5; ++round) {
        auto scope = MemoryFactory::enter_module_scope(*arena, LibraryId::decoder);
        REQUIRE(scope);
        ArenaResource resource{*arena, End::retained, Account::data};
        std::pmr::vector<int> items{&resource};
        REQUIRE(try_reserve(items, 100));
        if (first == nullptr) first = items.data();
        REQUIRE(items.data() == first || round == 0);
        items.resize(100, round);
        REQUIRE(items[99] == round);
    }
    REQUIRE(arena->peak() == 400);
    return {};
}

Verdict custom_budget()
{
    StaticArena<> arena;
    auto scope = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 2048);
    REQUIRE(scope && scope->info().budget == 2048);
    REQUIRE(arena->try_allocate(End::retained, 2048, 1));
    REQUIRE(!arena->try_allocate(End::retained, 1, 1));
    return {};
}

Verdict vec_growth()
{
    StaticArena<> arena;
    ArenaResource resource{*arena, End::retained, Account::data};
    std::pmr::vector<uint32_t> items{&resource};
    for (uint32_t i = 0; i < 5000; ++i)
        REQUIRE(try_push(items, i));
    for (uint32_t i = 0; i < 5000; ++i)
        REQUIRE(items[i] == i);
    REQUIRE(arena->backstop_hits() == 0);
    return {};
}

Verdict empty_scope()
{
    StaticArena<> arena;
    REQUIRE(arena->try_allocate(End::retained, 77, 1));
    {
        auto scope = MemoryFactory::enter_module_scope(*arena, LibraryId::decoder);
        REQUIRE(scope && scope->info().allocated == 0);
    }
    REQUIRE(arena->used() == 77 && arena->depth() == 0);
    return {};
}

Verdict available_memory()
{
    StaticArena<> arena;
    REQUIRE(arena->available() == 262'144);
    REQUIRE(arena->try_allocate(End::retained, 1000, 1));
    REQUIRE(arena->available() == 261'144 && arena->used() == 1000);
    auto scope = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 4096);
    REQUIRE(scope && arena->available() == 4096);
    return {};
}

Verdict realistic_parse()
{
    struct Function {
        uint32_t type, offset, size;
    };
    StaticArena<> arena;
    auto runtime = MemoryFactory::enter_module_scope(*arena, LibraryId::runtime);
    REQUIRE(runtime);
    const auto functions = arena->make_array<Function>(End::retained, Account::functions, 3);
    REQUIRE(functions);
    {
        auto decoder =
            MemoryFactory::enter_scope(*arena, LibraryId::decoder, 4096, "decode", End::scratch);
        REQUIRE(decoder);
        for (uint32_t i = 0; i < 3; ++i) {
            const auto work = arena->make_array<uint8_t>(End::scratch, Account::scratch, 64);
            REQUIRE(work);
            (*functions)[i] = {i, i * 100, 100};
            REQUIRE(arena->give_back(End::scratch, work->data(), 64, Account::scratch));
        }
        REQUIRE(decoder->info().peak == 64);
    }
    REQUIRE((*functions)[2].offset == 200 && runtime->info().allocated == 36);
    return {};
}

struct NamedTest {
    const char* name;
    Verdict (*run)();
};
constexpr NamedTest ancestors[] = {
    {"basic_vec", basic_vec},
    {"vec_with_capacity", vec_with_capacity},
    {"module_scope", module_scope},
    {"scope_budget_enforcement", scope_budget_enforcement},
    {"nested_scopes", nested_scopes},
    {"multiple_vecs", multiple_vecs},
    {"scope_reuse", scope_reuse},
    {"custom_budget", custom_budget},
    {"vec_growth", vec_growth},
    {"empty_scope", empty_scope},
    {"available_memory", available_memory},
    {"realistic_parse", realistic_parse},
};
static_assert(std::size(ancestors) == 12);

class ancestor : public testing::TestWithParam<NamedTest> {};

TEST_P(ancestor, holds)
{
    EXPECT_EQ(GetParam().run(), "");
}

INSTANTIATE_TEST_SUITE_P(twelve, ancestor, testing::ValuesIn(ancestors),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(ancestors, hold_in_eight_threads_at_once)
{
    constexpr int rounds = 200;
    std::vector<std::string> failures(8);
    std::vector<std::thread> threads;
    for (std::string& failure : failures) {
        threads.emplace_back([&failure] {
            for (int round = 0; round < rounds && failure.empty(); ++round) {
                for (const NamedTest& test : ancestors) {
                    if (const Verdict verdict = test.run(); !verdict.empty()) {
                        failure = std::string(test.name) + ": " + verdict;
                    }
                }
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (const std::string& failure : failures)
        EXPECT_EQ(failure, "");
}

#undef REQUIRE

}  // namespace
}  // namespace wrt
