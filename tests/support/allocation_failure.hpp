// for_each_allocation_failure: runs an operation once for each allocation it makes, with that
// allocation failing, and checks that failing left no trace. And ArenaState: what an arena holds,
// to compare before and after.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

#include <wrt/foundation/arena.hpp>

namespace wrt::test {

/// All that a transactional operation must restore: frontiers, accounts, scopes and the very bytes.
struct ArenaState {
    size_t retained = 0;
    size_t scratch = 0;
    size_t depth = 0;
    size_t external = 0;
    uint64_t bytes_hash = 0;
    std::array<size_t, account_count> used{};

    friend bool operator==(const ArenaState&, const ArenaState&) = default;
};

namespace detail {

/// FNV-1a. Padding in an arena is nobody's, and ASan is told so; this reads it on purpose.
#if defined(__clang__) || defined(__GNUC__)
__attribute__((no_sanitize_address))
#endif
inline uint64_t
hash_bytes(std::span<const std::byte> bytes, uint64_t hash) noexcept
{
    for (size_t i = 0; i < bytes.size(); ++i) {
        hash = (hash ^ static_cast<uint64_t>(bytes.data()[i])) * 0x100000001b3U;
    }
    return hash;
}

}  // namespace detail

/// With `whole_bytes` false only frontiers, accounts and scopes are compared.
inline ArenaState state_of(const Arena& arena, bool whole_bytes = true)
{
    ArenaState state;
    state.retained = arena.bytes(End::retained).size();
    state.scratch = arena.bytes(End::scratch).size();
    state.depth = arena.depth();
    state.external = arena.external();
    if (whole_bytes) {
        state.bytes_hash = detail::hash_bytes(arena.bytes(End::retained), 0xcbf29ce484222325U);
        state.bytes_hash = detail::hash_bytes(arena.bytes(End::scratch), state.bytes_hash);
    }
    arena.visit_accounts([&](Account account, const Usage& usage) {
        state.used[static_cast<size_t>(account)] = usage.used;
    });
    return state;
}

/// What a sweep found.
struct FailureSweep {
    uint64_t points = 0;     ///< Allocations that failed in turn.
    uint64_t tolerated = 0;  ///< Of those, how many the operation did without.
};

/// Runs `operation(arena)`, which gives a Status or a Result, with its 1st, 2nd, ... allocation
/// failing until it gets through. After each failure the arena must be as before, byte for byte,
/// and no pmr container may have thrown. Each run, failed or not, lies in a scope of its own, so
/// that a success leaves nothing behind either. `undo()` releases what a successful run returned,
/// before its scope is left.
template <class Operation, class Undo>
FailureSweep for_each_allocation_failure(Arena& arena, Operation&& operation, Undo&& undo,
                                         Arena::Fail mode = Arena::Fail::once,
                                         uint64_t max_points = 10'000'000)
{
    FailureSweep sweep;
    const ArenaState before = state_of(arena);
    const uint64_t throws_before = arena.backstop_hits();
    for (uint64_t nth = 1; nth <= max_points; ++nth) {
        bool done = false;
        {
            auto scope =
                arena.enter(LibraryId::test_registry, "failure point", unlimited, End::retained);
            if (!scope) {
                ADD_FAILURE() << "no room for the scope of a sweep: "
                              << describe(scope.error()).view();
                return sweep;
            }
            const ArenaState inside = state_of(arena);
            arena.fail_at(nth, mode);
            const auto result = operation(arena);
            const bool injected = arena.injected();
            arena.fail_at(0);
            if (!injected) {
                EXPECT_TRUE(result.has_value())
                    << "fails by itself: " << describe(result.error()).view();
                done = true;
            } else {
                ++sweep.points;
            }
            if (!result) {
                EXPECT_EQ(state_of(arena), inside)
                    << "failing at allocation " << nth << " left a trace";
                // What failed for want of one allocation must work when it is there.
                const auto again = operation(arena);
                EXPECT_TRUE(again.has_value()) << "not usable after failing at allocation " << nth;
            } else if (injected) {
                ++sweep.tolerated;
            }
            undo();
        }
        EXPECT_EQ(state_of(arena), before) << "after allocation " << nth;
        EXPECT_EQ(arena.backstop_hits(), throws_before)
            << "a pmr container threw at allocation " << nth;
        if (done || ::testing::Test::HasFailure()) return sweep;
    }
    ADD_FAILURE() << "more than " << max_points << " allocations";
    return sweep;
}

template <class Operation>
FailureSweep for_each_allocation_failure(Arena& arena, Operation&& operation,
                                         Arena::Fail mode = Arena::Fail::once)
{
    return for_each_allocation_failure(arena, std::forward<Operation>(operation), [] {}, mode);
}

}  // namespace wrt::test
