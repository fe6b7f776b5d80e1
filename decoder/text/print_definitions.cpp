// Sections other than types, as fields.
#include "printer.hpp"
#include "value_types.hpp"

#include <algorithm>

namespace wrt::text {

namespace {

constexpr uint8_t max_flag = 1;
constexpr uint8_t shared_flag = 2;
constexpr uint8_t is64_flag = 4;
constexpr uint8_t page_size_flag = 8;

struct Kind {
    std::string_view keyword;
    NameKind kind;
};

/// By the byte of an import or an export.
constexpr Kind kinds[] = {
    {"func", NameKind::func},     {"table", NameKind::table}, {"memory", NameKind::memory},
    {"global", NameKind::global}, {"tag", NameKind::tag},
};

Result<Kind> kind_at(ByteReader& reader, Errc malformed)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t byte, reader.byte());
    if (byte >= std::size(kinds)) {
        return Error{.code = malformed, .detail = Detail::hex, .offset = offset, .actual = byte};
    }
    return kinds[byte];
}

}  // namespace

// Strings

void Printer::string(std::span<const uint8_t> bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    text("\"");
    for (const uint8_t byte : bytes) {
        const bool is_plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
        if (is_plain) {
            out_.byte(byte);
        } else {
            const char escape[] = {'\\', digits[byte >> 4], digits[byte & 0xf]};
            text({escape, sizeof escape});
        }
    }
    text("\"");
}

void Printer::string(std::string_view of)
{
    string(std::span{reinterpret_cast<const uint8_t*>(of.data()), of.size()});
}

/// Bytes of a segment, some on each line.
Status Printer::strings(std::span<const uint8_t> bytes)
{
    constexpr size_t line_bytes = 64;
    if (bytes.size() <= line_bytes) {
        text(" ");
        string(bytes);
        return ok();
    }
    for (size_t at = 0; at < bytes.size(); at += line_bytes) {
        line(2);
        string(bytes.subspan(at, std::min(line_bytes, bytes.size() - at)));
    }
    return ok();
}

// Types of definitions

Status Printer::limits(ByteReader& reader, std::string_view element)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t flags, reader.byte());
    if ((flags & ~(max_flag | shared_flag | is64_flag | page_size_flag)) != 0) {
        return Error{.code = Errc::malformed_limits_flags,
                     .detail = Detail::hex,
                     .offset = offset,
                     .actual = flags};
    }
    if ((flags & is64_flag) != 0) text(" i64");
    WRT_TRY(const uint64_t min, reader.u64());
    text(" ");
    number(min);
    if ((flags & max_flag) != 0) {
        WRT_TRY(const uint64_t max, reader.u64());
        text(" ");
        number(max);
    }
    if ((flags & shared_flag) != 0) text(" shared");
    if ((flags & page_size_flag) != 0) {
        const uint32_t place = reader.offset();
        WRT_TRY(const uint32_t bits, reader.u32());
        if (bits >= 64) return Error{.code = Errc::invalid_custom_page_size, .offset = place};
        text(" (pagesize ");
        number(uint64_t{1} << bits);
        text(")");
    }
    text(element);
    return ok();
}

Status Printer::memory_type(ByteReader& reader)
{
    return limits(reader, {});
}

Status Printer::table_type(ByteReader& reader)
{
    WRT_TRY(const ValType element, decoder::decode_reference_type(reader, FeatureSet::all()));
    WRT_CHECK(limits(reader, " "));
    type(element);
    return ok();
}

Status Printer::global_type(ByteReader& reader)
{
    text(" ");
    return field_type(reader);
}

Status Printer::tag_type(ByteReader& reader)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t attribute, reader.byte());
    if (attribute != 0) {
        return Error{.code = Errc::malformed_tag_attribute,
                     .detail = Detail::hex,
                     .offset = offset,
                     .actual = attribute};
    }
    WRT_TRY(const uint32_t used, reader.u32());
    return signature(used, false);
}

// Fields

Status Printer::imports(ByteReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        WRT_TRY(const std::string_view module, reader.name());
        WRT_TRY(const std::string_view item, reader.name());
        WRT_TRY(const Kind kind, kind_at(reader, Errc::malformed_import_kind));
        line(1);
        text("(import ");
        string(module);
        text(" ");
        string(item);
        text(" ");
        const uint32_t imported = begin(kind.keyword, kind.kind);
        if (kind.kind == NameKind::func) {
            WRT_TRY(const uint32_t used, reader.u32());
            function_ = imported;
            local_count_ = no_index;  // no more than the type has are asked for
            WRT_CHECK(signature(used, true));
        } else if (kind.kind == NameKind::table) {
            WRT_CHECK(table_type(reader));
        } else if (kind.kind == NameKind::memory) {
            WRT_CHECK(memory_type(reader));
        } else if (kind.kind == NameKind::global) {
            WRT_CHECK(global_type(reader));
        } else {
            WRT_CHECK(tag_type(reader));
        }
        text("))");
    }
    return ok();
}

/// Their types are kept for the code section.
Status Printer::functions(ByteReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        WRT_TRY(const uint32_t used, reader.u32());
        WRT_CHECK(function_types_.push(used));
    }
    return ok();
}

Status Printer::tables(ByteReader& reader)
{
    constexpr uint8_t with_initializer = 0x40;
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        line(1);
        begin("table", NameKind::table);
        WRT_TRY(const uint8_t first, reader.peek());
        if (first == with_initializer) WRT_CHECK(reader.skip(2));
        WRT_CHECK(table_type(reader));
        if (first == with_initializer) WRT_CHECK(expression(reader));
        text(")");
    }
    return ok();
}

Status Printer::memories(ByteReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        line(1);
        begin("memory", NameKind::memory);
        WRT_CHECK(memory_type(reader));
        text(")");
    }
    return ok();
}

Status Printer::globals(ByteReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        line(1);
        begin("global", NameKind::global);
        WRT_CHECK(global_type(reader));
        WRT_CHECK(expression(reader));
        text(")");
    }
    return ok();
}

Status Printer::tags(ByteReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        line(1);
        begin("tag", NameKind::tag);
        WRT_CHECK(tag_type(reader));
        text(")");
    }
    return ok();
}

Status Printer::exports(ByteReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        WRT_TRY(const std::string_view name, reader.name());
        WRT_TRY(const Kind kind, kind_at(reader, Errc::malformed_export_kind));
        WRT_TRY(const uint32_t exported, reader.u32());
        line(1);
        text("(export ");
        string(name);
        text(" (");
        text(kind.keyword);
        index(kind.kind, 0, exported);
        text("))");
    }
    return ok();
}

Status Printer::elements(ByteReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        line(1);
        begin("elem", NameKind::elem);
        WRT_CHECK(element(reader));
        text(")");
        WRT_CHECK(out_.status());
    }
    return ok();
}

/// https://webassembly.github.io/spec/core/binary/modules.html#element-section
Status Printer::element(ByteReader& reader)
{
    constexpr uint32_t passive_flag = 1;
    constexpr uint32_t explicit_flag = 2;
    constexpr uint32_t expressions_flag = 4;
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint32_t flags, reader.u32());
    if (flags > (passive_flag | explicit_flag | expressions_flag)) {
        return Error{.code = Errc::malformed_element_segment_kind, .offset = offset};
    }
    const bool active = (flags & passive_flag) == 0;
    const bool is_short = active && (flags & explicit_flag) == 0;
    if (!active && (flags & explicit_flag) != 0) text(" declare");
    if (active) {
        uint32_t table = 0;
        if (!is_short) {
            WRT_TRY(table, reader.u32());
        }
        text(" (table");
        index(NameKind::table, 0, table);
        text(")");
        WRT_CHECK(keyword_expression(reader, "offset"));
    }
    const bool expressions = (flags & expressions_flag) != 0;
    ValType element = ValType::funcref;
    if (!is_short && expressions) {
        WRT_TRY(element, decoder::decode_reference_type(reader, FeatureSet::all()));
    } else if (!is_short) {
        const uint32_t place = reader.offset();
        WRT_TRY(const uint8_t kind, reader.byte());
        if (kind != 0) return Error{.code = Errc::malformed_element_kind, .offset = place};
    }
    text(" ");
    if (expressions) {
        type(element);
    } else {
        text("func");
    }
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        if (expressions) {
            WRT_CHECK(keyword_expression(reader, "item"));
        } else {
            WRT_TRY(const uint32_t function, reader.u32());
            index(NameKind::func, 0, function);
        }
    }
    return ok();
}

Status Printer::data(ByteReader& reader)
{
    constexpr uint32_t passive = 1;
    constexpr uint32_t with_memory = 2;
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        line(1);
        begin("data", NameKind::data);
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint32_t flags, reader.u32());
        if (flags > with_memory) {
            return Error{.code = Errc::malformed_data_segment_kind, .offset = offset};
        }
        if (flags != passive) {
            uint32_t memory = 0;
            if (flags == with_memory) {
                WRT_TRY(memory, reader.u32());
            }
            if (memory != 0) {
                text(" (memory");
                index(NameKind::memory, 0, memory);
                text(")");
            }
            WRT_CHECK(keyword_expression(reader, "offset"));
        }
        WRT_TRY(const uint32_t size, reader.u32());
        WRT_TRY(const std::span<const uint8_t> bytes, reader.bytes(size));
        WRT_CHECK(strings(bytes));
        text(")");
        WRT_CHECK(out_.status());
    }
    return ok();
}

// Functions

Status Printer::code(ByteReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    if (count != function_types_.size()) {
        return Error{.code = Errc::function_and_code_section_have_inconsistent_lengths,
                     .offset = reader.offset()};
    }
    for (uint32_t i = 0; i < count; ++i) {
        WRT_TRY(const uint32_t size, reader.u32());
        WRT_TRY(ByteReader contents, reader.sub_reader(size));
        WRT_CHECK(function(contents, function_types_[i]));
        WRT_CHECK(out_.status());
    }
    return ok();
}

Status Printer::function(ByteReader& reader, uint32_t used)
{
    line(1);
    function_ = begin("func", NameKind::func);
    next_label_ = 0;
    local_count_ = no_index;  // no more than the type has are asked for
    WRT_CHECK(signature(used, true));
    const bool is_func = used < types_.size() && types_[used].is_func;
    WRT_CHECK(locals(reader, is_func ? types_[used].params : 0));
    WRT_CHECK(body(reader));
    text(")");
    return ok();
}

/// (local i32 i32), those with names each alone.
Status Printer::locals(ByteReader& reader, uint32_t params)
{
    constexpr uint64_t most = 50'000;  // what the decoder takes
    WRT_TRY(const uint32_t runs, reader.count());
    const uint8_t* const start = reader.position();
    uint64_t count = params;
    for (uint32_t i = 0; i < runs; ++i) {
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint32_t run, reader.u32());
        WRT_CHECK(decoder::decode_value_type(reader, FeatureSet::all()));
        count += run;
        if (count > most) return Error{.code = Errc::too_many_locals, .offset = offset};
    }
    local_count_ = static_cast<uint32_t>(count);
    reader.move_to(start);
    uint32_t next = params;
    for (uint32_t i = 0; i < runs; ++i) {
        WRT_TRY(const uint32_t run, reader.u32());
        WRT_TRY(const ValType of, decoder::decode_value_type(reader, FeatureSet::all()));
        bool is_open = false;
        for (const uint32_t stop = next + run; next < stop; ++next) {
            const bool has_name = !name_of(NameKind::local, function_, next).empty();
            if (is_open && has_name) {
                text(")");
                is_open = false;
            }
            if (!is_open) {
                line(2);
                text("(local");
            }
            identifier(NameKind::local, function_, next);
            text(" ");
            type(of);
            is_open = !has_name;
            if (has_name) text(")");
        }
        if (is_open) text(")");
    }
    return ok();
}

}  // namespace wrt::text
