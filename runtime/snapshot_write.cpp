#include <wrt/runtime/snapshot.hpp>

#include <algorithm>
#include <array>
#include <cstring>

#include <wrt/runtime/field_layout.hpp>
#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/value.hpp>

#include "dispatch.hpp"
#include "frame_walk.hpp"
#include "snapshot_format.hpp"
#include "snapshot_frames.hpp"

namespace wrt::runtime {
namespace {

class Writer {
public:
    Writer(Store& store, ByteWriter& to, const Numbering& numbering) noexcept
        : store_(store), to_(to), numbering_(numbering), heap_base_(heap_base_of(store))
    {
    }

    Status write(std::span<const SnapshotFrame> frames, const FrameShapes& shapes) noexcept
    {
        instances();
        memories();
        heap();
        tables();
        globals();
        for (const ModuleInstance* const instance : numbering_.instances())
            state_of(*instance);
        const Execution& execution = store_.execution();
        // The check point's charge is given back, as resume() does.
        to_.put(static_cast<uint64_t>(std::max<int64_t>(
                    execution.fuel + load_at<uint32_t>(execution.trap_pc, 12), 0)) +
                static_cast<uint64_t>(execution.reserve));
        stack(frames, shapes);
        return status_;
    }

private:
    void instances() noexcept
    {
        to_.put(static_cast<uint32_t>(numbering_.instances().size()));
        for (const ModuleInstance* const instance : numbering_.instances()) {
            const Module& module = *instance->module;
            const Digest digest = digest_of(module.binary);
            to_.put(digest.low);
            to_.put(digest.high);
            to_.put(module.imports.size());
            for (uint32_t i = 0; i < module.imports.size(); ++i) {
                to_.put(module.imports[i].kind);
                to_.put(numbering_.of_import(*instance, i));
            }
        }
    }

    // Memories: runs of pages that are not all zeros.

    void memories() noexcept
    {
        to_.put(static_cast<uint32_t>(numbering_.memories().size()));
        for (const MemoryInstance* const memory : numbering_.memories()) {
            if (memory->shared != nullptr) fail(Errc::snapshot_shared_memory);
            to_.put(memory->size);
            for (uint64_t from = 0; from < memory->size;) {
                const uint64_t first = skip(*memory, from, true);
                from = skip(*memory, first, false);
                if (first == from) continue;
                to_.put(first);
                to_.put(from - first);
                to_.put_bytes({memory->base + first, static_cast<size_t>(from - first)});
            }
            to_.put(end_of_runs);
            to_.put(end_of_runs);
        }
    }

    /// The first page from `from` on that is not all zeros, or not.
    static uint64_t skip(const MemoryInstance& memory, uint64_t from, bool zeros) noexcept
    {
        while (from < memory.size) {
            const uint64_t size = std::min(snapshot_page, memory.size - from);
            if (is_zero(memory.base + from, size) != zeros) break;
            from += size;
        }
        return from;
    }

    // The heap, object by object.

    void heap() noexcept
    {
        const uint64_t used = store_.heap().used();
        to_.put(used);
        for (uint64_t at = 0; at < used;)
            at += object(*reinterpret_cast<Object*>(heap_base_ + at));
    }

    /// Returns its bytes.
    uint64_t object(Object& object) noexcept
    {
        const RegisteredType& type = store_.types()[object.type()];
        std::optional<uint32_t> number;
        if (object.kind() == ObjectKind::exception)
            number = numbering_.of(object.tag());
        else
            number = numbering_.of_type(object.type());
        if (!number) fail(Errc::snapshot_host_reference);
        to_.put(Object::header_of(object.kind(), number.value_or(0), object.length()));
        const uint64_t bytes = object_bytes(type, object.kind(), object.length());
        switch (object.kind()) {
        case ObjectKind::struct_: {
            FieldPlacer placer;
            uint32_t end = Object::header_bytes;
            for (uint32_t i = 0; i < type.param_count; ++i) {
                const ValType storage = type.fields[i].storage;
                const uint32_t at = placer.place(storage);
                to_.put_zeros(at - end);
                field(storage, object.at(at), 1);
                end = at + field_bytes(storage);
            }
            to_.put_zeros(bytes - end);
            break;
        }
        case ObjectKind::array: {
            const ValType storage = type.fields[0].storage;
            field(storage, object.elements(), object.length());
            to_.put_zeros(bytes - array_bytes(object.length(), field_bytes(storage)));
            break;
        }
        case ObjectKind::exception:
            to_.put(uint64_t{0});
            values(type.params(), object.payload());
            break;
        }
        return bytes;
    }

    /// `count` fields of one type, side by side.
    void field(ValType storage, const uint8_t* at, uint64_t count) noexcept
    {
        if (!storage.is_ref()) return to_.put_bytes({at, count * field_bytes(storage)});
        const Slot* const slots = reinterpret_cast<const Slot*>(at);
        for (uint64_t i = 0; i < count; ++i)
            reference(storage, slots[i]);
    }

    void tables() noexcept
    {
        to_.put(static_cast<uint32_t>(numbering_.tables().size()));
        for (const TableInstance* const table : numbering_.tables()) {
            to_.put(table->size);
            for (uint64_t i = 0; i < table->size; ++i)
                reference(table->type.element, table->elements[i]);
        }
    }

    void globals() noexcept
    {
        to_.put(static_cast<uint32_t>(numbering_.host_globals().size()));
        for (const GlobalInstance* const global : numbering_.host_globals())
            value(global->type.type, global->value);
    }

    void state_of(const ModuleInstance& instance) noexcept
    {
        const Module& module = *instance.module;
        for (uint32_t i = module.imported_globals; i < module.globals.size(); ++i)
            value(close(module.globals[i].type.type, instance.type_ids),
                  instance.own_globals + module.globals[i].slot);
        for (uint32_t i = 0; i < instance.elements.size(); ++i) {
            const ElementInstance& segment = instance.elements[i];
            to_.put(static_cast<uint8_t>(segment.items != nullptr));
            const ValType type = close(module.elements[i].type, instance.type_ids);
            for (uint32_t k = 0; k < segment.count; ++k)
                reference(type, segment.items[k]);
        }
        for (const DataInstance& segment : instance.data)
            to_.put(static_cast<uint8_t>(segment.bytes != nullptr));
    }

    void stack(std::span<const SnapshotFrame> frames, const FrameShapes& shapes) noexcept
    {
        to_.put(static_cast<uint32_t>(frames.size()));
        for (const SnapshotFrame& frame : frames) {
            to_.put(frame.instance);
            to_.put(frame.at.function);
            to_.put(frame.at.offset);
            to_.put(frame.at.kind);
            to_.put(static_cast<uint8_t>(frame.linked));
        }
        for (const SnapshotFrame& frame : frames) {
            const ModuleInstance& instance = *numbering_.instances()[frame.instance];
            for (const LiveSlot& live : shapes.live(frame))
                value(close(live.type, instance.type_ids), frame.slots + live.slot);
        }
    }

    // Values. Types are closed.

    void values(std::span<const ValType> types, const Slot* slots) noexcept
    {
        for (const ValType type : types) {
            value(type, slots);
            slots += slots_of(type);
        }
    }

    void value(ValType type, const Slot* slots) noexcept
    {
        switch (type.kind()) {
        case ValKind::i32:
        case ValKind::f32: return to_.put(uint64_t{slots->as<uint32_t>()});  // the rest is nobody's
        case ValKind::i64:
        case ValKind::f64: return to_.put(slots->bits);
        case ValKind::v128: to_.put(slots[0].bits); return to_.put(slots[1].bits);
        case ValKind::ref: return reference(type, *slots);
        case ValKind::bot:
        case ValKind::i8:
        case ValKind::i16: break;
        }
        WRT_UNREACHABLE();  // not the types of values
    }

    void reference(ValType type, Slot slot) noexcept
    {
        const Ref ref{slot.bits};
        if (!ref.is_object()) return to_.put(ref.bits);
        if (!store_.types().is_subtype(type.heap(), HeapType::func))
            return to_.put(reference_to_object(ref.bits - heap_base_));
        const std::optional<uint32_t> number = numbering_.of(ref.as_func());
        if (!number) fail(Errc::snapshot_host_reference);
        to_.put(reference_to_function(number.value_or(0)));
    }

    void fail(Errc code) noexcept
    {
        if (status_) status_ = Error{.code = code};
    }

    Store& store_;
    ByteWriter& to_;
    const Numbering& numbering_;
    uint64_t heap_base_;
    Status status_ = ok();
};

/// Puts what registers hold of the frame where it has its home, which nobody reads meanwhile.
void write_pins(const Cell* enter, Slot* frame, const Pins& pins, bool floats) noexcept
{
    const PinSlots homes = pin_slots(enter);
    // Where there is one pin only, the second register is nobody's and its home is the first's.
    if (homes.integers) {
        frame[homes.l1].bits = pins.l1;
        frame[homes.l0].bits = pins.l0;
    }
    if (homes.floats && floats) {
        frame[homes.fl1] = Slot::of(pins.fl1);
        frame[homes.fl0] = Slot::of(pins.fl0);
    }
}

/// The frames of the stopped run, outermost first.
Result<std::span<SnapshotFrame>> list_frames(Store& store, const Numbering& numbering) noexcept
{
    const Execution& execution = store.execution();
    const auto start = [&] {
        return FrameWalk{*execution.trap_instance, execution.trap_pc, execution.trap_frame};
    };
    size_t count = 0;
    for (FrameWalk walk = start(); walk.valid(); walk.next())
        ++count;
    WRT_TRY(const std::span<SnapshotFrame> frames,
            store.arena().make_array<SnapshotFrame>(End::retained, Account::scratch, count));
    bool innermost = true;
    for (FrameWalk walk = start(); walk.valid(); walk.next()) {
        SnapshotFrame& frame = frames[--count];
        const Module& module = *walk.instance().module;
        frame.instance = numbering.of(&walk.instance()).value_or(0);
        frame.at = stop_point_at(module, walk.function_index(), walk.cell(), !innermost);
        frame.slots = walk.frame();
        frame.linked =
            record_at(walk.frame() + walk.function().window)->return_to == &return_foreign_cell;
        if (!module.metered || module.binary.empty() || !frame.at.found)
            return Error{.code = Errc::snapshot_not_stopped};
        const Pins pins =
            innermost ? execution.pins : Pins{.l0 = walk.l0(), .l1 = walk.l1(), .fl0 = 0, .fl1 = 0};
        write_pins(walk.code(), walk.frame(), pins, innermost);
        innermost = false;
    }
    return frames;
}

}  // namespace

Status write_snapshot(Store& store, ByteWriter& to) noexcept
{
    const Execution& execution = store.execution();
    if (execution.depth != 0 || store.waiting() != nullptr)
        return Error{.code = Errc::snapshot_in_host};
    if (!is_stopped(execution)) return Error{.code = Errc::snapshot_not_stopped};
    bool rooted = false;
    store.rooted().visit([&](Slot slot) { rooted = rooted || slot.bits != 0; });
    if (rooted) return Error{.code = Errc::snapshot_rooted};

    Arena& arena = store.arena();
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::runtime, "snapshot",
                                          arena.full_budget(LibraryId::runtime), End::retained));
    WRT_TRY(const Numbering numbering, Numbering::make(store));
    WRT_TRY(const std::span<SnapshotFrame> frames, list_frames(store, numbering));
    const auto cell_before = [](const SnapshotFrame& frame) { return frame.at.cell; };
    WRT_TRY(const std::span<uint32_t> cells,
            arena.make_array<uint32_t>(End::retained, Account::scratch, frames.size()));
    std::ranges::transform(frames, cells.begin(), cell_before);
    WRT_TRY(const FrameShapes shapes, FrameShapes::make(numbering, arena, frames));
    // Where each frame stands is where its stop point leads back to.
    for (size_t i = 0; i < frames.size(); ++i) {
        if (!frames[i].at.found || frames[i].at.cell != cells[i])
            return Error{.code = Errc::snapshot_not_stopped};
    }
    return Writer{store, to, numbering}.write(frames, shapes);
}

const FuncInstance& stopped_function(const Execution& execution) noexcept
{
    WRT_ASSERT(is_stopped(execution));
    FrameWalk outermost{*execution.trap_instance, execution.trap_pc, execution.trap_frame};
    for (FrameWalk next = outermost; next.valid(); next.next())
        outermost = next;
    return *outermost.instance().functions[outermost.function_index()];
}

}  // namespace wrt::runtime
