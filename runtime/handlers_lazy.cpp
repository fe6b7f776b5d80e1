// Handlers of calls whose callee may have no code yet. See lazy_code.hpp.
#include "dispatch.hpp"
#include "frame.hpp"
#include "handler_tables.hpp"
#include "lazy_code.hpp"

namespace wrt::runtime {

namespace {

/// First cell of the function whose stub `stub` is; null: it could not be translated, and
/// Execution::trap says why.
[[gnu::noinline]] const Cell* translate_called(Execution& execution, const Cell* stub)
{
    const Module& module = *execution.instance->module;
    const uint32_t index = module.function_of_stub(stub);
    const Result<const Cell*> entry = LazyCode::of(module).translate(index);
    if (!entry) {
        execution.trap = entry.error();
        return nullptr;
    }
    execution.instance->functions[index]->entry = *entry;
    return *entry;
}

/// Makes the operation an ordinary call of what has code now.
void bind(const Cell* operation, const Cell* entry, Plain plain)
{
    // Only handlers know cells as constant.
    auto* const at = const_cast<Cell*>(operation);
    at[2].bits = reinterpret_cast<uint64_t>(entry);
    at[0].bits = reinterpret_cast<uint64_t>(plain_handler(plain));
}

/// What a function without code begins with.
WRT_HANDLER stub(WRT_REGISTERS)
{
    WRT_BEGIN
    const Cell* const entry = translate_called(*ex, pc);
    if (entry == nullptr) [[unlikely]]
        WRT_STOP();
    WRT_GOTO(entry);
}

/// As `call` and `tail_call`; word 2: the callee's stub.
template <Plain Bound>
WRT_HANDLER unbound_call(WRT_REGISTERS)
{
    WRT_BEGIN
    const Cell* const entry = translate_called(*ex, target_at(pc, 2));
    if (entry == nullptr) [[unlikely]]
        WRT_STOP();
    bind(pc, entry, Bound);
    WRT_GOTO(pc);
}

}  // namespace

Handler unbound_call_handler(Plain plain)
{
    return plain == Plain::call ? &unbound_call<Plain::call> : &unbound_call<Plain::tail_call>;
}

Handler stub_handler()
{
    return &stub;
}

}  // namespace wrt::runtime
