// Arena: every byte that a module or an instance needs, out of one block with two frontiers.
//
//     base                lo                           hi              capacity
//      | retained bytes -> |          free              | <- scratch bytes |
//
// Allocation moves a frontier, leaving a scope moves it back, both in constant time. One thread
// uses an arena at a time. What always holds, asserted in debug builds and checked exhaustively by
// the model test:
//   I1  0 <= lo <= hi <= capacity.            I7  A failed operation changes nothing.
//   I2  Live blocks are disjoint, inside      I8  Leaving a scope restores its frontier exactly.
//       [0, lo) and [hi, capacity).           I9  Generations only rise; the guard of a scope that
//       was left
//   I3  Pointers are aligned by address.          never again validates.
//   I4  A scope's use is the distance from    I10 The accounts' sum and the free bytes make the
//   capacity.
//       its mark to the frontier.             I11 Sealed: no frontier advances.
//   I5  No open scope's use exceeds its       I12 Only the owning thread operates.
//       budget.
//   I6  A scope's use includes that of the scopes inside it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wrt/foundation/account.hpp>
#include <wrt/foundation/backing.hpp>
#include <wrt/foundation/budget.hpp>
#include <wrt/foundation/limits.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/foundation/scope.hpp>

namespace wrt {

/// A pointer, or null and why.
struct AllocResult {
    void* pointer = nullptr;
    Error error{};

    explicit operator bool() const noexcept { return pointer != nullptr; }
};

/// What is written over released bytes, so that stale data is neither read nor leaked.
enum class Scrub : uint8_t { none, zero, pattern /* 0xdd */ };

struct ArenaOptions {
    const BudgetTable* budgets =
        &desktop_budgets;  ///< Caps on the scopes each library may enter; static.
    /// Address space or bytes reserved for one linear memory at most; 0: limits::fixed_memory_bytes
    /// or the memory's minimum in a fixed arena, the memory's own maximum in a reserved one.
    uint64_t linear_memory_cap = 0;
    Scrub scrub = Scrub::none;
    ScopeObserver observer = nullptr;
    void* observer_context = nullptr;
};

/// What an account holds.
struct Usage {
    size_t used = 0;  ///< Bytes in the arena, padding included.
    size_t external =
        0;  ///< Bytes committed outside it for this account: linear memories of a reserved arena.
    size_t peak = 0;           ///< The most that used + external has been.
    size_t limit = unlimited;  ///< Never exceeded.
    size_t reserve = 0;        ///< Never taken by other accounts.
    uint64_t allocations = 0;  ///< Ever made.
};

/// The latest refusal in full; an Error has room for a part of it.
struct Refusal {
    Errc code = Errc::none;
    End end = End::retained;
    Account account = Account::none;
    size_t asked = 0;      ///< Bytes, padding included where it was known.
    size_t available = 0;  ///< Bytes that could have been had.
    size_t budget = 0;  ///< Of the scope or account that refused; the capacity when the arena did.
    std::string_view scope;  ///< Name of the scope that refused; empty when none did.
    LibraryId library = LibraryId::foundation;  ///< Of that scope.
};

class Arena {
public:
    explicit Arena(Backing backing, ArenaOptions options = {}) noexcept;
    /// No scope may be open any more.
    ~Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// `bytes` at a multiple of `align` (a power of two). Contents are unspecified. Zero bytes take
    /// nothing and give a pointer that is not null. Never throws, never aborts, constant time.
    [[nodiscard]] AllocResult try_allocate(End end, size_t bytes, size_t align,
                                           Account account = Account::none) noexcept;
    /// Changes the size of the newest block of the retained end in place; false when it is not the
    /// newest of its scope or does not fit. Blocks of the scratch end begin at their frontier and
    /// cannot grow in place.
    [[nodiscard]] bool try_extend(End end, void* block, size_t old_bytes, size_t new_bytes,
                                  Account account = Account::none) noexcept;
    /// Whether the newest block of the retained end, which ends at `end_of_block`, has so many
    /// bytes behind it; they may then be written to until take_back(), which is the next call of
    /// this arena. For who learns how many it needs by writing them. Nothing is charged:
    /// try_extend() makes them part of the block.
    [[nodiscard]] bool lend(const void* end_of_block, size_t bytes) noexcept;
    void take_back(const void* end_of_block, size_t bytes) noexcept;
    /// Frees the newest block of an end; false, and nothing happens, when it is not the newest of
    /// its scope.
    bool give_back(End end, void* block, size_t bytes, Account account = Account::none) noexcept;
    /// Whether try_allocate with the same arguments would succeed, and otherwise its error.
    Status can_allocate(End end, size_t bytes, size_t align,
                        Account account = Account::none) const noexcept;

    /// An object that lives until its scope is left. The arena runs no destructors.
    template <class T, class... Args>
    Result<T*> make(End end, Account account, Args&&... args) noexcept
    {
        static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
        const AllocResult block = try_allocate(end, sizeof(T), alignof(T), account);
        if (!block) [[unlikely]]
            return block.error;
        if constexpr (std::is_constructible_v<T, Args...>) {
            return std::construct_at(static_cast<T*>(block.pointer), std::forward<Args>(args)...);
        } else {
            return std::construct_at(static_cast<T*>(block.pointer),
                                     T{std::forward<Args>(args)...});
        }
    }
    /// `count` value-initialised objects.
    template <class T>
    Result<std::span<T>> make_array(End end, Account account, size_t count) noexcept
    {
        static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
        WRT_TRY(const std::span<T> items, make_uninitialized_array<T>(end, account, count));
        std::uninitialized_value_construct(items.begin(), items.end());
        return items;
    }
    /// Storage for `count` objects; the caller constructs them (or just writes, where T is
    /// trivial).
    template <class T>
    Result<std::span<T>> make_uninitialized_array(End end, Account account, size_t count) noexcept
    {
        static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
        if (count > unlimited / sizeof(T)) [[unlikely]]
            count = unlimited / sizeof(T);  // refused below
        const AllocResult block = try_allocate(end, count * sizeof(T), alignof(T), account);
        if (!block) [[unlikely]]
            return block.error;
        return std::span<T>(static_cast<T*>(block.pointer), count);
    }
    /// A copy of `items`.
    template <class T>
    Result<std::span<const T>> copy(End end, Account account, std::span<const T> items) noexcept
    {
        WRT_TRY(const std::span<T> place, make_uninitialized_array<T>(end, account, items.size()));
        std::uninitialized_copy(items.begin(), items.end(), place.begin());
        return std::span<const T>(place);
    }
    Result<std::string_view> copy_text(End end, Account account, std::string_view text) noexcept
    {
        WRT_TRY(const auto bytes, copy<char>(end, account, std::span<const char>(text)));
        return std::string_view(bytes.data(), bytes.size());
    }

    /// Opens a scope with a budget of `budget` bytes, which the budgets of the scopes around it
    /// bound too. A retained scope covers both ends; a scratch scope only the high one: what is
    /// allocated on the retained end meanwhile stays and belongs to the enclosing scope. `name`
    /// must be static. Errors: zero_budget, budget_exceeded (more than the library's entry in the
    /// table), scope_depth, sealed.
    Result<ScopeGuard> enter(LibraryId library, std::string_view name, size_t budget,
                             End end) noexcept;
    /// The open scope at `depth`, 1 for the outermost.
    ScopeInfo scope(size_t depth) const noexcept;
    size_t depth() const noexcept { return depth_; }

    /// From here on allocation and enter() fail with Errc::sealed. Scopes may still be left.
    void seal() noexcept { sealed_ = true; }
    void unseal() noexcept { sealed_ = false; }
    bool sealed() const noexcept { return sealed_; }

    size_t capacity() const noexcept { return capacity_; }
    size_t used() const noexcept { return capacity_ - (hi_ - lo_); }
    /// Bytes that the innermost scope could still take, padding aside.
    size_t available() const noexcept;
    /// The budget of a scope of `library` that nobody bounded: what the table grants. The arena and
    /// the scopes around bound it further, and it is they that then refuse.
    size_t full_budget(LibraryId library) const noexcept
    {
        return budget_of(*options_.budgets, library);
    }
    size_t peak() const noexcept;
    /// Bytes with memory behind them: the capacity in a fixed arena.
    size_t committed() const noexcept;
    /// Bytes of linear memories outside the block.
    size_t external() const noexcept { return external_total_; }
    std::span<const std::byte> bytes(End end) const noexcept;
    bool contains(const void* pointer) const noexcept;
    /// Whether growing commits memory on demand (Backing::reserve).
    bool is_reserved() const noexcept { return backing_.kind() == Backing::Kind::reserved; }
    /// Whether linear memories are only counted (Backing::rehearse).
    bool is_rehearsal() const noexcept { return backing_.kind() == Backing::Kind::rehearsal; }
    /// The most that a linear memory of at least `min_bytes` may have: what the options say, and
    /// where they say nothing no less than that.
    uint64_t linear_memory_cap(uint64_t min_bytes = 0) const noexcept;
    const ArenaOptions& options() const noexcept { return options_; }

    Usage usage(Account account) const noexcept;
    /// Calls visit(Account, const Usage&) for each account.
    template <class Visit>
    void visit_accounts(Visit&& visit) const
    {
        for (size_t i = 0; i < account_count; ++i) {
            visit(static_cast<Account>(i), usage(static_cast<Account>(i)));
        }
    }
    /// Caps what `account` may hold: Errc::invalid_argument when it holds more already.
    Status set_limit(Account account, size_t bytes) noexcept;
    /// Guarantees `account` that much: Errc::arena_exhausted when the reserves and what is used
    /// exceed the capacity.
    Status set_reserve(Account account, size_t bytes) noexcept;

    const Refusal& last_refusal() const noexcept { return last_refusal_; }
    /// Times that a pmr container had to throw because nobody probed first; 0 in a program without
    /// our bugs.
    uint64_t backstop_hits() const noexcept { return backstop_hits_; }

    /// Calls release(object) when the bytes allocated at this moment are given up: a scope is left,
    /// the arena ends. For what the arena's bytes refer to outside it (mappings, descriptors). The
    /// newest runs first.
    Status on_release(void (*release)(void* object), void* object) noexcept;

    /// Makes the calling thread the owner. The previous owner must be done with it.
    void adopt() noexcept;
    /// Releases all bytes; Errc::scope_not_top while a scope is open.
    Status reset() noexcept;
    /// Returns committed memory between the frontiers to the system (reserved arenas).
    void trim() noexcept;

    void set_observer(ScopeObserver observer, void* context) noexcept;

    /// Whether every byte has one owner (I1, I5, I10): the accounts and the free bytes make up the
    /// capacity, and no scope is over its budget. Asserted after each operation where assertions
    /// are on.
    bool balanced() const noexcept;
    /// Calls `watch(context, arena)` after each operation that moved a frontier; null: no longer.
    void set_watch(void (*watch)(void* context, const Arena& arena), void* context) noexcept
    {
        watch_ = watch;
        watch_context_ = context;
    }

    // For tests: makes allocations fail.
    enum class Fail : uint8_t { once, from_then_on };
    /// The `nth` allocation from now (1 is the next) fails with Errc::arena_exhausted; 0 switches
    /// it off. enter(), growing blocks and linear memories, and probes that would meet the failure
    /// count as allocations.
    void fail_at(uint64_t nth, Fail mode = Fail::once) noexcept;
    /// Whether a failure was injected since fail_at().
    bool injected() const noexcept { return injected_; }

private:
    friend class ScopeGuard;
    friend class ArenaImage;
    friend class ArenaResource;
    friend class LinearRegion;
    friend class SharedRegion;
    friend class SubArena;

    struct Cleanup {
        Cleanup* next;
        void (*release)(void* object);
        void* object;
    };
    using AccountBytes = std::array<size_t, account_count>;
    /// What leaving a scope restores.
    struct ScopeRecord {
        size_t lo, hi;                // frontiers at entry
        size_t gap_floor, hi_floor;   // bounds of the enclosing scopes
        size_t lo_floor, hi_ceiling;  // how far give_back and try_extend may reach
        size_t least_gap, least_hi;   // low-water marks of the enclosing scope
        size_t budget;
        std::string_view name;
        Cleanup* cleanups;
        uint32_t generation;
        LibraryId library;
        End end;
        bool orphaned;  // its guard is gone: leave it as soon as it is innermost
        bool keep;      // ... and keep its retained bytes
        std::array<AccountBytes, end_count> used;
    };
    struct Place {
        size_t frontier;  // where the frontier goes
        size_t need;      // bytes, padding included
        bool fits;
    };

    Place place_for(End end, size_t bytes, size_t align) const noexcept;
    Error refuse(Errc code, End end, Account account, size_t asked, size_t available, size_t budget,
                 const ScopeRecord* scope = nullptr) const noexcept;
    /// Errc::none, or why the place cannot be had.
    Error why_not(const Place& place, End end, Account account) const noexcept;
    Error why_no_room(const Place& place, End end, Account account) const noexcept;
    size_t unmet_reserves(Account except) const noexcept;
    size_t use_of(const ScopeRecord& scope) const noexcept;
    bool inject() const noexcept;
    Error take(End end, const Place& place, Account account) noexcept;
    Status commit_low(size_t frontier) noexcept;
    Status commit_high(size_t frontier) noexcept;
    void note_peak(Account account) noexcept;
    Status charge_external(Account account, size_t bytes) noexcept;
    void discharge_external(Account account, size_t bytes) noexcept;

    bool valid(uint32_t index, uint32_t generation) const noexcept;
    bool is_top(uint32_t index, uint32_t generation) const noexcept;
    ScopeInfo info_of(size_t index) const noexcept;
    Status leave(uint32_t index, uint32_t generation, bool keep) noexcept;
    void abandon(uint32_t index, uint32_t generation) noexcept;
    void keep_when_left(uint32_t index, uint32_t generation) noexcept;
    void leave_top(bool keep) noexcept;
    void leave_orphans() noexcept;
    void release_low(size_t frontier) noexcept;
    void release_high(size_t frontier) noexcept;
    void scrub(size_t from, size_t to) noexcept;
    void run_cleanups(const Cleanup* until) noexcept;
    /// A block that its owner is done with and that cannot be given back: a later use is reported
    /// by ASan.
    void retire(void* block, size_t bytes) noexcept;
    void check() const noexcept;
    void check_owner() const noexcept;

    // What an allocation touches.
    std::byte* base_ = nullptr;
    size_t capacity_ = 0;
    size_t lo_ = 0;
    size_t hi_ = 0;
    size_t gap_floor_ = 0;  // free bytes that the open retained scopes must leave
    size_t hi_floor_ = 0;   // where the open scratch scopes stop
    size_t lo_committed_ = 0;
    size_t hi_committed_ = 0;
    size_t least_gap_ = 0;  // since the innermost scope was entered
    size_t least_hi_ = 0;
    mutable uint64_t fail_countdown_ = 0;  // 0: off
    bool sealed_ = false;
    bool has_limits_ = false;  // any limit or reserve set
    mutable bool injected_ = false;
    Fail fail_mode_ = Fail::once;

    size_t lo_floor_ = 0;
    size_t hi_ceiling_ = 0;
    size_t depth_ = 0;
    uint32_t generation_ = 0;
    Cleanup* cleanups_ = nullptr;
    const void* owner_ = nullptr;
    size_t external_total_ = 0;
    mutable uint64_t backstop_hits_ = 0;
    void (*watch_)(void* context, const Arena& arena) = nullptr;
    void* watch_context_ = nullptr;
    ArenaOptions options_;
    Backing backing_;
    mutable Refusal last_refusal_;

    std::array<AccountBytes, end_count> used_{};
    AccountBytes external_{};
    AccountBytes account_peak_{};
    AccountBytes limit_{};
    AccountBytes reserve_{};
    std::array<uint64_t, account_count> allocations_{};
    std::array<ScopeRecord, limits::scope_depth> scopes_;
};

/// A buffer and the arena over it in one object, for a static or a local.
template <size_t N = limits::total_heap_bytes>
class StaticArena {
public:
    explicit StaticArena(ArenaOptions options = {}) noexcept
        : arena_(Backing::over(std::span<std::byte>(bytes_)), options)
    {
    }
    Arena& operator*() noexcept { return arena_; }
    Arena* operator->() noexcept { return &arena_; }

private:
    alignas(Backing::alignment) std::byte bytes_[N];
    Arena arena_;
};

}  // namespace wrt
