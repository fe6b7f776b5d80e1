#include <wrt/runtime/snapshot.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <wrt/foundation/fixed_reader.hpp>
#include <wrt/runtime/field_layout.hpp>
#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/table.hpp>
#include <wrt/runtime/value.hpp>

#include "dispatch.hpp"
#include "frame.hpp"
#include "snapshot_format.hpp"
#include "snapshot_frames.hpp"

namespace wrt::runtime {
namespace {

Error malformed() noexcept
{
    return Error{.code = Errc::malformed_snapshot};
}
Error of_another() noexcept
{
    return Error{.code = Errc::snapshot_of_another};
}

class Reader {
public:
    Reader(Store& store, FixedReader from, const Numbering& numbering) noexcept
        : store_(store), from_(from), numbering_(numbering)
    {
    }

    Status read() noexcept
    {
        WRT_CHECK(instances());
        WRT_CHECK(memories());
        forget_references();
        WRT_CHECK(heap());
        WRT_CHECK(tables());
        WRT_CHECK(globals());
        for (ModuleInstance* const instance : numbering_.instances())
            WRT_CHECK(state_of(*instance));
        const auto fuel = from_.get<uint64_t>();
        if (fuel > std::numeric_limits<int64_t>::max()) return malformed();
        WRT_CHECK(stack(static_cast<int64_t>(fuel)));
        return from_.done() ? ok() : Status{malformed()};
    }

private:
    Status instances() noexcept
    {
        if (from_.get<uint32_t>() != numbering_.instances().size()) return of_another();
        for (const ModuleInstance* const instance : numbering_.instances()) {
            const Module& module = *instance->module;
            const auto low = from_.get<uint64_t>();
            const auto high = from_.get<uint64_t>();
            if (digest_of(module.binary) != Digest{low, high}) return of_another();
            if (from_.get<uint32_t>() != module.imports.size()) return of_another();
            for (uint32_t i = 0; i < module.imports.size(); ++i) {
                const bool same_kind =
                    from_.get<uint8_t>() == static_cast<uint8_t>(module.imports[i].kind);
                const bool same = from_.get<uint32_t>() == numbering_.of_import(*instance, i);
                if (!same_kind || !same) return of_another();
            }
        }
        return ok();
    }

    // Memories.

    Status memories() noexcept
    {
        if (from_.get<uint32_t>() != numbering_.memories().size()) return malformed();
        for (MemoryInstance* const memory : numbering_.memories()) {
            const auto size = from_.get<uint64_t>();
            const uint8_t shift = memory->type.page_shift;
            if (memory->shared != nullptr || size < memory->size || size >> shift << shift != size)
                return malformed();
            if (memory_grow(*memory, (size - memory->size) >> shift) == grow_failed)
                return Error{.code = Errc::account_limit_exceeded, .account = Account::memory};
            WRT_CHECK(contents(*memory));
        }
        return ok();
    }

    Status contents(MemoryInstance& memory) noexcept
    {
        uint64_t end = 0;
        while (true) {
            const auto first = from_.get<uint64_t>();
            const auto count = from_.get<uint64_t>();
            if (!from_.good()) return malformed();
            const bool last = first == end_of_runs && count == end_of_runs;
            const uint64_t until = last ? memory.size : first;
            if (until < end || until > memory.size) return malformed();
            clear(memory, end, until);
            if (last) return ok();
            const std::span<const uint8_t> bytes = from_.bytes(count);
            if (bytes.empty() || !in_bounds(first, count, memory.size)) return malformed();
            std::memcpy(memory.base + first, bytes.data(), bytes.size());
            end = first + count;
        }
    }

    /// Pages that are zeros already are not touched: nothing stands behind them yet.
    static void clear(MemoryInstance& memory, uint64_t from, uint64_t until) noexcept
    {
        while (from < until) {
            const uint64_t size = std::min(snapshot_page, until - from);
            if (!is_zero(memory.base + from, size))
                std::memset(memory.base + from, 0, static_cast<size_t>(size));
            from += size;
        }
    }

    // The heap: first all objects, with the references as they are in the snapshot; then these,
    // when every object can be told.

    /// What instantiation put where references are goes, and with it what it made in the heap.
    void forget_references() noexcept
    {
        for (TableInstance* const table : numbering_.tables())
            std::fill_n(table->elements, table->size, Slot{});
        for (ModuleInstance* const instance : numbering_.instances()) {
            std::fill_n(instance->own_globals, instance->module->own_global_slots, Slot{});
            for (ElementInstance& segment : instance->elements)
                std::fill_n(segment.items, segment.count, Slot{});
        }
        for (GlobalInstance* const global : numbering_.host_globals())
            std::fill_n(global->value, slots_of(global->type.type), Slot{});
        store_.collect();
    }

    Status heap() noexcept
    {
        const auto used = from_.get<uint64_t>();
        if (used % 8 != 0 || used > from_.remaining() || store_.heap().used() != 0)
            return malformed();
        heap_used_ = used;
        heap_base_ = heap_base_of(store_);
        if (used == 0) return ok();
        if (!store_.make_room(used, nullptr))
            return Error{.code = Errc::gc_heap_exhausted, .account = Account::gc};
        heap_base_ = reinterpret_cast<uint64_t>(store_.heap().bump(used));
        WRT_TRY(starts_,
                store_.arena().make_array<uint64_t>(End::retained, Account::scratch,
                                                    static_cast<size_t>(used / 8 / 64 + 1)));
        for (uint64_t at = 0; at < used;) {
            WRT_TRY(const uint64_t bytes, object(at));
            starts_[at / 8 / 64] |= uint64_t{1} << at / 8 % 64;
            at += bytes;
        }
        for (uint64_t at = 0; at < used;) {
            Object& object = object_at(at);
            WRT_CHECK(references_of(object));
            at += object_bytes(store_.types()[object.type()], object.kind(), object.length());
        }
        return ok();
    }

    Object& object_at(uint64_t offset) noexcept
    {
        return *reinterpret_cast<Object*>(heap_base_ + offset);
    }

    /// Reads an object to its place; returns its bytes.
    Result<uint64_t> object(uint64_t at) noexcept
    {
        const Object read{from_.get<uint64_t>()};
        if ((read.header & 3) != Object::header_tag) return malformed();
        const bool is_exception = read.kind() == ObjectKind::exception;
        const TagInstance* const tag = is_exception ? numbering_.tag(read.type()) : nullptr;
        if (is_exception && tag == nullptr) return malformed();
        const TypeId id = is_exception ? tag->type : numbering_.type(read.type());
        if (id == no_index) return malformed();
        const RegisteredType& type = store_.types()[id];
        switch (read.kind()) {
        case ObjectKind::struct_:
            if (type.kind != CompositeKind::struct_ || read.length() != 0) return malformed();
            break;
        case ObjectKind::array:
            if (type.kind != CompositeKind::array) return malformed();
            break;
        case ObjectKind::exception:
            if (read.length() != tag->slots) return malformed();
            break;
        default: return malformed();
        }
        const uint64_t bytes = object_bytes(type, read.kind(), read.length());
        if (bytes > heap_used_ - at) return malformed();
        const std::span<const uint8_t> body = from_.bytes(bytes - Object::header_bytes);
        if (!from_.good()) return malformed();
        Object& object = object_at(at);
        object.header = Object::header_of(read.kind(), id, read.length());
        if (!body.empty()) std::memcpy(object.at(Object::header_bytes), body.data(), body.size());
        if (is_exception) object.tag() = const_cast<TagInstance*>(tag);
        return bytes;
    }

    Status references_of(Object& object) noexcept
    {
        const RegisteredType& type = store_.types()[object.type()];
        switch (object.kind()) {
        case ObjectKind::struct_: {
            FieldPlacer placer;
            for (uint32_t i = 0; i < type.param_count; ++i) {
                const ValType storage = type.fields[i].storage;
                const uint32_t at = placer.place(storage);
                if (storage.is_ref())
                    WRT_CHECK(reference(storage, *reinterpret_cast<Slot*>(object.at(at))));
            }
            return ok();
        }
        case ObjectKind::array: {
            const ValType storage = type.fields[0].storage;
            if (!storage.is_ref()) return ok();
            Slot* const elements = reinterpret_cast<Slot*>(object.elements());
            for (uint32_t i = 0; i < object.length(); ++i)
                WRT_CHECK(reference(storage, elements[i]));
            return ok();
        }
        case ObjectKind::exception: {
            Slot* slot = object.payload();
            for (const ValType param : type.params()) {
                if (param.is_ref()) WRT_CHECK(reference(param, *slot));
                slot += slots_of(param);
            }
            return ok();
        }
        }
        return malformed();
    }

    // Tables, globals, segments.

    Status tables() noexcept
    {
        if (from_.get<uint32_t>() != numbering_.tables().size()) return malformed();
        for (TableInstance* const table : numbering_.tables()) {
            const auto size = from_.get<uint64_t>();
            if (size < table->size || size > from_.remaining() / sizeof(Slot)) return malformed();
            if (table_grow(*table, size - table->size, {}) == grow_failed)
                return Error{.code = Errc::account_limit_exceeded, .account = Account::tables};
            for (uint64_t i = 0; i < size; ++i)
                WRT_CHECK(value(table->type.element, table->elements + i));
        }
        return ok();
    }

    Status globals() noexcept
    {
        if (from_.get<uint32_t>() != numbering_.host_globals().size()) return malformed();
        for (GlobalInstance* const global : numbering_.host_globals())
            WRT_CHECK(value(global->type.type, global->value));
        return ok();
    }

    Status state_of(ModuleInstance& instance) noexcept
    {
        const Module& module = *instance.module;
        for (uint32_t i = module.imported_globals; i < module.globals.size(); ++i) {
            WRT_CHECK(value(close(module.globals[i].type.type, instance.type_ids),
                            instance.own_globals + module.globals[i].slot));
        }
        for (uint32_t i = 0; i < instance.elements.size(); ++i) {
            ElementInstance& segment = instance.elements[i];
            if (from_.get<uint8_t>() == 0) {
                elem_drop(segment);
                continue;
            }
            if (segment.items == nullptr) return malformed();
            const ValType type = close(module.elements[i].type, instance.type_ids);
            for (uint32_t k = 0; k < segment.count; ++k)
                WRT_CHECK(value(type, segment.items + k));
        }
        for (DataInstance& segment : instance.data) {
            if (from_.get<uint8_t>() == 0) data_drop(segment);
        }
        return ok();
    }

    // The stack.

    Status stack(int64_t fuel) noexcept
    {
        Arena& arena = store_.arena();
        constexpr uint64_t frame_bytes = 14;
        const uint32_t count = from_.count(frame_bytes);
        WRT_TRY(const std::span<SnapshotFrame> frames,
                arena.make_array<SnapshotFrame>(End::retained, Account::scratch, count));
        for (SnapshotFrame& frame : frames)
            WRT_CHECK(header(frame));
        if (!from_.good() || frames.empty()) return malformed();
        WRT_TRY(const FrameShapes shapes, FrameShapes::make(numbering_, arena, frames));
        for (size_t i = 0; i < frames.size(); ++i) {
            const bool innermost = i + 1 == frames.size();
            if (!frames[i].at.found || (frames[i].at.kind == StopPoint::Kind::call) == innermost)
                return malformed();
            WRT_CHECK(place(frames[i], i == 0 ? nullptr : &frames[i - 1]));
            const ModuleInstance& instance = instance_of(frames[i]);
            for (const LiveSlot& live : shapes.live(frames[i])) {
                WRT_CHECK(value(close(live.type, instance.type_ids), frames[i].slots + live.slot));
            }
        }
        stop_at(frames.back(), fuel);
        const SnapshotFrame& first = frames.front();
        *record_at(first.slots + function_of(first).window) = {&exit_cell, first.slots, 0, 0};
        for (size_t i = 1; i < frames.size(); ++i)
            link(frames[i], frames[i - 1]);
        return ok();
    }

    Status header(SnapshotFrame& frame) noexcept
    {
        frame.instance = from_.get<uint32_t>();
        frame.at.function = from_.get<uint32_t>();
        frame.at.offset = from_.get<uint32_t>();
        const auto kind = from_.get<uint8_t>();
        const auto linked = from_.get<uint8_t>();
        if (frame.instance >= numbering_.instances().size() || kind > 2 || linked > 1)
            return malformed();
        const Module& module = *instance_of(frame).module;
        if (!module.metered || frame.at.function < module.imported_functions ||
            frame.at.function >= module.functions.size()) {
            return malformed();
        }
        frame.at.kind = static_cast<StopPoint::Kind>(kind);
        frame.linked = linked != 0;
        return ok();
    }

    /// Gives a frame its place behind its caller's, if it may be called from there at all.
    Status place(SnapshotFrame& frame, const SnapshotFrame* caller) noexcept
    {
        Execution& execution = store_.execution();
        frame.slots = execution.stack_base;
        if (caller == nullptr) {
            if (frame.linked) return malformed();
        } else {
            if (!frame.linked && frame.instance != caller->instance) return malformed();
            if (!returns_what_is_expected(frame, *caller)) return malformed();
            frame.slots = caller->slots + caller->at.slots + (frame.linked ? linkage_slots : 0);
        }
        const uint32_t needed = function_of(frame).frame_slots;
        if (static_cast<size_t>(execution.stack_end - frame.slots) < needed)
            return Error{.code = Errc::call_stack_exhausted};
        std::fill_n(frame.slots, needed, Slot{});
        return ok();
    }

    bool returns_what_is_expected(const SnapshotFrame& frame,
                                  const SnapshotFrame& caller) const noexcept
    {
        const TypeRegistry& types = store_.types();
        const auto expected = types[instance_of(caller).type_ids[caller.at.callee_type]].results();
        const auto actual = types[func_of(frame).type].results();
        return std::ranges::equal(actual, expected,
                                  [&](ValType a, ValType b) { return types.is_subtype(a, b); });
    }

    /// Writes the record, and the linkage, that lead back from a frame to its caller.
    void link(const SnapshotFrame& frame, const SnapshotFrame& caller) noexcept
    {
        const Cell* const return_to = cell_of(caller) + call_words;
        const Pins pins = pins_of(caller);
        CallRecord& record = *record_at(frame.slots + function_of(frame).window);
        record = {return_to, caller.slots, pins.l0, pins.l1};
        if (!frame.linked) return;
        Slot* const at = frame.slots - linkage_slots;
        *linkage_at(at) = {return_to, caller.slots, &instance_of(caller),
                           func_of(frame).result_slots};
        record.return_to = &return_foreign_cell;
        record.frame = at;
    }

    void stop_at(const SnapshotFrame& innermost, int64_t fuel) noexcept
    {
        Execution& execution = store_.execution();
        execution.top = execution.stack_base;
        execution.trap = Error{.code = Errc::paused};
        execution.trap_pc = cell_of(innermost);
        execution.trap_frame = innermost.slots;
        execution.trap_instance = &instance_of(innermost);
        execution.pins = pins_of(innermost);
        // resume() gives the charge back that the check point took.
        execution.fuel = fuel - load_at<uint32_t>(execution.trap_pc, 12);
        execution.reserve = 0;
    }

    /// What a frame keeps in registers, from where it has its home.
    Pins pins_of(const SnapshotFrame& frame) const noexcept
    {
        const PinSlots homes =
            pin_slots(instance_of(frame).module->code.data() + function_of(frame).code);
        Pins pins;
        if (homes.integers) {
            pins.l0 = frame.slots[homes.l0].bits;
            pins.l1 = frame.slots[homes.l1].bits;
        }
        if (homes.floats) {
            pins.fl0 = frame.slots[homes.fl0].as<double>();
            pins.fl1 = frame.slots[homes.fl1].as<double>();
        }
        return pins;
    }

    ModuleInstance& instance_of(const SnapshotFrame& frame) const noexcept
    {
        return *numbering_.instances()[frame.instance];
    }
    const Function& function_of(const SnapshotFrame& frame) const noexcept
    {
        return instance_of(frame).module->functions[frame.at.function];
    }
    const FuncInstance& func_of(const SnapshotFrame& frame) const noexcept
    {
        return *instance_of(frame).functions[frame.at.function];
    }
    const Cell* cell_of(const SnapshotFrame& frame) const noexcept
    {
        return instance_of(frame).module->code.data() + function_of(frame).code + frame.at.cell;
    }

    // Values. Types are closed.

    Status value(ValType type, Slot* slots) noexcept
    {
        if (type.is_bot() || type.is_packed()) return malformed();
        slots[0].bits = from_.get<uint64_t>();
        if (type.is_vector()) slots[1].bits = from_.get<uint64_t>();
        if (!from_.good()) return malformed();
        return type.is_ref() ? reference(type, slots[0]) : ok();
    }

    /// Makes a reference of what the snapshot has in its place, if the type may have it.
    Status reference(ValType type, Slot& slot) noexcept
    {
        const uint64_t bits = std::exchange(slot.bits, 0);
        if (bits == 0) return type.nullable() ? ok() : Status{malformed()};
        const TypeRegistry& types = store_.types();
        const HeapType heap = type.heap();
        const bool of_func = types.is_subtype(heap, HeapType::func);
        const bool of_exn = types.is_subtype(heap, HeapType::exn);
        const bool of_extern = types.is_subtype(heap, HeapType::extern_);
        const auto below = [&](HeapType actual) {
            return types.is_subtype(actual, of_extern ? HeapType::any : heap);
        };
        // Whatever is an anyref may be wrapped in an externref; of externs only `extern` is
        // inhabited.
        if (of_extern && heap != HeapType::extern_) return malformed();
        if ((bits & 3) != 0) {
            const Ref ref{bits};
            const bool fits = ref.is_i31()    ? !of_func && !of_exn && below(HeapType::i31)
                              : ref.is_host() ? of_extern || heap == HeapType::any
                                              : false;
            if (!fits) return malformed();
            slot.bits = bits;
            return ok();
        }
        if ((bits & object_flag) == 0) {
            const uint64_t number = (bits >> 3) - 1;
            FuncInstance* const func = number < no_index && of_func
                                           ? numbering_.func(static_cast<uint32_t>(number))
                                           : nullptr;
            if (func == nullptr || !types.is_subtype(HeapType::of_index(func->type), heap))
                return malformed();
            slot.bits = Ref::func(func).bits;
            return ok();
        }
        const uint64_t word = bits >> 3;
        if (of_func || word >= heap_used_ / 8 || (starts_[word / 64] >> word % 64 & 1) == 0)
            return malformed();
        Object& object = object_at(word * 8);
        const bool is_exception = object.kind() == ObjectKind::exception;
        const bool fits = is_exception ? heap == HeapType::exn
                                       : !of_exn && below(HeapType::of_index(object.type()));
        if (!fits) return malformed();
        slot.bits = Ref::object(&object).bits;
        return ok();
    }

    Store& store_;
    FixedReader from_;
    const Numbering& numbering_;
    uint64_t heap_base_ = 0;
    uint64_t heap_used_ = 0;
    std::span<uint64_t> starts_;  ///< A bit for each word where an object begins.
};

}  // namespace

Status read_snapshot(Store& store, std::span<const uint8_t> snapshot) noexcept
{
    const Execution& execution = store.execution();
    bool rooted = false;
    store.rooted().visit([&](Slot slot) { rooted = rooted || slot.bits != 0; });
    if (execution.depth != 0 || rooted) return Error{.code = Errc::in_use};
    Arena& arena = store.arena();
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::runtime, "snapshot",
                                          arena.full_budget(LibraryId::runtime), End::retained));
    WRT_TRY(const Numbering numbering, Numbering::make(store));
    return Reader{store, FixedReader{snapshot}, numbering}.read();
}

}  // namespace wrt::runtime
