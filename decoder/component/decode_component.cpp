// The loop over scopes, sections and items.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions
#include "component/component_decoder.hpp"

#include <wrt/foundation/limits.hpp>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace wrt::decoder {

namespace {

constexpr uint32_t preamble_bytes = 8;

template <size_t... I>
std::array<GrowingStack<uint32_t>, sort_count> make_spaces(Arena& arena, std::index_sequence<I...>)
{
    return {((void)I, GrowingStack<uint32_t>{arena})...};
}

}  // namespace

ComponentDecoder::ComponentDecoder(std::span<const uint8_t> binary, Arena& arena,
                                   const DecodeOptions& options)
    : binary_{binary},
      arena_{arena},
      options_{options},
      core_{arena, options.hash_key},
      names_{arena, options.hash_key},
      scopes_{arena},
      spaces_{make_spaces(arena, std::make_index_sequence<sort_count>{})},
      imports_{arena},
      exports_{arena},
      imported_{arena},
      defined_{arena},
      open_definitions_{arena},
      marks_{arena},
      nodes_{arena},
      notes_{arena},
      fields_{arena},
      externs_{arena},
      orders_{arena},
      instances_{arena},
      components_{arena},
      resources_{arena},
      bindings_{arena},
      resource_lists_{arena},
      modules_{arena},
      core_externs_{arena},
      core_items_{arena},
      core_instances_{arena},
      component_defs_{arena},
      module_defs_{arena},
      definitions_{arena},
      arguments_{arena},
      canon_options_{arena},
      work_{arena},
      trail_{arena},
      comparisons_{arena},
      renames_{arena},
      declarations_{arena},
      ordered_{arena},
      core_declarations_{arena},
      module_space_{arena}
{
}

ByteReader& ComponentDecoder::reader()
{
    // Declarators of a type are read from the section of the component around them.
    for (uint32_t i = scopes_.size(); i > 0; --i) {
        if (scopes_[i - 1].is_component()) return scopes_[i - 1].contents;
    }
    WRT_UNREACHABLE();
}

Status ComponentDecoder::run()
{
    WRT_CHECK(begin_component(ByteReader{binary_}, false));
    while (!scopes_.empty())
        WRT_CHECK(step());
    return ok();
}

Status ComponentDecoder::step()
{
    Scope& scope = top();
    if (!scope.is_component()) {
        at_ = reader().offset();
        if (scope.items == 0) return finish_type_scope();
        --scope.items;
        return decode_declarator();
    }
    if (scope.items != 0) {
        --scope.items;
        at_ = scope.contents.offset();
        return decode_item(scope.section);
    }
    if (scope.in_section) return end_section(scope);
    if (scope.reader.at_end()) return end_component();
    return begin_section(scope);
}

Status ComponentDecoder::begin_section(Scope& scope)
{
    const uint32_t offset = scope.reader.offset();
    WRT_TRY(const uint8_t id, scope.reader.byte());
    if (id >= component_section_count) return fail_byte(Errc::malformed_section_id, offset, id);
    WRT_TRY(const uint32_t size, scope.reader.u32());
    if (size > scope.reader.remaining()) {
        return Error{.code = Errc::unexpected_end, .offset = scope.reader.offset()};
    }
    WRT_TRY(scope.contents, scope.reader.sub_reader(size));
    scope.section = static_cast<ComponentSectionId>(id);
    scope.in_section = true;
    scope.items = 1;
    switch (scope.section) {
    case ComponentSectionId::custom:
    case ComponentSectionId::core_module:
    case ComponentSectionId::component:
    case ComponentSectionId::start: return ok();
    case ComponentSectionId::core_instance:
    case ComponentSectionId::core_type:
    case ComponentSectionId::instance:
    case ComponentSectionId::alias:
    case ComponentSectionId::type:
    case ComponentSectionId::canon:
    case ComponentSectionId::import:
    case ComponentSectionId::export_:
    case ComponentSectionId::value: {
        const uint32_t place = scope.contents.offset();
        WRT_TRY(scope.items, scope.contents.u32());
        // Each item takes a byte at least.
        if (scope.items > scope.contents.remaining()) {
            return Error{.code = Errc::unexpected_end_of_section_or_function, .offset = place};
        }
        return ok();
    }
    }
    WRT_UNREACHABLE();
}

Status ComponentDecoder::end_section(Scope& scope)
{
    scope.in_section = false;
    if (scope.contents.at_end()) return ok();
    return Error{.code = Errc::section_size_mismatch, .offset = scope.contents.offset()};
}

Status ComponentDecoder::decode_item(ComponentSectionId section)
{
    switch (section) {
    case ComponentSectionId::custom: {
        // The name must be one; what follows is nobody's business until somebody asks.
        WRT_CHECK(reader().name());
        return reader().skip(reader().remaining());
    }
    case ComponentSectionId::core_module: {
        const ByteReader contents = reader();
        WRT_CHECK(reader().skip(reader().remaining()));
        return decode_core_module(contents);
    }
    case ComponentSectionId::core_instance: return decode_core_instance();
    case ComponentSectionId::core_type: return decode_core_type(false);
    case ComponentSectionId::component: {
        const ByteReader contents = reader();
        WRT_CHECK(reader().skip(reader().remaining()));
        return begin_component(contents, true);
    }
    case ComponentSectionId::instance: return decode_instance();
    case ComponentSectionId::alias: return decode_alias(false);
    case ComponentSectionId::type: return decode_type(false);
    case ComponentSectionId::canon: return decode_canon();
    case ComponentSectionId::import: return decode_import();
    case ComponentSectionId::export_: return decode_export();
    // Values of components, a gated feature of the specification.
    case ComponentSectionId::start:
    case ComponentSectionId::value: return fail(Errc::component_values_unsupported);
    }
    WRT_UNREACHABLE();
}

Status ComponentDecoder::open_scope(Scope::Kind kind)
{
    const uint32_t depth = scopes_.empty() ? 1 : top().depth + 1;
    if (depth > limits::component_nesting) {
        return Error{.code = Errc::too_many_nested_components,
                     .detail = Detail::count,
                     .offset = at_,
                     .expected = limits::component_nesting,
                     .actual = depth};
    }
    Scope scope;
    scope.kind = kind;
    scope.depth = depth;
    scope.serial = next_serial_++;
    scope.import_names = names_.new_scope();
    scope.export_names = names_.new_scope();
    scope.import_resources = names_.new_scope();
    scope.export_resources = names_.new_scope();
    for (uint32_t i = 0; i < sort_count; ++i)
        scope.spaces[i] = spaces_[i].size();
    scope.imports = imports_.size();
    scope.exports = exports_.size();
    scope.imported = imported_.size();
    scope.defined = defined_.size();
    scope.definitions = open_definitions_.size();
    scope.marks = marks_.size();
    return scopes_.push(scope);
}

void ComponentDecoder::close_scope()
{
    const Scope scope = scopes_.pop();
    for (uint32_t i = 0; i < sort_count; ++i)
        spaces_[i].truncate(scope.spaces[i]);
    imports_.truncate(scope.imports);
    exports_.truncate(scope.exports);
    imported_.truncate(scope.imported);
    defined_.truncate(scope.defined);
    open_definitions_.truncate(scope.definitions);
    // A node that has a name in this scope may have one in the scopes around it.
    while (marks_.size() > scope.marks) {
        const auto [node, visible] = marks_.pop();
        notes_[node].visible = visible;
    }
}

Status ComponentDecoder::begin_component(ByteReader reader, bool nested)
{
    at_ = reader.offset();
    const auto contents = std::span{reader.position(), reader.remaining()};
    const auto kind = detect_kind(contents);
    if (!kind) {
        Error error = kind.error();
        error.offset += at_;
        return error;
    }
    if (*kind != BinaryKind::component) {
        // The outermost is a mistake of the caller; in a component it is one of the binary.
        return nested ? fail(Errc::unknown_binary_version) : fail(Errc::not_a_component);
    }
    WRT_CHECK(reader.skip(preamble_bytes));
    WRT_CHECK(open_scope(Scope::Kind::component));
    top().reader = reader;
    return ok();
}

Status ComponentDecoder::end_component()
{
    const Scope& scope = top();
    ComponentDef def{.first = definitions_.size(),
                     .count = open_definitions_.size() - scope.definitions,
                     .type = 0,
                     .scope = scope.serial,
                     .resources = scope.resources,
                     .sizes = {}};
    for (uint32_t i = 0; i < sort_count; ++i)
        def.sizes[i] = space_size(static_cast<Sort>(i));
    WRT_CHECK(definitions_.reserve(def.count));
    for (uint32_t i = 0; i < def.count; ++i) {
        definitions_.push_unchecked(open_definitions_[scope.definitions + i]);
    }
    ComponentType type;
    WRT_TRY(type.imports, add_externs(imports_.as_span().subspan(scope.imports)));
    WRT_TRY(type.exports, add_externs(exports_.as_span().subspan(scope.exports)));
    WRT_TRY(type.imported, add_resources(imported_.as_span().subspan(scope.imported)));
    WRT_TRY(type.defined, add_resources(defined_.as_span().subspan(scope.defined)));
    WRT_TRY(def.type, add_component_type(type));
    WRT_CHECK(component_defs_.push(def));
    close_scope();
    if (scopes_.empty()) return ok();
    WRT_CHECK(define({.kind = Definition::Kind::component, .a = component_defs_.size() - 1}));
    return push_entry(Sort::component, def.type);
}

Status ComponentDecoder::decode_core_module(ByteReader contents)
{
    const uint32_t offset = contents.offset();
    const auto size = static_cast<uint32_t>(contents.remaining());
    const auto shifted = [offset](Error error) {
        if (error.offset != no_offset) error.offset += offset;
        return error;
    };
    if (module_defs_.size() >= limits::component_items) {
        return Error{.code = Errc::too_many_component_items,
                     .detail = Detail::count,
                     .offset = offset,
                     .expected = limits::component_items,
                     .actual = module_defs_.size() + 1};
    }
    const auto bytes = binary_.subspan(offset, size);
    // Kept until the component is decoded: what is interned of it lies above it on the same end.
    const Result<Module> module = decode_module(bytes, arena_, End::scratch, options_);
    if (!module) {
        if (module.error().code == Errc::not_a_module) {
            return Error{.code = Errc::unknown_binary_version, .offset = offset + 4};
        }
        return shifted(module.error());
    }
    if (!options_.defer_bodies) {
        const Status bodies = validate_module_bodies(*module, arena_);
        if (!bodies) return shifted(bodies.error());
    }
    at_ = offset;
    WRT_TRY(const uint32_t type, module_type_of(*module));
    WRT_CHECK(module_defs_.push({.offset = offset, .size = size, .type = type}));
    WRT_CHECK(define({.kind = Definition::Kind::core_module, .a = module_defs_.size() - 1}));
    return push_entry(Sort::core_module, type);
}

Component ComponentDecoder::result() const
{
    return {.binary = binary_,
            .types = {.nodes = nodes_.as_span(),
                      .fields = fields_.as_span(),
                      .externs = externs_.as_span(),
                      .orders = orders_.as_span(),
                      .instances = instances_.as_span(),
                      .components = components_.as_span(),
                      .resources = resources_.as_span(),
                      .resource_lists = resource_lists_.as_span(),
                      .modules = modules_.as_span(),
                      .core_externs = core_externs_.as_span()},
            .components = component_defs_.as_span(),
            .modules = module_defs_.as_span(),
            .definitions = definitions_.as_span(),
            .arguments = arguments_.as_span(),
            .options = canon_options_.as_span()};
}

Result<Component> decode_component(std::span<const uint8_t> binary, Arena& arena,
                                   const DecodeOptions& options) noexcept
{
    if (binary.size() > limits::module_bytes) {
        return Error{.code = Errc::module_too_large,
                     .detail = Detail::bytes,
                     .expected = limits::module_bytes,
                     .actual = saturate_u32(binary.size())};
    }
    try {
        ComponentDecoder decoder{binary, arena, options};
        WRT_CHECK(decoder.run());
        return decoder.result();
    } catch (const ArenaExhausted& exhausted) {
        return exhausted.error();  // a backstop: every growth is asked for
    } catch (...) {
        return Error{.code = Errc::internal};
    }
}

const ExternDecl* ComponentTypes::find(const ExternList& list, std::string_view name) const
{
    const auto declarations = this->list(list);
    const auto order = orders.subspan(list.order, list.count);
    const auto* const found =
        std::ranges::lower_bound(order.data(), order.data() + order.size(), name, {},
                                 [&](uint32_t place) { return declarations[place].name; });
    if (found == order.data() + order.size() || declarations[*found].name != name) return nullptr;
    return &declarations[*found];
}

const CoreExternDecl* ComponentTypes::find(const CoreExternList& list, std::string_view module,
                                           std::string_view name) const
{
    const auto declarations = core_externs.subspan(list.first, list.count);
    const auto order = orders.subspan(list.order, list.count);
    const auto key_of = [&](uint32_t place) {
        return std::tie(declarations[place].module, declarations[place].name);
    };
    const auto wanted = std::tie(module, name);
    const auto found =
        std::ranges::partition_point(order, [&](uint32_t place) { return key_of(place) < wanted; });
    if (found == order.end() || key_of(*found) != wanted) return nullptr;
    return &declarations[*found];
}

std::string_view name_of(Sort sort) noexcept
{
    constexpr std::string_view names[sort_count] = {
        "core func", "core table",  "core memory",   "core global", "core tag",
        "core type", "core module", "core instance", "func",        "value",
        "type",      "component",   "instance",
    };
    return names[static_cast<size_t>(sort)];
}

}  // namespace wrt::decoder
