// Types as text.
#include "printer.hpp"
#include "value_types.hpp"

#include <wrt/foundation/text.hpp>

namespace wrt::text {

void Printer::heap_type(HeapType heap)
{
    if (heap.is_index()) {
        index(NameKind::type, 0, heap.index());
        return;
    }
    // Written with `ref` around it, which goes.
    constexpr std::string_view prefix = "(ref ";
    char buffer[32];
    TextSink sink{buffer};
    write_type_name(ValType::ref(heap, false).bits(), sink);
    const std::string_view written = sink.view();
    text(" ");
    text(written.substr(prefix.size(), written.size() - prefix.size() - 1));
}

void Printer::type(ValType type)
{
    if (type.is_ref() && type.heap().is_index()) {
        text(type.nullable() ? "(ref null" : "(ref");
        heap_type(type.heap());
        text(")");
        return;
    }
    char buffer[32];
    TextSink sink{buffer};
    write_type_name(type.bits(), sink);
    text(sink.view());
}

Status Printer::value_type(ByteReader& reader)
{
    WRT_TRY(const ValType read, decoder::decode_value_type(reader, FeatureSet::all()));
    type(read);
    return ok();
}

/// (param i32 i32), or nothing for none.
Status Printer::value_types(std::string_view keyword, uint32_t offset, uint32_t count)
{
    if (count == 0) return ok();
    text(" (");
    text(keyword);
    ByteReader reader = reader_at(offset);
    for (; count != 0; --count) {
        text(" ");
        WRT_CHECK(value_type(reader));
    }
    text(")");
    return ok();
}

Status Printer::field_type(ByteReader& reader)
{
    WRT_TRY(const ValType storage, decoder::decode_storage_type(reader, FeatureSet::all()));
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t mut, reader.byte());
    if (mut > 1) {
        return Error{.code = Errc::malformed_mutability,
                     .detail = Detail::hex,
                     .offset = offset,
                     .actual = mut};
    }
    if (mut == 1) text("(mut ");
    type(storage);
    if (mut == 1) text(")");
    return ok();
}

Status Printer::types(ByteReader& reader)
{
    constexpr uint8_t rec_form = 0x4e;
    WRT_TRY(const uint32_t groups, reader.count());
    for (uint32_t i = 0; i < groups; ++i) {
        WRT_TRY(const uint8_t form, reader.peek());
        uint32_t definitions = 1;
        if (form == rec_form) {
            WRT_CHECK(reader.skip(1));
            WRT_TRY(definitions, reader.count());
            line(1);
            text("(rec");
        }
        for (; definitions != 0; --definitions) {
            line(form == rec_form ? 2 : 1);
            const uint32_t defined = begin("type", NameKind::type);
            text(" ");
            WRT_CHECK(sub_type(reader, defined));
            text(")");
        }
        if (form == rec_form) text(")");
    }
    return ok();
}

Status Printer::sub_type(ByteReader& reader, uint32_t index_of_type)
{
    constexpr uint8_t sub_form = 0x50;
    constexpr uint8_t sub_final_form = 0x4f;
    WRT_TRY(const uint8_t form, reader.peek());
    if (form != sub_form && form != sub_final_form) return composite_type(reader, index_of_type);
    WRT_CHECK(reader.skip(1));
    WRT_TRY(const uint32_t supertypes, reader.count());
    text(form == sub_form ? "(sub" : "(sub final");
    for (uint32_t i = 0; i < supertypes; ++i) {
        WRT_TRY(const uint32_t supertype, reader.u32());
        index(NameKind::type, 0, supertype);
    }
    text(" ");
    WRT_CHECK(composite_type(reader, index_of_type));
    text(")");
    return ok();
}

Status Printer::composite_type(ByteReader& reader, uint32_t index_of_type)
{
    constexpr uint8_t func_form = 0x60;
    constexpr uint8_t struct_form = 0x5f;
    constexpr uint8_t array_form = 0x5e;
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t form, reader.byte());
    Type defined;
    if (form == func_form) {
        defined.is_func = true;
        WRT_TRY(defined.params, reader.count());
        defined.params_offset = reader.offset();
        for (uint32_t i = 0; i < defined.params; ++i)
            WRT_CHECK(decoder::decode_value_type(reader, FeatureSet::all()));
        WRT_TRY(defined.results, reader.count());
        defined.results_offset = reader.offset();
        for (uint32_t i = 0; i < defined.results; ++i)
            WRT_CHECK(decoder::decode_value_type(reader, FeatureSet::all()));
        text("(func");
        WRT_CHECK(value_types("param", defined.params_offset, defined.params));
        WRT_CHECK(value_types("result", defined.results_offset, defined.results));
        text(")");
        return types_known_ ? ok() : types_.push(defined);
    }
    if (form == array_form) {
        if (!types_known_) WRT_CHECK(types_.push(defined));
        text("(array ");
        WRT_CHECK(field_type(reader));
        text(")");
        return ok();
    }
    if (form != struct_form) {
        return Error{.code = Errc::malformed_definition_type,
                     .detail = Detail::hex,
                     .offset = offset,
                     .actual = form};
    }
    text("(struct");
    WRT_TRY(const uint32_t fields, reader.count());
    defined.params = fields;
    if (!types_known_) WRT_CHECK(types_.push(defined));
    for (uint32_t i = 0; i < fields; ++i) {
        text(" (field");
        identifier(NameKind::field, index_of_type, i);
        text(" ");
        WRT_CHECK(field_type(reader));
        text(")");
    }
    text(")");
    return ok();
}

void Printer::type_use(uint32_t used)
{
    text(" (type");
    index(NameKind::type, 0, used);
    text(")");
}

/// (type 0) and, where that is the type of a function, params and results; where `named`, under the
/// names that the params have in the function that is printed.
Status Printer::signature(uint32_t used, bool named)
{
    type_use(used);
    if (used >= types_.size() || !types_[used].is_func) return ok();
    const Type of = types_[used];
    ByteReader reader = reader_at(of.params_offset);
    bool is_open = false;
    for (uint32_t i = 0; i < of.params; ++i) {
        const std::string_view name =
            named ? name_of(NameKind::local, function_, i) : std::string_view{};
        if (is_open && !name.empty()) {
            text(")");
            is_open = false;
        }
        if (!is_open) text(" (param");
        is_open = true;
        if (!name.empty()) write_identifier(name);
        text(" ");
        WRT_CHECK(value_type(reader));
        if (!name.empty()) {
            text(")");
            is_open = false;
        }
    }
    if (is_open) text(")");
    return value_types("result", of.results_offset, of.results);
}

}  // namespace wrt::text
