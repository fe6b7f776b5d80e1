// The functions of preview 1 as host functions of the runtime: one thunk for all, over the tables
// of preview1_functions.hpp.
#include <wrt/component/wasi/preview1.hpp>

#include <algorithm>
#include <array>
#include <limits>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/host.hpp>
#include <wrt/runtime/imports.hpp>
#include <wrt/runtime/store.hpp>

#include "wasi/preview1_functions.hpp"

namespace wrt::wasi {

namespace {

constexpr size_t most_params = 9;  // path_open

/// Work that depends on lengths the guest chose costs what a bulk instruction of so many bytes
/// does.
constexpr uint64_t bytes_per_fuel = 64;

uint64_t bytes_paid_for(const runtime::Execution& execution) noexcept
{
    constexpr uint64_t no_limit = std::numeric_limits<uint64_t>::max();
    if (!execution.metered) return no_limit;
    const auto fuel = static_cast<uint64_t>(std::max<int64_t>(execution.fuel, 0)) +
                      static_cast<uint64_t>(execution.reserve);
    return fuel < no_limit / bytes_per_fuel ? fuel * bytes_per_fuel : no_limit;
}

Status pay(runtime::Execution& execution, uint64_t bytes) noexcept
{
    if (!execution.metered || runtime::charge(execution, bytes / bytes_per_fuel)) return ok();
    execution.fuel = 0;
    execution.reserve = 0;
    return Error{.code = Errc::out_of_fuel};
}

template <const Preview1Function* Row>
Status call(runtime::Caller& caller, void* data, runtime::Slot* slots)
{
    Context& context = *static_cast<Context*>(data);
    // Copied out, since the result is written over them.
    std::array<uint64_t, most_params> arguments{};
    for (size_t i = 0; i < Row->params.size(); ++i) {
        arguments[i] = slots[i].bits;
    }
    const runtime::MemoryInstance* const memory = caller.memory();
    const GuestMemory guest = memory == nullptr
                                  ? GuestMemory{}
                                  : GuestMemory{memory->base, runtime::memory_size(*memory)};
    context.pace.begin(bytes_paid_for(caller.execution));
    const Outcome outcome = Row->invoke(context, guest, arguments.data());
    WRT_CHECK(pay(caller.execution, context.pace.moved_bytes()));
    if (outcome.exits) return Error{.code = Errc::host_exit, .actual = outcome.status};
    if (Row->returns_errno) {
        slots[0] = runtime::Slot::of(uint32_t{static_cast<uint16_t>(outcome.error)});
    }
    return ok();
}

bool is_interrupted(const void* execution) noexcept
{
    return static_cast<const runtime::Execution*>(execution)->interrupt.load(
               std::memory_order_relaxed) != 0;
}

template <const auto& Table, size_t... I>
Status define(runtime::ImportTable& imports, std::string_view module, Context& context,
              std::index_sequence<I...>) noexcept
{
    static constexpr ValType errno_result[] = {ValType::i32};
    Status status = ok();
    const auto add = [&](const Preview1Function& row, runtime::HostFunction thunk) noexcept {
        std::array<ValType, most_params> params;
        for (size_t i = 0; i < row.params.size(); ++i) {
            params[i] = row.params[i] == CoreType::i32 ? ValType::i32 : ValType::i64;
        }
        const std::span<const ValType> results =
            row.returns_errno ? std::span{errno_result} : std::span<const ValType>{};
        if (status) {
            status = imports.define_function(module, row.name, {params.data(), row.params.size()},
                                             results, thunk, &context);
        }
    };
    (add(Table[I], &call<&Table[I]>), ...);
    return status;
}

}  // namespace

Status add_preview1(runtime::ImportTable& imports, runtime::Store& store, Context& context) noexcept
{
    if (context.pace.interrupt.requested == nullptr && context.pace.interrupt.wake_fd < 0) {
        context.pace.interrupt = {
            .requested = &is_interrupted, .data = &store.execution(), .wake_fd = -1};
    }
    WRT_CHECK(define<preview1_table>(imports, preview1_module, context,
                                     std::make_index_sequence<std::size(preview1_table)>{}));
    return define<unstable_table>(imports, unstable_module, context,
                                  std::make_index_sequence<std::size(unstable_table)>{});
}

}  // namespace wrt::wasi
