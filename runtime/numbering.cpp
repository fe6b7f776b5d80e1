#include "numbering.hpp"

#include <algorithm>

#include <wrt/runtime/module.hpp>

namespace wrt::runtime {
namespace {

template <class T>
std::optional<uint32_t> index_in(std::span<T* const> list, const T* item) noexcept
{
    const auto found = std::ranges::find(list, item);
    if (found == list.end()) return std::nullopt;
    return static_cast<uint32_t>(found - list.begin());
}

/// The distinct things of one kind that instances hold: all that they define, and the imported ones
/// that `is_own` does not know of, once each.
template <class T, class ListOf, class FirstOwn, class IsOwn>
Result<std::span<T*>> distinct(Arena& arena, std::span<ModuleInstance* const> instances,
                               ListOf&& list_of, FirstOwn&& first_own, IsOwn&& is_own) noexcept
{
    size_t most = 0;
    for (ModuleInstance* const instance : instances)
        most += list_of(*instance).size();
    WRT_TRY(const std::span<T*> all, arena.make_array<T*>(End::retained, Account::scratch, most));
    size_t count = 0;
    for (ModuleInstance* const instance : instances) {
        const auto& list = list_of(*instance);
        for (uint32_t i = 0; i < list.size(); ++i) {
            T* const item = list[i];
            const bool met = i < first_own(*instance->module) &&
                             (is_own(item) || index_in<T>(all.first(count), item).has_value());
            if (!met) all[count++] = item;
        }
    }
    return all.first(count);
}

}  // namespace

Result<Numbering> Numbering::make(Store& store) noexcept
{
    Arena& arena = store.arena();
    Numbering made;
    size_t count = 0;
    for (auto* instance = store.newest_instance(); instance != nullptr; instance = instance->older)
        ++count;
    WRT_TRY(made.instances_,
            arena.make_array<ModuleInstance*>(End::retained, Account::scratch, count));
    WRT_TRY(made.bases_, arena.make_array<Bases>(End::retained, Account::scratch, count + 1));
    for (auto* instance = store.newest_instance(); instance != nullptr; instance = instance->older)
        made.instances_[--count] = instance;
    WRT_TRY(made.types_,
            arena.make_array<uint32_t>(End::retained, Account::scratch, store.types().size()));
    std::ranges::fill(made.types_, no_index);
    for (const ModuleInstance* const instance : made.instances_) {
        const Bases& base = made.bases_[count];
        const uint32_t types = instance->module->types.size();
        for (uint32_t i = 0; i < types; ++i) {
            uint32_t& number = made.types_[instance->type_ids[i]];
            number = std::min(number, base.types + i);
        }
        made.bases_[++count] = {base.functions + instance->functions.size(),
                                base.tags + instance->tags.size(), base.types + types};
    }
    const auto never = [](const auto*) { return false; };
    WRT_TRY(made.memories_,
            distinct<MemoryInstance>(
                arena, made.instances_, [](const ModuleInstance& i) -> auto& { return i.memories; },
                [](const Module& module) { return module.imported_memories; }, never));
    WRT_TRY(made.tables_,
            distinct<TableInstance>(
                arena, made.instances_, [](const ModuleInstance& i) -> auto& { return i.tables; },
                [](const Module& module) { return module.imported_tables; }, never));
    const auto is_own = [&made](const GlobalInstance* global) {
        uint32_t number = 0;
        return made.is_own_global(global, number);
    };
    WRT_TRY(const std::span<GlobalInstance*> globals,
            distinct<GlobalInstance>(
                arena, made.instances_, [](const ModuleInstance& i) -> auto& { return i.globals; },
                [](const Module& module) { return module.imported_globals; }, is_own));
    const auto own = std::ranges::remove_if(globals, is_own);
    made.host_globals_ = globals.first(globals.size() - own.size());
    return made;
}

/// Own globals' values lie side by side; their number is the instance and the slot.
bool Numbering::is_own_global(const GlobalInstance* global, uint32_t& number) const noexcept
{
    number = 0;
    for (const ModuleInstance* const instance : instances_) {
        const uint32_t slots = instance->module->own_global_slots;
        if (slots != 0 && global->value >= instance->own_globals &&
            global->value < instance->own_globals + slots) {
            number += static_cast<uint32_t>(global->value - instance->own_globals);
            return true;
        }
        number += slots;
    }
    return false;
}

std::optional<uint32_t> Numbering::of(const ModuleInstance* instance) const noexcept
{
    return index_in<ModuleInstance>(instances_, instance);
}

std::optional<uint32_t> Numbering::of(const FuncInstance* func) const noexcept
{
    if (func->instance != nullptr) {
        const auto instance = of(func->instance);
        if (!instance) return std::nullopt;
        return bases_[*instance].functions + func->index;
    }
    for (size_t i = 0; i < instances_.size(); ++i) {
        const auto& list = instances_[i]->functions;
        for (uint32_t k = 0; k < instances_[i]->module->imported_functions; ++k) {
            if (list[k] == func) return bases_[i].functions + k;
        }
    }
    return std::nullopt;
}

std::optional<uint32_t> Numbering::of(const TagInstance* tag) const noexcept
{
    for (size_t i = 0; i < instances_.size(); ++i) {
        const auto& list = instances_[i]->tags;
        for (uint32_t k = 0; k < list.size(); ++k) {
            if (list[k] == tag) return bases_[i].tags + k;
        }
    }
    return std::nullopt;
}

std::optional<uint32_t> Numbering::of_type(TypeId type) const noexcept
{
    if (type >= types_.size() || types_[type] == no_index) return std::nullopt;
    return types_[type];
}

uint32_t Numbering::of_import(const ModuleInstance& instance, uint32_t index) const noexcept
{
    const Import& import = instance.module->imports[index];
    switch (import.kind) {
    case ExternKind::func: return of(instance.functions[import.index]).value_or(no_index);
    case ExternKind::table:
        return index_in<TableInstance>(tables_, instance.tables[import.index]).value_or(no_index);
    case ExternKind::memory:
        return index_in<MemoryInstance>(memories_, instance.memories[import.index])
            .value_or(no_index);
    case ExternKind::global: {
        const GlobalInstance* const global = instance.globals[import.index];
        uint32_t number = 0;
        if (is_own_global(global, number)) return number;
        constexpr uint32_t of_host = uint32_t{1} << 31;
        return of_host | index_in<GlobalInstance>(host_globals_, global).value_or(no_index);
    }
    case ExternKind::tag: return of(instance.tags[import.index]).value_or(no_index);
    }
    return no_index;
}

uint32_t Numbering::owner(uint32_t number, uint32_t Bases::* base) const noexcept
{
    const auto after = std::ranges::upper_bound(bases_, number, {}, base);
    if (after == bases_.end() || after == bases_.begin()) return no_index;
    return static_cast<uint32_t>(after - bases_.begin()) - 1;
}

FuncInstance* Numbering::func(uint32_t number) const noexcept
{
    const uint32_t i = owner(number, &Bases::functions);
    return i == no_index ? nullptr : instances_[i]->functions[number - bases_[i].functions];
}

TagInstance* Numbering::tag(uint32_t number) const noexcept
{
    const uint32_t i = owner(number, &Bases::tags);
    return i == no_index ? nullptr : instances_[i]->tags[number - bases_[i].tags];
}

TypeId Numbering::type(uint32_t number) const noexcept
{
    const uint32_t i = owner(number, &Bases::types);
    return i == no_index ? no_index : instances_[i]->type_ids[number - bases_[i].types];
}

}  // namespace wrt::runtime
