// Instantiation in two phases: everything that can be refused, then everything that has effects.
#include <wrt/runtime/instantiate.hpp>

#include <algorithm>
#include <utility>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/table.hpp>

#include "const_expr.hpp"
#include "lazy_code.hpp"
#include "open.hpp"

namespace wrt::runtime {
namespace {

/// Where imports come from: a list in their order, or names.
struct ImportSource {
    const ImportProvider* names = nullptr;
    std::span<const Extern> list;

    Extern get(const Module& module, uint32_t i) const noexcept
    {
        if (names != nullptr) return names->find(module.imports[i].module, module.imports[i].name);
        return i < list.size() ? list[i] : Extern{};
    }
};

/// The bounds that `actual` has now, `size` being its current size, fit what an import asks for
/// (3.4.6).
bool matches_limits(const Limits& actual, uint64_t size, const Limits& wanted) noexcept
{
    if (actual.is64 != wanted.is64 || actual.shared != wanted.shared || size < wanted.min)
        return false;
    return !wanted.has_max || (actual.has_max && actual.max <= wanted.max);
}

/// See matches_import(). `will_grow`: whatever size it has now, it is about to have the one it had
/// when it was imported, or more.
bool matches(const Store& store, const Module& module, const TypeId* ids, const Import& import,
             const Extern& value, bool will_grow) noexcept
{
    if (value.kind != import.kind) return false;
    const TypeRegistry& types = store.types();
    switch (import.kind) {
    case ExternKind::func:
        return types.is_subtype(value.func->type, ids[module.functions[import.index].type]);
    case ExternKind::table: {
        const TableInstance& table = *value.table;
        const TableType& wanted = module.tables[import.index].type;
        return table.type.element == close(wanted.element, ids) &&
               matches_limits(table.type.limits, will_grow ? wanted.limits.min : table.size,
                              wanted.limits);
    }
    case ExternKind::memory: {
        const MemoryInstance& memory = *value.memory;
        const MemoryType& wanted = module.memories[import.index];
        return memory.type.page_shift == wanted.page_shift &&
               matches_limits(memory.type.limits,
                              will_grow ? wanted.limits.min : memory_pages(memory), wanted.limits);
    }
    case ExternKind::global: {
        const GlobalType& actual = value.global->type;
        const GlobalType& wanted = module.globals[import.index].type;
        const ValType type = close(wanted.type, ids);
        if (actual.mut != wanted.mut) return false;
        return wanted.mut ? actual.type == type : types.is_subtype(actual.type, type);
    }
    case ExternKind::tag: return value.tag->type == ids[module.tags[import.index]];
    }
    return false;
}

/// The value of a constant expression of one slot.
Result<Slot> value_of(ModuleInstance& instance, ConstCode code, ConstantStack& stack) noexcept
{
    WRT_CHECK(evaluate(instance, code, stack));
    return stack.pop();
}

Status write_items(ModuleInstance& instance, const ElementSegment& segment, Slot* to,
                   ConstantStack& stack) noexcept
{
    const Module& module = *instance.module;
    for (uint32_t i = 0; i < segment.count; ++i) {
        if (segment.expressions) {
            WRT_TRY(to[i], value_of(instance, module.element_items[segment.first + i], stack));
            continue;
        }
        const uint32_t function = module.element_functions[segment.first + i];
        to[i] = {function != no_function ? Ref::func(instance.functions[function]).bits : 0};
    }
    return ok();
}

Status copy_segment(ModuleInstance& instance, const ElementSegment& segment,
                    ConstantStack& stack) noexcept
{
    TableInstance& table = *instance.tables[segment.table];
    WRT_TRY(const Slot offset, value_of(instance, segment.offset, stack));
    if (!in_bounds(offset.bits, segment.count, table.size))
        return Error{.code = Errc::out_of_bounds_table_access};
    return write_items(instance, segment, table.elements + offset.bits, stack);
}

/// Copies active segments; what comes before one that does not fit stays copied.
Status copy_segments(ModuleInstance& instance, ConstantStack& stack) noexcept
{
    const Module& module = *instance.module;
    for (const ElementSegment& segment : module.elements) {
        if (segment.mode == ElementSegment::Mode::active)
            WRT_CHECK(copy_segment(instance, segment, stack));
    }
    for (uint32_t i = 0; i < module.data.size(); ++i) {
        const DataSegment& segment = module.data[i];
        if (!segment.active) continue;
        MemoryInstance& memory = *instance.memories[segment.memory];
        DataInstance& data = instance.data[i];
        WRT_TRY(const Slot offset, value_of(instance, segment.offset, stack));
        if (!memory_init(memory, offset.bits, data, 0, data.size)) {
            return Error{.code = Errc::out_of_bounds_memory_access};
        }
        data_drop(data);
    }
    return ok();
}

Status run_start(Store& store, ModuleInstance& instance) noexcept
{
    const uint32_t start = instance.module->start;
    if (start == no_function) return ok();
    return execute(store.execution(), *instance.functions[start], {});
}

class Builder {
public:
    /// `effects`: they follow; without, a snapshot's state does.
    Builder(Store& store, const Module& module, bool effects) noexcept
        : store_(store), arena_(store.arena()), module_(module), effects_(effects)
    {
    }
    Builder(const Builder&) = delete;
    Builder& operator=(const Builder&) = delete;
    ~Builder() { store_.set_constants(nullptr); }

    Result<ModuleInstance*> build(const ImportSource& imports) noexcept
    {
        WRT_TRY(instance_, arena_.make<ModuleInstance>(End::retained, Account::instance));
        instance_->module = &module_;
        instance_->store = &store_;
        WRT_TRY(const std::span<TypeId> ids,
                arena_.make_array<TypeId>(End::retained, Account::types, module_.types.size()));
        WRT_CHECK(store_.types().intern(arena_, module_, ids));
        instance_->type_ids = ids.data();
        WRT_TRY(const std::span<Slot> slots,
                arena_.make_array<Slot>(End::scratch, Account::scratch, module_.const_depth));
        WRT_TRY(const std::span<bool> references,
                arena_.make_array<bool>(End::scratch, Account::scratch, module_.const_depth));
        stack_ = {slots, references};
        // From here on the collector looks at what is there of it.
        store_.add(*instance_);
        store_.set_constants(&stack_);

        WRT_CHECK(make(instance_->functions, Account::functions, module_.functions.size()));
        WRT_CHECK(make(instance_->tables, Account::tables, module_.tables.size()));
        WRT_CHECK(make(instance_->memories, Account::instance, module_.memories.size()));
        WRT_CHECK(make(instance_->globals, Account::globals, module_.globals.size()));
        WRT_CHECK(make(instance_->tags, Account::instance, module_.tags.size()));
        WRT_CHECK(link(imports));
        WRT_CHECK(functions());
        WRT_CHECK(tags());
        WRT_CHECK(memories());
        WRT_CHECK(globals());
        WRT_CHECK(tables());
        WRT_CHECK(elements());
        WRT_CHECK(data());
        if (const Extern memory = find_export(*instance_, "memory");
            memory && memory.kind == ExternKind::memory) {
            instance_->exported_memory = memory.memory;
        }
        return instance_;
    }

    /// Copies active segments.
    Status apply() noexcept { return copy_segments(*instance_, stack_); }

private:
    template <class T>
    Status make(static_vector<T>& to, Account account, size_t capacity) noexcept
    {
        WRT_TRY(to, static_vector<T>::make(arena_, End::retained, account, capacity));
        return ok();
    }

    Status link(const ImportSource& imports) noexcept
    {
        for (uint32_t i = 0; i < module_.imports.size(); ++i) {
            const Import& import = module_.imports[i];
            const Extern value = imports.get(module_, i);
            if (!value)
                return Error{.code = Errc::unknown_import, .detail = Detail::index, .actual = i};
            if (is_foreign(value))
                return Error{.code = Errc::different_engine, .detail = Detail::index, .actual = i};
            if (!matches(store_, module_, instance_->type_ids, import, value, !effects_)) {
                return Error{
                    .code = Errc::incompatible_import_type, .detail = Detail::index, .actual = i};
            }
            switch (value.kind) {
            case ExternKind::func: instance_->functions.push_back_unchecked(value.func); break;
            case ExternKind::table: instance_->tables.push_back_unchecked(value.table); break;
            case ExternKind::memory: instance_->memories.push_back_unchecked(value.memory); break;
            case ExternKind::global: instance_->globals.push_back_unchecked(value.global); break;
            case ExternKind::tag: instance_->tags.push_back_unchecked(value.tag); break;
            }
        }
        return ok();
    }

    /// Whether it belongs to another store, whose type ids mean other types.
    bool is_foreign(const Extern& value) const noexcept
    {
        switch (value.kind) {
        case ExternKind::func: return value.func->store != &store_;
        case ExternKind::table: return value.table->store != &store_;
        case ExternKind::memory: return value.memory->store != &store_;
        case ExternKind::global: return value.global->store != &store_;
        case ExternKind::tag: return value.tag->store != &store_;
        }
        return true;
    }

    Status functions() noexcept
    {
        const uint32_t count = module_.functions.size() - module_.imported_functions;
        WRT_TRY(const std::span<FuncInstance> own,
                arena_.make_array<FuncInstance>(End::retained, Account::functions, count));
        for (uint32_t i = 0; i < count; ++i) {
            const uint32_t index = module_.imported_functions + i;
            const Function& function = module_.functions[index];
            FuncInstance& func = own[i];
            func.entry = module_.entry_of(index);
            func.instance = instance_;
            func.store = &store_;
            func.type_place = instance_->type_ids + function.type;
            func.type = *func.type_place;
            func.param_slots = static_cast<uint16_t>(slots_of(module_.params(function.type)));
            func.result_slots = static_cast<uint16_t>(slots_of(module_.results(function.type)));
            func.index = index;
            instance_->functions.push_back_unchecked(&func);
        }
        return ok();
    }

    Status tags() noexcept
    {
        const uint32_t count = module_.tags.size() - module_.imported_tags;
        WRT_TRY(const std::span<TagInstance> own,
                arena_.make_array<TagInstance>(End::retained, Account::instance, count));
        for (uint32_t i = 0; i < count; ++i) {
            const uint32_t index = module_.imported_tags + i;
            own[i].type = instance_->type_ids[module_.tags[index]];
            own[i].slots = slots_of(module_.params(module_.tags[index]));
            own[i].instance = instance_;
            own[i].index = index;
            own[i].store = &store_;
            instance_->tags.push_back_unchecked(&own[i]);
        }
        return ok();
    }

    Status memories() noexcept
    {
        const uint32_t count = module_.memories.size() - module_.imported_memories;
        WRT_TRY(const std::span<MemoryInstance> own,
                arena_.make_array<MemoryInstance>(End::retained, Account::instance, count));
        for (uint32_t i = 0; i < count; ++i) {
            WRT_CHECK(open_memory(own[i], store_, module_.memories[module_.imported_memories + i]));
            instance_->memories.push_back_unchecked(&own[i]);
        }
        return ok();
    }

    Status globals() noexcept
    {
        const uint32_t count = module_.globals.size() - module_.imported_globals;
        WRT_TRY(const std::span<Slot> values,
                arena_.make_array<Slot>(End::retained, Account::globals, module_.own_global_slots));
        WRT_TRY(const std::span<GlobalInstance> own,
                arena_.make_array<GlobalInstance>(End::retained, Account::globals, count));
        instance_->own_globals = values.data();
        // In order: an initialiser may read the globals before it.
        for (uint32_t i = 0; i < count; ++i) {
            const Global& global = module_.globals[module_.imported_globals + i];
            own[i].value = values.data() + global.slot;
            own[i].type = {close(global.type.type, instance_->type_ids), global.type.mut};
            own[i].store = &store_;
            WRT_CHECK(evaluate(*instance_, global.init, stack_));
            std::ranges::copy(stack_.top(stack_.size()), own[i].value);
            stack_.drop(stack_.size());
            instance_->globals.push_back_unchecked(&own[i]);
        }
        return ok();
    }

    Status tables() noexcept
    {
        const uint32_t count = module_.tables.size() - module_.imported_tables;
        WRT_TRY(const std::span<TableInstance> own,
                arena_.make_array<TableInstance>(End::retained, Account::tables, count));
        for (uint32_t i = 0; i < count; ++i) {
            const Table& table = module_.tables[module_.imported_tables + i];
            TableType type = table.type;
            type.element = close(type.element, instance_->type_ids);
            Slot init;
            if (table.init.count != 0) {
                WRT_TRY(init, value_of(*instance_, table.init, stack_));
            }
            WRT_CHECK(open_table(own[i], store_, type, Ref{init.bits}));
            instance_->tables.push_back_unchecked(&own[i]);
        }
        return ok();
    }

    /// Passive segments keep their references; the others are empty from the start, for nothing can
    /// tell.
    Status elements() noexcept
    {
        WRT_CHECK(make(instance_->elements, Account::elements, module_.elements.size()));
        for (const ElementSegment& segment : module_.elements) {
            ElementInstance& element = instance_->elements.push_back_unchecked();
            if (segment.mode != ElementSegment::Mode::passive) continue;
            WRT_TRY(const std::span<Slot> items,
                    arena_.make_array<Slot>(End::retained, Account::elements, segment.count));
            element = {items.data(), segment.count};
            WRT_CHECK(write_items(*instance_, segment, items.data(), stack_));
        }
        return ok();
    }

    Status data() noexcept
    {
        WRT_CHECK(make(instance_->data, Account::data, module_.data.size()));
        for (const DataSegment& segment : module_.data) {
            instance_->data.push_back_unchecked(segment.bytes.data(),
                                                static_cast<uint32_t>(segment.bytes.size()));
        }
        return ok();
    }

    Store& store_;
    Arena& arena_;
    const Module& module_;
    const bool effects_;
    ModuleInstance* instance_ = nullptr;
    ConstantStack stack_;  ///< For constant expressions; as deep as the module's deepest.
};

/// `effects`: copy active segments and run the start function.
Result<ModuleInstance*> instantiate_from(Store& store, const Module& module,
                                         const ImportSource& imports, bool effects = true) noexcept
{
    if (module.lazy != nullptr && !LazyCode::of(module).belongs_to(store.arena()))
        return Error{.code = Errc::lazy_module_elsewhere};
    WRT_TRY(Store::Transaction transaction, Store::Transaction::begin(store, "instantiate"));
    Builder builder{store, module, effects};
    WRT_TRY(ModuleInstance* const instance, builder.build(imports));
    WRT_CHECK(transaction.prepare());
    if (!effects) {
        transaction.commit();
        return instance;
    }

    // From here on the instance stays: tables of others may refer to it.
    const Status applied = builder.apply();
    transaction.commit();
    WRT_CHECK(applied);
    WRT_CHECK(run_start(store, *instance));
    return instance;
}

}  // namespace

bool matches_import(const Store& store, const Module& module, const TypeId* ids,
                    const Import& import, const Extern& value) noexcept
{
    return matches(store, module, ids, import, value, false);
}

Result<ModuleInstance*> instantiate(Store& store, const Module& module,
                                    const ImportProvider& imports) noexcept
{
    return instantiate_from(store, module, {.names = &imports, .list = {}});
}

Result<ModuleInstance*> instantiate(Store& store, const Module& module) noexcept
{
    return instantiate(store, module, store.names());
}

Result<ModuleInstance*> instantiate(Store& store, const Module& module,
                                    std::span<const Extern> imports) noexcept
{
    return instantiate_from(store, module, {.names = nullptr, .list = imports});
}

Result<ModuleInstance*> instantiate_without_effects(Store& store, const Module& module,
                                                    const ImportProvider& imports) noexcept
{
    return instantiate_from(store, module, {.names = &imports, .list = {}}, false);
}

Result<ModuleInstance*> instantiate_without_effects(Store& store, const Module& module,
                                                    std::span<const Extern> imports) noexcept
{
    return instantiate_from(store, module, {.names = nullptr, .list = imports}, false);
}

namespace {

enum class Code : bool { is_left, runs };

/// `is_copied`: the first of them only starts. How many are complete.
Result<size_t> perform(Store& store, std::span<ModuleInstance* const> instances, bool is_copied,
                       Code code) noexcept
{
    Arena& arena = store.arena();
    uint32_t depth = 0;
    for (const ModuleInstance* const instance : instances)
        depth = std::max(depth, instance->module->const_depth);
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::runtime, "effects",
                                          arena.full_budget(LibraryId::runtime), End::scratch));
    WRT_TRY(const std::span<Slot> slots,
            arena.make_array<Slot>(End::scratch, Account::scratch, depth));
    WRT_TRY(const std::span<bool> references,
            arena.make_array<bool>(End::scratch, Account::scratch, depth));
    size_t complete = 0;
    if (!arena.is_rehearsal()) {
        ConstantStack stack{slots, references};
        for (ModuleInstance* const instance : instances) {
            if (!std::exchange(is_copied, false)) {
                store.set_constants(&stack);
                const Status copied = copy_segments(*instance, stack);
                store.set_constants(nullptr);
                WRT_CHECK(copied);
            }
            if (code == Code::is_left && instance->module->start != no_function) break;
            WRT_CHECK(run_start(store, *instance));
            ++complete;
        }
    }
    WRT_CHECK(scope.exit());
    return complete;
}

}  // namespace

Status perform_effects(Store& store, std::span<ModuleInstance* const> instances) noexcept
{
    WRT_CHECK(perform(store, instances, false, Code::runs));
    return ok();
}

Result<size_t> perform_effects_before_code(Store& store,
                                           std::span<ModuleInstance* const> instances) noexcept
{
    return perform(store, instances, false, Code::is_left);
}

Status perform_effects_from_code(Store& store, std::span<ModuleInstance* const> instances) noexcept
{
    WRT_CHECK(perform(store, instances, true, Code::runs));
    return ok();
}

}  // namespace wrt::runtime
