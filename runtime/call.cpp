// Typed calls into the guest.
#include <wrt/runtime/call.hpp>

#include <algorithm>
#include <array>

#include <wrt/decoder/names.hpp>
#include <wrt/foundation/assert.hpp>
#include <wrt/foundation/limits.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/object.hpp>

namespace wrt::runtime {
namespace {

Status check_count(Errc code, size_t expected, size_t actual) noexcept
{
    if (expected == actual) return ok();
    return Error{.code = code,
                 .detail = Detail::count,
                 .expected = saturate_u32(expected),
                 .actual = saturate_u32(actual)};
}

Status check_args(const TypeRegistry& types, std::span<const ValType> params,
                  std::span<const Value> args) noexcept
{
    for (size_t i = 0; i < params.size(); ++i) {
        if (!is_value_of(types, args[i], params[i])) {
            return Error{.code = Errc::signature_mismatch,
                         .detail = Detail::types,
                         .expected = params[i].bits(),
                         .actual = args[i].type.bits()};
        }
    }
    return ok();
}

template <size_t Slots>
[[gnu::noinline]] Status
call_through_window(Execution& execution, FuncInstance& func, const RegisteredType& type,
                    std::span<const Value> args, std::span<Value> results) noexcept
{
    std::array<Slot, Slots> storage;
    const std::span<Slot> window = std::span<Slot>{storage}.first(func.window());
    Slot* slot = window.data();
    for (const Value& arg : args) {
        store_value(arg, slot);
        slot += slots_of(arg.type);
    }
    WRT_CHECK(execute(execution, func, window));
    slot = window.data();
    for (size_t i = 0; i < results.size(); ++i) {
        results[i] = load_value(type.results()[i], slot);
        slot += slots_of(type.results()[i]);
    }
    return ok();
}

}  // namespace

bool is_value_of(const TypeRegistry& types, const Value& value, ValType type) noexcept
{
    if (!type.is_ref()) return value.type == type;
    if (!value.type.is_ref()) return false;
    const bool of_func = types.is_subtype(type.heap(), HeapType::func);
    if (value.ref.is_null()) {
        // Any null of the hierarchy will do: they have the same bits.
        return type.nullable() && types.is_subtype(value.type.heap(), HeapType::func) == of_func;
    }
    if (!of_func) {
        // Any other reference must have come out of the same hierarchy; then it is judged itself.
        if (types.is_subtype(value.type.as_non_null(), type)) return true;
        if (!types.is_subtype(type.heap(), HeapType::any) ||
            !types.is_subtype(value.type.heap(), HeapType::any)) {
            return false;
        }
        if (value.ref.is_i31()) return types.is_subtype(HeapType::i31, type.heap());
        if (value.ref.is_host()) return type.heap() == HeapType::any;
        return types.is_subtype(HeapType::of_index(value.ref.as_object()->type()), type.heap());
    }
    if (!value.ref.is_object()) return false;
    return types.is_subtype(HeapType::of_index(value.ref.as_func()->type), type.heap());
}

Status call(Execution& execution, FuncInstance& func, std::span<const Value> args,
            std::span<Value> results) noexcept
{
    const TypeRegistry& types = execution.store->types();
    if (func.store != execution.store) return Error{.code = Errc::different_engine};
    const RegisteredType& type = types[func.type];
    WRT_CHECK(check_count(Errc::wrong_argument_count, type.param_count, args.size()));
    WRT_CHECK(check_count(Errc::wrong_result_count, type.result_count, results.size()));
    WRT_CHECK(check_args(types, type.params(), args));
    // Nearly all windows are small; the largest there can be takes 16 KiB of the native stack.
    constexpr size_t largest = size_t{2} * std::max(limits::params, limits::results);
    if (func.window() <= 16) return call_through_window<16>(execution, func, type, args, results);
    WRT_ASSERT(func.window() <= largest);
    return call_through_window<largest>(execution, func, type, args, results);
}

Status call(Store& store, FuncInstance& func, std::span<const Value> args,
            std::span<Value> results) noexcept
{
    return call(store.execution(), func, args, results);
}

std::string_view function_name(const Module& module, uint32_t function) noexcept
{
    decoder::NameReader names{module.names, decoder::NameReader::Kind::functions};
    decoder::NameReader::Entry entry;
    while (names.next(entry)) {
        if (entry.index == function) return entry.name;
    }
    return {};
}

std::string_view module_name(const Module& module) noexcept
{
    decoder::NameReader names{module.names, decoder::NameReader::Kind::module};
    decoder::NameReader::Entry entry;
    return names.next(entry) ? entry.name : std::string_view{};
}

}  // namespace wrt::runtime
