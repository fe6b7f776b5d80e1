// Handlers of throw and throw_ref, and of the way from there to the handler.
#include <wrt/runtime/exception.hpp>

#include "exception_package.hpp"
#include "handler_tables.hpp"
#include "unwind.hpp"

namespace wrt::runtime {

namespace {

// Goes on where the exception is caught. In another frame than this one, pins come from that
// frame's records and slots. (What `unwind` finds lies in Execution: a local whose address is known
// elsewhere would keep compilers from jumping to the next handler.)
#define WRT_UNWIND(from)                                                                           \
    WRT_SAVE_FUEL();                                                                               \
    const bool caught = ex->exception.tag != nullptr && unwind(*ex, pc, fp, from);                 \
    WRT_LOAD_FUEL();                                                                               \
    if (!caught) WRT_STOP();                                                                       \
    if (ex->landing.frame != fp) {                                                                 \
        fp = ex->landing.frame;                                                                    \
        l0 = ex->landing.l0;                                                                       \
        l1 = ex->landing.l1;                                                                       \
        fl0 = register_of(ex->landing.fl0);                                                        \
        fl1 = register_of(ex->landing.fl1);                                                        \
    }                                                                                              \
    WRT_RELOAD_MEMORY();                                                                           \
    WRT_GOTO(ex->landing.target)

/// Field a: the values' first slot; word 2: the tag's index.
WRT_HANDLER throw_(WRT_REGISTERS)
{
    WRT_BEGIN
    TagInstance* const tag = ex->instance->tags[static_cast<uint32_t>(pc[2].bits)];
    begin_exception(*ex, {.tag = tag, .values = fp + field_a(pc), .package = {}});
    WRT_CONTINUE_IN(op_unwind);
}

/// Field a: the slot of the exnref.
WRT_HANDLER throw_ref(WRT_REGISTERS)
{
    WRT_BEGIN
    const Ref package{fp[field_a(pc)].bits};
    if (package.is_null()) [[unlikely]]
        WRT_TRAP(null_exception_reference);
    begin_exception(*ex, exception_of(package));
    WRT_CONTINUE_IN(op_unwind);
}

}  // namespace

WRT_HANDLER op_unwind(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_UNWIND(From::here);
}

WRT_HANDLER op_unwind_caller(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_UNWIND(From::caller);
}

Handler tables::plain_exception(Plain op)
{
    switch (raw(op)) {  // exceptions only
    case raw(Plain::throw_): return &throw_;
    case raw(Plain::throw_ref): return &throw_ref;
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
