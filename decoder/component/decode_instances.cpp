// Instances, core and other, and aliases.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#instance-definitions
#include "component/component_decoder.hpp"

#include <wrt/foundation/limits.hpp>

#include <algorithm>

namespace wrt::decoder {

namespace {

constexpr bool is_core_item(Sort sort)
{
    return sort <= Sort::core_tag;
}

}  // namespace

Status ComponentDecoder::decode_core_instance()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    const uint32_t first = arguments_.size();
    const uint32_t scope = names_.new_scope();
    const auto insert = [&](std::string_view name, uint32_t place) -> Status {
        WRT_TRY(const bool fresh,
                names_.insert(scope, NameTable::Mode::exact, name, arguments_.size()));
        if (fresh) return ok();
        return Error{.code = code == 0x00 ? Errc::duplicate_argument : Errc::duplicate_export_name,
                     .offset = place};
    };
    if (code == 0x01) {
        WRT_TRY(const uint32_t count, count_of(limits::exports, Errc::too_many_exports));
        core_declarations_.clear();
        for (uint32_t i = 0; i < count; ++i) {
            const uint32_t place = reader().offset();
            Argument argument;
            WRT_TRY(argument.name, reader().name());
            WRT_CHECK(insert(argument.name, place));
            const uint32_t sort_offset = reader().offset();
            WRT_TRY(const uint8_t sort, reader().byte());
            WRT_TRY(argument.sort,
                    decode_core_sort(sort, sort_offset, Errc::malformed_component_sort));
            if (!is_core_item(argument.sort)) {
                return fail_byte(Errc::malformed_component_sort, sort_offset, sort);
            }
            WRT_TRY(argument.index, decode_index(argument.sort));
            const uint32_t item = entry(argument.sort, argument.index);
            CoreExternDecl declaration{.module = {}, .name = argument.name, .type = {}};
            if (argument.sort == Sort::core_func) {
                declaration.type.type = item;
            } else {
                declaration.type = core_items_[item];
            }
            WRT_CHECK(core_declarations_.push(declaration));
            WRT_CHECK(push_argument(argument));
        }
        WRT_TRY(const CoreExternList exports, add_core_externs(core_declarations_.as_span()));
        WRT_CHECK(core_instances_.push(exports));
        std::ranges::sort(arguments_.as_span().subspan(first), {}, &Argument::name);
        WRT_CHECK(define({.kind = Definition::Kind::core_exports, .first = first, .count = count}));
        return push_entry(Sort::core_instance, core_instances_.size() - 1);
    }
    if (code != 0x00) return fail_byte(Errc::malformed_instance, offset, code);

    WRT_TRY(const uint32_t module, decode_index(Sort::core_module));
    WRT_TRY(const uint32_t count, count_of(limits::imports, Errc::too_many_imports));
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t place = reader().offset();
        Argument argument{.sort = Sort::core_instance};
        WRT_TRY(argument.name, reader().name());
        WRT_CHECK(insert(argument.name, place));
        const uint32_t sort_offset = reader().offset();
        WRT_TRY(const uint8_t sort, reader().byte());
        if (sort != 0x12) return fail_byte(Errc::malformed_component_sort, sort_offset, sort);
        WRT_TRY(argument.index, decode_index(Sort::core_instance));
        WRT_CHECK(push_argument(argument));
    }
    // Each import out of the instance that is given for its module's name.
    const ModuleType& type = modules_[entry(Sort::core_module, module)];
    ordered_.clear();
    for (uint32_t i = 0; i < type.imports.count; ++i) {
        const CoreExternDecl& import = core_externs_[type.imports.first + i];
        const uint32_t* const argument = names_.find(scope, NameTable::Mode::exact, import.module);
        if (argument == nullptr) return Error{.code = Errc::missing_argument, .offset = offset};
        const uint32_t instance = entry(Sort::core_instance, arguments_[*argument].index);
        const CoreExternDecl* const given = find_core(core_instances_[instance], {}, import.name);
        if (given == nullptr) return Error{.code = Errc::missing_argument, .offset = offset};
        if (!matches(core_.types(), given->type, import.type)) {
            return Error{.code = Errc::component_type_mismatch, .offset = offset};
        }
        WRT_CHECK(ordered_.push({.name = import.name,
                                 .sort = Sort::core_instance,
                                 .index = arguments_[*argument].index}));
    }
    WRT_CHECK(keep_ordered_arguments(first));
    WRT_CHECK(core_instances_.push(type.exports));
    WRT_CHECK(define({.kind = Definition::Kind::core_instantiate,
                      .a = module,
                      .c = entry(Sort::core_module, module),
                      .first = first,
                      .count = type.imports.count}));
    return push_entry(Sort::core_instance, core_instances_.size() - 1);
}

Status ComponentDecoder::decode_instance()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    switch (code) {
    case 0x00: {
        WRT_TRY(const uint32_t component, decode_index(Sort::component));
        return instantiate(component);
    }
    case 0x01: return decode_exports();
    default: return fail_byte(Errc::malformed_instance, offset, code);
    }
}

/// Of the arguments from `first` on those in ordered_ stay, in that order.
Status ComponentDecoder::keep_ordered_arguments(uint32_t first)
{
    arguments_.truncate(first);
    WRT_CHECK(arguments_.reserve(ordered_.size()));
    for (const Argument& argument : ordered_)
        arguments_.push_unchecked(argument);
    return ok();
}

/// `instantiate`: every import has an argument that may stand for it, resources of earlier
/// arguments standing for those of the imports, and the instance's type says so.
Status ComponentDecoder::instantiate(uint32_t component)
{
    const uint32_t offset = at_;
    WRT_TRY(const uint32_t count, count_of(limits::imports, Errc::too_many_imports));
    const uint32_t first = arguments_.size();
    const uint32_t scope = names_.new_scope();
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t place = reader().offset();
        Argument argument;
        WRT_TRY(argument.name, reader().name());
        WRT_TRY(const bool fresh,
                names_.insert(scope, NameTable::Mode::exact, argument.name, arguments_.size()));
        if (!fresh) return Error{.code = Errc::duplicate_argument, .offset = place};
        WRT_TRY(argument.sort, decode_sort(Errc::malformed_component_sort));
        WRT_TRY(argument.index, decode_index(argument.sort));
        // Types are told by their node: instances have no index space of types.
        if (argument.sort == Sort::type) argument.index = entry(Sort::type, argument.index);
        WRT_CHECK(push_argument(argument));
    }
    at_ = offset;
    const ComponentType type = components_[nodes_[resolve(entry(Sort::component, component))].a];
    renames_.clear();
    ordered_.clear();
    for (uint32_t i = 0; i < type.imports.count; ++i) {
        const ExternDecl import = externs_[type.imports.first + i];
        const uint32_t* const place = names_.find(scope, NameTable::Mode::exact, import.name);
        if (place == nullptr) return fail(Errc::missing_argument);
        const Argument& argument = arguments_[*place];
        const ExternDecl given = argument.sort == Sort::type
                                     ? ExternDecl{.name = {},
                                                  .sort = Sort::type,
                                                  .introduces = false,
                                                  .type = argument.index}
                                     : extern_of(argument.sort, argument.index);
        WRT_CHECK(check_match(given, import));
        WRT_CHECK(ordered_.push(argument));
    }
    WRT_CHECK(keep_ordered_arguments(first));
    // What every instance makes anew, this one has made.
    WRT_CHECK(spend(type.defined.count));
    for (uint32_t i = 0; i < type.defined.count; ++i) {
        WRT_TRY(const uint32_t node, add_resource(false));
        WRT_CHECK(defined_.push(nodes_[node].a));
        WRT_CHECK(bind_tracked(resource_lists_[type.defined.first + i], node));
    }
    ++epoch_;
    for (const auto& [wanted, given] : renames_) {
        notes_[wanted].memo_epoch = epoch_;
        notes_[wanted].memo = given;
    }
    for (uint32_t i = 0; i < type.exports.count; ++i) {
        const ExternDecl& exported = externs_[type.exports.first + i];
        if (exported.sort == Sort::core_module) continue;
        WRT_CHECK(substitute(exported.type));
    }
    WRT_TRY(const ExternList exports, rebuild(type.exports));
    undo_bindings(0);
    WRT_TRY(const uint32_t node, add_instance_type(exports, {}));
    WRT_CHECK(define({.kind = Definition::Kind::instantiate,
                      .a = component,
                      .b = node,
                      .c = resolve(entry(Sort::component, component)),
                      .first = first,
                      .count = type.imports.count}));
    return push_entry(Sort::instance, node);
}

/// An instance made of items of the component.
Status ComponentDecoder::decode_exports()
{
    WRT_TRY(const uint32_t count, count_of(limits::exports, Errc::too_many_exports));
    const uint32_t first = arguments_.size();
    declarations_.clear();
    // Names of its own, as a scope would have.
    const uint32_t own_names = top().export_names;
    const uint32_t own_resources = top().export_resources;
    top().export_names = names_.new_scope();
    top().export_resources = names_.new_scope();
    for (uint32_t i = 0; i < count; ++i) {
        WRT_TRY(const Name name, decode_name());
        WRT_TRY(ExternDecl declaration, decode_extern_index());
        Argument& argument = arguments_.back();
        argument.name = name.text;
        if (declaration.sort == Sort::type) {
            argument.index = declaration.type;
            WRT_TRY(declaration.type, add_alias(declaration.type));
        }
        declaration.name = name.text;
        WRT_CHECK(check_name(name, declaration, Role::export_));
        WRT_CHECK(declarations_.push(declaration));
    }
    top().export_names = own_names;
    top().export_resources = own_resources;
    WRT_TRY(const ExternList exports, add_externs(declarations_.as_span()));
    WRT_TRY(const uint32_t node, add_instance_type(exports, {}));
    WRT_CHECK(
        define({.kind = Definition::Kind::exports, .b = node, .first = first, .count = count}));
    return push_entry(Sort::instance, node);
}

Status ComponentDecoder::decode_alias(bool declarator)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const Sort sort, decode_sort(Errc::malformed_component_sort));
    const uint32_t target_offset = reader().offset();
    WRT_TRY(const uint8_t target, reader().byte());
    switch (target) {
    case 0x00: {
        if (declarator && sort != Sort::type && sort != Sort::instance) {
            return Error{.code = Errc::alias_not_allowed, .offset = offset};
        }
        WRT_TRY(const uint32_t instance, decode_index(Sort::instance));
        const uint32_t place = reader().offset();
        WRT_TRY(const std::string_view name, reader().name());
        const InstanceType& type = instances_[nodes_[resolve(entry(Sort::instance, instance))].a];
        const ExternDecl* const found = find_extern(type.exports, name);
        if (found == nullptr || found->sort != sort) {
            return Error{.code = Errc::unknown_export, .offset = place};
        }
        const ExternDecl exported = *found;
        WRT_CHECK(define({.kind = Definition::Kind::alias_export,
                          .sort = sort,
                          .a = instance,
                          .b = exported.type,
                          .name = name}));
        return push_extern(exported);
    }
    case 0x01: {
        if (declarator) return Error{.code = Errc::alias_not_allowed, .offset = offset};
        WRT_TRY(const uint32_t instance, decode_index(Sort::core_instance));
        const uint32_t place = reader().offset();
        WRT_TRY(const std::string_view name, reader().name());
        const CoreExternDecl* const found =
            find_core(core_instances_[entry(Sort::core_instance, instance)], {}, name);
        if (found == nullptr ||
            static_cast<uint8_t>(found->type.kind) != static_cast<uint8_t>(sort)) {
            return Error{.code = Errc::unknown_export, .offset = place};
        }
        WRT_CHECK(define({.kind = Definition::Kind::alias_core_export,
                          .sort = sort,
                          .a = instance,
                          .name = name}));
        if (sort == Sort::core_func) return push_entry(sort, found->type.type);
        WRT_CHECK(core_items_.push(found->type));
        return push_entry(sort, core_items_.size() - 1);
    }
    case 0x02:
        if (declarator && sort != Sort::core_type && sort != Sort::type) {
            return Error{.code = Errc::alias_not_allowed, .offset = offset};
        }
        return decode_outer_alias(sort, offset);
    default: return fail_byte(Errc::malformed_alias_target, target_offset, target);
    }
}

Status ComponentDecoder::decode_outer_alias(Sort sort, uint32_t offset)
{
    if (sort != Sort::core_module && sort != Sort::core_type && sort != Sort::type &&
        sort != Sort::component) {
        return Error{.code = Errc::malformed_component_sort, .offset = offset};
    }
    const uint32_t count_offset = reader().offset();
    WRT_TRY(const uint32_t count, reader().u32());
    const uint32_t place = reader().offset();
    WRT_TRY(const uint32_t index, reader().u32());
    if (count >= scopes_.size()) {
        return Error{.code = Errc::outer_alias_count,
                     .detail = Detail::count,
                     .offset = count_offset,
                     .expected = scopes_.size() - 1,
                     .actual = count};
    }
    const uint32_t scope = scopes_.size() - 1 - count;
    if (index >= space_size(sort, scope)) {
        return Error{.code = unknown(sort),
                     .detail = Detail::index,
                     .offset = place,
                     .expected = space_size(sort, scope),
                     .actual = index};
    }
    const uint32_t target = entry(sort, index, scope);
    bool leaves_component = false;
    for (uint32_t i = scope + 1; i < scopes_.size(); ++i) {
        leaves_component = leaves_component || scopes_[i].is_component();
    }
    if (leaves_component && sort == Sort::type) {
        at_ = offset;
        WRT_TRY(const bool free, mentions_free_resource(target));
        if (free) return Error{.code = Errc::outer_alias_of_resource, .offset = offset};
    }
    WRT_CHECK(
        define({.kind = Definition::Kind::alias_outer, .sort = sort, .a = count, .b = index}));
    return push_entry(sort, target);
}

}  // namespace wrt::decoder
