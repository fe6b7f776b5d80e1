#include <wrt/store.hpp>

#include <algorithm>

#include <wrt/foundation/utf8.hpp>
#include <wrt/runtime/call.hpp>
#include <wrt/runtime/extern.hpp>
#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/table.hpp>
#include <wrt/shared_memory.hpp>

#include "options.hpp"
#include "state.hpp"

namespace wrt {
namespace detail {

Status call(StoreState& state, runtime::FuncInstance& func,
            std::span<runtime::Slot> window) noexcept
{
    return runtime::execute(state.execution(), func, window);
}

namespace {

/// What the heap may come to take outside the arena, once anybody can make objects.
uint64_t heap_share(const runtime::Store& store) noexcept
{
    for (const runtime::ModuleInstance* instance = store.newest_instance(); instance != nullptr;
         instance = instance->older) {
        if (instance->module->has_references) return store.heap().reserved_bytes();
    }
    return 0;
}

}  // namespace

Status share_budget(StoreState& state) noexcept
{
    // Before asking all instances whether they use the heap.
    if (state.budget == UINT64_MAX) return ok();
    return share_budget(state.arena(), state.budget, heap_share(*state.store));
}

Status share_budget(Arena& arena, uint64_t budget, uint64_t heap_bytes) noexcept
{
    if (budget == UINT64_MAX) return ok();
    const uint64_t used = arena.used() + heap_bytes;
    const uint64_t left = budget > used ? budget - used : 0;
    if (const Status shared = arena.set_limit(Account::memory, static_cast<size_t>(left));
        !shared) {
        return Error{.code = Errc::budget_exceeded,
                     .detail = Detail::bytes,
                     .account = Account::memory,
                     .expected = saturate_u32(left),
                     .actual = saturate_u32(arena.external())};
    }
    return ok();
}

bool fits(StoreState& state, const Value& value, ValType type) noexcept
{
    if (!type.is_ref()) return value.type() == type;
    if (!value.type().is_ref()) return false;
    return runtime::is_value_of(state.store->types(), runtime::Value{value.type(), value.ref()},
                                type);
}

}  // namespace detail

FuncType Func::type() const noexcept
{
    WRT_ASSERT(!is_null());
    const runtime::RegisteredType& type = state_->type_of(*func_);
    return {type.params(), type.results()};
}

Status Func::check_type(std::span<const ValType> params,
                        std::span<const ValType> results) const noexcept
{
    if (is_null()) return Error{.code = Errc::null_function_reference};
    const FuncType own = type();
    if (own.params.size() != params.size() || own.results.size() != results.size()) {
        return Error{.code = Errc::signature_mismatch};
    }
    for (const auto& [wanted, had] :
         {std::pair{params, own.params}, std::pair{results, own.results}}) {
        for (size_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i] == had[i]) continue;
            return Error{.code = Errc::signature_mismatch,
                         .detail = Detail::types,
                         .expected = wanted[i].bits(),
                         .actual = had[i].bits()};
        }
    }
    return ok();
}

Status Func::call(std::span<const Value> arguments, std::span<Value> results) const noexcept
{
    if (is_null()) return Error{.code = Errc::null_function_reference};
    const FuncType own = type();
    if (arguments.size() != own.params.size()) {
        return Error{.code = Errc::wrong_argument_count,
                     .detail = Detail::count,
                     .expected = saturate_u32(own.params.size()),
                     .actual = saturate_u32(arguments.size())};
    }
    if (results.size() < own.results.size()) {
        return Error{.code = Errc::invalid_argument,
                     .detail = Detail::count,
                     .expected = saturate_u32(own.results.size()),
                     .actual = saturate_u32(results.size())};
    }
    for (size_t i = 0; i < arguments.size(); ++i) {
        if (detail::fits(*state_, arguments[i], own.params[i])) continue;
        return Error{.code = Errc::signature_mismatch,
                     .detail = Detail::types,
                     .expected = own.params[i].bits(),
                     .actual = arguments[i].type().bits()};
    }

    // A function type has at most 1,000 params and 1,000 results; a v128 takes two slots.
    constexpr size_t most_slots = size_t{2} * std::max(limits::params, limits::results);
    runtime::Slot window[most_slots];
    size_t at = 0;
    for (const Value& argument : arguments) {
        detail::put_value(argument, window + at);
        at += runtime::slots_of(argument.type());
    }
    WRT_CHECK(detail::call(*state_, *func_, window));
    at = 0;
    for (size_t i = 0; i < own.results.size(); ++i) {
        results[i] = detail::take_value(own.results[i], window + at);
        at += runtime::slots_of(own.results[i]);
    }
    return ok();
}

uint64_t Memory::size() const noexcept
{
    return runtime::memory_size(*memory_);
}

std::span<std::byte> Memory::bytes() const noexcept
{
    return {reinterpret_cast<std::byte*>(memory_->base), static_cast<size_t>(size())};
}

MemoryType Memory::type() const noexcept
{
    return memory_->type;
}

std::optional<SharedMemory> Memory::shared() const noexcept
{
    if (memory_->shared == nullptr) return std::nullopt;
    return SharedMemory{*memory_->shared};
}

Result<uint64_t> Memory::grow(uint64_t pages) const noexcept
{
    const uint64_t before = runtime::memory_grow(*memory_, pages);
    if (before == runtime::grow_failed) {
        return Error{.code = Errc::account_limit_exceeded, .account = Account::memory};
    }
    return before;
}

Result<std::span<std::byte>> Memory::checked(uint64_t offset, uint64_t count, uint64_t element_size,
                                             uint64_t alignment) const noexcept
{
    uint64_t size = 0;
    if (__builtin_mul_overflow(count, element_size, &size) ||
        !runtime::in_bounds(offset, size, runtime::memory_size(*memory_))) {
        return Error{.code = Errc::out_of_bounds_memory_access};
    }
    std::byte* const first = reinterpret_cast<std::byte*>(memory_->base) + offset;
    if (reinterpret_cast<uintptr_t>(first) % alignment != 0) {
        return Error{.code = Errc::invalid_argument};
    }
    return std::span<std::byte>{first, static_cast<size_t>(size)};
}

Status Memory::write(uint64_t offset, std::span<const std::byte> bytes) const noexcept
{
    WRT_TRY(const std::span<std::byte> place, checked(offset, bytes.size(), 1, 1));
    std::ranges::copy(bytes, place.begin());
    return ok();
}

Status Memory::write(uint64_t offset, std::string_view text) const noexcept
{
    return write(offset, std::as_bytes(std::span{text}));
}

Result<std::string_view> Memory::utf8(uint64_t offset, uint64_t size) const noexcept
{
    WRT_TRY(const std::span<std::byte> raw, checked(offset, size, 1, 1));
    const char* const text = reinterpret_cast<const char*>(raw.data());
    if (!is_valid_utf8({reinterpret_cast<const uint8_t*>(text), raw.size()})) {
        return Error{.code = Errc::malformed_utf8};
    }
    return std::string_view{text, raw.size()};
}

GlobalType Global::type() const noexcept
{
    return global_->type;
}

Value Global::get() const noexcept
{
    return detail::take_value(global_->type.type, global_->value);
}

Status Global::set(const Value& value) const noexcept
{
    if (!global_->type.mut) return Error{.code = Errc::immutable_global};
    if (!detail::fits(*state_, value, global_->type.type)) {
        return Error{.code = Errc::signature_mismatch,
                     .detail = Detail::types,
                     .expected = global_->type.type.bits(),
                     .actual = value.type().bits()};
    }
    detail::put_value(value, global_->value);
    return ok();
}

TableType Table::type() const noexcept
{
    return table_->type;
}
uint64_t Table::size() const noexcept
{
    return table_->size;
}

Result<Value> Table::get(uint64_t index) const noexcept
{
    runtime::Ref ref;
    if (!runtime::table_get(*table_, index, ref)) {
        return Error{.code = Errc::out_of_bounds_table_access};
    }
    return Value::of_bits(table_->type.element, ref.bits);
}

Status Table::set(uint64_t index, const Value& value) const noexcept
{
    if (!detail::fits(*state_, value, table_->type.element)) {
        return Error{.code = Errc::signature_mismatch,
                     .detail = Detail::types,
                     .expected = table_->type.element.bits(),
                     .actual = value.type().bits()};
    }
    if (!runtime::table_set(*table_, index, value.ref())) {
        return Error{.code = Errc::out_of_bounds_table_access};
    }
    return ok();
}

namespace {

Result<runtime::Extern> find(const runtime::ModuleInstance& instance, std::string_view name,
                             ExternKind kind) noexcept
{
    const runtime::Extern found = runtime::find_export(instance, name);
    if (!found) return Error{.code = Errc::not_found};
    if (found.kind != kind) return Error{.code = Errc::wrong_kind};
    return found;
}

}  // namespace

Module Instance::module() const noexcept
{
    return Module{*instance_->module};
}

Result<Func> Instance::func(std::string_view name) const noexcept
{
    WRT_TRY(const runtime::Extern found, find(*instance_, name, ExternKind::func));
    return Func{*state_, found.func};
}

Result<Memory> Instance::memory(std::string_view name) const noexcept
{
    WRT_TRY(const runtime::Extern found, find(*instance_, name, ExternKind::memory));
    return Memory{*state_, *found.memory};
}

Result<Global> Instance::global(std::string_view name) const noexcept
{
    WRT_TRY(const runtime::Extern found, find(*instance_, name, ExternKind::global));
    return Global{*state_, *found.global};
}

Result<Table> Instance::table(std::string_view name) const noexcept
{
    WRT_TRY(const runtime::Extern found, find(*instance_, name, ExternKind::table));
    return Table{*state_, *found.table};
}

Result<Tag> Instance::tag(std::string_view name) const noexcept
{
    WRT_TRY(const runtime::Extern found, find(*instance_, name, ExternKind::tag));
    return Tag{*state_, *found.tag};
}

runtime::StoreOptions detail::store_options(const StoreConfig& config,
                                            const Preset* profile) noexcept
{
    runtime::StoreOptions options;
    runtime::StoreLimits& limits = options.limits;
    limits.memory_bytes = std::min(limits.memory_bytes, config.max_memory_bytes);
    limits.table_elements = std::min(limits.table_elements, config.max_table_elements);
    size_t stack_bytes = config.stack_bytes;
    if (profile != nullptr) {
        limits.memory_bytes = std::min(limits.memory_bytes, profile->linear_memory_bytes);
        limits.table_elements = std::min<uint64_t>(limits.table_elements, profile->table_slots);
        if (stack_bytes == 0 || stack_bytes > profile->stack_bytes)
            stack_bytes = profile->stack_bytes;
    }
    limits.stack_slots = saturate_u32(stack_bytes / sizeof(runtime::Slot));
    if (config.heap_bytes == StoreConfig::no_heap)
        limits.heap_bytes = 0;
    else if (config.heap_bytes != 0)
        limits.heap_bytes = config.heap_bytes;
    return options;
}

Store::Store(Engine& engine, const StoreConfig& config) noexcept : status_{engine.status()}
{
    if (!status_) return;
    runtime::StoreOptions options = detail::store_options(config, engine.profile());
    if (config.heap_bytes == 0 && engine.budget() != UINT64_MAX)
        options.limits.heap_bytes = std::min(runtime::largest_default_heap, engine.budget() / 4);
    const Result<runtime::Store*> store = runtime::Store::make(engine.arena(), options);
    if (!store) {
        status_ = store.error();
        return;
    }
    const Result<detail::StoreState*> state =
        engine.arena().make<detail::StoreState>(End::retained, Account::host);
    if (!state) {
        status_ = state.error();
        return;
    }
    state_ = *state;
    state_->store = *store;
    state_->budget = engine.budget();
    status_ = detail::share_budget(*state_);
}

void Store::set_fuel(uint64_t fuel) noexcept
{
    if (state_ == nullptr) return;
    state_->execution().fuel = static_cast<int64_t>(std::min<uint64_t>(fuel, INT64_MAX));
}

uint64_t Store::fuel() const noexcept
{
    if (state_ == nullptr) return 0;
    return static_cast<uint64_t>(std::max<int64_t>(state_->execution().fuel, 0));
}

void Store::interrupt() noexcept
{
    if (state_ != nullptr) runtime::interrupt(state_->execution());
}

void Store::clear_interrupt() noexcept
{
    if (state_ == nullptr) return;
    // As a run that was stopped does: the word that loops poll, and the stack limit that calls
    // compare with.
    runtime::Execution& execution = state_->execution();
    execution.interrupt.store(0);
    execution.stack_limit.store(execution.stack_end);
}

void Store::collect() noexcept
{
    if (state_ != nullptr) state_->store->collect();
}

runtime::HeapStats Store::heap_stats() const noexcept
{
    return state_ != nullptr ? state_->store->heap().stats() : runtime::HeapStats{};
}

RootedValue::RootedValue(Store& store, const Value& value) noexcept
    : type_{value.type()},
      number_{value},
      rooted_{value.type().is_ref() && store.status()
                  ? runtime::Rooted{*store.state().store, value.ref()}
                  : runtime::Rooted{}}
{
}

size_t Store::backtrace(std::span<Frame> frames) const noexcept
{
    if (state_ == nullptr) return 0;
    runtime::BacktraceFrame raw[64];
    const size_t total = runtime::backtrace(state_->execution(), raw);
    const size_t written = std::min({total, std::size(raw), frames.size()});
    for (size_t i = 0; i < written; ++i) {
        frames[i] = {raw[i].instance->module, raw[i].function, raw[i].offset};
    }
    return total;
}

std::optional<Exception> Store::exception() const noexcept
{
    if (state_ == nullptr || state_->execution().exception.tag == nullptr) return std::nullopt;
    return Exception{*state_, state_->execution().exception};
}

Result<Tag> Store::make_tag(std::span<const ValType> params) noexcept
{
    WRT_CHECK(status_);
    WRT_TRY(runtime::TagInstance* const tag, state_->store->make_tag(params));
    return Tag{*state_, *tag};
}

std::string_view Store::host_message() const noexcept
{
    if (state_ == nullptr) return {};
    return {state_->host_message.data(), state_->host_message_size};
}

}  // namespace wrt
