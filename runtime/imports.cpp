// Import tables, and exports by name.
#include <wrt/runtime/imports.hpp>

#include <algorithm>

#include <wrt/runtime/module.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {
uint64_t ImportTable::hash_of(std::string_view module, std::string_view name,
                              bool whole) const noexcept
{
    KeyedHash hash{store_->hash_key()};
    hash.add(module);
    if (!whole) hash.add(name);
    return hash.finish();
}

const ImportTable::Entry* ImportTable::get(std::string_view module, std::string_view name,
                                           bool whole) const noexcept
{
    return entries_.get(hash_of(module, name, whole), [&](const Entry& entry) {
        return (entry.instance != nullptr) == whole && entry.module == module && entry.name == name;
    });
}

Result<ImportTable::Entry*> ImportTable::entry(std::string_view module, std::string_view name,
                                               bool whole) noexcept
{
    const uint64_t hash = hash_of(module, name, whole);
    Entry** const place = entries_.find(hash, [&](const Entry& entry) {
        return (entry.instance != nullptr) == whole && entry.module == module && entry.name == name;
    });
    if (*place != nullptr) return *place;

    Arena& arena = store_->arena();
    WRT_TRY(Store::Transaction transaction, Store::Transaction::begin(*store_, "define"));
    WRT_TRY(Entry* const made, arena.make<Entry>(End::retained, Account::host));
    WRT_TRY(made->module, arena.copy_text(End::retained, Account::host, module));
    WRT_TRY(made->name, arena.copy_text(End::retained, Account::host, name));
    entries_.insert(place, hash, made);
    if (const Status prepared = transaction.prepare(); !prepared) {
        entries_.rewind(made->older);
        return prepared.error();
    }
    transaction.commit();
    return made;
}

Extern ImportTable::find(std::string_view module, std::string_view name) const noexcept
{
    if (const Entry* const one = get(module, name, false)) return one->value;
    if (const ModuleInstance* const instance = find_instance(module)) {
        if (const Extern found = find_export(*instance, name)) return found;
    }
    return next_ != nullptr ? next_->find(module, name) : Extern{};
}

Status ImportTable::define(std::string_view module, std::string_view name, Extern value) noexcept
{
    if (!value) return Error{.code = Errc::invalid_argument};
    WRT_TRY(Entry* const one, entry(module, name, false));
    one->value = value;
    return ok();
}

Status ImportTable::define_function(std::string_view module, std::string_view name,
                                    std::span<const ValType> params,
                                    std::span<const ValType> results, HostFunction function,
                                    void* context) noexcept
{
    WRT_TRY(FuncInstance* const func, store_->make_function(params, results, function, context));
    return define(module, name, func);
}

Status ImportTable::define_instance(std::string_view module,
                                    const ModuleInstance& instance) noexcept
{
    WRT_TRY(Entry* const whole, entry(module, {}, true));
    whole->instance = &instance;
    return ok();
}

const ModuleInstance* ImportTable::find_instance(std::string_view module) const noexcept
{
    const Entry* const whole = get(module, {}, true);
    return whole != nullptr ? whole->instance : nullptr;
}

Extern export_at(const ModuleInstance& instance, uint32_t index) noexcept
{
    const Export& item = instance.module->exports[index];
    switch (item.kind) {
    case ExternKind::func: return instance.functions[item.index];
    case ExternKind::table: return instance.tables[item.index];
    case ExternKind::memory: return instance.memories[item.index];
    case ExternKind::global: return instance.globals[item.index];
    case ExternKind::tag: return instance.tags[item.index];
    }
    return {};
}

Extern find_export(const ModuleInstance& instance, std::string_view name) noexcept
{
    const Module& module = *instance.module;
    const uint32_t* const place =
        std::lower_bound(module.export_order.begin(), module.export_order.end(), name,
                         [&](uint32_t index, std::string_view wanted) {
                             return module.exports[index].name < wanted;
                         });
    if (place == module.export_order.end() || module.exports[*place].name != name) return {};
    return export_at(instance, *place);
}

}  // namespace wrt::runtime
