// Arena: allocation, accounts, seal and failure injection. Scopes are in arena_scopes.cpp.
#include <wrt/foundation/arena.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include "poison.hpp"

namespace wrt {

namespace {

/// An address that no two living threads share.
const void* this_thread() noexcept
{
    static thread_local const char token = 0;
    return &token;
}

constexpr size_t index_of(Account account) noexcept
{
    return static_cast<size_t>(account);
}
constexpr size_t index_of(End end) noexcept
{
    return static_cast<size_t>(end);
}
constexpr bool is_power_of_two(size_t value) noexcept
{
    return value != 0 && (value & (value - 1)) == 0;
}
/// How much an end is given at a time that has so many bytes.
constexpr size_t granule_behind(size_t committed) noexcept
{
    return committed < Backing::huge_from ? Backing::commit_granule : Backing::huge_granule;
}
constexpr size_t saturating_add(size_t a, size_t b) noexcept
{
    return a > unlimited - b ? unlimited : a + b;
}

}  // namespace

Arena::Arena(Backing backing, ArenaOptions options) noexcept
    : owner_(this_thread()), options_(options), backing_(std::move(backing))
{
    base_ = backing_.base();
    capacity_ = backing_.capacity();
    hi_ = capacity_;
    least_gap_ = capacity_;
    least_hi_ = capacity_;
    hi_ceiling_ = capacity_;
    limit_.fill(unlimited);
    if (is_reserved() || is_rehearsal()) {
        hi_committed_ = capacity_;
    } else {
        lo_committed_ = capacity_;
        poison(*this, base_, capacity_);
    }
}

Arena::~Arena()
{
    WRT_ASSERT(depth_ == 0);  // a guard that outlives its arena would point nowhere
    run_cleanups(nullptr);
    scrub(0, lo_);
    scrub(hi_, capacity_);
    unpoison(*this, base_, lo_committed_);
    unpoison(*this, base_ + hi_committed_, capacity_ - hi_committed_);
}

// Allocation
// ---------------------------------------------------------------------------------------------------

/// Where a block would lie. By address, not by offset: the base is aligned to 64 only.
Arena::Place Arena::place_for(End end, size_t bytes, size_t align) const noexcept
{
    const size_t gap = hi_ - lo_;
    if (bytes > gap) return {0, bytes, false};
    const auto base = reinterpret_cast<uintptr_t>(base_);
    if (end == End::retained) {
        const size_t padding = (0 - (base + lo_)) & (align - 1);
        if (padding > gap - bytes) return {0, saturating_add(bytes, padding), false};
        return {lo_ + padding + bytes, padding + bytes, true};
    }
    const size_t padding = (base + hi_ - bytes) & (align - 1);
    if (padding > gap - bytes) return {0, saturating_add(bytes, padding), false};
    return {hi_ - bytes - padding, padding + bytes, true};
}

AllocResult Arena::try_allocate(End end, size_t bytes, size_t align, Account account) noexcept
{
    check_owner();
    if (!is_power_of_two(align)) [[unlikely]] {
        return {nullptr, refuse(Errc::invalid_argument, end, account, bytes, 0, 0)};
    }
    if (sealed_) [[unlikely]] {
        return {nullptr, refuse(Errc::sealed, end, account, bytes, 0, 0)};
    }
    if (bytes == 0) {
        const auto base = reinterpret_cast<uintptr_t>(base_);
        return {base_ + ((0 - base) & (align - 1)), Error{}};
    }
    if (fail_countdown_ != 0 && inject()) [[unlikely]] {
        return {nullptr, refuse(Errc::arena_exhausted, end, account, bytes, 0, 0)};
    }
    const Place place = place_for(end, bytes, align);
    if (const Error error = take(end, place, account); error.code != Errc::none) [[unlikely]] {
        return {nullptr, error};
    }
    ++allocations_[index_of(account)];
    const size_t offset = end == End::retained ? place.frontier - bytes : place.frontier;
    unpoison(*this, base_ + offset, bytes);
    check();
    return {base_ + offset, Error{}};
}

/// Moves the frontier to `place` and charges for it, or says why not and changes nothing.
Error Arena::take(End end, const Place& place, Account account) noexcept
{
    const bool bounded = !place.fits || hi_ - lo_ - place.need < gap_floor_ ||
                         (end == End::scratch && place.frontier < hi_floor_) || has_limits_;
    if (bounded) [[unlikely]] {
        if (const Error error = why_not(place, end, account); error.code != Errc::none)
            return error;
    }
    if (end == End::retained) {
        if (place.frontier > lo_committed_) [[unlikely]] {
            if (const Status status = commit_low(place.frontier); !status) {
                return refuse(status.error().code, end, account, place.need, 0, capacity_);
            }
        }
        lo_ = place.frontier;
    } else {
        if (place.frontier < hi_committed_) [[unlikely]] {
            if (const Status status = commit_high(place.frontier); !status) {
                return refuse(status.error().code, end, account, place.need, 0, capacity_);
            }
        }
        hi_ = place.frontier;
        least_hi_ = std::min(least_hi_, hi_);
    }
    used_[index_of(end)][index_of(account)] += place.need;
    least_gap_ = std::min(least_gap_, hi_ - lo_);
    note_peak(account);
    return {};
}

Error Arena::why_not(const Place& place, End end, Account account) const noexcept
{
    if (const Error error = why_no_room(place, end, account); error.code != Errc::none)
        return error;
    if (!has_limits_) return {};

    const size_t account_index = index_of(account);
    const size_t held =
        used_[0][account_index] + used_[1][account_index] + external_[account_index];
    const size_t allowed = limit_[account_index] - std::min(limit_[account_index], held);
    if (place.need > allowed) {
        return refuse(Errc::account_limit_exceeded, end, account, place.need, allowed,
                      limit_[account_index]);
    }
    const size_t gap = hi_ - lo_;
    const size_t kept = unmet_reserves(account);
    if (place.need > gap - std::min(gap, kept)) {
        return refuse(Errc::arena_exhausted, end, account, place.need, gap - std::min(gap, kept),
                      capacity_);
    }
    return {};
}

/// The innermost scope that has too little left is the one to name; the arena itself comes last.
Error Arena::why_no_room(const Place& place, End end, Account account) const noexcept
{
    for (size_t i = depth_; i-- > 0;) {
        const ScopeRecord& scope = scopes_[i];
        if (end == End::retained && scope.end == End::scratch) continue;
        const size_t left = scope.budget - use_of(scope);
        if (place.need > left) {
            return refuse(Errc::budget_exceeded, end, account, place.need,
                          std::min(left, hi_ - lo_), scope.budget, &scope);
        }
    }
    if (!place.fits) {
        return refuse(Errc::arena_exhausted, end, account, place.need, hi_ - lo_, capacity_);
    }
    return {};
}

Error Arena::refuse(Errc code, End end, Account account, size_t asked, size_t available,
                    size_t budget, const ScopeRecord* scope) const noexcept
{
    last_refusal_ = {.code = code,
                     .end = end,
                     .account = account,
                     .asked = asked,
                     .available = available,
                     .budget = budget,
                     .scope = scope == nullptr ? std::string_view{} : scope->name,
                     .library = scope == nullptr ? LibraryId::foundation : scope->library};
    const bool is_exhaustion = kind_of(code) == ErrorKind::exhaustion;
    return {.code = code,
            .detail = is_exhaustion ? Detail::bytes : Detail::none,
            .account = account,
            .expected = is_exhaustion ? saturate_u32(available) : 0,
            .actual = is_exhaustion ? saturate_u32(asked) : 0};
}

bool Arena::try_extend(End end, void* block, size_t old_bytes, size_t new_bytes,
                       Account account) noexcept
{
    check_owner();
    if (end == End::scratch || block == nullptr || old_bytes == 0) return false;
    auto* const start = static_cast<std::byte*>(block);
    if (!contains(block) || old_bytes > lo_ || start != base_ + (lo_ - old_bytes)) return false;
    const auto offset = static_cast<size_t>(start - base_);
    if (offset < lo_floor_) return false;  // leaving the scope would cut it
    if (new_bytes <= old_bytes) {
        used_[0][index_of(account)] -= old_bytes - new_bytes;
        release_low(offset + new_bytes);
        check();
        return true;
    }
    if (sealed_ || (fail_countdown_ != 0 && inject())) return false;
    const size_t more = new_bytes - old_bytes;
    const Place place{lo_ + more, more, more <= hi_ - lo_};
    if (take(End::retained, place, account).code != Errc::none) return false;
    unpoison(*this, start + old_bytes, more);
    check();
    return true;
}

bool Arena::lend(const void* end_of_block, size_t bytes) noexcept
{
    check_owner();
    if (sealed_ || end_of_block != base_ + lo_ || bytes > hi_ - lo_) return false;
    if (lo_ + bytes > lo_committed_ && !commit_low(lo_ + bytes)) return false;
    unpoison(*this, base_ + lo_, bytes);
    return true;
}

void Arena::take_back(const void* end_of_block, size_t bytes) noexcept
{
    check_owner();
    WRT_ASSERT(end_of_block == base_ + lo_ && bytes <= hi_ - lo_);
    (void)end_of_block;
    poison(*this, base_ + lo_, bytes);
}

bool Arena::give_back(End end, void* block, size_t bytes, Account account) noexcept
{
    check_owner();
    if (block == nullptr || bytes == 0 || !contains(block)) return false;
    const auto offset = static_cast<size_t>(static_cast<std::byte*>(block) - base_);
    if (end == End::retained) {
        if (bytes > lo_ || offset != lo_ - bytes || offset < lo_floor_) return false;
        used_[0][index_of(account)] -= bytes;
        release_low(offset);
    } else {
        if (offset != hi_ || bytes > hi_ceiling_ - hi_) return false;
        used_[1][index_of(account)] -= bytes;
        release_high(hi_ + bytes);
    }
    check();
    return true;
}

Status Arena::can_allocate(End end, size_t bytes, size_t align, Account account) const noexcept
{
    check_owner();
    if (!is_power_of_two(align)) return refuse(Errc::invalid_argument, end, account, bytes, 0, 0);
    if (sealed_) return refuse(Errc::sealed, end, account, bytes, 0, 0);
    if (bytes == 0) return ok();
    if (fail_countdown_ == 1 && inject()) {
        return refuse(Errc::arena_exhausted, end, account, bytes, 0, 0);
    }
    if (const Error error = why_not(place_for(end, bytes, align), end, account);
        error.code != Errc::none) {
        return error;
    }
    return ok();
}

Status Arena::on_release(void (*release)(void* object), void* object) noexcept
{
    WRT_TRY(cleanups_, make<Cleanup>(End::retained, Account::registry, cleanups_, release, object));
    return ok();
}

void Arena::retire(void* block, size_t bytes) noexcept
{
    if (contains(block)) poison(*this, block, bytes);
}

// Committing
// ---------------------------------------------------------------------------------------------------

Status Arena::commit_low(size_t frontier) noexcept
{
    const size_t granule = granule_behind(lo_committed_);
    const size_t wanted =
        frontier > unlimited - granule ? capacity_ : (frontier + granule - 1) / granule * granule;
    const size_t to = std::min({wanted, hi_committed_, capacity_});
    WRT_CHECK(backing_.commit(lo_committed_, to));
    poison(*this, base_ + lo_committed_, to - lo_committed_);
    lo_committed_ = to;
    if (to == hi_committed_) {  // the two halves meet: everything is committed
        lo_committed_ = capacity_;
        hi_committed_ = 0;
    }
    return ok();
}

Status Arena::commit_high(size_t frontier) noexcept
{
    const size_t granule = granule_behind(capacity_ - hi_committed_);
    const size_t from = std::max(frontier / granule * granule, lo_committed_);
    WRT_CHECK(backing_.commit(from, hi_committed_));
    poison(*this, base_ + from, hi_committed_ - from);
    hi_committed_ = from;
    if (from == lo_committed_) {
        lo_committed_ = capacity_;
        hi_committed_ = 0;
    }
    return ok();
}

void Arena::trim() noexcept
{
    check_owner();
    if (!is_reserved()) return;
    constexpr size_t granule = Backing::commit_granule;
    const size_t from = std::min((lo_ + granule - 1) / granule * granule, capacity_);
    const size_t to = hi_ == capacity_ ? capacity_ : hi_ / granule * granule;
    if (from >= to) return;
    const size_t low_end = std::min(lo_committed_, to);
    const size_t high_start = std::max(hi_committed_, from);
    if (low_end > from) {
        unpoison(*this, base_ + from, low_end - from);
        backing_.decommit(from, low_end);
    }
    if (high_start < to && high_start > low_end) {
        unpoison(*this, base_ + high_start, to - high_start);
        backing_.decommit(high_start, to);
    }
    lo_committed_ = std::min(lo_committed_, from);
    hi_committed_ = std::max(hi_committed_, to);
}

size_t Arena::committed() const noexcept
{
    return hi_committed_ < lo_committed_ ? capacity_ : lo_committed_ + (capacity_ - hi_committed_);
}

// Accounts
// -----------------------------------------------------------------------------------------------------

void Arena::note_peak(Account account) noexcept
{
    const size_t i = index_of(account);
    account_peak_[i] = std::max(account_peak_[i], used_[0][i] + used_[1][i] + external_[i]);
}

size_t Arena::unmet_reserves(Account except) const noexcept
{
    size_t sum = 0;
    for (size_t i = 0; i < account_count; ++i) {
        const size_t held = used_[0][i] + used_[1][i];
        if (i != index_of(except) && reserve_[i] > held) sum += reserve_[i] - held;
    }
    return sum;
}

Usage Arena::usage(Account account) const noexcept
{
    const size_t i = index_of(account);
    return {.used = used_[0][i] + used_[1][i],
            .external = external_[i],
            .peak = account_peak_[i],
            .limit = limit_[i],
            .reserve = reserve_[i],
            .allocations = allocations_[i]};
}

Status Arena::set_limit(Account account, size_t bytes) noexcept
{
    const Usage now = usage(account);
    if (now.used + now.external > bytes) {
        return Error{.code = Errc::invalid_argument, .account = account};
    }
    limit_[index_of(account)] = bytes;
    has_limits_ = true;
    return ok();
}

Status Arena::set_reserve(Account account, size_t bytes) noexcept
{
    const Usage now = usage(account);
    const size_t more = bytes - std::min(bytes, now.used);
    const size_t gap = hi_ - lo_;
    const size_t kept = unmet_reserves(account);
    const size_t room = gap - std::min(gap, kept);
    if (more > room) {
        return refuse(Errc::arena_exhausted, End::retained, account, more, room, capacity_);
    }
    reserve_[index_of(account)] = bytes;
    has_limits_ = true;
    return ok();
}

Status Arena::charge_external(Account account, size_t bytes) noexcept
{
    check_owner();
    const size_t i = index_of(account);
    const size_t held = used_[0][i] + used_[1][i] + external_[i];
    const size_t allowed = limit_[i] - std::min(limit_[i], held);
    if (fail_countdown_ != 0 && bytes != 0 && inject()) {
        return refuse(Errc::arena_exhausted, End::retained, account, bytes, 0, 0);
    }
    if (bytes > allowed) {
        return refuse(Errc::account_limit_exceeded, End::retained, account, bytes, allowed,
                      limit_[i]);
    }
    external_[i] += bytes;
    external_total_ += bytes;
    note_peak(account);
    return ok();
}

void Arena::discharge_external(Account account, size_t bytes) noexcept
{
    external_[index_of(account)] -= bytes;
    external_total_ -= bytes;
}

// What it tells
// ------------------------------------------------------------------------------------------------

size_t Arena::available() const noexcept
{
    const size_t gap = hi_ - lo_;
    const size_t kept = has_limits_ ? unmet_reserves(Account::none) : 0;
    return std::min(gap - gap_floor_, gap - std::min(gap, kept));
}

size_t Arena::peak() const noexcept
{
    size_t least = least_gap_;
    for (size_t i = 0; i < depth_; ++i)
        least = std::min(least, scopes_[i].least_gap);
    return capacity_ - least;
}

std::span<const std::byte> Arena::bytes(End end) const noexcept
{
    if (end == End::retained) return {base_, lo_};
    return {base_ + hi_, capacity_ - hi_};
}

bool Arena::contains(const void* pointer) const noexcept
{
    const auto address = reinterpret_cast<uintptr_t>(pointer);
    const auto base = reinterpret_cast<uintptr_t>(base_);
    return address >= base && address - base < capacity_;
}

uint64_t Arena::linear_memory_cap(uint64_t min_bytes) const noexcept
{
    if (options_.linear_memory_cap != 0) return options_.linear_memory_cap;
    return is_reserved() ? ~uint64_t{0} : std::max<uint64_t>(limits::fixed_memory_bytes, min_bytes);
}

void Arena::set_observer(ScopeObserver observer, void* context) noexcept
{
    options_.observer = observer;
    options_.observer_context = context;
}

void Arena::adopt() noexcept
{
    owner_ = this_thread();
}

void Arena::fail_at(uint64_t nth, Fail mode) noexcept
{
    fail_countdown_ = nth;
    fail_mode_ = mode;
    injected_ = false;
}

bool Arena::inject() const noexcept
{
    if (--fail_countdown_ != 0) return false;
    injected_ = true;
    if (fail_mode_ == Fail::from_then_on) fail_countdown_ = 1;
    return true;
}

void Arena::check_owner() const noexcept
{
    WRT_ASSERT(owner_ == this_thread());  // I12; adopt() when an arena changes hands
}

bool Arena::balanced() const noexcept
{
    if (lo_ > hi_ || hi_ > capacity_) return false;
    size_t charged = 0;
    for (size_t i = 0; i < account_count; ++i)
        charged += used_[0][i] + used_[1][i];
    if (charged != used()) return false;
    for (size_t i = 0; i < depth_; ++i) {
        if (use_of(scopes_[i]) > scopes_[i].budget) return false;
    }
    return true;
}

void Arena::check() const noexcept
{
#if WRT_ASSERTS_ENABLED
    WRT_ASSERT(balanced());
#endif
    if (watch_ != nullptr) [[unlikely]]
        watch_(watch_context_, *this);
}

}  // namespace wrt
