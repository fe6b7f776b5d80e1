// Types in the text (6.4), and how the binary has them (5.3).
#include "assembler.hpp"
#include "value_types.hpp"

#include <wrt/decoder/types.hpp>

#include <array>

namespace wrt::text {

namespace {

constexpr uint8_t func_form = 0x60;
constexpr uint8_t struct_form = 0x5f;
constexpr uint8_t array_form = 0x5e;
constexpr uint8_t sub_form = 0x50;
constexpr uint8_t sub_final_form = 0x4f;
constexpr uint8_t rec_form = 0x4e;

struct TypeWord {
    std::string_view word;
    ValType type;
};

constexpr TypeWord type_words[] = {
    {"i32", ValType::i32},
    {"i64", ValType::i64},
    {"f32", ValType::f32},
    {"f64", ValType::f64},
    {"v128", ValType::v128},
    {"funcref", ValType::funcref},
    {"externref", ValType::externref},
    {"anyref", ValType::anyref},
    {"eqref", ValType::eqref},
    {"i31ref", ValType::i31ref},
    {"structref", ValType::structref},
    {"arrayref", ValType::arrayref},
    {"exnref", ValType::exnref},
    {"nullref", ValType::nullref},
    {"nullfuncref", ValType::nullfuncref},
    {"nullexternref", ValType::nullexternref},
    {"nullexnref", ValType::nullexnref},
};

struct HeapWord {
    std::string_view word;
    HeapType type;
};

constexpr HeapWord heap_words[] = {
    {"func", HeapType::func},     {"extern", HeapType::extern_},
    {"any", HeapType::any},       {"eq", HeapType::eq},
    {"i31", HeapType::i31},       {"struct", HeapType::struct_},
    {"array", HeapType::array},   {"none", HeapType::none},
    {"nofunc", HeapType::nofunc}, {"noextern", HeapType::noextern},
    {"exn", HeapType::exn},       {"noexn", HeapType::noexn},
};

/// The bytes of types that have one of their own, the other way round than the decoder reads them.
consteval std::array<uint8_t, 16> make_kind_codes()
{
    std::array<uint8_t, 16> codes{};
    const std::array<ValType, 128> types = decoder::make_type_codes();
    for (uint32_t code = 0; code < types.size(); ++code) {
        if (!types[code].is_ref()) {
            codes[static_cast<size_t>(types[code].kind())] = static_cast<uint8_t>(code);
        }
    }
    return codes;
}

consteval std::array<uint8_t, abstract_heap_count> make_heap_codes()
{
    std::array<uint8_t, abstract_heap_count> codes{};
    const std::array<ValType, 128> types = decoder::make_type_codes();
    for (uint32_t code = 0; code < types.size(); ++code) {
        if (types[code].is_ref()) {
            const auto heap = static_cast<size_t>(types[code].heap().abstract());
            codes[heap] = static_cast<uint8_t>(code);
        }
    }
    return codes;
}

constexpr std::array<uint8_t, 16> kind_codes = make_kind_codes();
constexpr std::array<uint8_t, abstract_heap_count> heap_codes = make_heap_codes();

ValType type_named(std::string_view word)
{
    for (const TypeWord& candidate : type_words) {
        if (candidate.word == word) return candidate.type;
    }
    return ValType::bot;
}

}  // namespace

// Out

void Assembler::write_heap_type(ByteBuffer& out, HeapType heap) const
{
    if (heap.is_index()) {
        out.s64(heap.index());
    } else {
        out.byte(heap_codes[static_cast<size_t>(heap.abstract())]);
    }
}

void Assembler::write_type(ByteBuffer& out, uint32_t type_bits) const
{
    const ValType type = ValType::of_bits(type_bits);
    if (!type.is_ref()) {
        out.byte(kind_codes[static_cast<size_t>(type.kind())]);
        return;
    }
    if (type.heap().is_index() || !type.nullable()) {
        out.byte(type.nullable() ? decoder::ref_null_code : decoder::ref_code);
    }
    write_heap_type(out, type.heap());
}

void Assembler::write_function_type(std::span<const uint32_t> params,
                                    std::span<const uint32_t> results)
{
    type_section_.byte(func_form);
    for (const auto& types : {params, results}) {
        type_section_.u64(types.size());
        for (const uint32_t bits : types)
            write_type(type_section_, bits);
    }
}

// In

bool Assembler::at_reference_type() const
{
    if (at_left("ref")) return true;
    return at(TokenKind::keyword) && type_named(text(peek())).is_ref();
}

bool Assembler::at_value_type() const
{
    if (at_left("ref")) return true;
    return at(TokenKind::keyword) && !type_named(text(peek())).is_bot();
}

Status Assembler::heap_type(uint32_t& bits)
{
    if (at(TokenKind::keyword)) {
        for (const HeapWord& candidate : heap_words) {
            if (candidate.word != text(peek())) continue;
            bits = candidate.type.bits();
            advance();
            return ok();
        }
        return unexpected();
    }
    WRT_TRY(const uint32_t index, resolve(Space::type, 0));
    // No module has so many types, and the decoder says so.
    bits = index > HeapType::max_index ? HeapType::max_index : index;
    return ok();
}

Status Assembler::value_type(uint32_t& bits)
{
    if (skip_left("ref")) {
        const bool nullable = skip_keyword("null");
        WRT_CHECK(heap_type(bits));
        bits = ValType::ref(HeapType::of_bits(bits), nullable).bits();
        return expect(TokenKind::right);
    }
    if (!at_value_type()) return unexpected();
    bits = type_named(text(peek())).bits();
    advance();
    return ok();
}

Status Assembler::reference_type(uint32_t& bits)
{
    if (!at_reference_type()) return unexpected();
    return value_type(bits);
}

/// A storage type, or (mut ...) around one.
Status Assembler::field_type(ByteBuffer& out)
{
    const bool is_mutable = skip_left("mut");
    if (at_keyword("i8") || at_keyword("i16")) {
        write_type(out, (at_keyword("i8") ? ValType::i8 : ValType::i16).bits());
        advance();
    } else {
        uint32_t bits = 0;
        WRT_CHECK(value_type(bits));
        write_type(out, bits);
    }
    out.byte(is_mutable ? 1 : 0);
    return is_mutable ? expect(TokenKind::right) : ok();
}

// Definitions

Status Assembler::type_definitions()
{
    for (uint32_t i = 0; i < fields_.size(); ++i) {
        const Field field = fields_[i];
        if (field.keyword == "type") {
            ++type_entries_;
            WRT_CHECK(type_definition(field.token, types_.size(), true));
        } else if (field.keyword == "rec") {
            ++type_entries_;
            WRT_CHECK(rec_group(field.token));
        }
    }
    return ok();
}

Status Assembler::rec_group(uint32_t field_token)
{
    uint32_t definitions = 0;
    for (uint32_t child = field_token + 2; is_left(child, "type"); ++definitions) {
        child = token(child).partner + 1;
    }
    // A group of one is what a definition without `rec` is.
    const bool alone = definitions == 1;
    if (!alone) {
        type_section_.byte(rec_form);
        type_section_.u32(definitions);
    }
    move_to(field_token + 2);
    while (at_left("type")) {
        WRT_CHECK(type_definition(position(), types_.size(), alone));
    }
    return expect(TokenKind::right);
}

Status Assembler::type_definition(uint32_t field_token, uint32_t index, bool alone)
{
    move_to(field_token + 2);
    if (at(TokenKind::identifier)) {
        WRT_TRY(const std::string_view text, content(peek()));
        WRT_CHECK(name(NameKind::type, 0, index, text));
        advance();
    }
    WRT_CHECK(name_annotation(position(), NameKind::type, 0, index));
    WRT_CHECK(sub_type(index, alone));
    WRT_CHECK(type_section_.status());
    return expect(TokenKind::right);
}

Status Assembler::sub_type(uint32_t index, bool alone)
{
    if (!skip_left("sub")) return composite_type(index, alone);
    const bool is_final = skip_keyword("final");
    scratch_.truncate(0);
    uint32_t supertypes = 0;
    while (at(TokenKind::natural) || at(TokenKind::identifier)) {
        WRT_TRY(const uint32_t supertype, resolve(Space::type, 0));
        scratch_.u32(supertype);
        ++supertypes;
    }
    const bool is_plain = is_final && supertypes == 0;
    if (!is_plain) {
        type_section_.byte(is_final ? sub_final_form : sub_form);
        type_section_.u32(supertypes);
        type_section_.append(scratch_.bytes());
    }
    WRT_CHECK(composite_type(index, alone && is_plain));
    return expect(TokenKind::right);
}

Status Assembler::composite_type(uint32_t index, bool alone)
{
    KnownType type{.first = values_.size()};
    if (skip_left("func")) {
        type.is_func = true;
        WRT_CHECK(signature(type, ParamNames::ignored));
        write_function_type(params_of(type), results_of(type));
        WRT_CHECK(types_.push(type));
        if (alone) WRT_CHECK(remember(index));
    } else if (skip_left("array")) {
        WRT_CHECK(types_.push(type));
        type_section_.byte(array_form);
        WRT_CHECK(field_type(type_section_));
    } else if (skip_left("struct")) {
        WRT_CHECK(types_.push(type));
        type_section_.byte(struct_form);
        WRT_CHECK(struct_fields(index));
    } else {
        return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
    }
    return expect(TokenKind::right);
}

/// (field $x t), or (field t ...) for several without names.
Status Assembler::struct_fields(uint32_t type)
{
    scratch_.truncate(0);
    uint32_t fields = 0;
    while (skip_left("field")) {
        if (at(TokenKind::identifier)) {
            WRT_TRY(const std::string_view text, content(peek()));
            WRT_TRY(uint32_t* const place, names_.place(Space::field, type, text));
            if (*place != no_index) return error(Errc::duplicate_field);
            *place = fields;
            WRT_CHECK(name(NameKind::field, type, fields, text));
            advance();
            WRT_CHECK(name_annotation(position(), NameKind::field, type, fields));
            WRT_CHECK(field_type(scratch_));
            ++fields;
        } else {
            WRT_CHECK(name_annotation(position(), NameKind::field, type, fields));
            for (; !at(TokenKind::right); ++fields)
                WRT_CHECK(field_type(scratch_));
        }
        WRT_CHECK(expect(TokenKind::right));
    }
    type_section_.u32(fields);
    type_section_.append(scratch_.bytes());
    return scratch_.status();
}

}  // namespace wrt::text
