// Aliases, written out.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#alias-definitions
#include "component_assembler.hpp"

namespace wrt::text {

Result<uint32_t> ComponentAssembler::alias_named(AliasTarget target, Sort sort, uint32_t instance,
                                                 std::string_view name, uint32_t id)
{
    begin_item(Item::alias);
    write_sort(sections_, sort);
    sections_.byte(static_cast<uint8_t>(target));
    sections_.u32(instance);
    sections_.name(name);
    return bind(sort, id);
}

/// What an instance exports by a name; `id` names it here.
Result<uint32_t> ComponentAssembler::alias_export(Sort sort, uint32_t instance,
                                                  std::string_view name, uint32_t id)
{
    return alias_named(AliasTarget::export_, sort, instance, name, id);
}

Result<uint32_t> ComponentAssembler::alias_core_export(Sort sort, uint32_t instance,
                                                       std::string_view name, uint32_t id)
{
    return alias_named(AliasTarget::core_export, sort, instance, name, id);
}

/// (alias export $i "name" (func $f)), (alias core export $i "name" (core func $f)),
/// (alias outer $C $t (type $t))
Status ComponentAssembler::alias()
{
    if (skip_keyword("outer")) return outer_alias();
    const bool core = skip_keyword("core");
    if (!skip_keyword("export")) return unexpected();
    WRT_TRY(const uint32_t instance, index(core ? Sort::core_instance : Sort::instance));
    WRT_TRY(const std::string_view name, name_string());
    WRT_CHECK(expect(TokenKind::left));
    const uint32_t word = position();
    WRT_TRY(const Sort sort, sort_word());
    const bool fits =
        core ? sort <= Sort::core_tag : sort >= Sort::func || sort == Sort::core_module;
    if (!fits) return unexpected_at(word);
    const uint32_t id = optional_id();
    WRT_CHECK(expect(TokenKind::right));
    if (core) {
        WRT_CHECK(alias_core_export(sort, instance, name, id));
    } else {
        WRT_CHECK(alias_export(sort, instance, name, id));
    }
    return expect(TokenKind::right);
}

/// How many scopes further out: a number, or the identifier of one.
Result<uint32_t> ComponentAssembler::outer_count()
{
    if (at(TokenKind::natural)) return natural32();
    if (!at(TokenKind::identifier)) return unexpected();
    WRT_TRY(const std::string_view wanted, content(peek()));
    for (uint32_t depth = 0; depth < scopes_.size(); ++depth) {
        const uint32_t id = scopes_[scopes_.size() - 1 - depth].id;
        if (!is_identifier(id)) continue;
        WRT_TRY(const std::string_view name, content(token(id)));
        if (name != wanted) continue;
        advance();
        return depth;
    }
    return error(Errc::no_such_component);
}

/// Something in the scope that is `depth` further out; `id` names it here.
Result<uint32_t> ComponentAssembler::alias_outer(Sort sort, uint32_t depth, uint32_t outer,
                                                 uint32_t id)
{
    begin_item(Item::alias);
    if (scopes_.back().kind == Scope::Kind::module_type) {
        // Of core definitions: the sort and the form have the numbers that they have in modules.
        sections_.byte(0x10);
        sections_.byte(0x01);
    } else {
        write_sort(sections_, sort);
        sections_.byte(0x02);
    }
    sections_.u32(depth);
    sections_.u32(outer);
    return bind(sort, id);
}

Status ComponentAssembler::outer_alias()
{
    const uint32_t place = position();
    WRT_TRY(const uint32_t depth, outer_count());
    const uint32_t of = position();
    if (!at_index()) return unexpected();
    advance();
    WRT_CHECK(expect(TokenKind::left));
    const uint32_t word = position();
    WRT_TRY(Sort sort, sort_word());
    const bool of_module_type = scopes_.back().kind == Scope::Kind::module_type;
    if (of_module_type && sort == Sort::type) sort = Sort::core_type;
    if (sort != Sort::core_module && sort != Sort::core_type && sort != Sort::type &&
        sort != Sort::component) {
        return unexpected_at(word);
    }
    const uint32_t id = optional_id();
    WRT_CHECK(expect(TokenKind::right));
    uint32_t outer = 0;
    if (token(of).kind == TokenKind::natural) {
        const uint32_t back = position();
        move_to(of);
        WRT_TRY(outer, natural32());
        move_to(back);
    } else {
        if (depth >= scopes_.size()) return error_at(Errc::no_such_component, place);
        WRT_TRY(outer, find_in(scopes_[scopes_.size() - 1 - depth], sort, of));
    }
    WRT_CHECK(alias_outer(sort, depth, outer, id));
    return expect(TokenKind::right);
}

/// (func $f (alias export $i "name")): an alias where the definition would be.
Status ComponentAssembler::alias_in_place(Sort sort, uint32_t id)
{
    if (!skip_left("alias")) return unexpected();
    const bool core = skip_keyword("core");
    if (core != (sort <= Sort::core_tag)) return unexpected();
    if (!skip_keyword("export")) return unexpected();
    WRT_TRY(const uint32_t instance, index(core ? Sort::core_instance : Sort::instance));
    WRT_TRY(const std::string_view name, name_string());
    WRT_CHECK(expect(TokenKind::right));
    if (core) {
        WRT_CHECK(alias_core_export(sort, instance, name, id));
    } else {
        WRT_CHECK(alias_export(sort, instance, name, id));
    }
    return expect(TokenKind::right);
}

}  // namespace wrt::text
