// The collector. Marks by reversing pointers, so that it needs no stack; then slides what is live
// to the start of the region, in address order, so that nothing is ever lost to fragmentation. Its
// only memory is a Block of 16 bytes for each 64 words of the heap, committed before the words are.
//
//   1 mark      from every root; a bit for the first word of each live object
//   2 fill      a bit for every live word, and for each block how many live words lie below it:
//               from then on a population count says where a word goes
//   3 update    the roots
//   4 slide     each live object in address order: its references, then itself
//
// Time is linear in the live bytes and the region's table; large arrays and long lists alike.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>

#include <wrt/runtime/activation.hpp>
#include <wrt/runtime/heap.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/store.hpp>

#include "const_expr.hpp"
#include "frame.hpp"
#include "function_at.hpp"
#include "root_map.hpp"

namespace wrt::runtime {

class Collector {
public:
    /// Objects of types from `first_dead_type` on are dead, and exceptions too where there are such
    /// types: references to them become null.
    Collector(Store& store, TypeId first_dead_type) noexcept
        : store_(store),
          heap_(store.heap()),
          types_(store.types()),
          base_(reinterpret_cast<uint64_t>(heap_.base_)),
          used_(heap_.used()),
          blocks_(heap_.blocks()),
          first_dead_type_(first_dead_type)
    {
    }

    /// Returns the live bytes.
    uint64_t run(const Safepoint* at) noexcept
    {
        const uint64_t block_count = (used_ + Heap::block_bytes - 1) / Heap::block_bytes;
        std::memset(static_cast<void*>(blocks_), 0, block_count * sizeof(Heap::Block));
        visit_roots(at, [&](Slot& root) { mark(root); });
        const uint64_t live = fill(block_count);
        visit_roots(at, [&](Slot& root) { update(root); });
        slide();
        return live;
    }

private:
    // Words are numbered from the region's base.
    bool is_object(uint64_t bits) const noexcept { return (bits & 7) == 0 && bits - base_ < used_; }
    uint64_t word_of(uint64_t bits) const noexcept { return (bits - base_) / 8; }
    Object* object_at(uint64_t word) const noexcept
    {
        return reinterpret_cast<Object*>(base_ + word * 8);
    }
    bool is_live(uint64_t word) const noexcept
    {
        return (blocks_[word / 64].live >> word % 64 & 1) != 0;
    }
    void set_live(uint64_t word) noexcept { blocks_[word / 64].live |= uint64_t{1} << word % 64; }

    bool is_dead(const Object& object) const noexcept
    {
        return first_dead_type_ != no_index &&
               (object.type() >= first_dead_type_ || object.kind() == ObjectKind::exception);
    }

    uint64_t words_of(const Object& object) const noexcept
    {
        const uint32_t type_words = types_[object.type()].words;
        switch (object.kind()) {
        case ObjectKind::struct_: return uint64_t{type_words} + 1;
        case ObjectKind::array: return round_to_word(array_bytes(object.length(), type_words)) / 8;
        case ObjectKind::exception: return exception_bytes(object.length()) / 8;
        }
        WRT_UNREACHABLE();
    }

    // Roots.

    template <class Visit>
    void visit_roots(const Safepoint* at, Visit&& visit) noexcept
    {
        store_.rooted_.visit(visit);
        for (TableInstance* table = store_.newest_table_; table != nullptr; table = table->older) {
            if (is_traced(table->type.element)) visit_all(table->elements, table->size, visit);
        }
        for (GlobalInstance* global = store_.newest_global_; global != nullptr;
             global = global->older) {
            if (is_traced(global->type.type)) visit(*global->value);
        }
        for (ModuleInstance* instance = store_.newest_instance_; instance != nullptr;
             instance = instance->older) {
            if (instance->module->has_references) visit_instance(*instance, visit);
        }
        if (store_.constants_ != nullptr) store_.constants_->visit(visit);
        visit_activation(store_.execution_.exception, at, visit);
        for (Activation* away = store_.activations_; away != nullptr; away = away->next_)
            visit_activation(away->exception_, away->waiting_, visit);
    }

    template <class Visit>
    void visit_activation(Exception& innermost, const Safepoint* at, Visit&& visit) noexcept
    {
        for (Exception* exception = &innermost; exception != nullptr; exception = exception->outer)
            visit_exception(*exception, visit);
        for (; at != nullptr; at = at->outer)
            visit_frames(*at, visit);
    }

    template <class Visit>
    static void visit_all(Slot* slots, uint64_t count, Visit&& visit) noexcept
    {
        for (uint64_t i = 0; i < count; ++i)
            visit(slots[i]);
    }

    /// One that is on its way, or that a host function holds.
    template <class Visit>
    void visit_exception(Exception& exception, Visit&& visit) noexcept
    {
        if (exception.tag == nullptr) return;
        if (!exception.package.is_null()) {
            Slot package{exception.package.bits};
            visit(package);
            exception.package = {package.bits};
            exception.values = exception.package.as_object()->payload();
            return;
        }
        Slot* slot = exception.values;
        for (const ValType type : types_[exception.tag->type].params()) {
            if (is_traced(type)) visit(*slot);
            slot += slots_of(type);
        }
    }

    /// Globals and element segments of an instance, which may be in the making.
    template <class Visit>
    static void visit_instance(ModuleInstance& instance, Visit&& visit) noexcept
    {
        const Module& module = *instance.module;
        if (instance.own_globals != nullptr) {
            for (uint32_t i = module.imported_globals; i < module.globals.size(); ++i) {
                const Global& global = module.globals[i];
                if (is_traced(global.type.type)) visit(instance.own_globals[global.slot]);
            }
        }
        for (uint32_t i = 0; i < instance.elements.size(); ++i) {
            if (!is_traced(module.elements[i].type)) continue;
            visit_all(instance.elements[i].items, instance.elements[i].count, visit);
        }
    }

    /// The frames of one run, from `at` outwards.
    template <class Visit>
    void visit_frames(const Safepoint& at, Visit&& visit) noexcept
    {
        const Cell* cell = at.cell;
        Slot* frame = at.frame;
        const ModuleInstance* instance = at.instance;
        while (true) {
            const Module& module = *instance->module;
            const Function& function = module.functions[function_index_at(module, cell)];
            visit_frame_roots(module, function,
                              static_cast<uint32_t>(cell - module.code.data()) - function.code,
                              frame, visit);
            const CallRecord& record = *record_at(frame + function.window);
            const Cell* return_to = record.return_to;
            frame = record.frame;
            if (return_to == &return_foreign_cell) {
                const Linkage& linkage = *linkage_at(frame);
                return_to = linkage.return_to;
                frame = linkage.frame;
                instance = linkage.instance;
            }
            if (return_to == &exit_cell) return;
            cell = return_to - 1;
        }
    }

    // Marking. The parent's slot that led to an object points back, at the slot that led to the
    // parent, while the object is looked through from its end to its start. In an array of
    // references the header is the first word that is none; in other objects the bitmap says where
    // they begin.

    static constexpr uint64_t in_array = 1;  ///< In a pointer back: its slot lies in an array.

    /// What is left to look at of an object: the words before `end`.
    struct Cursor {
        Slot* end;
        bool array;  ///< Of references: all words up to the header are.
    };

    void mark(Slot& root) noexcept
    {
        Object* object = enter(root);
        if (object == nullptr) return;
        uint64_t back = 0;  // the slot that led to `object`, and in_array; 0: the root did
        Cursor cursor = start_at(*object);
        while (true) {
            if (Slot* const slot = previous_reference(cursor, object)) {
                Object* const child = enter(*slot);
                if (child == nullptr) continue;
                slot->bits = back;
                back = reinterpret_cast<uint64_t>(slot) | (cursor.array ? in_array : 0);
                object = child;
                cursor = start_at(*child);
                continue;
            }
            if (back == 0) return;
            Slot* const slot = reinterpret_cast<Slot*>(back & ~in_array);
            cursor = {slot, (back & in_array) != 0};
            back = slot->bits;
            slot->bits = reinterpret_cast<uint64_t>(object);
            object = cursor.array ? nullptr : object_around(slot);
        }
    }

    /// The object that `slot` refers to, now marked; null where it is none or was marked before.
    Object* enter(Slot& slot) noexcept
    {
        if (!is_object(slot.bits)) return nullptr;
        const uint64_t word = word_of(slot.bits);
        if (is_live(word)) return nullptr;
        Object* const object = object_at(word);
        if (is_dead(*object)) {
            slot = {};
            return nullptr;
        }
        set_live(word);
        return object;
    }

    Cursor start_at(Object& object) noexcept
    {
        Slot* const words = reinterpret_cast<Slot*>(&object);
        if (object.kind() != ObjectKind::array) return {words + words_of(object), false};
        if (types_[object.type()].word_bits == 0) return {words + 1, false};
        return {words + 1 + object.length(), true};
    }

    /// The last reference before the cursor, which moves there; null at the start of the object,
    /// which is known then.
    Slot* previous_reference(Cursor& cursor, Object*& object) noexcept
    {
        if (cursor.array) {
            --cursor.end;
            if ((cursor.end->bits & 3) != Object::header_tag) return cursor.end;
            object = reinterpret_cast<Object*>(cursor.end);
            return nullptr;
        }
        const RegisteredType& type = types_[object->type()];
        Slot* const first = first_word(*object);
        if (cursor.end <= first) return nullptr;
        for (auto words = static_cast<uint32_t>(cursor.end - first); words != 0;) {
            const uint32_t part = (words - 1) / 64;
            const uint32_t inside = words - part * 64;  // 1 to 64
            const uint64_t bits = type.references(part) & ~uint64_t{0} >> (64 - inside);
            if (bits != 0) {
                cursor.end = first + part * 64 + (63 - std::countl_zero(bits));
                return cursor.end;
            }
            words = part * 64;
        }
        return nullptr;
    }

    /// The word that the first reference bit of a structure or an exception stands for.
    static Slot* first_word(Object& object) noexcept
    {
        return object.kind() == ObjectKind::exception
                   ? object.payload()
                   : reinterpret_cast<Slot*>(object.at(Object::header_bytes));
    }

    /// The live object that begins last before `slot`: only first words are marked yet.
    Object* object_around(const Slot* slot) const noexcept
    {
        const uint64_t word = word_of(reinterpret_cast<uint64_t>(slot));
        uint64_t block = word / 64;
        uint64_t bits = blocks_[block].live & ((uint64_t{1} << word % 64) - 1);
        while (bits == 0)
            bits = blocks_[--block].live;
        return object_at(block * 64 + (63 - static_cast<uint64_t>(std::countl_zero(bits))));
    }

    // Sliding.

    /// The first live word from `word` on, or one past the last of the region.
    uint64_t next_live(uint64_t word) const noexcept
    {
        const uint64_t block_count = (used_ + Heap::block_bytes - 1) / Heap::block_bytes;
        uint64_t block = word / 64;
        if (block >= block_count) return used_ / 8;
        uint64_t bits = blocks_[block].live & ~uint64_t{0} << word % 64;
        while (bits == 0) {
            if (++block == block_count) return used_ / 8;
            bits = blocks_[block].live;
        }
        return block * 64 + static_cast<uint64_t>(std::countr_zero(bits));
    }

    void set_live(uint64_t word, uint64_t end) noexcept
    {
        while (word < end) {
            const uint64_t count = std::min(end - word, 64 - word % 64);
            blocks_[word / 64].live |= ~uint64_t{0} >> (64 - count) << word % 64;
            word += count;
        }
    }

    /// Calls visit(word, words) for each live object, in order of address.
    template <class Visit>
    void visit_live(Visit&& visit) noexcept
    {
        for (uint64_t word = next_live(0); word < used_ / 8;) {
            const uint64_t words = words_of(*object_at(word));
            visit(word, words);
            word = next_live(word + words);
        }
    }

    /// Returns the live bytes.
    uint64_t fill(uint64_t block_count) noexcept
    {
        visit_live([&](uint64_t word, uint64_t words) { set_live(word, word + words); });
        uint64_t live = 0;
        for (uint64_t block = 0; block < block_count; ++block) {
            blocks_[block].before = live;
            live += static_cast<uint64_t>(std::popcount(blocks_[block].live));
        }
        return live * 8;
    }

    /// Makes a reference say where its object goes.
    void update(Slot& slot) const noexcept
    {
        if (!is_object(slot.bits)) return;
        const uint64_t word = word_of(slot.bits);
        const Heap::Block& block = blocks_[word / 64];
        const uint64_t below = block.live & ((uint64_t{1} << word % 64) - 1);
        slot.bits = base_ + 8 * (block.before + static_cast<uint64_t>(std::popcount(below)));
    }

    void update_references(Object& object) const noexcept
    {
        const RegisteredType& type = types_[object.type()];
        if (object.kind() == ObjectKind::array) {
            if (type.word_bits == 0) return;
            Slot* const elements = reinterpret_cast<Slot*>(object.elements());
            for (uint32_t i = 0; i < object.length(); ++i)
                update(elements[i]);
            return;
        }
        Slot* const first = first_word(object);
        for (uint32_t part = 0; part * 64 < type.words; ++part) {
            for (uint64_t bits = type.references(part); bits != 0; bits &= bits - 1)
                update(first[part * 64 + static_cast<uint32_t>(std::countr_zero(bits))]);
        }
    }

    void slide() noexcept
    {
        uint64_t to = 0;
        visit_live([&](uint64_t word, uint64_t words) {
            update_references(*object_at(word));
            if (to != word) std::memmove(object_at(to), object_at(word), words * 8);
            to += words;
        });
    }

    Store& store_;
    Heap& heap_;
    const TypeRegistry& types_;
    uint64_t base_;
    uint64_t used_;
    Heap::Block* blocks_;
    TypeId first_dead_type_;
};

void Store::collect(const Safepoint* at) noexcept
{
    collect(at, no_index);
}

void Store::collect(const Safepoint* at, TypeId first_dead_type) noexcept
{
    if (heap_.used() == 0) return;
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    const uint64_t live = Collector{*this, first_dead_type}.run(at);
    const std::chrono::nanoseconds pause = Clock::now() - start;
    heap_.note_collection(live, static_cast<uint64_t>(pause.count()));
}

}  // namespace wrt::runtime
