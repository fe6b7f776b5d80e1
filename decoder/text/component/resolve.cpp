// Indices, identifiers, and items of instances that are written in their place. An identifier that
// names nothing here but something in a scope around is an outer alias.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#alias-definitions
#include "component_assembler.hpp"

namespace wrt::text {

namespace {

constexpr Space space_of(Sort sort)
{
    switch (sort) {
    case Sort::core_func: return Space::func;
    case Sort::core_table: return Space::table;
    case Sort::core_memory: return Space::memory;
    case Sort::core_global: return Space::global;
    case Sort::core_tag: return Space::tag;
    case Sort::core_type: return Space::type;
    case Sort::core_module: return Space::core_module;
    case Sort::core_instance: return Space::core_instance;
    case Sort::func: return Space::component_func;
    case Sort::value: return Space::component_value;
    case Sort::type: return Space::component_type;
    case Sort::component: return Space::component;
    case Sort::instance: return Space::component_instance;
    }
    WRT_UNREACHABLE();
}

constexpr Errc no_such(Sort sort)
{
    switch (sort) {
    case Sort::core_func:
    case Sort::func: return Errc::no_such_function;
    case Sort::core_table: return Errc::no_such_table;
    case Sort::core_memory: return Errc::no_such_memory;
    case Sort::core_global: return Errc::no_such_global;
    case Sort::core_tag: return Errc::no_such_tag;
    case Sort::core_type:
    case Sort::type: return Errc::no_such_type;
    case Sort::core_module: return Errc::no_such_core_module;
    case Sort::core_instance: return Errc::no_such_core_instance;
    case Sort::value: return Errc::no_such_value;
    case Sort::component: return Errc::no_such_component;
    case Sort::instance: return Errc::no_such_instance;
    }
    WRT_UNREACHABLE();
}

constexpr Errc duplicate(Sort sort)
{
    switch (sort) {
    case Sort::core_func:
    case Sort::func: return Errc::duplicate_func;
    case Sort::core_table: return Errc::duplicate_table;
    case Sort::core_memory: return Errc::duplicate_memory;
    case Sort::core_global: return Errc::duplicate_global;
    case Sort::core_tag: return Errc::duplicate_tag;
    case Sort::core_type:
    case Sort::type: return Errc::duplicate_type;
    case Sort::core_module: return Errc::duplicate_core_module;
    case Sort::core_instance: return Errc::duplicate_core_instance;
    case Sort::value: return Errc::duplicate_value;
    case Sort::component: return Errc::duplicate_component;
    case Sort::instance: return Errc::duplicate_instance;
    }
    WRT_UNREACHABLE();
}

constexpr bool has_outer_aliases(Sort sort)
{
    return sort == Sort::core_module || sort == Sort::core_type || sort == Sort::type ||
           sort == Sort::component;
}

}  // namespace

/// The token of an identifier at the cursor, or no_index; advances. Where only a @name annotation
/// says a name, the token behind that.
uint32_t ComponentAssembler::optional_id()
{
    if (!at(TokenKind::identifier)) return at_name_annotation() ? position() : no_index;
    advance();
    return position() - 1;
}

/// The next index of an index space is what `id` names from now on.
Result<uint32_t> ComponentAssembler::bind(Sort sort, uint32_t id)
{
    const uint32_t index = count(sort)++;
    if (id == no_index) return index;
    const Scope& scope = scopes_.back();
    if (is_identifier(id)) {
        WRT_TRY(const std::string_view name, content(token(id)));
        WRT_TRY(uint32_t* const place, names_.place(space_of(sort), scope.serial, name));
        if (*place != no_index) return error_at(duplicate(sort), id);
        *place = index;
    }
    WRT_TRY(const std::string_view name, name_of(id));
    if (scope.kind == Scope::Kind::component) {
        WRT_CHECK(named_.push({.sort = sort, .index = index, .name = name}));
    }
    return index;
}

/// The index at the cursor, as a number or by its name; advances.
Result<uint32_t> ComponentAssembler::index(Sort sort)
{
    if (at(TokenKind::natural)) return natural32();
    if (!at(TokenKind::identifier)) return unexpected();
    const uint32_t id = position();
    advance();
    return find(sort, id);
}

Result<uint32_t> ComponentAssembler::find(Sort sort, uint32_t id)
{
    WRT_TRY(const std::string_view name, content(token(id)));
    for (uint32_t depth = 0; depth < scopes_.size(); ++depth) {
        const Scope& scope = scopes_[scopes_.size() - 1 - depth];
        const uint32_t found = names_.find(space_of(sort), scope.serial, name);
        if (found == no_index) continue;
        return depth == 0 ? Result<uint32_t>{found} : outer_item(sort, depth, found, id);
    }
    return error_at(no_such(sort), id);
}

/// What an identifier names in one scope.
Result<uint32_t> ComponentAssembler::find_in(const Scope& scope, Sort sort, uint32_t id)
{
    WRT_TRY(const std::string_view name, content(token(id)));
    const uint32_t found = names_.find(space_of(sort), scope.serial, name);
    if (found == no_index) return error_at(no_such(sort), id);
    return found;
}

/// An alias of something in the scope that is `depth` further out, called there and here alike.
Result<uint32_t> ComponentAssembler::outer_item(Sort sort, uint32_t depth, uint32_t outer,
                                                uint32_t id)
{
    if (!has_outer_aliases(sort)) return error_at(Errc::outer_item_without_alias, id);
    return alias_outer(sort, depth, outer, id);
}

/// `$x`, or `$instance "export" ...` for what an instance exports.
Result<uint32_t> ComponentAssembler::item(Sort sort)
{
    if (!at_index() || peek(1).kind != TokenKind::string) return index(sort);
    WRT_TRY(uint32_t found, index(Sort::instance));
    while (at(TokenKind::string)) {
        WRT_TRY(const std::string_view name, name_string());
        WRT_TRY(found, alias_export(at(TokenKind::string) ? Sort::instance : sort, found, name));
    }
    return found;
}

/// `$x` or `(func $x)`, which may be `(func $instance "export")`.
Result<uint32_t> ComponentAssembler::index_or_item(Sort sort)
{
    if (at_index()) return index(sort);
    if (!at(TokenKind::left)) return unexpected();
    Sort found = sort;
    const uint32_t form = position();
    // (module $x) will do for (core module $x).
    if (sort == Sort::core_module && at_left("module")) {
        advance(2);
        WRT_TRY(const uint32_t module, item(sort));
        WRT_CHECK(expect(TokenKind::right));
        return module;
    }
    WRT_TRY(const uint32_t result, any_item(found));
    if (found != sort) return unexpected_at(form + 1);
    return result;
}

/// `$x`, or `$instance "export"` for what a core instance exports.
Result<uint32_t> ComponentAssembler::core_item(Sort sort)
{
    if (!at_index() || peek(1).kind != TokenKind::string || sort > Sort::core_tag) {
        return index(sort);
    }
    WRT_TRY(const uint32_t instance, index(Sort::core_instance));
    WRT_TRY(const std::string_view name, name_string());
    return alias_core_export(sort, instance, name);
}

/// `$x` or `(core func $x)`; without `core` too, as it once was written.
Result<uint32_t> ComponentAssembler::core_index_or_item(Sort sort)
{
    if (at_index()) return index(sort);
    WRT_CHECK(expect(TokenKind::left));
    skip_keyword("core");
    const uint32_t word = position();
    WRT_TRY(const Sort found, core_sort_word());
    if (found != sort) return unexpected_at(word);
    WRT_TRY(const uint32_t result, core_item(sort));
    WRT_CHECK(expect(TokenKind::right));
    return result;
}

/// `(func $x)` and the like, of any sort that a component exports.
Result<uint32_t> ComponentAssembler::any_item(Sort& sort)
{
    WRT_CHECK(expect(TokenKind::left));
    const uint32_t word = position();
    WRT_TRY(sort, sort_word());
    if (sort < Sort::func && sort != Sort::core_module) return unexpected_at(word + 1);
    WRT_TRY(const uint32_t result, item(sort));
    WRT_CHECK(expect(TokenKind::right));
    return result;
}

/// `core func`, `instance`; advances.
Result<Sort> ComponentAssembler::sort_word()
{
    if (skip_keyword("core")) return core_sort_word();
    constexpr Sort sorts[] = {Sort::func, Sort::value, Sort::type, Sort::component, Sort::instance};
    for (const Sort sort : sorts) {
        if (skip_keyword(decoder::name_of(sort))) return sort;
    }
    return unexpected();
}

Result<Sort> ComponentAssembler::core_sort_word()
{
    struct Word {
        std::string_view word;
        Sort sort;
    };
    constexpr Word words[] = {
        {"func", Sort::core_func},     {"table", Sort::core_table},
        {"memory", Sort::core_memory}, {"global", Sort::core_global},
        {"tag", Sort::core_tag},       {"type", Sort::core_type},
        {"module", Sort::core_module}, {"instance", Sort::core_instance},
    };
    for (const Word& candidate : words) {
        if (skip_keyword(candidate.word)) return candidate.sort;
    }
    return unexpected();
}

}  // namespace wrt::text
