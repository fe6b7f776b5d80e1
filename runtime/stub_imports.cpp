// Stubs: made as the host's own things are, but with the types that the module asks for.
#include <wrt/runtime/stub_imports.hpp>

#include <wrt/runtime/instantiate.hpp>

namespace wrt::runtime {
namespace {

Status refuse_to_run(Caller&, void*, Slot*)
{
    return Error{.code = Errc::host_failure};
}

class StubMaker {
public:
    StubMaker(Store& store, const Module& module, const TypeId* ids) noexcept
        : store_{store}, arena_{store.arena()}, module_{module}, ids_{ids}
    {
    }

    Result<Extern> make(const Import& import) noexcept
    {
        switch (import.kind) {
        case ExternKind::func: return function(module_.functions[import.index].type);
        case ExternKind::table: {
            TableType type = module_.tables[import.index].type;
            type.element = close(type.element, ids_);
            WRT_TRY(TableInstance* const table, store_.make_table(type));
            return Extern{table};
        }
        case ExternKind::memory: {
            WRT_TRY(MemoryInstance* const memory,
                    store_.make_memory(module_.memories[import.index]));
            return Extern{memory};
        }
        case ExternKind::global: return global(module_.globals[import.index].type);
        case ExternKind::tag: return tag(module_.tags[import.index]);
        }
        return Error{.code = Errc::internal};
    }

private:
    Result<Extern> function(uint32_t type) noexcept
    {
        WRT_TRY(FuncInstance* const func, arena_.make<FuncInstance>(End::retained, Account::host));
        func->type = ids_[type];
        func->param_slots = static_cast<uint16_t>(slots_of(module_.params(type)));
        func->result_slots = static_cast<uint16_t>(slots_of(module_.results(type)));
        func->host = refuse_to_run;
        func->store = &store_;
        return Extern{func};
    }

    Result<Extern> global(const GlobalType& type) noexcept
    {
        WRT_TRY(GlobalInstance* const made,
                arena_.make<GlobalInstance>(End::retained, Account::host));
        WRT_TRY(const std::span<Slot> value,
                arena_.make_array<Slot>(End::retained, Account::globals, slots_of(type.type)));
        made->value = value.data();
        made->type = {close(type.type, ids_), type.mut};
        made->store = &store_;
        store_.add(*made);
        return Extern{made};
    }

    Result<Extern> tag(uint32_t type) noexcept
    {
        WRT_TRY(TagInstance* const made, arena_.make<TagInstance>(End::retained, Account::host));
        made->type = ids_[type];
        made->slots = slots_of(module_.params(type));
        made->store = &store_;
        return Extern{made};
    }

    Store& store_;
    Arena& arena_;
    const Module& module_;
    const TypeId* ids_;
};

}  // namespace

Result<std::span<const Extern>> stub_imports(Store& store, const Module& module,
                                             const ImportProvider* provided) noexcept
{
    Arena& arena = store.arena();
    WRT_TRY(Store::Transaction transaction, Store::Transaction::begin(store, "stub_imports"));
    WRT_TRY(const std::span<TypeId> ids,
            arena.make_array<TypeId>(End::scratch, Account::scratch, module.types.size()));
    WRT_CHECK(store.types().intern(arena, module, ids));
    WRT_TRY(const std::span<Extern> externs,
            arena.make_array<Extern>(End::retained, Account::host, module.imports.size()));
    StubMaker maker{store, module, ids.data()};
    for (uint32_t i = 0; i < externs.size(); ++i) {
        const Import& import = module.imports[i];
        if (provided != nullptr) {
            const Extern found = provided->find(import.module, import.name);
            if (found && matches_import(store, module, ids.data(), import, found)) {
                externs[i] = found;
                continue;
            }
        }
        WRT_TRY(externs[i], maker.make(import));
    }
    WRT_CHECK(transaction.prepare());
    transaction.commit();
    return std::span<const Extern>{externs};
}

}  // namespace wrt::runtime
