// Element segments, data segments, function bodies, and the constant expressions that are found
// here and elsewhere. https://webassembly.github.io/spec/core/binary/modules.html#element-section
#include "module_decoder.hpp"
#include "value_types.hpp"

#include <wrt/foundation/limits.hpp>

namespace wrt::decoder {

namespace {

Error unknown(Errc code, uint32_t offset, uint32_t index, size_t size)
{
    return {.code = code,
            .detail = Detail::index,
            .offset = offset,
            .expected = saturate_u32(size),
            .actual = index};
}

void declare(Module& module, uint32_t function)
{
    module.declared_functions[function / 32] |= 1u << (function % 32);
}

bool is_extended_constant(Instr op)
{
    return op == Instr::i32_add || op == Instr::i32_sub || op == Instr::i32_mul ||
           op == Instr::i64_add || op == Instr::i64_sub || op == Instr::i64_mul;
}

}  // namespace

/// The globals that a constant expression may read: before gc, only imported ones.
uint32_t ModuleDecoder::visible_globals(const Module& module) const
{
    return features().has(Feature::gc) ? static_cast<uint32_t>(module.globals.size())
                                       : module.imported_globals;
}

/// The error of an expression that is refused as invalid: what is malformed in the rest of it comes
/// before that.
Error ModuleDecoder::malformed_first(SectionReader reader, const Error& invalid) const
{
    if (kind_of(invalid.code) != ErrorKind::invalid) return invalid;
    Instruction instruction;
    for (uint32_t depth = 1; depth != 0;) {
        if (const Status decoded = decode_instruction(reader, instruction, features()); !decoded) {
            return decoded.error();
        }
        const Immediates immediates = info(instruction.op).immediates;
        const bool opens =
            immediates == Immediates::block_type || immediates == Immediates::try_table;
        if (opens) ++depth;
        if (instruction.op == Instr::end) --depth;
    }
    return reader.offset() <= reader.end_offset() ? invalid : reader.finish().error();
}

/// Validates a constant expression of `type` and moves past its `end`. The functions it refers to
/// are declared by it.
Result<ConstExpr> ModuleDecoder::decode_constant(Module& module, SectionReader& reader,
                                                 ValType type, uint32_t visible_globals)
{
    const ConstExpr start{.offset = reader.offset(), .size = 0};
    if (type == ValType::i32) {
        // A number of up to four bytes, which cannot be wrong, and the end: a module may have a
        // hundred thousand of them.
        constexpr uint8_t i32_const = 0x41;
        constexpr uint8_t end = 0x0b;
        constexpr size_t longest = 4;
        const uint8_t* const bytes = reader.position();
        const size_t left = reader.remaining();
        for (size_t i = 1; i <= longest && i + 1 < left && bytes[0] == i32_const; ++i) {
            if (bytes[i] >= 0x80) continue;
            if (bytes[i + 1] != end) break;
            const auto size = static_cast<uint32_t>(i + 2);
            WRT_CHECK(reader.skip(size));
            return ConstExpr{.offset = start.offset, .size = size};
        }
    }
    FunctionValidator validator{
        module, {reader.position(), reader.remaining()}, start.offset, visible_globals, scratch_};
    WRT_CHECK(validator.begin_constant(type));
    Instruction instruction;
    while (!validator.done()) {
        if (!validator.decode(instruction)) return validator.error();
        if (!is_constant(instruction.op)) {
            return malformed_first(
                reader, {.code = Errc::constant_expression_required, .offset = instruction.offset});
        }
        if (is_extended_constant(instruction.op) && !features().has(Feature::extended_const)) {
            return malformed_first(
                reader, needs_feature(Feature::extended_const, Errc::constant_expression_required,
                                      instruction.offset, instr_bits(instruction.op)));
        }
        if (!validator.type(instruction)) return malformed_first(reader, validator.error());
        if (instruction.op == Instr::ref_func) declare(module, instruction.index);
    }
    const uint32_t size = validator.offset() - start.offset;
    WRT_CHECK(reader.skip(size));
    return ConstExpr{.offset = start.offset, .size = size};
}

Status ModuleDecoder::decode_elements(Module& module, SectionReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        ElementSegment segment;
        WRT_CHECK(decode_element(module, reader, segment));
        WRT_CHECK(try_push(module.elements, segment));
    }
    return ok();
}

/// The eight forms of a segment are three bits: not active; with a table index, or declarative;
/// with expressions.
Status ModuleDecoder::decode_element(Module& module, SectionReader& reader, ElementSegment& segment)
{
    constexpr uint32_t not_active = 1;
    constexpr uint32_t explicit_index = 2;
    constexpr uint32_t expressions = 4;
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint32_t form, reader.u32());
    if (form > (not_active | explicit_index | expressions)) {
        return Error{.code = Errc::malformed_element_segment_kind,
                     .detail = Detail::hex,
                     .offset = offset,
                     .actual = form};
    }
    const bool declarative = (form & (not_active | explicit_index)) == 3;
    const Feature feature = declarative ? Feature::reference_types : Feature::bulk_memory;
    if (form != 0 && !features().has(feature)) {
        return needs_feature(feature, Errc::malformed_element_segment_kind, offset);
    }
    segment.expressions = (form & expressions) != 0;
    if ((form & not_active) != 0) {
        segment.mode =
            (form & explicit_index) != 0 ? ElementSegment::declarative : ElementSegment::passive;
    } else {
        segment.mode = ElementSegment::active;
        if ((form & explicit_index) != 0) {
            WRT_TRY(segment.table, reader.u32());
        }
        if (segment.table >= module.tables.size()) {
            return unknown(Errc::unknown_table, offset, segment.table, module.tables.size());
        }
        const ValType address = module.tables[segment.table].limits.address_type();
        WRT_TRY(segment.offset, decode_constant(module, reader, address, visible_globals(module)));
    }

    const uint32_t type_offset = reader.offset();
    const bool typed = (form & (not_active | explicit_index)) != 0;
    if (segment.expressions) {
        segment.type = ValType::funcref;
        if (typed) {
            WRT_TRY(segment.type,
                    decode_reference_type(reader, features().with(Feature::reference_types)));
            WRT_TRY(segment.type, resolve_type(module.types, segment.type, type_offset));
        }
    } else {
        // Function indices are never null.
        segment.type = ValType::ref(HeapType::func, false);
        if (typed) {
            WRT_TRY(const uint8_t kind, reader.byte());
            if (kind != 0) {
                return Error{.code = Errc::malformed_element_kind,
                             .detail = Detail::hex,
                             .offset = type_offset,
                             .actual = kind};
            }
        }
    }
    if (segment.mode == ElementSegment::active) {
        const ValType wanted = module.tables[segment.table].element;
        if (!module.is_subtype(segment.type, wanted)) {
            return Error{.code = Errc::type_mismatch,
                         .detail = Detail::types,
                         .offset = type_offset,
                         .expected = wanted.bits(),
                         .actual = segment.type.bits()};
        }
    }
    return decode_element_items(module, reader, segment);
}

Status ModuleDecoder::decode_element_items(Module& module, SectionReader& reader,
                                           ElementSegment& segment)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(segment.count, reader.count());
    if (segment.count > limits::elem_items) {
        return Error{.code = Errc::too_many_elem_items,
                     .detail = Detail::count,
                     .offset = offset,
                     .expected = limits::elem_items,
                     .actual = segment.count};
    }
    segment.items.offset = reader.offset();
    for (uint32_t i = 0; i < segment.count; ++i) {
        if (segment.expressions) {
            WRT_CHECK(decode_constant(module, reader, segment.type, visible_globals(module)));
            continue;
        }
        const uint32_t item_offset = reader.offset();
        WRT_TRY(const uint32_t function, reader.u32());
        if (function >= module.functions.size()) {
            return unknown(Errc::unknown_function, item_offset, function, module.functions.size());
        }
        declare(module, function);
    }
    segment.items.size = reader.offset() - segment.items.offset;
    return ok();
}

Status ModuleDecoder::decode_data_count(Module& module, SectionReader& reader)
{
    WRT_TRY(module.data_count, reader.u32());
    return ok();
}

/// Locates the bodies. Whether they are valid is asked one by one, later.
Status ModuleDecoder::decode_bodies(Module& module, SectionReader& reader)
{
    module.code_offset = reader.offset();
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint32_t size, reader.u32());
        if (size > limits::body_bytes) {
            return Error{.code = Errc::function_body_too_large,
                         .detail = Detail::bytes,
                         .offset = offset,
                         .expected = limits::body_bytes,
                         .actual = size};
        }
        const FunctionBody body{.offset = reader.offset(), .size = size};
        WRT_CHECK(reader.skip(size));
        WRT_CHECK(try_push(module.bodies, body));
    }
    return ok();
}

Status ModuleDecoder::decode_data(Module& module, SectionReader& reader)
{
    constexpr uint32_t active = 0;
    constexpr uint32_t passive = 1;
    constexpr uint32_t active_with_memory = 2;
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint32_t form, reader.u32());
        if (form > active_with_memory) {
            return Error{.code = Errc::malformed_data_segment_kind,
                         .detail = Detail::hex,
                         .offset = offset,
                         .actual = form};
        }
        if (form != active && !features().has(Feature::bulk_memory)) {
            return needs_feature(Feature::bulk_memory, Errc::malformed_data_segment_kind, offset);
        }
        DataSegment segment;
        segment.active = form != passive;
        if (segment.active) {
            if (form != active) {
                WRT_TRY(segment.memory, reader.u32());
            }
            if (segment.memory >= module.memories.size()) {
                return unknown(Errc::unknown_memory, offset, segment.memory,
                               module.memories.size());
            }
            const ValType address = module.memories[segment.memory].limits.address_type();
            WRT_TRY(segment.offset,
                    decode_constant(module, reader, address, visible_globals(module)));
        }
        WRT_TRY(const uint32_t size, reader.count());
        WRT_TRY(segment.bytes, reader.bytes(size));
        WRT_CHECK(try_push(module.data, segment));
    }
    return ok();
}

}  // namespace wrt::decoder
