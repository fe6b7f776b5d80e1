// Types. One that is written inside of another is defined in front of it, and stands there by its
// index.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-definitions
#include "component_assembler.hpp"

namespace wrt::text {

namespace {

constexpr uint8_t variant_code = 0x71;
constexpr uint8_t fixed_list_code = 0x67;
constexpr uint8_t resource_code = 0x3f;
constexpr uint8_t function_code = 0x40;
constexpr uint8_t component_code = 0x41;
constexpr uint8_t instance_code = 0x42;
constexpr uint8_t async_function_code = 0x43;

struct PrimitiveWord {
    std::string_view word;
    uint8_t code;
};

constexpr PrimitiveWord primitives[] = {
    {"bool", 0x7f}, {"s8", 0x7e},   {"u8", 0x7d},     {"s16", 0x7c},           {"u16", 0x7b},
    {"s32", 0x7a},  {"u32", 0x79},  {"s64", 0x78},    {"u64", 0x77},           {"f32", 0x76},
    {"f64", 0x75},  {"char", 0x74}, {"string", 0x73}, {"error-context", 0x64},
};

}  // namespace

/// How many tokens and forms are left in the form that the cursor is in.
uint32_t ComponentAssembler::operands() const
{
    uint32_t found = 0;
    uint32_t at = position();
    while (true) {
        const TokenKind kind = token(at).kind;
        if (kind == TokenKind::right || kind == TokenKind::end || kind == TokenKind::failure) {
            return found;
        }
        at = kind == TokenKind::left ? token(at).partner + 1 : at + 1;
        ++found;
    }
}

Status ComponentAssembler::label()
{
    WRT_TRY(const std::string_view name, name_string());
    pending_.name(name);
    return ok();
}

/// Writes the value type at the cursor; one in parentheses is written when it has been read.
Status ComponentAssembler::value_type()
{
    if (at_index()) {
        WRT_TRY(const uint32_t type, index(Sort::type));
        pending_.s64(type);
        return ok();
    }
    if (at(TokenKind::left)) return open_type(Frame::Then::value, no_index);
    for (const PrimitiveWord& primitive : primitives) {
        if (!skip_keyword(primitive.word)) continue;
        pending_.byte(primitive.code);
        return ok();
    }
    return unexpected();
}

/// A type in parentheses: it is open until type_step() comes to its end.
Status ComponentAssembler::open_type(Frame::Then then, uint32_t id)
{
    const uint32_t form = position();
    if (token(form + 1).kind != TokenKind::keyword) return unexpected_at(form + 1);
    const std::string_view word = text_at(form + 1);
    advance(2);
    Frame frame{.then = then, .closes = true, .start = pending_.size(), .id = id, .form = form};
    if (then == Frame::Then::index) {
        if (word == "func") return open_function(frame);
        if (word == "component") return open_type_scope(Sort::component, frame);
        if (word == "instance") return open_type_scope(Sort::instance, frame);
        if (word == "resource") {
            WRT_CHECK(resource_type());
            frame.kind = Frame::Kind::leaf;
            return frames_.push(frame);
        }
    }
    WRT_CHECK(open_labels(frame, word));
    return frames_.push(frame);
}

/// The code of a value type, and as much of it as does not nest.
Status ComponentAssembler::open_labels(Frame& frame, std::string_view word)
{
    using Kind = Frame::Kind;
    struct Word {
        std::string_view word;
        uint8_t code;
        Kind kind;
    };
    constexpr Word words[] = {
        {"record", 0x72, Kind::fields},   {"variant", variant_code, Kind::cases},
        {"list", 0x70, Kind::list},       {"tuple", 0x6f, Kind::values},
        {"flags", 0x6e, Kind::leaf},      {"enum", 0x6d, Kind::leaf},
        {"option", 0x6b, Kind::list},     {"result", 0x6a, Kind::result},
        {"own", 0x69, Kind::leaf},        {"borrow", 0x68, Kind::leaf},
        {"stream", 0x66, Kind::optional}, {"future", 0x65, Kind::optional},
        {"map", 0x63, Kind::values},
    };
    const Word* found = nullptr;
    for (const Word& candidate : words) {
        if (candidate.word == word) found = &candidate;
    }
    if (found == nullptr) return unexpected_at(frame.form + 1);
    frame.kind = found->kind;
    const uint32_t count = operands();
    if (word == "list" && count == 2) {
        pending_.byte(fixed_list_code);
        return ok();
    }
    if ((word == "list" || word == "option") && count != 1)
        return unexpected_behind(count == 0 ? 0 : 1);
    if (word == "map" && count != 2) return unexpected_behind(count < 2 ? count : 2);
    if (word == "map") {
        pending_.byte(found->code);
        return ok();
    }
    // `own` and `borrow` stand in front of an index that aliases may come before.
    if (word == "own" || word == "borrow") {
        WRT_TRY(const uint32_t resource, index(Sort::type));
        pending_.byte(found->code);
        pending_.u32(resource);
        return ok();
    }
    pending_.byte(found->code);
    if (word == "flags" || word == "enum") {
        pending_.u32(count);
        for (uint32_t i = 0; i < count; ++i)
            WRT_CHECK(label());
    } else if (word == "record" || word == "variant" || word == "tuple") {
        pending_.u32(count);
    }
    return ok();
}

/// What is wrong `count` operands behind the cursor.
Error ComponentAssembler::unexpected_behind(uint32_t count) const
{
    uint32_t at = position();
    for (uint32_t i = 0; i < count; ++i)
        at = token(at).kind == TokenKind::left ? token(at).partner + 1 : at + 1;
    return unexpected_at(at);
}

Status ComponentAssembler::open_function(Frame frame)
{
    pending_.byte(skip_keyword("async") ? async_function_code : function_code);
    uint32_t params = 0;
    for (uint32_t at = position(); is_left(at, "param"); at = token(at).partner + 1)
        ++params;
    pending_.u32(params);
    frame.kind = Frame::Kind::function;
    return frames_.push(frame);
}

Status ComponentAssembler::open_type_scope(Sort sort, Frame frame)
{
    frame.kind = Frame::Kind::type_scope;
    WRT_CHECK(open_scope(sort == Sort::component ? Scope::Kind::component_type
                                                 : Scope::Kind::instance_type,
                         frame.id));
    return frames_.push(frame);
}

/// (resource (rep i32) (dtor (core func $f))?), behind its keyword.
Status ComponentAssembler::resource_type()
{
    constexpr uint8_t i32_code = 0x7f;
    constexpr uint8_t i64_code = 0x7e;
    if (!skip_left("rep")) return unexpected();
    const bool is64 = at_keyword("i64");
    if (!is64 && !at_keyword("i32")) return unexpected();
    advance();
    WRT_CHECK(expect(TokenKind::right));
    uint32_t destructor = no_index;
    if (skip_left("dtor")) {
        WRT_TRY(destructor, core_index_or_item(Sort::core_func));
        WRT_CHECK(expect(TokenKind::right));
    }
    pending_.byte(resource_code);
    pending_.byte(is64 ? i64_code : i32_code);
    pending_.byte(destructor != no_index ? 1 : 0);
    if (destructor != no_index) pending_.u32(destructor);
    return ok();
}

/// `(type $t)`, or the type itself: its index is in type_ when the next step comes.
Status ComponentAssembler::type_use(Sort sort, uint32_t id)
{
    const TokenKind operand = peek(2).kind;
    const TokenKind behind = peek(3).kind;
    if (at_left("type") && (operand == TokenKind::natural || operand == TokenKind::identifier) &&
        (behind == TokenKind::right || behind == TokenKind::string)) {
        advance(2);
        WRT_TRY(type_, item(Sort::type));
        return expect(TokenKind::right);
    }
    const Frame frame{.start = pending_.size(), .id = id};
    if (sort == Sort::func) return open_function(frame);
    return open_type_scope(sort, frame);
}

/// Goes on with the type on top.
Status ComponentAssembler::type_step()
{
    Frame& frame = frames_.back();
    switch (frame.kind) {
    case Frame::Kind::fields: return fields_step(false);
    case Frame::Kind::cases: return fields_step(true);
    case Frame::Kind::result: return result_step();
    case Frame::Kind::function: return function_step();
    case Frame::Kind::values:
        if (at(TokenKind::right)) return finish_type();
        return value_type();
    case Frame::Kind::list:
        if (frame.phase++ == 0) return value_type();
        if (!at(TokenKind::right)) {
            WRT_TRY(const uint32_t length, natural32());
            pending_.u32(length);
        }
        return finish_type();
    case Frame::Kind::optional:
        if (frame.phase++ != 0) return finish_type();
        pending_.byte(at(TokenKind::right) ? 0 : 1);
        return at(TokenKind::right) ? finish_type() : value_type();
    case Frame::Kind::leaf: return finish_type();
    case Frame::Kind::component:
    case Frame::Kind::type_scope:
    case Frame::Kind::type_field:
    case Frame::Kind::import:
    case Frame::Kind::inline_import:
    case Frame::Kind::export_:
    case Frame::Kind::lift:
    case Frame::Kind::core_function:
    case Frame::Kind::extern_type: break;
    }
    WRT_UNREACHABLE();
}

/// (field "name" t)* and (case "name" t?)*
Status ComponentAssembler::fields_step(bool cases)
{
    Frame& frame = frames_.back();
    if (frame.phase == 1) {
        frame.phase = 0;
        if (cases) pending_.byte(0x00);
        return expect(TokenKind::right);
    }
    if (at(TokenKind::right)) return finish_type();
    if (!skip_left(cases ? "case" : "field")) {
        return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
    }
    if (cases) optional_id();
    WRT_CHECK(label());
    frame.phase = 1;
    if (!cases) return value_type();
    pending_.byte(at(TokenKind::right) ? 0 : 1);
    return at(TokenKind::right) ? ok() : value_type();
}

/// (result t? (error t)?)
Status ComponentAssembler::result_step()
{
    Frame& frame = frames_.back();
    if (frame.phase == 0) {
        frame.phase = 1;
        const bool has_value = !at(TokenKind::right) && !at_left("error");
        pending_.byte(has_value ? 1 : 0);
        return has_value ? value_type() : ok();
    }
    if (frame.phase == 1) {
        const bool has_error = skip_left("error");
        pending_.byte(has_error ? 1 : 0);
        if (!has_error) return finish_type();
        frame.phase = 2;
        return value_type();
    }
    WRT_CHECK(expect(TokenKind::right));
    return finish_type();
}

/// async? (param "name" t)* (result t)?
Status ComponentAssembler::function_step()
{
    Frame& frame = frames_.back();
    if (frame.phase != 0) {
        WRT_CHECK(expect(TokenKind::right));
        if (frame.phase == 2) return finish_type();
        frame.phase = 0;
        return ok();
    }
    if (skip_left("param")) {
        frame.phase = 1;
        WRT_CHECK(label());
        return value_type();
    }
    if (skip_left("result")) {
        frame.phase = 2;
        pending_.byte(0x00);
        return value_type();
    }
    pending_.byte(0x01);
    pending_.byte(0x00);
    return finish_type();
}

/// The declarators of a component or instance type.
Status ComponentAssembler::type_scope_step()
{
    if (at(TokenKind::left)) return declarator();
    const Scope scope = scopes_.back();
    const auto contents = sections_.bytes().subspan(scope.start);
    pending_.byte(scope.kind == Scope::Kind::component_type ? component_code : instance_code);
    pending_.u32(scope.items);
    pending_.append(contents);
    sections_.truncate(scope.start);
    scopes_.pop();
    return finish_type();
}

/// The type on top is there: it becomes a definition, and what is below goes on with its index.
Status ComponentAssembler::finish_type()
{
    const Frame frame = frames_.pop();
    if (frame.closes) WRT_CHECK(expect(TokenKind::right));
    emit(Item::type, frame.start);
    WRT_TRY(type_, bind(Sort::type, frame.id));
    if (frame.then == Frame::Then::value) pending_.s64(type_);
    return ok();
}

/// (type $t (export "t")* (record ...)), behind its keyword.
Status ComponentAssembler::type_field()
{
    const bool exportable = scopes_.back().kind == Scope::Kind::component;
    const uint32_t id = optional_id();
    const uint32_t exports = exportable ? skip_inline_exports() : position();
    if (at_left("alias")) {
        WRT_CHECK(alias_in_place(Sort::type, id));
        return add_inline_exports(exports, Sort::type, count(Sort::type) - 1);
    }
    WRT_CHECK(frames_.push({.kind = Frame::Kind::type_field, .exports = exports}));
    if (at(TokenKind::left)) return open_type(Frame::Then::index, id);
    const uint32_t start = pending_.size();
    if (!at(TokenKind::keyword)) return unexpected();
    WRT_CHECK(value_type());
    emit(Item::type, start);
    WRT_TRY(type_, bind(Sort::type, id));
    return ok();
}

Status ComponentAssembler::type_field_step()
{
    const Frame frame = frames_.pop();
    WRT_CHECK(add_inline_exports(frame.exports, Sort::type, type_));
    return expect(TokenKind::right);
}

}  // namespace wrt::text
