#include <wrt/linker.hpp>

#include <wrt/shared_memory.hpp>

#include <wrt/runtime/host.hpp>
#include <wrt/runtime/imports.hpp>
#include <wrt/runtime/instantiate.hpp>

#include "state.hpp"

namespace wrt {
namespace detail {

Result<std::string_view> guest_text(StoreState& state, runtime::Caller& caller, uint32_t address,
                                    uint32_t size) noexcept
{
    WRT_TRY(const Memory memory, Caller(state, caller).memory());
    return memory.utf8(address, size);
}

Result<std::span<std::byte>> guest_bytes(StoreState& state, runtime::Caller& caller,
                                         uint32_t address, uint32_t count, size_t element_size,
                                         size_t alignment) noexcept
{
    WRT_TRY(const Memory memory, Caller(state, caller).memory());
    if (address % alignment != 0)
        return Caller(state, caller).error("misaligned address from the guest");
    // Cannot wrap: the count has 32 bits, and no element is larger than memory.
    return memory.slice<std::byte>(address, uint64_t{count} * element_size);
}

Error host_exception(StoreState& state, const char* what) noexcept
{
    state.set_host_message(what);
    return Error{.code = Errc::host_failure};
}

}  // namespace detail

Result<Memory> Caller::memory() const noexcept
{
    runtime::MemoryInstance* const memory = caller_->memory();
    if (memory == nullptr) return error("the caller exports no memory");
    return Memory{*state_, *memory};
}

std::optional<Instance> Caller::instance() const noexcept
{
    if (caller_->instance == nullptr) return std::nullopt;
    return Instance{*state_, *caller_->instance};
}

uint64_t Caller::fuel() const noexcept
{
    return static_cast<uint64_t>(std::max<int64_t>(caller_->execution.fuel, 0));
}

void Caller::set_fuel(uint64_t fuel) noexcept
{
    caller_->execution.fuel = static_cast<int64_t>(std::min<uint64_t>(fuel, INT64_MAX));
}

Error Caller::error(std::string_view message) const noexcept
{
    state_->set_host_message(message);
    return Error{.code = Errc::host_failure};
}

Error Caller::exception(Tag tag, std::span<const Value> values) const noexcept
{
    // As many as a function type may have params.
    runtime::Value raw[limits::params];
    if (values.size() > std::size(raw)) return Error{.code = Errc::wrong_argument_count};
    for (size_t i = 0; i < values.size(); ++i) {
        const runtime::Slot slots[2] = {{values[i].low()}, {values[i].high()}};
        raw[i] = runtime::load_value(values[i].type(), slots);
    }
    return runtime::throw_exception(caller_->execution, tag.instance(),
                                    std::span{raw}.first(values.size()));
}

Linker::Linker(Store& store) noexcept : status_{store.status()}
{
    if (!status_) return;
    state_ = &store.state();
    const Result<runtime::ImportTable*> imports =
        state_->arena().make<runtime::ImportTable>(End::retained, Account::host, *state_->store);
    if (imports)
        imports_ = *imports;
    else
        status_ = imports.error();
}

void Linker::note(const Status& status) noexcept
{
    if (status_ && !status) status_ = status;
}

void* Linker::allocate(size_t bytes, size_t alignment) noexcept
{
    if (!usable()) return nullptr;
    const AllocResult place =
        state_->arena().try_allocate(End::retained, bytes, alignment, Account::host);
    if (!place) note(place.error);
    return place.pointer;
}

void Linker::define_func(std::string_view module, std::string_view name,
                         std::span<const ValType> params, std::span<const ValType> results,
                         HostEntryPoint entry, void* context) noexcept
{
    note(imports_->define_function(module, name, params, results, entry, context));
}

Linker& Linker::define(std::string_view module, std::string_view name, Func func) noexcept
{
    if (usable()) note(imports_->define(module, name, func.instance()));
    return *this;
}

Linker& Linker::define(std::string_view module, std::string_view name, Memory memory) noexcept
{
    if (usable()) note(imports_->define(module, name, &memory.instance()));
    return *this;
}

Linker& Linker::define(std::string_view module, std::string_view name, SharedMemory memory) noexcept
{
    if (!usable()) return *this;
    const Result<runtime::MemoryInstance*> own = state_->store->make_memory(memory.memory());
    note(own ? imports_->define(module, name, *own) : Status{own.error()});
    return *this;
}

Linker& Linker::define(std::string_view module, std::string_view name, Global global) noexcept
{
    if (usable()) note(imports_->define(module, name, &global.instance()));
    return *this;
}

Linker& Linker::define(std::string_view module, std::string_view name, Table table) noexcept
{
    if (usable()) note(imports_->define(module, name, &table.instance()));
    return *this;
}

Linker& Linker::define(std::string_view module, std::string_view name, Tag tag) noexcept
{
    if (usable()) note(imports_->define(module, name, &tag.instance()));
    return *this;
}

Linker& Linker::instance(std::string_view module, Instance instance) noexcept
{
    if (usable()) note(imports_->define_instance(module, instance.instance()));
    return *this;
}

std::optional<ImportType> Linker::missing(Module module) const noexcept
{
    for (size_t i = 0; i < module.import_count(); ++i) {
        const ImportType import = module.import(i);
        if (!usable() || !imports_->find(import.module, import.name)) return import;
    }
    return std::nullopt;
}

Result<Instance> Linker::instantiate(Module module) noexcept
{
    WRT_CHECK(status_);
    WRT_CHECK(detail::share_budget(*state_));
    WRT_TRY(runtime::ModuleInstance* const instance,
            runtime::instantiate(*state_->store, module.image(), *imports_));
    WRT_CHECK(detail::share_budget(*state_));
    return Instance{*state_, *instance};
}

Result<Instance> Linker::instantiate_for_snapshot(Module module) noexcept
{
    WRT_CHECK(status_);
    WRT_CHECK(detail::share_budget(*state_));
    WRT_TRY(runtime::ModuleInstance* const instance,
            runtime::instantiate_without_effects(*state_->store, module.image(), *imports_));
    return Instance{*state_, *instance};
}

}  // namespace wrt
