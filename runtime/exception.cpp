// The host's side of exceptions: throwing them, and reading what nobody caught.
#include <wrt/runtime/exception.hpp>

#include <algorithm>

#include <wrt/runtime/call.hpp>
#include <wrt/runtime/execution.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

namespace {

std::span<const ValType> params_of(const TagInstance& tag) noexcept
{
    return tag.store->types()[tag.type].params();
}

}  // namespace

Error throw_exception(Execution& execution, TagInstance& tag,
                      std::span<const Value> values) noexcept
{
    if (tag.store != execution.store) return Error{.code = Errc::different_engine};
    const std::span<const ValType> params = params_of(tag);
    if (values.size() != params.size()) {
        return Error{.code = Errc::wrong_argument_count,
                     .detail = Detail::count,
                     .expected = saturate_u32(params.size()),
                     .actual = saturate_u32(values.size())};
    }
    for (size_t i = 0; i < params.size(); ++i) {
        if (is_value_of(execution.store->types(), values[i], params[i])) continue;
        return Error{.code = Errc::signature_mismatch,
                     .detail = Detail::types,
                     .expected = params[i].bits(),
                     .actual = values[i].type.bits()};
    }
    if (static_cast<size_t>(execution.stack_end - execution.top) < tag.slots)
        return Error{.code = Errc::call_stack_exhausted};
    Slot* slot = execution.top;
    for (const Value& value : values) {
        store_value(value, slot);
        slot += slots_of(value.type);
    }
    begin_exception(execution, {.tag = &tag, .values = execution.top, .package = {}});
    return Error{.code = Errc::uncaught_exception};
}

size_t exception_values(const Execution& execution, std::span<Value> values) noexcept
{
    const Exception& exception = execution.exception;
    if (exception.tag == nullptr) return 0;
    const std::span<const ValType> params = params_of(*exception.tag);
    const Slot* slot = exception.values;
    for (size_t i = 0; i < std::min(params.size(), values.size()); ++i) {
        values[i] = load_value(params[i], slot);
        slot += slots_of(params[i]);
    }
    return params.size();
}

}  // namespace wrt::runtime
