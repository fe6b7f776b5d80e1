// Imports and exports, of components and in types, and their names.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#import-and-export-definitions
#include "component/component_decoder.hpp"

#include <wrt/foundation/limits.hpp>

namespace wrt::decoder {

namespace {

constexpr uint8_t implements_code = 0x00;
constexpr uint8_t version_suffix_code = 0x01;
constexpr uint8_t external_id_code = 0x02;

constexpr bool is_external(Sort sort)
{
    return sort == Sort::core_module || sort >= Sort::func;
}

/// Whether the canonical version and the suffix that was split off make a version.
bool is_semver_together(std::string_view version, std::string_view suffix)
{
    char text[256];
    if (version.size() + suffix.size() > sizeof text) return false;
    const auto behind = std::copy(version.begin(), version.end(), text);
    std::copy(suffix.begin(), suffix.end(), behind);
    return is_semver({text, version.size() + suffix.size()});
}

}  // namespace

/// `nameattributes`.
Result<ComponentDecoder::Name> ComponentDecoder::decode_name()
{
    Name name;
    name.offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    if (code > 0x02) return fail_byte(Errc::malformed_extern_name, name.offset, code);
    WRT_TRY(name.text, reader().name());
    name.parsed = parse_extern_name(name.text);
    if (name.parsed.form == ExternName::Form::invalid) {
        return Error{.code = Errc::invalid_extern_name, .offset = name.offset};
    }
    if (code != 0x02) return name;
    WRT_TRY(const uint32_t count,
            count_of(limits::component_fields, Errc::too_many_component_fields));
    uint32_t seen = 0;
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t offset = reader().offset();
        WRT_TRY(const uint8_t attribute, reader().byte());
        if (attribute > external_id_code) {
            return fail_byte(Errc::malformed_name_attribute, offset, attribute);
        }
        if ((seen >> attribute & 1) != 0) {
            return Error{.code = Errc::duplicate_name_attribute, .offset = offset};
        }
        seen |= 1u << attribute;
        WRT_TRY(const std::string_view text, reader().name());
        if (attribute == implements_code) {
            name.has_implements = true;
            name.implements = text;
            if (parse_extern_name(text).form != ExternName::Form::interface) {
                return Error{.code = Errc::invalid_extern_name, .offset = offset};
            }
        }
        if (attribute == version_suffix_code && (!is_canonical_version(name.parsed.version) ||
                                                 !is_semver_together(name.parsed.version, text))) {
            return Error{.code = Errc::invalid_version_suffix, .offset = offset};
        }
    }
    return name;
}

/// The name is unlike the others of its list, and what it promises is so.
Status ComponentDecoder::check_name(const Name& name, const ExternDecl& declaration, Role role)
{
    const Scope& scope = top();
    const bool import = role == Role::import;
    WRT_TRY(const bool fresh, names_.insert(import ? scope.import_names : scope.export_names,
                                            NameTable::Mode::extern_name, name.text));
    if (!fresh) return Error{.code = Errc::name_conflict, .offset = name.offset};
    if (name.has_implements) {
        if (declaration.sort != Sort::instance || name.parsed.form != ExternName::Form::label) {
            return Error{.code = Errc::misplaced_implements, .offset = name.offset};
        }
    }
    if (declaration.sort == Sort::type && name.parsed.form == ExternName::Form::label &&
        kind_of(declaration.type) == ComponentTypeKind::resource) {
        WRT_CHECK(names_.insert(import ? scope.import_resources : scope.export_resources,
                                NameTable::Mode::label, name.text, declaration.type));
    }
    return check_annotated(name, declaration, role);
}

/// `[constructor]`, `[method]` and `[static]`: functions of a resource that has a name in the same
/// list.
Status ComponentDecoder::check_annotated(const Name& name, const ExternDecl& declaration, Role role)
{
    const Error mismatch{.code = Errc::annotated_name_mismatch, .offset = name.offset};
    const ExternName::Form form = name.parsed.form;
    if (form == ExternName::Form::label || form == ExternName::Form::interface) return ok();
    if (declaration.sort != Sort::func) return mismatch;
    const Scope& scope = top();
    const uint32_t* const resource =
        names_.find(role == Role::import ? scope.import_resources : scope.export_resources,
                    NameTable::Mode::label, name.parsed.resource);
    if (resource == nullptr) return mismatch;

    const ComponentTypeNode& func = nodes_[resolve(declaration.type)];
    const auto is_handle = [&](ComponentValType type, ComponentTypeKind kind) {
        if (!type.is_node()) return false;
        const ComponentTypeNode& node = nodes_[resolve(type.node())];
        return node.kind == kind && node.a == *resource;
    };
    switch (form) {
    case ExternName::Form::constructor: {
        ComponentValType result = ComponentValType::of_bits(func.a);
        if (result.is_node() && kind_of(result.node()) == ComponentTypeKind::result) {
            result = ComponentValType::of_bits(nodes_[resolve(result.node())].a);
        }
        return is_handle(result, ComponentTypeKind::own) ? ok() : Status{mismatch};
    }
    case ExternName::Form::method: {
        if (func.count == 0) return mismatch;
        const ComponentField& self = fields_[func.first];
        if (self.name != "self" || !is_handle(self.type, ComponentTypeKind::borrow))
            return mismatch;
        return ok();
    }
    case ExternName::Form::static_:
    case ExternName::Form::invalid:
    case ExternName::Form::label:
    case ExternName::Form::interface: return ok();
    }
    WRT_UNREACHABLE();
}

/// `externtype`. Resources that it introduces are new ones of the scope.
Result<ExternDecl> ComponentDecoder::decode_extern_type(Role role)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    const auto type_of_kind = [&](ComponentTypeKind kind, Errc error) -> Result<uint32_t> {
        const uint32_t place = reader().offset();
        WRT_TRY(const uint32_t index, decode_index(Sort::type));
        const uint32_t node = entry(Sort::type, index);
        if (kind_of(node) != kind) return Error{.code = error, .offset = place};
        return node;
    };
    GrowingStack<uint32_t>& introduced = role == Role::import ? imported_ : defined_;
    ExternDecl declaration;
    switch (code) {
    case 0x00: {
        WRT_TRY(const uint8_t core, reader().byte());
        if (core != 0x11) return fail_byte(Errc::malformed_component_sort, offset + 1, core);
        const uint32_t place = reader().offset();
        WRT_TRY(const uint32_t index, decode_index(Sort::core_type));
        const uint32_t type = entry(Sort::core_type, index);
        if ((type & module_type_flag) == 0) {
            return Error{.code = Errc::not_a_module_type, .offset = place};
        }
        declaration.sort = Sort::core_module;
        declaration.type = type & ~module_type_flag;
        return declaration;
    }
    case 0x01: {
        declaration.sort = Sort::func;
        WRT_TRY(declaration.type, type_of_kind(ComponentTypeKind::func, Errc::not_a_function_type));
        return declaration;
    }
    case 0x02: return Error{.code = Errc::component_values_unsupported, .offset = offset};
    case 0x03: {
        const uint32_t place = reader().offset();
        WRT_TRY(const uint8_t bound, reader().byte());
        declaration.sort = Sort::type;
        if (bound == 0x00) {
            WRT_TRY(const uint32_t index, decode_index(Sort::type));
            WRT_TRY(declaration.type, add_alias(entry(Sort::type, index)));
            return declaration;
        }
        if (bound != 0x01) return fail_byte(Errc::malformed_type_bound, place, bound);
        declaration.introduces = true;
        WRT_TRY(declaration.type, add_resource(false));
        WRT_CHECK(introduced.push(nodes_[declaration.type].a));
        return declaration;
    }
    case 0x04: {
        declaration.sort = Sort::component;
        WRT_TRY(declaration.type,
                type_of_kind(ComponentTypeKind::component, Errc::not_a_component_type));
        return declaration;
    }
    case 0x05: {
        declaration.sort = Sort::instance;
        WRT_TRY(const uint32_t type,
                type_of_kind(ComponentTypeKind::instance, Errc::not_an_instance_type));
        WRT_TRY(declaration.type, freshen(type, introduced));
        return declaration;
    }
    default: return fail_byte(Errc::malformed_component_sort, offset, code);
    }
}

Status ComponentDecoder::push_extern(const ExternDecl& declaration)
{
    return push_entry(declaration.sort, declaration.type);
}

Status ComponentDecoder::decode_import()
{
    WRT_TRY(const Name name, decode_name());
    at_ = name.offset;
    WRT_TRY(ExternDecl declaration, decode_extern_type(Role::import));
    declaration.name = name.text;
    at_ = name.offset;
    WRT_CHECK(check_name(name, declaration, Role::import));
    WRT_CHECK(check_visible(declaration, Role::import));
    WRT_CHECK(imports_.push(declaration));
    WRT_CHECK(define({.kind = Definition::Kind::import,
                      .sort = declaration.sort,
                      .b = declaration.type,
                      .name = name.text}));
    return push_extern(declaration);
}

Status ComponentDecoder::decode_export_declarator()
{
    WRT_TRY(const Name name, decode_name());
    at_ = name.offset;
    WRT_TRY(ExternDecl declaration, decode_extern_type(Role::export_));
    declaration.name = name.text;
    at_ = name.offset;
    WRT_CHECK(check_name(name, declaration, Role::export_));
    WRT_CHECK(check_visible(declaration, Role::export_));
    WRT_CHECK(exports_.push(declaration));
    return push_extern(declaration);
}

ExternDecl ComponentDecoder::extern_of(Sort sort, uint32_t index) const
{
    return {.name = {}, .sort = sort, .introduces = false, .type = entry(sort, index)};
}

/// `sortidx`: an item of the component that may be exported.
Result<ExternDecl> ComponentDecoder::decode_extern_index()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const Sort sort, decode_sort(Errc::malformed_component_sort));
    if (!is_external(sort)) return Error{.code = Errc::malformed_component_sort, .offset = offset};
    WRT_TRY(const uint32_t index, decode_index(sort));
    WRT_CHECK(arguments_.push({.name = {}, .sort = sort, .index = index}));
    return extern_of(sort, index);
}

Status ComponentDecoder::decode_export()
{
    WRT_TRY(const Name name, decode_name());
    WRT_TRY(ExternDecl given, decode_extern_index());
    const uint32_t index = arguments_.pop().index;
    WRT_TRY(const bool ascribed, decode_flag());
    ExternDecl declaration = given;
    if (ascribed) {
        const uint32_t place = reader().offset();
        WRT_TRY(declaration, decode_extern_type(Role::export_));
        at_ = place;
        WRT_CHECK(check_match(given, declaration));
        undo_bindings(0);
    } else if (given.sort == Sort::type) {
        // A name of its own: what the index before it refers to has none by this.
        WRT_TRY(declaration.type, add_alias(given.type));
    }
    declaration.name = name.text;
    at_ = name.offset;
    WRT_CHECK(check_name(name, declaration, Role::export_));
    WRT_CHECK(check_visible(declaration, Role::export_));
    WRT_CHECK(exports_.push(declaration));
    WRT_CHECK(define({.kind = Definition::Kind::export_,
                      .sort = declaration.sort,
                      .a = declaration.sort == Sort::type ? given.type : index,
                      .b = declaration.type,
                      .name = name.text}));
    return push_extern(declaration);
}

}  // namespace wrt::decoder
