#include <wrt/runtime/rehearsal.hpp>

#include <algorithm>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/memory.hpp>

namespace wrt::runtime {
namespace {

AccountBytes held_in(const Arena& arena) noexcept
{
    AccountBytes held{};
    arena.visit_accounts([&](Account account, const Usage& usage) {
        held[static_cast<size_t>(account)] = usage.used;
    });
    return held;
}

}  // namespace

PhaseWatch::PhaseWatch(Arena& arena, Measurement* found, Phase phase) noexcept
    : arena_{arena}, need_{found != nullptr ? &found->phases[static_cast<size_t>(phase)] : nullptr}
{
    if (need_ == nullptr) return;
    look();
    arena.set_watch([](void* self, const Arena&) { static_cast<PhaseWatch*>(self)->look(); }, this);
}

PhaseWatch::~PhaseWatch()
{
    if (need_ == nullptr) return;
    arena_.set_watch(nullptr, nullptr);
    need_->retained = arena_.used();
    need_->at_end = held_in(arena_);
}

void PhaseWatch::look() noexcept
{
    if (arena_.used() <= need_->peak) return;
    need_->peak = arena_.used();
    need_->at_peak = held_in(arena_);
}

void add_needs(const ModuleInstance& instance, Measurement& found) noexcept
{
    const Module& module = *instance.module;
    for (uint32_t i = module.imported_memories; i < instance.memories.size(); ++i) {
        const MemoryInstance& memory = *instance.memories[i];
        const Limits& declared = memory.type.limits;
        const uint64_t most = addressable_bytes(memory.type) >> memory.type.page_shift;
        found.memory.minimum += declared.min << memory.type.page_shift;
        found.memory.maximum += (declared.has_max ? std::min(declared.max, most) : most)
                                << memory.type.page_shift;
        found.memory.reserved += memory.limit;
    }
    for (uint32_t i = module.imported_tables; i < instance.tables.size(); ++i) {
        const TableInstance& table = *instance.tables[i];
        const Limits& declared = table.type.limits;
        found.tables.minimum += declared.min;
        found.tables.maximum += declared.has_max ? declared.max : limits::table_elements;
        found.tables.reserved += table.capacity;
    }
}

void sum_up(const Arena& arena, Measurement& found) noexcept
{
    const size_t peak = std::ranges::max(found.phases, {}, &PhaseNeed::peak).peak;
    WRT_ASSERT(peak == arena.peak());
    constexpr size_t unit = Backing::alignment;
    found.arena_bytes = (peak + unit - 1) / unit * unit;
    arena.visit_accounts([&](Account account, const Usage& usage) {
        found.account_peaks[static_cast<size_t>(account)] = usage.peak;
    });
}

}  // namespace wrt::runtime
