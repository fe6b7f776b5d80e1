// The arena's scopes. A scope records the frontiers; what it uses is a distance from them, so
// entering, leaving and charging cost the same however many blocks or scopes there are. Budgets
// become two bounds: the open retained scopes must leave `gap_floor_` bytes free between the
// frontiers, the open scratch scopes stop at `hi_floor_`.
#include <algorithm>
#include <cstring>

#include <wrt/foundation/arena.hpp>

#include "poison.hpp"

namespace wrt {

Result<ScopeGuard> Arena::enter(LibraryId library, std::string_view name, size_t budget,
                                End end) noexcept
{
    check_owner();
    if (budget == 0) return Error{.code = Errc::zero_budget};
    if (sealed_) return Error{.code = Errc::sealed};
    if (fail_countdown_ != 0 && inject()) {
        return refuse(Errc::arena_exhausted, end, Account::none, 0, 0, 0);
    }
    const size_t library_budget = budget_of(*options_.budgets, library);
    if (budget > library_budget) {
        last_refusal_ = {.code = Errc::budget_exceeded,
                         .end = end,
                         .asked = budget,
                         .available = library_budget,
                         .budget = library_budget,
                         .scope = name,
                         .library = library};
        return Error{.code = Errc::budget_exceeded,
                     .detail = Detail::bytes,
                     .expected = saturate_u32(library_budget),
                     .actual = saturate_u32(budget)};
    }
    if (depth_ == limits::scope_depth) {
        return Error{.code = Errc::scope_depth,
                     .detail = Detail::count,
                     .expected = limits::scope_depth,
                     .actual = limits::scope_depth + 1};
    }

    const size_t gap = hi_ - lo_;
    ScopeRecord& scope = scopes_[depth_];
    scope = {.lo = lo_,
             .hi = hi_,
             .gap_floor = gap_floor_,
             .hi_floor = hi_floor_,
             .lo_floor = lo_floor_,
             .hi_ceiling = hi_ceiling_,
             .least_gap = least_gap_,
             .least_hi = least_hi_,
             .budget = budget,
             .name = name,
             .cleanups = cleanups_,
             .generation = ++generation_,
             .library = library,
             .end = end,
             .orphaned = false,
             .keep = false,
             .used = used_};
    if (end == End::retained) {
        gap_floor_ = std::max(gap_floor_, gap - std::min(gap, budget));
        lo_floor_ = lo_;
    } else {
        hi_floor_ = std::max(hi_floor_, hi_ - std::min(hi_, budget));
    }
    hi_ceiling_ = hi_;
    least_gap_ = gap;
    least_hi_ = hi_;
    ++depth_;
    check();
    if (options_.observer != nullptr) {
        options_.observer(options_.observer_context, {ScopeStep::enter, info_of(depth_ - 1)});
    }
    return ScopeGuard(this, static_cast<uint32_t>(depth_ - 1), scope.generation);
}

/// Bytes between the scope's marks and the frontiers: both of a retained scope, the high one of a
/// scratch scope.
size_t Arena::use_of(const ScopeRecord& scope) const noexcept
{
    const size_t scratch = scope.hi - hi_;
    return scope.end == End::retained ? (lo_ - scope.lo) + scratch : scratch;
}

bool Arena::valid(uint32_t index, uint32_t generation) const noexcept
{
    return index < depth_ && scopes_[index].generation == generation;
}

bool Arena::is_top(uint32_t index, uint32_t generation) const noexcept
{
    return index + 1 == depth_ && valid(index, generation);
}

Status Arena::leave(uint32_t index, uint32_t generation, bool keep) noexcept
{
    check_owner();
    if (!valid(index, generation)) return Error{.code = Errc::scope_left};
    if (!is_top(index, generation)) return Error{.code = Errc::scope_not_top};
    leave_top(keep);
    leave_orphans();
    return ok();
}

void Arena::abandon(uint32_t index, uint32_t generation) noexcept
{
    WRT_ASSERT(is_top(index, generation));  // guards end in the reverse order of their beginning
    if (is_top(index, generation)) {
        check_owner();
        leave_top(false);
        leave_orphans();
    } else if (valid(index, generation)) {
        scopes_[index].orphaned = true;
    }
}

void Arena::keep_when_left(uint32_t index, uint32_t generation) noexcept
{
    if (!valid(index, generation)) return;
    scopes_[index].orphaned = true;
    scopes_[index].keep = true;
}

void Arena::leave_orphans() noexcept
{
    while (depth_ > 0 && scopes_[depth_ - 1].orphaned)
        leave_top(scopes_[depth_ - 1].keep);
}

void Arena::leave_top(bool keep) noexcept
{
    if (options_.observer != nullptr) {
        options_.observer(options_.observer_context,
                          {keep ? ScopeStep::commit : ScopeStep::exit, info_of(depth_ - 1)});
    }
    const ScopeRecord& scope = scopes_[depth_ - 1];
    if (scope.end == End::retained && !keep) {
        run_cleanups(scope.cleanups);
        release_low(scope.lo);
        used_[static_cast<size_t>(End::retained)] = scope.used[static_cast<size_t>(End::retained)];
    }
    release_high(scope.hi);
    used_[static_cast<size_t>(End::scratch)] = scope.used[static_cast<size_t>(End::scratch)];

    gap_floor_ = scope.gap_floor;
    hi_floor_ = scope.hi_floor;
    lo_floor_ = scope.lo_floor;
    hi_ceiling_ = scope.hi_ceiling;
    least_gap_ = std::min(least_gap_, scope.least_gap);
    least_hi_ = std::min(least_hi_, scope.least_hi);
    --depth_;
    check();
}

ScopeInfo Arena::info_of(size_t index) const noexcept
{
    const ScopeRecord& scope = scopes_[index];
    // The low-water marks of this scope: its own, and those of all scopes inside it.
    size_t least_gap = least_gap_;
    size_t least_hi = least_hi_;
    for (size_t i = index + 1; i < depth_; ++i) {
        least_gap = std::min(least_gap, scopes_[i].least_gap);
        least_hi = std::min(least_hi, scopes_[i].least_hi);
    }
    const bool retained = scope.end == End::retained;
    return {.library = scope.library,
            .name = scope.name,
            .end = scope.end,
            .depth = static_cast<uint8_t>(index + 1),
            .parent = static_cast<uint8_t>(index),
            .generation = scope.generation,
            .checkpoint = retained ? scope.lo : scope.hi,
            .budget = scope.budget,
            .allocated = use_of(scope),
            .peak = retained ? scope.hi - scope.lo - least_gap : scope.hi - least_hi};
}

ScopeInfo Arena::scope(size_t depth) const noexcept
{
    WRT_ASSERT(depth >= 1 && depth <= depth_);
    return info_of(depth - 1);
}

Status Arena::reset() noexcept
{
    check_owner();
    if (depth_ != 0) return Error{.code = Errc::scope_not_top};
    run_cleanups(nullptr);
    release_low(0);
    release_high(capacity_);
    used_ = {};
    check();
    return ok();
}

void Arena::release_low(size_t frontier) noexcept
{
    scrub(frontier, lo_);
    poison(*this, base_ + frontier, lo_ - frontier);
    lo_ = frontier;
}

void Arena::release_high(size_t frontier) noexcept
{
    scrub(hi_, frontier);
    poison(*this, base_ + hi_, frontier - hi_);
    hi_ = frontier;
}

void Arena::scrub(size_t from, size_t to) noexcept
{
    if (options_.scrub == Scrub::none || from == to) return;
    unpoison(*this, base_ + from, to - from);
    std::memset(base_ + from, options_.scrub == Scrub::zero ? 0 : 0xdd, to - from);
}

/// The newest first; one may find the others' objects still alive.
void Arena::run_cleanups(const Cleanup* until) noexcept
{
    while (cleanups_ != until) {
        const Cleanup cleanup = *cleanups_;
        cleanups_ = cleanup.next;
        cleanup.release(cleanup.object);
    }
}

}  // namespace wrt
