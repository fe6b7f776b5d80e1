// Imports and exports, in their forms of their own and in place, and what they say of their items.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions
#include "component_assembler.hpp"

namespace wrt::text {

namespace {

struct AttributeWord {
    std::string_view word;
    uint8_t code;
};

constexpr AttributeWord attributes[] = {
    {"implements", 0x00},
    {"versionsuffix", 0x01},
    {"external-id", 0x02},
};

}  // namespace

/// `"name"` and its attributes, each at most once.
Status ComponentAssembler::extern_name(ByteBuffer& out)
{
    WRT_TRY(const std::string_view name, name_string());
    const uint32_t first = position();
    uint32_t seen = 0;
    uint32_t count = 0;
    const auto attribute_here = [this]() -> const AttributeWord* {
        for (const AttributeWord& candidate : attributes) {
            if (at_left(candidate.word)) return &candidate;
        }
        return nullptr;
    };
    while (const AttributeWord* const attribute = attribute_here()) {
        if ((seen >> attribute->code & 1) != 0) return unexpected_at(position() + 1);
        seen |= 1u << attribute->code;
        ++count;
        advance(2);
        WRT_CHECK(name_string());
        WRT_CHECK(expect(TokenKind::right));
    }
    out.byte(count == 0 ? 0x00 : 0x02);
    out.name(name);
    if (count == 0) return ok();
    out.u32(count);
    move_to(first);
    while (const AttributeWord* const attribute = attribute_here()) {
        advance(2);
        WRT_TRY(const std::string_view value, name_string());
        advance();
        out.byte(attribute->code);
        out.name(value);
    }
    return ok();
}

/// At `(export "name")` or `(import "name")`, with nothing behind the name but its attributes.
bool ComponentAssembler::at_inline(std::string_view word) const
{
    return at_left(word) && peek(2).kind == TokenKind::string && is_only_a_name(position());
}

/// Goes behind the exports in place, and says where they began.
uint32_t ComponentAssembler::skip_inline_exports()
{
    const uint32_t first = position();
    while (at_inline("export"))
        move_to(peek().partner + 1);
    return first;
}

/// Whether a form `(export "name" ...)` has nothing in it but the name and attributes.
bool ComponentAssembler::is_only_a_name(uint32_t form) const
{
    const uint32_t stop = token(form).partner;
    uint32_t at = form + 3;
    while (at < stop) {
        bool is_attribute = false;
        for (const AttributeWord& attribute : attributes)
            is_attribute = is_attribute || is_left(at, attribute.word);
        if (!is_attribute) return false;
        at = token(at).partner + 1;
    }
    return true;
}

/// The exports in place of something go behind all fields.
Status ComponentAssembler::add_inline_exports(uint32_t first, Sort sort, uint32_t index)
{
    for (uint32_t at = first;
         is_left(at, "export") && token(at + 2).kind == TokenKind::string && is_only_a_name(at);
         at = token(at).partner + 1) {
        WRT_CHECK(inline_exports_.push({.name = at + 2, .sort = sort, .index = index}));
    }
    return ok();
}

/// (import "name" (func ...)), and so an export of a type, behind its keyword.
Status ComponentAssembler::import_field(Item item)
{
    Frame frame{.kind = Frame::Kind::import, .start = pending_.size()};
    frame.place = static_cast<uint32_t>(item);
    WRT_CHECK(extern_name(pending_));
    WRT_CHECK(frames_.push(frame));
    return extern_type(true);
}

Status ComponentAssembler::import_step()
{
    const Frame frame = frames_.pop();
    WRT_CHECK(expect(TokenKind::right));
    emit(static_cast<Item>(frame.place), frame.start);
    WRT_CHECK(bind(extern_sort_, extern_id_));
    return ok();
}

/// (func $f (export "f")* (import "name") ...), at (import.
Status ComponentAssembler::inline_import(Sort sort, uint32_t form, uint32_t id, uint32_t exports)
{
    WRT_CHECK(frames_.push({.kind = Frame::Kind::inline_import,
                            .sort = sort,
                            .start = pending_.size(),
                            .id = id,
                            .form = form,
                            .exports = exports}));
    advance(2);
    WRT_CHECK(extern_name(pending_));
    WRT_CHECK(expect(TokenKind::right));
    if (sort == Sort::core_module) return core_type_use();
    return type_use(sort);
}

Status ComponentAssembler::inline_import_step()
{
    const Frame frame = frames_.pop();
    write_description(frame.sort);
    emit(Item::import, frame.start);
    WRT_TRY(const uint32_t index, bind(frame.sort, frame.id));
    WRT_CHECK(add_inline_exports(frame.exports, frame.sort, index));
    return expect(TokenKind::right);
}

/// (export $x "name" (func $f) (func ...)?), behind its keyword. Its type comes first, because
/// definitions that it is made of go in front of the aliases for its item.
Status ComponentAssembler::export_field()
{
    Frame frame{.kind = Frame::Kind::export_, .start = pending_.size()};
    frame.id = optional_id();
    WRT_CHECK(extern_name(pending_));
    frame.form = position();
    frame.place = pending_.size();
    if (!at(TokenKind::left)) return unexpected();
    move_to(peek().partner + 1);
    WRT_CHECK(frames_.push(frame));
    return at(TokenKind::left) ? extern_type(false) : ok();
}

Status ComponentAssembler::export_step()
{
    const Frame frame = frames_.pop();
    const uint32_t behind = position();
    const uint32_t size = pending_.size();
    move_to(frame.form);
    Sort sort = Sort::func;
    WRT_TRY(const uint32_t index, any_item(sort));
    move_to(behind);
    begin_item(Item::export_);
    const auto written = pending_.bytes();
    sections_.append(written.subspan(frame.start, frame.place - frame.start));
    write_sort(sections_, sort);
    sections_.u32(index);
    sections_.byte(size == frame.place ? 0 : 1);
    sections_.append(written.subspan(frame.place));
    pending_.truncate(frame.start);
    WRT_CHECK(bind(sort, frame.id));
    return expect(TokenKind::right);
}

/// `externtype`: (func ...), (type (eq $t)) and so on; with an identifier where `named`.
Status ComponentAssembler::extern_type(bool named)
{
    Frame frame{.kind = Frame::Kind::extern_type, .form = position()};
    WRT_CHECK(expect(TokenKind::left));
    const uint32_t word = position();
    WRT_TRY(frame.sort, sort_word());
    if (frame.sort < Sort::func && frame.sort != Sort::core_module) return unexpected_at(word + 1);
    if (named) frame.id = optional_id();
    WRT_CHECK(frames_.push(frame));
    if (frame.sort == Sort::core_module) return core_type_use();
    if (frame.sort == Sort::type || frame.sort == Sort::value) return extern_bound(frames_.back());
    return type_use(frame.sort);
}

/// (eq $t) or (sub resource) of a type; (eq $v) or a value type of a value.
Status ComponentAssembler::extern_bound(Frame& frame)
{
    frame.phase = 1;
    const bool of_type = frame.sort == Sort::type;
    const uint8_t code = of_type ? 0x03 : 0x02;
    if (skip_left("eq")) {
        WRT_TRY(const uint32_t bound, item(frame.sort));
        pending_.byte(code);
        pending_.byte(0x00);
        pending_.u32(bound);
        return expect(TokenKind::right);
    }
    pending_.byte(code);
    pending_.byte(0x01);
    if (!of_type) return value_type();
    if (!skip_left("sub"))
        return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
    if (!skip_keyword("resource")) return unexpected();
    return expect(TokenKind::right);
}

/// `externdesc` of what has the type type_.
void ComponentAssembler::write_description(Sort sort)
{
    if (sort == Sort::core_module) {
        pending_.byte(0x00);
        pending_.byte(0x11);
    } else {
        write_sort(pending_, sort);
    }
    pending_.u32(type_);
}

Status ComponentAssembler::extern_type_step()
{
    const Frame frame = frames_.pop();
    if (frame.phase == 0) write_description(frame.sort);
    extern_sort_ = frame.sort;
    extern_id_ = frame.id;
    return expect(TokenKind::right);
}

}  // namespace wrt::text
