// Module: subtyping, lookups, and the readers of what stays in the binary.
#include <wrt/decoder/module.hpp>

#include <wrt/decoder/instruction_decoder.hpp>

#include <algorithm>
#include <array>

namespace wrt::decoder {

Module::Module(std::span<const uint8_t> bytes, FeatureSet allowed, ModuleMemory& memory)
    : binary{bytes},
      features{allowed},
      types{&memory.types},
      functions{&memory.functions},
      tables{&memory.tables},
      memories{&memory.memories},
      globals{&memory.globals},
      tags{&memory.functions},
      bodies{&memory.code},
      table_inits{&memory.tables},
      global_inits{&memory.globals},
      imports{&memory.names},
      exports{&memory.names},
      exports_by_name{&memory.names},
      elements{&memory.elements},
      data{&memory.data},
      customs{&memory.custom},
      declared_functions{&memory.functions}
{
}

const Export* Module::find_export(std::string_view name) const
{
    const auto place = std::lower_bound(
        exports_by_name.begin(), exports_by_name.end(), name,
        [this](uint32_t index, std::string_view wanted) { return exports[index].name < wanted; });
    if (place == exports_by_name.end() || exports[*place].name != name) return nullptr;
    return &exports[*place];
}

const CustomSection* Module::find_custom(std::string_view name) const
{
    const auto place =
        std::find_if(customs.begin(), customs.end(),
                     [name](const CustomSection& custom) { return custom.name == name; });
    return place == customs.end() ? nullptr : &*place;
}

// Types.

namespace {

consteval std::array<ValType, 16> make_kind_cells()
{
    std::array<ValType, 16> cells{};
    for (uint32_t kind = 0; kind <= static_cast<uint32_t>(ValKind::i16); ++kind) {
        cells[kind] = ValType{static_cast<ValKind>(kind)};
    }
    return cells;
}

consteval std::array<ValType, size_t{2} * abstract_heap_count> make_reference_cells()
{
    std::array<ValType, size_t{2} * abstract_heap_count> cells{};
    for (uint32_t heap = 0; heap < abstract_heap_count; ++heap) {
        cells[size_t{2} * heap] = ValType::ref(static_cast<AbstractHeap>(heap), false);
        cells[size_t{2} * heap + 1] = ValType::ref(static_cast<AbstractHeap>(heap), true);
    }
    return cells;
}

constexpr std::array<ValType, 16> kind_cells = make_kind_cells();
constexpr std::array<ValType, size_t{2} * abstract_heap_count> reference_cells =
    make_reference_cells();

/// The hierarchy an abstract heap type belongs to, by its top.
AbstractHeap top(AbstractHeap heap)
{
    switch (heap) {
    case AbstractHeap::func:
    case AbstractHeap::nofunc: return AbstractHeap::func;
    case AbstractHeap::exn:
    case AbstractHeap::noexn: return AbstractHeap::exn;
    case AbstractHeap::extern_:
    case AbstractHeap::noextern: return AbstractHeap::extern_;
    case AbstractHeap::any:
    case AbstractHeap::eq:
    case AbstractHeap::i31:
    case AbstractHeap::struct_:
    case AbstractHeap::array:
    case AbstractHeap::none: return AbstractHeap::any;
    case AbstractHeap::bot: return AbstractHeap::bot;
    }
    WRT_UNREACHABLE();
}

/// Its bottom.
AbstractHeap bottom(AbstractHeap heap)
{
    switch (top(heap)) {
    case AbstractHeap::func: return AbstractHeap::nofunc;
    case AbstractHeap::exn: return AbstractHeap::noexn;
    case AbstractHeap::extern_: return AbstractHeap::noextern;
    case AbstractHeap::any: return AbstractHeap::none;
    case AbstractHeap::bot:
    case AbstractHeap::nofunc:
    case AbstractHeap::noexn:
    case AbstractHeap::noextern:
    case AbstractHeap::eq:
    case AbstractHeap::i31:
    case AbstractHeap::struct_:
    case AbstractHeap::array:
    case AbstractHeap::none: return AbstractHeap::bot;
    }
    WRT_UNREACHABLE();
}

/// The abstract type right above a definition.
AbstractHeap above(CompositeKind kind)
{
    switch (kind) {
    case CompositeKind::func: return AbstractHeap::func;
    case CompositeKind::struct_: return AbstractHeap::struct_;
    case CompositeKind::array: return AbstractHeap::array;
    }
    WRT_UNREACHABLE();
}

/// https://webassembly.github.io/spec/core/valid/matching.html#heap-types, between abstract types.
bool is_abstract_subtype(AbstractHeap sub, AbstractHeap super)
{
    if (sub == super || sub == AbstractHeap::bot) return true;
    if (super == AbstractHeap::bot || top(sub) != top(super)) return false;
    if (sub == bottom(super) || super == top(sub)) return true;
    // Only below any is there a middle: eq, and i31, struct and array below it.
    return super == AbstractHeap::eq && sub != AbstractHeap::any;
}

}  // namespace

HeapType Types::top_of(HeapType heap) const
{
    return top(heap.is_abstract() ? heap.abstract() : above(defs[heap.index()].kind));
}

bool Types::is_proper_subtype(ValType sub, ValType super) const
{
    if (sub.is_bot()) return true;
    if (!sub.is_ref() || !super.is_ref()) return false;
    if (sub.nullable() && !super.nullable()) return false;
    return is_subtype(sub.heap(), super.heap());
}

bool Types::is_proper_subtype(HeapType sub, HeapType super) const
{
    if (sub.is_abstract()) {
        if (super.is_abstract()) return is_abstract_subtype(sub.abstract(), super.abstract());
        // Below a definition lie definitions, the bottom of its hierarchy, and bot.
        return sub.abstract() == AbstractHeap::bot ||
               sub.abstract() == bottom(above(defs[super.index()].kind));
    }
    const TypeDef& def = defs[sub.index()];
    if (super.is_abstract()) return is_abstract_subtype(above(def.kind), super.abstract());

    // Depth tells how far up the chain the other type would have to be.
    const uint32_t wanted = canonical(super.index());
    uint32_t index = def.canonical;
    for (uint32_t up = def.depth; up > defs[wanted].depth; --up) {
        index = defs[index].supertype;
    }
    return index == wanted;
}

std::span<const ValType> Types::params(BlockType block) const
{
    if (block.is_index()) return params(block.index());
    return {};
}

std::span<const ValType> Types::results(BlockType block) const
{
    if (block.is_index()) return results(block.index());
    if (block.is_empty()) return {};
    const ValType type = block.result();
    if (type.is_ref() && type.heap().is_index()) {
        return {&defs[type.heap().index()].reference[type.nullable() ? 1 : 0], 1};
    }
    return single_type(type);
}

std::span<const ValType> single_type(ValType type)
{
    if (!type.is_ref()) return {&kind_cells[static_cast<size_t>(type.kind())], 1};
    WRT_ASSERT(type.heap().is_abstract());
    return {&reference_cells[2 * static_cast<size_t>(type.heap().abstract()) +
                             (type.nullable() ? 1 : 0)],
            1};
}

// Readers.

namespace {

ByteReader reader_over(const Module& module, const ConstExpr& range)
{
    return ByteReader{module.bytes(range), range.offset};
}

}  // namespace

InstructionReader::InstructionReader(const Module& module, const ConstExpr& expr)
    : module_{module}, reader_{reader_over(module, expr)}
{
}

bool InstructionReader::next(Instruction& instruction)
{
    if (reader_.at_end()) return false;
    const Status decoded = decode_instruction(reader_, instruction);
    WRT_ASSERT(decoded);  // validated
    if (!decoded) return false;
    if (info(instruction.op).immediates == Immediates::heap_type &&
        instruction.type.heap().is_index()) {
        const uint32_t canonical = module_.types.canonical(instruction.type.heap().index());
        instruction.type = ValType::ref(HeapType::of_index(canonical), instruction.type.nullable());
    }
    return true;
}

ElementItems::ElementItems(const Module& module, const ElementSegment& segment)
    : reader_{reader_over(module, segment.items)},
      left_{segment.count},
      expressions_{segment.expressions}
{
}

bool ElementItems::next(Item& item)
{
    if (left_ == 0) return false;
    --left_;
    item = {};
    if (!expressions_) {
        const Result<uint32_t> function = reader_.u32();
        WRT_ASSERT(function);  // validated
        item.function = function.value_or(no_index);
        return true;
    }
    item.expression.offset = reader_.offset();
    // Constant expressions have no blocks, so the first `end` is the last.
    Instruction instruction;
    do {
        const Status decoded = decode_instruction(reader_, instruction);
        WRT_ASSERT(decoded);  // validated
        if (!decoded) return false;
    } while (instruction.op != Instr::end);
    item.expression.size = reader_.offset() - item.expression.offset;
    return true;
}

}  // namespace wrt::decoder
