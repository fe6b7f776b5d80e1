// The first look at a module's fields: what each defines, at which index, and how it is called.
#include "assembler.hpp"

namespace wrt::text {

namespace {

/// How a space's duplicates are told, and imports behind its definitions; by Space.
constexpr Errc duplicates[definition_spaces] = {
    Errc::duplicate_type,         Errc::duplicate_func,         Errc::duplicate_table,
    Errc::duplicate_memory,       Errc::duplicate_global,       Errc::duplicate_tag,
    Errc::duplicate_elem_segment, Errc::duplicate_data_segment,
};
constexpr Errc imports_after[definition_spaces] = {
    Errc::none,
    Errc::import_after_function,
    Errc::import_after_table,
    Errc::import_after_memory,
    Errc::import_after_global,
    Errc::import_after_tag,
    Errc::none,
    Errc::none,
};

/// The space that a kind of import, export or field belongs to, or Space::field for none.
Space space_named(std::string_view keyword)
{
    if (keyword == "func") return Space::func;
    if (keyword == "table") return Space::table;
    if (keyword == "memory") return Space::memory;
    if (keyword == "global") return Space::global;
    if (keyword == "tag") return Space::tag;
    return Space::field;
}

}  // namespace

Status Assembler::fields(uint32_t first_token, std::string_view module)
{
    WRT_CHECK(used_.reserve(tokens_.annotations.size()));
    for (size_t i = 0; i < tokens_.annotations.size(); ++i)
        used_.push_unchecked(false);
    move_to(first_token);
    if (!module.empty()) WRT_CHECK(name(NameKind::module, 0, 0, module));
    WRT_CHECK(declare());
    WRT_CHECK(type_definitions());
    WRT_CHECK(all_fields());
    return check_annotations();
}

Status Assembler::declare()
{
    WRT_CHECK(module_name(position()));
    while (true) {
        WRT_CHECK(custom_annotations(position()));
        if (!at(TokenKind::left)) break;
        Field field{.token = position(), .keyword = {}};
        const uint32_t partner = peek().partner;
        advance();
        if (!at(TokenKind::keyword)) return unexpected();
        field.keyword = text(peek());
        advance();
        WRT_CHECK(declare_field(field));
        WRT_CHECK(fields_.push(field));
        // What is wrong with a field that does not end comes up when it is read.
        move_to(token(partner).kind == TokenKind::right ? partner + 1 : partner);
        if (token(partner).kind != TokenKind::right) break;
    }
    end_token_ = position();
    return ok();
}

Status Assembler::declare_field(Field& field)
{
    if (field.keyword == "type") return declare_type(field.token);
    if (field.keyword == "rec") {
        uint32_t child = position();
        while (is_left(child, "type")) {
            move_to(child + 2);
            WRT_CHECK(declare_type(child));
            child = token(child).partner + 1;
        }
        return ok();
    }
    if (field.keyword == "import") {
        // (import "module" "name" (func $id ...))
        if (token(position() + 2).kind != TokenKind::left) return ok();
        const Space space = space_named(text_at(position() + 3));
        if (space == Space::field) return ok();
        for (uint32_t i = 0; i < definition_spaces; ++i) {
            if (defined_[i]) return error_at(imports_after[i], field.token);
        }
        advance(4);
        WRT_TRY(field.index, bind(space));
        return ok();
    }
    if (field.keyword == "start") {
        if (start_token_ != no_index) {
            return error_at(Errc::multiple_start_sections, field.token);
        }
        start_token_ = field.token;
        return ok();
    }
    if (field.keyword == "elem" || field.keyword == "data") {
        WRT_TRY(field.index, bind(field.keyword == "elem" ? Space::elem : Space::data));
        return ok();
    }
    if (field.keyword == "export") return ok();
    const Space space = space_named(field.keyword);
    if (space == Space::field) return unexpected_at(field.token + 1);
    return declare_definition(space, field);
}

/// Binds the identifier at the cursor, if there is one, to the next index of a space.
Result<uint32_t> Assembler::bind(Space space)
{
    const uint32_t index = count(space)++;
    if (!at(TokenKind::identifier)) return index;
    WRT_TRY(const std::string_view name, content(peek()));
    WRT_TRY(uint32_t* const place, names_.place(space, 0, name));
    if (*place != no_index) return error(duplicates[static_cast<size_t>(space)]);
    *place = index;
    advance();
    return index;
}

Status Assembler::declare_type(uint32_t token)
{
    move_to(token + 2);
    WRT_CHECK(bind(Space::type));
    return ok();
}

Status Assembler::declare_definition(Space space, Field& field)
{
    WRT_TRY(field.index, bind(space));
    while (at_left("export") && token(peek().partner).kind == TokenKind::right) {
        move_to(peek().partner + 1);
    }
    if (!at_left("import")) {
        defined_[static_cast<size_t>(space)] = true;
        // An inline segment is the next one of its space.
        if (space == Space::table && has_child(field.token, "elem")) ++count(Space::elem);
        if (space == Space::memory && has_child(field.token, "data")) ++count(Space::data);
        return ok();
    }
    for (uint32_t i = 0; i < definition_spaces; ++i) {
        if (defined_[i]) return error_at(imports_after[i], field.token);
    }
    return ok();
}

/// Whether one of the forms directly in a field begins with that keyword.
bool Assembler::has_child(uint32_t field_token, std::string_view keyword) const
{
    const uint32_t stop = token(field_token).partner;
    uint32_t child = field_token + 2;
    while (child < stop) {
        if (is_left(child, keyword)) return true;
        child = token(child).kind == TokenKind::left ? token(child).partner + 1 : child + 1;
    }
    return false;
}

/// The index at the cursor, as a number or by its name; advances.
Result<uint32_t> Assembler::resolve(Space space, uint32_t outer)
{
    if (at(TokenKind::natural)) return natural32();
    if (!at(TokenKind::identifier)) return unexpected();
    WRT_TRY(const std::string_view name, content(peek()));
    const uint32_t index = names_.find(space, outer, name);
    if (index != no_index) {
        advance();
        return index;
    }
    if (space == Space::type && elsewhere_.type != nullptr) {
        WRT_TRY(const uint32_t found, elsewhere_.type(elsewhere_.context, position()));
        advance();
        return found;
    }
    switch (space) {
    case Space::type: return error(Errc::no_such_type);
    case Space::func: return error(Errc::no_such_function);
    case Space::table: return error(Errc::no_such_table);
    case Space::memory: return error(Errc::no_such_memory);
    case Space::global: return error(Errc::no_such_global);
    case Space::tag: return error(Errc::no_such_tag);
    case Space::elem: return error(Errc::no_such_elem_segment);
    case Space::data: return error(Errc::no_such_data_segment);
    case Space::local: return error(Errc::no_such_local);
    case Space::label: return error(Errc::no_such_label);
    case Space::field: return error(Errc::no_such_field);
    case Space::core_module:
    case Space::core_instance:
    case Space::component_func:
    case Space::component_value:
    case Space::component_type:
    case Space::component:
    case Space::component_instance: break;
    }
    return error(Errc::internal);
}

}  // namespace wrt::text
