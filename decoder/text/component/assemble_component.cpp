// One component: its fields, and those of the components in it.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#component-definitions
#include "component_assembler.hpp"

namespace wrt::text {

namespace {

constexpr uint8_t preamble[] = {0x00, 'a', 's', 'm', 0x0d, 0x00, 0x01, 0x00};
constexpr uint8_t component_section = 4;

}  // namespace

ComponentAssembler::ComponentAssembler(const Tokens& tokens, Arena& arena,
                                       const AssembleOptions& options)
    : TokenCursor{tokens, arena},
      options_{options},
      names_{arena},
      scopes_{arena},
      frames_{arena},
      inline_exports_{arena},
      named_{arena},
      used_{arena},
      bundles_{arena},
      sections_{arena},
      pending_{arena},
      scratch_{arena}
{
}

/// As TokenCursor's, but every word is one: which there are depends on where it stands.
Error ComponentAssembler::unexpected_at(uint32_t index) const
{
    if (token(index).kind == TokenKind::keyword) return error_at(Errc::unexpected_token, index);
    return TokenCursor::unexpected_at(index);
}

Status ComponentAssembler::fields(uint32_t first_token, uint32_t id)
{
    move_to(first_token);
    WRT_CHECK(used_.reserve(tokens_.annotations.size()));
    for (size_t i = 0; i < tokens_.annotations.size(); ++i)
        used_.push_unchecked(false);
    if (id == no_index && at_name_annotation()) id = position();
    WRT_CHECK(open_scope(Scope::Kind::component, id));
    WRT_CHECK(frames_.push({.kind = Frame::Kind::component, .id = id}));
    while (!frames_.empty()) {
        WRT_CHECK(step());
        WRT_CHECK(pending_.status());
        WRT_CHECK(sections_.status());
        WRT_CHECK(scratch_.status());
    }
    return check_annotations();
}

/// Goes on with the form on top.
Status ComponentAssembler::step()
{
    switch (frames_.back().kind) {
    case Frame::Kind::component:
        WRT_CHECK(custom_annotations());
        return at(TokenKind::left) ? field() : close_component();
    case Frame::Kind::type_scope: return type_scope_step();
    case Frame::Kind::type_field: return type_field_step();
    case Frame::Kind::import: return import_step();
    case Frame::Kind::inline_import: return inline_import_step();
    case Frame::Kind::export_: return export_step();
    case Frame::Kind::lift: return lift_step();
    case Frame::Kind::core_function: return core_function_step();
    case Frame::Kind::extern_type: return extern_type_step();
    case Frame::Kind::fields:
    case Frame::Kind::cases:
    case Frame::Kind::values:
    case Frame::Kind::list:
    case Frame::Kind::optional:
    case Frame::Kind::result:
    case Frame::Kind::function:
    case Frame::Kind::leaf: return type_step();
    }
    WRT_UNREACHABLE();
}

/// A field of a component, at its parenthesis.
Status ComponentAssembler::field()
{
    if (skip_left("core")) return core_field();
    if (skip_left("component")) return nested_component();
    if (skip_left("instance")) return instance();
    if (skip_left("alias")) return alias();
    if (skip_left("type")) return type_field();
    if (skip_left("canon")) return canon();
    if (skip_left("func")) return function_field();
    if (skip_left("import")) return import_field(Item::import);
    if (skip_left("export")) return export_field();
    if (skip_left("start")) return start();
    if (at_left("value")) return error(Errc::component_values_unsupported);
    return unexpected_at(position() + 1);
}

/// A field whose first word is `core`, behind it.
Status ComponentAssembler::core_field()
{
    if (skip_keyword("module")) return core_module();
    if (skip_keyword("instance")) return core_instance();
    if (skip_keyword("type")) return core_type();
    if (skip_keyword("rec")) return core_rec();
    const uint32_t form = position() - 2;
    WRT_TRY(const Sort sort, core_sort_word());
    const uint32_t id = optional_id();
    if (sort == Sort::core_func && skip_left("canon")) return core_function(form, id, true);
    return alias_in_place(sort, id);
}

/// A declarator of a component or instance type, at its parenthesis.
Status ComponentAssembler::declarator()
{
    if (skip_left("core")) {
        if (skip_keyword("type")) return core_type();
        if (skip_keyword("rec")) return core_rec();
        return unexpected();
    }
    if (skip_left("type")) return type_field();
    if (skip_left("alias")) return alias();
    if (skip_left("export")) return import_field(Item::export_);
    if (scopes_.back().kind == Scope::Kind::component_type && skip_left("import")) {
        return import_field(Item::import);
    }
    return unexpected_at(position() + 1);
}

/// (component $c (export "c")* ...), behind its keyword.
Status ComponentAssembler::nested_component()
{
    const uint32_t form = position() - 2;
    const uint32_t id = optional_id();
    const uint32_t exports = skip_inline_exports();
    if (at_inline("import")) return inline_import(Sort::component, form, id, exports);
    flush();
    WRT_CHECK(
        frames_.push({.kind = Frame::Kind::component, .id = id, .form = form, .exports = exports}));
    return open_scope(Scope::Kind::component, id);
}

/// Behind the last field of a component.
Status ComponentAssembler::close_component()
{
    WRT_CHECK(write_inline_exports());
    flush();
    const Frame frame = frames_.pop();
    const Scope scope = scopes_.back();
    WRT_CHECK(write_names(frame.id, scope));
    named_.truncate(scope.named);
    scopes_.pop();
    if (frames_.empty()) {
        end_token_ = position();
        return ok();
    }
    WRT_CHECK(expect(TokenKind::right));
    scratch_.truncate(0);
    scratch_.append(preamble);
    scratch_.append(sections_.bytes().subspan(scope.start));
    sections_.truncate(scope.start);
    sections_.byte(component_section);
    sections_.sized(scratch_.bytes());
    WRT_TRY(const uint32_t index, bind(Sort::component, frame.id));
    return add_inline_exports(frame.exports, Sort::component, index);
}

Result<std::span<const uint8_t>> ComponentAssembler::finish()
{
    scratch_.truncate(0);
    scratch_.append(preamble);
    scratch_.append(sections_.bytes());
    WRT_CHECK(sections_.status());
    WRT_CHECK(scratch_.status());
    return arena_.copy<uint8_t>(End::retained, Account::code, scratch_.bytes());
}

}  // namespace wrt::text
