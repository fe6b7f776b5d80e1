// Handlers of calls and returns. Every call operation has three cells and its argument base in
// field `a`, so that the slow path can take over from any of them.
#include <algorithm>
#include <array>
#include <utility>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/host.hpp>
#include <wrt/runtime/store.hpp>

#include "frame.hpp"
#include "handler_tables.hpp"
#include "push_record.hpp"
#include "unwind.hpp"
#include "variants.hpp"

namespace wrt::runtime {

namespace {

/// First cell of every function: one comparison finds a full stack and a waiting interrupt; then
/// locals get their zeros and the hottest their registers. Fields: a first local to zero, d how
/// many, immediate the frame's slots; word 2 the slots of l0, l1, fl0, fl1.
template <int Zeroed, bool IntegerPins, bool FloatPins>
WRT_HANDLER enter(WRT_REGISTERS)
{
    WRT_BEGIN
    if (fp + load_at<uint32_t>(pc, 12) > ex->stack_limit.load(std::memory_order_relaxed))
        [[unlikely]] {
        ex->trap.code = ex->interrupt.load(std::memory_order_relaxed) != 0
                            ? Errc::interrupted
                            : Errc::call_stack_exhausted;
        WRT_STOP();
    }
    Slot* const first = fp + field_a(pc);
    if constexpr (Zeroed >= 0) {
        for (int i = 0; i < Zeroed; ++i)
            first[i] = Slot{};
    } else {
        // Not memset: a call would save every register in a frame of its own. Four at a time: what
        // lies behind the locals holds nothing yet, and is more than four.
        static_assert(call_slack_slots >= 4);
        for (uint32_t i = 0; i < field_d(pc); i += 4) {
            write_slots(first + i, Vector{});
            write_slots(first + i + 2, Vector{});
            asm volatile("" ::: "memory");
        }
    }
    if constexpr (IntegerPins) {
        l0 = fp[load_at<uint16_t>(pc, enter_l0)].bits;
        l1 = fp[load_at<uint16_t>(pc, enter_l1)].bits;
    }
    if constexpr (FloatPins) {
        fl0 = register_of(fp[load_at<uint16_t>(pc, enter_fl0)].as<double>());
        fl1 = register_of(fp[load_at<uint16_t>(pc, enter_fl1)].as<double>());
    }
    WRT_NEXT(3);
}

constexpr int unrolled_zeros = 8;
template <int... Zeroed>
constexpr std::array<Handler, 4 * (sizeof...(Zeroed) + 1)>
enter_table(std::integer_sequence<int, Zeroed...>)
{
    return {&enter<Zeroed, false, false>..., &enter<-1, false, false>,
            &enter<Zeroed, true, false>...,  &enter<-1, true, false>,
            &enter<Zeroed, false, true>...,  &enter<-1, false, true>,
            &enter<Zeroed, true, true>...,   &enter<-1, true, true>};
}
constexpr auto enter_handlers = enter_table(std::make_integer_sequence<int, unrolled_zeros + 1>{});

/// What a host function's call left behind besides results: it failed, or a run of its own failed
/// and it forgave that. False: it failed.
[[gnu::cold, gnu::noinline]] bool end_host_call(Execution& execution, const Status& status)
{
    execution.trap = status ? Error{} : status.error();
    execution.trap_instance = nullptr;
    if (execution.trap.code != Errc::uncaught_exception) end_exception(execution);
    return status.has_value();
}

/// Runs a host function whose arguments lie at `base`. False: it failed, with Execution::trap; with
/// an exception, if that is Execution::exception.
[[gnu::noinline]] bool call_host(Execution& execution, FuncInstance& func, const Cell* pc, Slot* fp,
                                 Slot* base)
{
    Slot* const outer_top = execution.top;
    execution.top = base + func.window();
    execution.trap_pc = pc;
    execution.trap_frame = fp;
    Store& store = *execution.store;
    // What the host runs meanwhile may collect, and then this activation's frames count as well.
    const Safepoint waiting{pc + call_words - 1, fp, execution.instance, store.waiting()};
    store.set_waiting(&waiting);
    Caller caller{store, execution, execution.instance};
    const Status status = func.host(caller, func.context, base);
    store.set_waiting(waiting.outer);
    execution.top = outer_top;
    view_growth(execution);
    if (!status || execution.trap.code != Errc::none || execution.exception.tag != nullptr)
        [[unlikely]]
        return end_host_call(execution, status);
    return true;
}

/// A host function's first result as a register has it. One slot was written as one: reading two
/// would wait until they have reached the cache.
WRT_INLINE FloatRegister result_register(const FuncInstance& func, const Slot* base)
{
    if (func.result_slots > 1) [[unlikely]]
        return register_at(base);
    return register_of(base[0].as<double>());
}

/// Calls the function in t0, which is of another instance, with the arguments at field `a`.
/// Apart, so that what it keeps over a call of memmove costs a call of the host nothing.
[[gnu::noinline]] WRT_HANDLER call_other_instance(WRT_REGISTERS)
{
    WRT_BEGIN
    FuncInstance& func = *Ref{t0}.as_func();
    Slot* const base = fp + field_a(pc);
    std::memmove(static_cast<void*>(base + linkage_slots), base, func.param_slots * sizeof(Slot));
    *linkage_at(base) = Linkage{pc + call_words, fp, ex->instance, func.result_slots};
    fp = base;
    enter_instance(*ex, *func.instance);
    WRT_RELOAD_MEMORY();
    WRT_PUSH_RECORD(base + linkage_slots, func.window(), &return_foreign_cell);
    WRT_GOTO(func.entry);
}

/// Calls the function in t0, which is of the host or of another instance.
WRT_HANDLER call_foreign(WRT_REGISTERS)
{
    WRT_BEGIN
    FuncInstance& func = *Ref{t0}.as_func();
    if (func.host == nullptr) WRT_CONTINUE_IN(call_other_instance);
    Slot* const base = fp + field_a(pc);
    WRT_SAVE_FUEL();
    const bool done = call_host(*ex, func, pc, fp, base);
    WRT_LOAD_FUEL();
    WRT_RELOAD_MEMORY();
    t0 = base[0].bits;
    ft0 = result_register(func, base);
    // Nobody reads them after a call, so they are not kept over it. Zeros and not
    // WRT_FORGET_TEMPS(): what waits for no earlier value is 0.6 ns faster here.
    t1 = 0;
    ft1 = FloatRegister{};
    if (!done) [[unlikely]]
        WRT_CONTINUE_IN(op_unwind);
    WRT_NEXT(call_words);
}

/// Back from another instance: `fp` is the linkage, results lie after it and belong where it is.
WRT_HANDLER return_foreign(WRT_REGISTERS)
{
    WRT_BEGIN
    Slot* const base = fp;
    const Linkage linkage = *linkage_at(base);
    std::memmove(static_cast<void*>(base), base + linkage_slots,
                 linkage.result_slots * sizeof(Slot));
    fp = linkage.frame;
    enter_instance(*ex, *linkage.instance);
    WRT_RELOAD_MEMORY();
    WRT_GOTO(linkage.return_to);
}

/// A function of this module. Field b: its window; word 2: its entry.
WRT_HANDLER call(WRT_REGISTERS)
{
    WRT_BEGIN
    const Cell* const entry = target_at(pc, 2);
    Slot* const base = fp + field_a(pc);
    WRT_PUSH_RECORD(base, field_b(pc), pc + call_words);
    WRT_GOTO(entry);
}

// A function found at run time: here if it is of this instance, the slow path otherwise.
#define WRT_CALL_FUNCTION(func)                                                                    \
    do {                                                                                           \
        if ((func)->instance != ex->instance) [[unlikely]] {                                       \
            t0 = Ref::func(func).bits;                                                             \
            WRT_CONTINUE_IN(call_foreign);                                                         \
        }                                                                                          \
        Slot* const base_ = fp + field_a(pc);                                                      \
        WRT_PUSH_RECORD(base_, field_b(pc), pc + call_words);                                      \
        WRT_MARK_PATH();                                                                           \
        WRT_GOTO((func)->entry);                                                                   \
    } while (0)

/// An imported function. Word 2: its index.
WRT_HANDLER call_import(WRT_REGISTERS)
{
    WRT_BEGIN
    FuncInstance* const func = ex->instance->functions[static_cast<uint32_t>(pc[2].bits)];
    WRT_CALL_FUNCTION(func);
}

/// Whether `func` may be called where the module's type `type` is expected.
WRT_INLINE bool has_type(const Execution& execution, const FuncInstance& func, uint32_t type)
{
    const uint32_t expected = execution.type_ids[type];
    return func.type == expected || execution.store->types().is_subtype(func.type, expected);
}

// Finds the function that `table[index]` refers to, or traps. Word 2: type index, table index above
// it.
#define WRT_FIND_INDIRECT(func, table, index)                                                      \
    if ((index) >= (table).size) [[unlikely]]                                                      \
        WRT_TRAP(undefined_element);                                                               \
    FuncInstance* const func = Ref{(table).elements[index].bits}.as_func();                        \
    if (func == nullptr) [[unlikely]]                                                              \
        WRT_TRAP(uninitialized_element);                                                           \
    if (!has_type(*ex, *func, static_cast<uint32_t>(pc[2].bits))) [[unlikely]]                     \
        WRT_TRAP(indirect_call_type_mismatch)

/// The function in t0, found through a table, whose type is not the very one that word 2 names or
/// whose instance is another. Apart from call_indirect, so that asking for a supertype costs the
/// others nothing.
WRT_HANDLER call_found(WRT_REGISTERS)
{
    WRT_BEGIN
    FuncInstance* const func = Ref{t0}.as_func();
    if (!has_type(*ex, *func, static_cast<uint32_t>(pc[2].bits))) [[unlikely]]
        WRT_TRAP(indirect_call_type_mismatch);
    WRT_CALL_FUNCTION(func);
}

/// Through table 0 with a 32-bit index, which stands in `d`.
template <Class I>
WRT_HANDLER call_indirect(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint32_t index = WRT_OPERAND(I, uint32_t, 10, 2);
    if (index >= ex->table_size) [[unlikely]]
        WRT_TRAP(undefined_element);
    FuncInstance* const func = Ref{ex->table_elements[index].bits}.as_func();
    if (func == nullptr) [[unlikely]]
        WRT_TRAP(uninitialized_element);
    if (func->type_place != ex->type_ids + static_cast<uint32_t>(pc[2].bits)) [[unlikely]] {
        t0 = Ref::func(func).bits;
        WRT_CONTINUE_IN(call_found);
    }
    const Cell* const entry = func->entry;
    Slot* const base = fp + field_a(pc);
    WRT_PUSH_RECORD(base, field_b(pc), pc + call_words);
    WRT_MARK_PATH();
    WRT_GOTO(entry);
}

struct MakeCallIndirect {
    template <Class I>
    static constexpr Handler at()
    {
        if constexpr (is_place(I))
            return &call_indirect<I>;
        else
            return nullptr;
    }
};

WRT_INLINE uint64_t table_index(const TableInstance& table, Slot slot)
{
    return table.type.limits.is64 ? slot.bits : slot.as<uint32_t>();
}

/// Through any table; the index's slot stands in `d`.
WRT_HANDLER call_indirect_wide(WRT_REGISTERS)
{
    WRT_BEGIN
    const TableInstance& table = *ex->instance->tables[static_cast<uint32_t>(pc[2].bits >> 32)];
    const uint64_t index = table_index(table, fp[field_d(pc)]);
    WRT_FIND_INDIRECT(func, table, index);
    WRT_CALL_FUNCTION(func);
}

/// The function reference in slot `d`.
WRT_HANDLER call_ref(WRT_REGISTERS)
{
    WRT_BEGIN
    FuncInstance* const func = Ref{fp[field_d(pc)].bits}.as_func();
    if (func == nullptr) [[unlikely]]
        WRT_TRAP(null_function_reference);
    WRT_CALL_FUNCTION(func);
}

// Tail calls. Fields: a argument base, d index or reference, b the callee's window, x our own
// window.

/// A function of this module. Word 2: its entry, word 3: slots of its arguments.
WRT_HANDLER tail_call(WRT_REGISTERS)
{
    WRT_BEGIN
    const CallRecord record = *record_at(fp + field_x(pc));
    std::memmove(static_cast<void*>(fp), fp + field_a(pc), pc[3].bits * sizeof(Slot));
    *record_at(fp + field_b(pc)) = record;
    WRT_GOTO(target_at(pc, 2));
}

/// The function in t0, whatever it is.
WRT_HANDLER tail_call_function(WRT_REGISTERS)
{
    WRT_BEGIN
    FuncInstance& func = *Ref{t0}.as_func();
    Slot* const base = fp + field_a(pc);
    const CallRecord record = *record_at(fp + field_x(pc));
    if (func.host != nullptr) {
        WRT_SAVE_FUEL();
        const bool done = call_host(*ex, func, pc, fp, base);
        WRT_LOAD_FUEL();
        if (!done) [[unlikely]]
            WRT_CONTINUE_IN(op_unwind_caller);
        WRT_RELOAD_MEMORY();
        t0 = base[0].bits;
        ft0 = result_register(func, base);
        std::memmove(static_cast<void*>(fp), base, func.result_slots * sizeof(Slot));
        l0 = record.l0;
        l1 = record.l1;
        fp = record.frame;
        WRT_GOTO(record.return_to);
    }
    if (func.instance == ex->instance || record.return_to == &return_foreign_cell ||
        record.return_to == &exit_cell) {
        // Whoever waits for us brings its own instance back.
        std::memmove(static_cast<void*>(fp), base, func.param_slots * sizeof(Slot));
        *record_at(fp + func.window()) = record;
        if (func.instance != ex->instance) {
            enter_instance(*ex, *func.instance);
            WRT_RELOAD_MEMORY();
        }
        WRT_GOTO(func.entry);
    }
    // Our caller is of this instance and does not expect another: a linkage restores it. It happens
    // once in a chain.
    std::memmove(static_cast<void*>(fp + linkage_slots), base, func.param_slots * sizeof(Slot));
    *linkage_at(fp) = Linkage{record.return_to, record.frame, ex->instance, func.result_slots};
    *record_at(fp + linkage_slots + func.window()) =
        CallRecord{&return_foreign_cell, fp, record.l0, record.l1};
    fp = fp + linkage_slots;
    enter_instance(*ex, *func.instance);
    WRT_RELOAD_MEMORY();
    WRT_GOTO(func.entry);
}

WRT_HANDLER tail_call_import(WRT_REGISTERS)
{
    WRT_BEGIN
    t0 = Ref::func(ex->instance->functions[static_cast<uint32_t>(pc[2].bits)]).bits;
    WRT_CONTINUE_IN(tail_call_function);
}

WRT_HANDLER tail_call_indirect(WRT_REGISTERS)
{
    WRT_BEGIN
    const TableInstance& table = *ex->instance->tables[static_cast<uint32_t>(pc[2].bits >> 32)];
    const uint64_t index = table_index(table, fp[field_d(pc)]);
    WRT_FIND_INDIRECT(func, table, index);
    t0 = Ref::func(func).bits;
    WRT_CONTINUE_IN(tail_call_function);
}

WRT_HANDLER tail_call_ref(WRT_REGISTERS)
{
    WRT_BEGIN
    t0 = fp[field_d(pc)].bits;
    if (t0 == 0) [[unlikely]]
        WRT_TRAP(null_function_reference);
    WRT_CONTINUE_IN(tail_call_function);
}

// Returns. Field d: our window.

template <int Window>
WRT_HANDLER return_none(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_POP_RECORD(Window);
}

template <int Window>
struct ReturnNone {
    static constexpr Handler value = &return_none<Window>;
};

/// One result: to the window, and to t0 or ft0 where the caller takes it from.
template <class T, int Window, Class A>
WRT_HANDLER return_value(WRT_REGISTERS)
{
    WRT_BEGIN
    const T value = WRT_A(A, T);
    write_operand<Class::slot>(value, fp, t0, t1, l0, l1, ft0, ft1, fl0, fl1);
    WRT_POP_RECORD(Window);
}

template <class T>
struct ReturnValue {
    template <int Window>
    struct Make {
        template <Class A>
        static constexpr Handler at()
        {
            if constexpr (is_vector<T> ? is_vector_place(A) : is_place(A))
                return &return_value<T, Window, A>;
            else
                return nullptr;
        }
    };
    template <int Window>
    struct Row {
        static constexpr auto value = ClassTable<1, Make<Window>>::value;
    };
    static Handler pick(size_t row, size_t at)
    {
        return rows_by_window<Row, std::array<Handler, class_count>>[row][at];
    }
};

/// Results from slot `a` on, field b of them.
WRT_HANDLER return_many(WRT_REGISTERS)
{
    WRT_BEGIN
    std::memmove(static_cast<void*>(fp), fp + field_a(pc), field_b(pc) * sizeof(Slot));
    WRT_POP_RECORD(window_in_field);
}

WRT_HANDLER exit_run(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_STOP();
}

// Float pins live in the frame while a call is under way. Fields a and d: their slots; the same one
// where there is only fl0, which is therefore written last.
WRT_HANDLER spill_floats(WRT_REGISTERS)
{
    WRT_BEGIN
    fp[field_d(pc)] = Slot::of(float_of<double>(fl1));
    fp[field_a(pc)] = Slot::of(float_of<double>(fl0));
    WRT_NEXT(2);
}

WRT_HANDLER reload_floats(WRT_REGISTERS)
{
    WRT_BEGIN
    fl0 = register_of(fp[field_a(pc)].as<double>());
    fl1 = register_of(fp[field_d(pc)].as<double>());
    WRT_NEXT(2);
}

}  // namespace

const Cell exit_cell{reinterpret_cast<uint64_t>(&exit_run)};
const Cell return_foreign_cell{reinterpret_cast<uint64_t>(&return_foreign)};

Handler enter_handler(uint32_t zeroed, bool integer_pins, bool float_pins)
{
    const size_t row = zeroed <= unrolled_zeros ? zeroed : unrolled_zeros + 1;
    return enter_handlers[row +
                          (unrolled_zeros + 2) * (size_t{integer_pins} + 2 * size_t{float_pins})];
}

PinSlots pin_slots(const Cell* enter) noexcept
{
    const auto* const found = std::ranges::find(enter_handlers, handler_of(enter));
    WRT_ASSERT(found != enter_handlers.end());
    const auto which = static_cast<size_t>(found - enter_handlers.begin()) / (unrolled_zeros + 2);
    return {.integers = (which & 1) != 0,
            .floats = (which & 2) != 0,
            .l0 = load_at<uint16_t>(enter, enter_l0),
            .l1 = load_at<uint16_t>(enter, enter_l1),
            .fl0 = load_at<uint16_t>(enter, enter_fl0),
            .fl1 = load_at<uint16_t>(enter, enter_fl1)};
}

bool is_call(const Cell* cell) noexcept
{
    const Handler handler = handler_of(cell);
    for (const Plain op :
         {Plain::call, Plain::call_import, Plain::call_indirect_wide, Plain::call_ref}) {
        if (handler == tables::plain_call(op)) return true;
    }
    const auto& indirect = ClassTable<1, MakeCallIndirect>::value;
    return handler != nullptr && std::ranges::find(indirect, handler) != indirect.end();
}

Handler return_none_handler(uint32_t window)
{
    return rows_by_window<ReturnNone, Handler>[window_row(window)];
}

Handler return_value_handler(Bank bank, Class a, uint32_t window)
{
    const size_t row = window_row(window);
    const auto at = static_cast<size_t>(class_index(a));
    switch (bank) {
    case Bank::integer: return ReturnValue<uint64_t>::pick(row, at);
    case Bank::floating: return ReturnValue<double>::pick(row, at);
    case Bank::vector: return ReturnValue<Vector>::pick(row, at);
    }
    return nullptr;
}

Handler call_indirect_handler(Class index)
{
    return ClassTable<1, MakeCallIndirect>::value[static_cast<size_t>(class_index(index))];
}

Handler tables::plain_call(Plain op)
{
    switch (raw(op)) {  // calls only
    case raw(Plain::call): return &call;
    case raw(Plain::call_import): return &call_import;
    case raw(Plain::call_indirect_wide): return &call_indirect_wide;
    case raw(Plain::call_ref): return &call_ref;
    case raw(Plain::tail_call): return &tail_call;
    case raw(Plain::tail_call_import): return &tail_call_import;
    case raw(Plain::tail_call_indirect): return &tail_call_indirect;
    case raw(Plain::tail_call_ref): return &tail_call_ref;
    case raw(Plain::return_many): return &return_many;
    case raw(Plain::spill_floats): return &spill_floats;
    case raw(Plain::reload_floats): return &reload_floats;
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
