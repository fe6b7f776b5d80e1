// Element and data segments (6.6.10, 6.6.11), and those inside tables and memories.
#include "assembler.hpp"

#include <wrt/text/literals.hpp>

namespace wrt::text {

namespace {

// Flags of an element segment (5.5.12).
constexpr uint8_t passive_flag = 1;      ///< Or declarative, with the next.
constexpr uint8_t explicit_flag = 2;     ///< A table is named; with passive_flag: declarative.
constexpr uint8_t expressions_flag = 4;  ///< Items are expressions.
constexpr uint8_t func_kind = 0x00;

}  // namespace

/// (offset ...), or one folded instruction.
Status Assembler::offset_expression(ByteBuffer& out)
{
    if (!skip_left("offset")) return folded_expression(out);
    WRT_CHECK(expression(out));
    return expect(TokenKind::right);
}

/// Function indices up to the `)`.
Status Assembler::function_items(ByteBuffer& out, uint32_t& count)
{
    for (; !at(TokenKind::right); ++count) {
        WRT_TRY(const uint32_t function, resolve(Space::func, 0));
        out.u32(function);
    }
    return out.status();
}

/// (item ...) and folded instructions up to the `)`.
Status Assembler::expression_items(ByteBuffer& out, uint32_t& count)
{
    for (; !at(TokenKind::right); ++count) {
        if (skip_left("item")) {
            WRT_CHECK(expression(out));
            WRT_CHECK(expect(TokenKind::right));
        } else {
            WRT_CHECK(folded_expression(out));
        }
    }
    return out.status();
}

Status Assembler::elem_field(const Field& of)
{
    WRT_CHECK(definition_name(Space::elem, of.index));
    ++elems_;
    uint32_t table = 0;
    const bool declarative = skip_keyword("declare");
    const bool has_table = !declarative && skip_left("table");
    if (has_table) {
        WRT_TRY(table, resolve(Space::table, 0));
        WRT_CHECK(expect(TokenKind::right));
    }
    // Scripts from before several tables write its number alone.
    const bool has_number = !declarative && !has_table && at(TokenKind::natural);
    if (has_number) {
        WRT_TRY(table, resolve(Space::table, 0));
    }
    const bool active =
        has_table || has_number || (!declarative && at(TokenKind::left) && !at_left("ref"));
    body_.truncate(0);
    if (active) WRT_CHECK(offset_expression(body_));

    items_.truncate(0);
    uint32_t count = 0;
    uint32_t type = ValType::funcref.bits();
    bool expressions = false;
    if (skip_keyword("func")) {
        WRT_CHECK(function_items(items_, count));
    } else if (at_reference_type()) {
        expressions = true;
        WRT_CHECK(reference_type(type));
        WRT_CHECK(expression_items(items_, count));
    } else if (active && !has_table) {
        WRT_CHECK(function_items(items_, count));
    } else {
        return unexpected();
    }
    write_elem({.active = active,
                .declarative = declarative,
                .expressions = expressions,
                .table = table,
                .type = type,
                .count = count});
    return elem_section_.status();
}

/// The segment whose offset is in body_ and whose items are in items_.
void Assembler::write_elem(const Elem& elem)
{
    // The short forms are of table 0 and of functions, or of (ref null func).
    const bool is_short = elem.active && elem.table == 0 &&
                          (!elem.expressions || elem.type == ValType::funcref.bits());
    uint8_t flags = elem.expressions ? expressions_flag : 0;
    if (!elem.active) flags |= elem.declarative ? passive_flag | explicit_flag : passive_flag;
    if (elem.active && !is_short) flags |= explicit_flag;
    elem_section_.byte(flags);
    if (elem.active && !is_short) elem_section_.u32(elem.table);
    elem_section_.append(body_.bytes());
    if (!is_short && elem.expressions) write_type(elem_section_, elem.type);
    if (!is_short && !elem.expressions) elem_section_.byte(func_kind);
    elem_section_.u32(elem.count);
    elem_section_.append(items_.bytes());
}

/// (table t (elem ...)): as many elements as there are items.
Status Assembler::inline_elem(uint32_t table, bool is64)
{
    uint32_t type = 0;
    WRT_CHECK(reference_type(type));
    if (!skip_left("elem")) return unexpected();
    items_.truncate(0);
    uint32_t count = 0;
    const bool is_funcref = type == ValType::funcref.bits();
    bool expressions = at(TokenKind::left);
    if (expressions) {
        WRT_CHECK(expression_items(items_, count));
    } else if (is_funcref) {
        WRT_CHECK(function_items(items_, count));
    } else {
        // Of another type than the short form has.
        expressions = true;
        for (; !at(TokenKind::right); ++count) {
            opcode(Instr::ref_func, items_);
            WRT_TRY(const uint32_t function, resolve(Space::func, 0));
            items_.u32(function);
            opcode(Instr::end, items_);
        }
    }
    WRT_CHECK(expect(TokenKind::right));
    write_type(table_section_, type);
    table_section_.byte(is64 ? 5 : 1);
    table_section_.u32(count);
    table_section_.u32(count);
    WRT_CHECK(table_section_.status());

    ++elems_;
    body_.truncate(0);
    write_zero(is64, body_);
    write_elem({.active = true,
                .declarative = false,
                .expressions = expressions,
                .table = table,
                .type = type,
                .count = count});
    return elem_section_.status();
}

/// The constant expression that is 0.
void Assembler::write_zero(bool is64, ByteBuffer& out) const
{
    opcode(is64 ? Instr::i64_const : Instr::i32_const, out);
    out.byte(0);
    opcode(Instr::end, out);
}

/// What strings up to the `)` stand for.
Status Assembler::strings(ByteBuffer& out)
{
    while (at(TokenKind::string)) {
        const std::string_view literal = text(peek());
        WRT_TRY(char* const room, out.room(string_bound(literal)));
        out.add_written(unescape(literal, room));
        advance();
    }
    return out.status();
}

Status Assembler::data_field(const Field& of)
{
    WRT_CHECK(definition_name(Space::data, of.index));
    ++datas_;
    uint32_t memory = 0;
    const bool has_memory = skip_left("memory");
    if (has_memory) {
        WRT_TRY(memory, resolve(Space::memory, 0));
        WRT_CHECK(expect(TokenKind::right));
    }
    // Scripts from before several memories write its number alone.
    const bool has_number = !has_memory && at(TokenKind::natural);
    if (has_number) {
        WRT_TRY(memory, resolve(Space::memory, 0));
    }
    if (!has_memory && !has_number && !at(TokenKind::left)) {
        data_section_.byte(passive_flag);
    } else {
        data_section_.byte(memory == 0 ? 0 : explicit_flag);
        if (memory != 0) data_section_.u32(memory);
        WRT_CHECK(offset_expression(data_section_));
    }
    items_.truncate(0);
    WRT_CHECK(strings(items_));
    data_section_.sized(items_.bytes());
    return data_section_.status();
}

/// (memory (data ...)): as many pages as the bytes need, and no more.
Status Assembler::inline_data(uint32_t memory, bool is64)
{
    constexpr uint8_t has_max = 1;
    constexpr uint8_t is64_flag = 4;
    constexpr uint8_t page_size_flag = 8;
    uint32_t page_bits = 0;
    bool has_page_size = false;
    WRT_CHECK(page_size(page_bits, has_page_size));
    if (!skip_left("data")) {
        return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
    }
    items_.truncate(0);
    WRT_CHECK(strings(items_));
    WRT_CHECK(expect(TokenKind::right));
    const uint64_t size = items_.size();
    const uint64_t page = uint64_t{1} << page_bits;
    const uint64_t pages = size / page + (size % page != 0 ? 1 : 0);
    memory_section_.byte(static_cast<uint8_t>(has_max | (is64 ? is64_flag : 0) |
                                              (has_page_size ? page_size_flag : 0)));
    memory_section_.u64(pages);
    memory_section_.u64(pages);
    if (has_page_size) memory_section_.u32(page_bits);
    WRT_CHECK(memory_section_.status());

    ++datas_;
    data_section_.byte(memory == 0 ? 0 : explicit_flag);
    if (memory != 0) data_section_.u32(memory);
    write_zero(is64, data_section_);
    data_section_.sized(items_.bytes());
    return data_section_.status();
}

}  // namespace wrt::text
