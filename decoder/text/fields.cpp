// Imports, exports, functions, tables, memories, globals, tags and the start function (6.6).
#include "assembler.hpp"

#include <bit>

namespace wrt::text {

namespace {

constexpr uint8_t kinds[] = {0, 0, 1, 2, 3, 4};  ///< Of imports and exports, by Space.

constexpr uint8_t kind_of(Space space)
{
    return kinds[static_cast<size_t>(space)];
}

constexpr NameKind kinds_of_names[definition_spaces] = {
    NameKind::type,   NameKind::func, NameKind::table, NameKind::memory,
    NameKind::global, NameKind::tag,  NameKind::elem,  NameKind::data,
};

constexpr uint64_t page_bytes_bits = 16;

}  // namespace

Status Assembler::all_fields()
{
    for (uint32_t i = 0; i < fields_.size(); ++i) {
        const Field of = fields_[i];
        if (of.keyword == "type" || of.keyword == "rec") continue;
        move_to(of.token + 2);
        WRT_CHECK(field(of));
        WRT_CHECK(expect(TokenKind::right));
    }
    return ok();
}

Status Assembler::field(const Field& of)
{
    if (of.keyword == "func") return function_field(of);
    if (of.keyword == "table") return table_field(of);
    if (of.keyword == "memory") return memory_field(of);
    if (of.keyword == "global") return global_field(of);
    if (of.keyword == "tag") return tag_field(of);
    if (of.keyword == "import") return import_field(of);
    if (of.keyword == "export") return export_field();
    if (of.keyword == "elem") return elem_field(of);
    if (of.keyword == "data") return data_field(of);
    return start_field();
}

/// An identifier, which declare() has bound, and a @name.
Status Assembler::definition_name(Space space, uint32_t index)
{
    const NameKind kind = kinds_of_names[static_cast<size_t>(space)];
    if (at(TokenKind::identifier)) {
        WRT_TRY(const std::string_view text, content(peek()));
        WRT_CHECK(name(kind, 0, index, text));
        advance();
    }
    return name_annotation(position(), kind, 0, index);
}

/// What stands between a field's keyword and its contents.
Status Assembler::header(Space space, const Field& of, bool& imported)
{
    WRT_CHECK(definition_name(space, of.index));
    while (skip_left("export")) {
        WRT_CHECK(export_entry(kind_of(space), of.index));
        WRT_CHECK(expect(TokenKind::right));
    }
    imported = skip_left("import");
    if (!imported) return ok();
    WRT_CHECK(import_names());
    import_section_.byte(kind_of(space));
    return expect(TokenKind::right);
}

Status Assembler::import_names()
{
    ++imports_;
    WRT_TRY(const std::string_view module, name_string());
    WRT_TRY(const std::string_view item, name_string());
    import_section_.name(module);
    import_section_.name(item);
    return import_section_.status();
}

Status Assembler::import_field(const Field& of)
{
    WRT_CHECK(import_names());
    WRT_CHECK(expect(TokenKind::left));
    const std::string_view keyword = at(TokenKind::keyword) ? text(peek()) : std::string_view{};
    // declare() knows no other kinds.
    if (of.index == no_index) return unexpected();
    advance();
    if (keyword == "func") {
        WRT_CHECK(definition_name(Space::func, of.index));
        import_section_.byte(kind_of(Space::func));
        function_ = of.index;
        WRT_TRY(const TypeUse use, type_use(ParamNames::locals));
        import_section_.u32(use.type);
    } else if (keyword == "table") {
        WRT_CHECK(definition_name(Space::table, of.index));
        import_section_.byte(kind_of(Space::table));
        bool is64 = false;
        WRT_CHECK(address_type(is64));
        WRT_CHECK(table_type(is64, import_section_));
    } else if (keyword == "memory") {
        WRT_CHECK(definition_name(Space::memory, of.index));
        import_section_.byte(kind_of(Space::memory));
        bool is64 = false;
        WRT_CHECK(address_type(is64));
        WRT_CHECK(limits(is64, true, import_section_));
    } else if (keyword == "global") {
        WRT_CHECK(definition_name(Space::global, of.index));
        import_section_.byte(kind_of(Space::global));
        WRT_CHECK(global_type(import_section_));
    } else {
        WRT_CHECK(definition_name(Space::tag, of.index));
        import_section_.byte(kind_of(Space::tag));
        WRT_CHECK(tag_type(import_section_));
    }
    return expect(TokenKind::right);
}

Status Assembler::export_entry(uint8_t kind, uint32_t index)
{
    ++exports_;
    WRT_TRY(const std::string_view text, name_string());
    export_section_.name(text);
    export_section_.byte(kind);
    export_section_.u32(index);
    return export_section_.status();
}

/// (export "name" (func $f))
Status Assembler::export_field()
{
    ++exports_;
    WRT_TRY(const std::string_view text, name_string());
    Space space = Space::func;
    if (skip_left("table")) {
        space = Space::table;
    } else if (skip_left("memory")) {
        space = Space::memory;
    } else if (skip_left("global")) {
        space = Space::global;
    } else if (skip_left("tag")) {
        space = Space::tag;
    } else if (!skip_left("func")) {
        return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
    }
    WRT_TRY(const uint32_t exported, resolve(space, 0));
    export_section_.name(text);
    export_section_.byte(kind_of(space));
    export_section_.u32(exported);
    WRT_CHECK(export_section_.status());
    return expect(TokenKind::right);
}

Status Assembler::start_field()
{
    WRT_TRY(start_function_, resolve(Space::func, 0));
    return ok();
}

Status Assembler::function_field(const Field& of)
{
    bool imported = false;
    function_ = of.index;
    WRT_CHECK(header(Space::func, of, imported));
    WRT_TRY(const TypeUse use, type_use(ParamNames::locals));
    if (imported) {
        import_section_.u32(use.type);
        return import_section_.status();
    }
    ++functions_;
    function_section_.u32(use.type);
    body_.truncate(0);
    hints_.truncate(0);
    hint_count_ = 0;
    next_label_ = 0;
    WRT_CHECK(locals(use.params));
    WRT_CHECK(expression(body_));
    code_section_.sized(body_.bytes());
    if (hint_count_ != 0) {
        ++hinted_functions_;
        hint_section_.u32(of.index);
        hint_section_.u32(hint_count_);
        hint_section_.append(hints_.bytes());
    }
    WRT_CHECK(body_.status());
    WRT_CHECK(hint_section_.status());
    WRT_CHECK(function_section_.status());
    return code_section_.status();
}

/// (local $x t) and (local t ...), as the binary has them: runs of one type.
Status Assembler::locals(uint32_t params)
{
    uint32_t next = params;
    uint32_t runs = 0;
    uint32_t run_type = 0;
    uint32_t run = 0;
    scratch_.truncate(0);
    const auto finish_run = [&] {
        if (run == 0) return;
        ++runs;
        scratch_.u32(run);
        write_type(scratch_, run_type);
    };
    while (skip_left("local")) {
        const bool named = at(TokenKind::identifier);
        if (named) WRT_CHECK(bind_local(next));
        while (named || !at(TokenKind::right)) {
            uint32_t type = 0;
            WRT_CHECK(value_type(type));
            if (type != run_type) {
                finish_run();
                run_type = type;
                run = 0;
            }
            ++run;
            ++next;
            if (named) break;
        }
        WRT_CHECK(expect(TokenKind::right));
    }
    finish_run();
    body_.u32(runs);
    body_.append(scratch_.bytes());
    return scratch_.status();
}

Status Assembler::address_type(bool& is64)
{
    is64 = at_keyword("i64");
    if (is64 || at_keyword("i32")) advance();
    return ok();
}

/// Sizes, and what a memory may say behind them: `shared`, (pagesize n).
Status Assembler::limits(bool is64, bool memory, ByteBuffer& out)
{
    constexpr uint8_t max_flag = 1;
    constexpr uint8_t shared_flag = 2;
    constexpr uint8_t is64_flag = 4;
    constexpr uint8_t page_size_flag = 8;
    WRT_TRY(const uint64_t min, natural64());
    uint64_t max = 0;
    uint8_t flags = is64 ? is64_flag : 0;
    if (at(TokenKind::natural)) {
        flags |= max_flag;
        WRT_TRY(max, natural64());
    }
    uint32_t page_bits = 0;
    if (memory) {
        if (skip_keyword("shared")) flags |= shared_flag;
        bool has_page_size = false;
        WRT_CHECK(page_size(page_bits, has_page_size));
        if (has_page_size) flags |= page_size_flag;
    }
    out.byte(flags);
    out.u64(min);
    if ((flags & max_flag) != 0) out.u64(max);
    if ((flags & page_size_flag) != 0) out.u32(page_bits);
    return out.status();
}

Status Assembler::page_size(uint32_t& bits, bool& is_written)
{
    is_written = skip_left("pagesize");
    bits = page_bytes_bits;
    if (!is_written) return ok();
    const uint32_t place = position();
    WRT_TRY(const uint64_t bytes, natural64());
    if (!std::has_single_bit(bytes)) return error_at(Errc::malformed_custom_page_size, place);
    bits = static_cast<uint32_t>(std::countr_zero(bytes));
    return expect(TokenKind::right);
}

/// Limits, then the type of elements; the binary has them the other way round.
Status Assembler::table_type(bool is64, ByteBuffer& out)
{
    scratch_.truncate(0);
    WRT_CHECK(limits(is64, false, scratch_));
    uint32_t element = 0;
    WRT_CHECK(reference_type(element));
    write_type(out, element);
    out.append(scratch_.bytes());
    return out.status();
}

Status Assembler::table_field(const Field& of)
{
    constexpr uint8_t with_initializer = 0x40;
    bool imported = false;
    bool is64 = false;
    WRT_CHECK(header(Space::table, of, imported));
    WRT_CHECK(address_type(is64));
    if (imported) return table_type(is64, import_section_);
    ++tables_;
    if (at_reference_type()) return inline_elem(of.index, is64);
    body_.truncate(0);
    WRT_CHECK(table_type(is64, body_));
    if (at(TokenKind::right)) {
        table_section_.append(body_.bytes());
        return table_section_.status();
    }
    table_section_.byte(with_initializer);
    table_section_.byte(0);
    table_section_.append(body_.bytes());
    return expression(table_section_);
}

Status Assembler::memory_field(const Field& of)
{
    bool imported = false;
    bool is64 = false;
    WRT_CHECK(header(Space::memory, of, imported));
    WRT_CHECK(address_type(is64));
    if (imported) return limits(is64, true, import_section_);
    ++memories_;
    if (at(TokenKind::left)) return inline_data(of.index, is64);
    return limits(is64, true, memory_section_);
}

Status Assembler::global_type(ByteBuffer& out)
{
    const bool is_mutable = skip_left("mut");
    uint32_t type = 0;
    WRT_CHECK(value_type(type));
    if (is_mutable) WRT_CHECK(expect(TokenKind::right));
    write_type(out, type);
    out.byte(is_mutable ? 1 : 0);
    return out.status();
}

Status Assembler::global_field(const Field& of)
{
    bool imported = false;
    WRT_CHECK(header(Space::global, of, imported));
    if (imported) return global_type(import_section_);
    ++globals_;
    WRT_CHECK(global_type(global_section_));
    return expression(global_section_);
}

Status Assembler::tag_type(ByteBuffer& out)
{
    WRT_TRY(const TypeUse use, type_use(ParamNames::ignored));
    out.byte(0);
    out.u32(use.type);
    return out.status();
}

Status Assembler::tag_field(const Field& of)
{
    bool imported = false;
    WRT_CHECK(header(Space::tag, of, imported));
    if (imported) return tag_type(import_section_);
    ++tags_;
    return tag_type(tag_section_);
}

}  // namespace wrt::text
