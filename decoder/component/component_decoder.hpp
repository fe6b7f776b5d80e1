// ComponentDecoder: what decode_component() does. One loop over a stack of scopes (components,
// component types, instance types), each step of which reads one item; nothing recurses over the
// input. Everything is kept in growing pools on the scratch end.
#pragma once

#include "component/core_types.hpp"
#include "component/names.hpp"

#include <wrt/decoder/component.hpp>
#include <wrt/foundation/byte_reader.hpp>
#include <wrt/foundation/growing_stack.hpp>

#include <array>
#include <cstdint>
#include <span>

namespace wrt::decoder {

/// Component section ids (Binary.md, "Component Definitions").
enum class ComponentSectionId : uint8_t {
    custom,
    core_module,
    core_instance,
    core_type,
    component,
    instance,
    alias,
    type,
    canon,
    start,
    import,
    export_,
    value,
};
inline constexpr uint32_t component_section_count = 13;

class ComponentDecoder {
public:
    ComponentDecoder(std::span<const uint8_t> binary, Arena& arena, const DecodeOptions& options);

    Status run();
    /// Valid after a good run(); views this object's pools.
    Component result() const;

private:
    /// What definitions are made in: the scopes that outer aliases count.
    struct Scope {
        enum class Kind : uint8_t { component, component_type, instance_type };

        Kind kind = Kind::component;
        ComponentSectionId section = ComponentSectionId::custom;
        bool in_section = false;
        uint32_t serial = 0;
        uint32_t items = 0;      ///< Left in the section, or declarators left in the type.
        uint32_t resources = 0;  ///< Slots given out.
        uint32_t import_names = 0;
        uint32_t export_names = 0;
        uint32_t import_resources = 0;  ///< Names of resources that annotated names may refer to.
        uint32_t export_resources = 0;
        // Where its part of each shared stack begins.
        std::array<uint32_t, sort_count> spaces{};
        uint32_t imports = 0, exports = 0;
        uint32_t imported = 0, defined = 0;
        uint32_t definitions = 0;
        uint32_t marks = 0;
        uint32_t depth = 0;  ///< Of component and type nesting.
        ByteReader reader{{}};
        ByteReader contents{{}};  ///< Of the section.

        bool is_component() const { return kind == Kind::component; }
    };

    /// An extern name with its attributes (`nameattributes`).
    struct Name {
        std::string_view text;
        std::string_view implements;
        bool has_implements = false;
        uint32_t offset = 0;
        ExternName parsed;
    };

    /// What stands beside each node while decoding.
    struct NodeNotes {
        uint32_t visible = 0;     ///< Twice the serial of the scope it has a name in, plus 1 where
                                  ///< only exports see it.
        uint32_t memo_epoch = 0;  ///< memo is what the substitution of that number made of it.
        uint32_t memo = 0;
    };

    /// Two types to be compared, or (undo) the end of a comparison of component types.
    struct Comparison {
        enum class What : uint8_t { externs, undo };

        What what = What::externs;
        Sort sort = Sort::func;
        bool introduces = false;
        bool equal = false;  ///< The same type, not only a subtype.
        bool named = false;  ///< Of types: an import or export, and not a part of a type.
        uint32_t given = 0;
        uint32_t wanted = 0;
    };

    /// What a list of value types flattens to, as far as it is of interest.
    struct FlatTypes {
        static constexpr uint32_t capacity = 17;

        std::array<ValType, capacity> types{};
        uint32_t size = 0;

        void add(ValType type) { types[size++] = type; }
        std::span<const ValType> span() const { return {types.data(), size}; }
    };

    enum class Role : uint8_t { import, export_ };

    // decode_component.cpp: the loop.
    Status step();
    Status begin_section(Scope& scope);
    Status end_section(Scope& scope);
    Status decode_item(ComponentSectionId section);
    Status begin_component(ByteReader reader, bool nested);
    Status end_component();
    Status open_scope(Scope::Kind kind);
    void close_scope();
    Status decode_core_module(ByteReader contents);
    Scope& top() { return scopes_.back(); }
    const Scope& top() const { return scopes_.back(); }
    /// What the item being decoded is read from.
    ByteReader& reader();
    Error fail(Errc code) const { return {.code = code, .offset = at_}; }
    Error fail_byte(Errc code, uint32_t offset, uint8_t byte) const
    {
        return {.code = code, .detail = Detail::hex, .offset = offset, .actual = byte};
    }

    // index_spaces.cpp
    uint32_t space_size(Sort sort) const { return space_size(sort, scopes_.size() - 1); }
    uint32_t space_size(Sort sort, uint32_t scope) const;
    uint32_t entry(Sort sort, uint32_t index) const
    {
        return entry(sort, index, scopes_.size() - 1);
    }
    uint32_t entry(Sort sort, uint32_t index, uint32_t scope) const;
    Status push_entry(Sort sort, uint32_t entry);
    /// Reads an index and checks that its space has it.
    Result<uint32_t> decode_index(Sort sort);
    Result<Sort> decode_sort(Errc malformed);
    Result<Sort> decode_core_sort(uint8_t code, uint32_t offset, Errc malformed) const;
    Status define(Definition definition);
    Status push_argument(const Argument& argument) { return arguments_.push(argument); }
    static Errc unknown(Sort sort);
    Result<bool> decode_flag();
    Result<uint32_t> count_of(uint32_t limit, Errc too_many);

    // decode_types.cpp
    Status decode_type(bool declarator);
    Status decode_declarator();
    Status finish_type_scope();
    Status push_type(uint32_t node) { return push_entry(Sort::type, node); }
    Result<ComponentValType> decode_value_type();
    Result<ComponentValType> decode_optional_value_type();
    Result<ComponentValType> decode_result_list();
    Result<uint32_t> decode_value_type_node(uint8_t code, uint32_t offset);
    Result<uint32_t> decode_func_type(bool async);
    Status decode_labels(ComponentTypeNode& node, bool typed, bool optional);
    Status decode_resource_type(bool declarator);
    Result<std::string_view> decode_label(uint32_t scope);
    Result<uint32_t> decode_resource_index();

    // type_nodes.cpp
    Result<uint32_t> add_node(ComponentTypeNode node);
    Status measure(ComponentTypeNode& node);
    Status measure_child(ComponentTypeNode& node, ComponentValType type);
    Status measure_node(ComponentTypeNode& node, uint32_t child);
    Status measure_externs(ComponentTypeNode& node, const ExternList& list);
    Status lay_out(ComponentTypeNode& node) const;
    ValueLayout layout_of(ComponentValType type) const;
    uint8_t flags_of(ComponentValType type) const;
    Result<uint32_t> add_alias(uint32_t node);
    Result<uint32_t> add_resource(bool local);
    Result<ExternList> add_externs(std::span<const ExternDecl> declarations);
    Result<ResourceList> add_resources(std::span<const uint32_t> resources);
    Result<uint32_t> add_instance_type(ExternList exports, ResourceList bound);
    Result<uint32_t> add_component_type(const ComponentType& type);
    uint32_t resolve(uint32_t node) const;
    ComponentTypeKind kind_of(uint32_t node) const { return nodes_[resolve(node)].kind; }
    const ExternDecl* find_extern(const ExternList& list, std::string_view name) const;
    Status spend(uint32_t steps);

    // decode_core_types.cpp
    Status decode_core_type(bool declarator);
    Result<uint32_t> decode_module_type();
    Status decode_rec_group(uint8_t code, uint32_t offset, GrowingStack<uint32_t>& space,
                            uint32_t base);
    Status decode_core_def(uint8_t code, uint32_t offset, GrowingStack<uint32_t>& space,
                           uint32_t base, uint32_t group, uint32_t count);
    Result<ValType> number_type(ValType type, const GrowingStack<uint32_t>& space, uint32_t base,
                                uint32_t group, uint32_t count, uint32_t offset) const;
    Result<CoreExternType> decode_core_extern_type(const GrowingStack<uint32_t>& space,
                                                   uint32_t base);
    Result<uint32_t> core_type_at(const GrowingStack<uint32_t>& space, uint32_t base,
                                  uint32_t index, uint32_t offset) const;
    Result<uint32_t> module_type_of(const Module& module);
    Result<CoreExternList> add_core_externs(std::span<const CoreExternDecl> declarations);
    const CoreExternDecl* find_core(const CoreExternList& list, std::string_view module,
                                    std::string_view name) const;
    Status check_core_names(std::span<const CoreExternDecl> declarations, bool imports);

    // decode_externs.cpp
    Result<Name> decode_name();
    Status check_name(const Name& name, const ExternDecl& declaration, Role role);
    Status check_annotated(const Name& name, const ExternDecl& declaration, Role role);
    Result<ExternDecl> decode_extern_type(Role role);
    Status decode_import();
    Status decode_export();
    Status decode_export_declarator();
    Status push_extern(const ExternDecl& declaration);
    Result<ExternDecl> decode_extern_index();

    // decode_instances.cpp
    Status decode_core_instance();
    Status decode_instance();
    Status instantiate(uint32_t component);
    Status keep_ordered_arguments(uint32_t first);
    Status decode_exports();
    Status decode_alias(bool declarator);
    Status decode_outer_alias(Sort sort, uint32_t offset);
    Result<uint32_t> freshen(uint32_t instance, GrowingStack<uint32_t>& introduced);
    Result<bool> mentions_free_resource(uint32_t node);
    ExternDecl extern_of(Sort sort, uint32_t index) const;

    // visibility.cpp
    Status check_visible(const ExternDecl& declaration, Role role);
    bool is_visible(uint32_t node, Role role) const;
    Status mark_visible(uint32_t node, Role role);
    Status push_children(uint32_t node);

    // substitute.cpp
    Status bind_tracked(uint32_t resource, uint32_t node);
    void undo_bindings(uint32_t trail);
    uint32_t resource_of(uint32_t node) const;
    Status substitute(uint32_t node);
    bool is_substituted(uint32_t node) const;
    Status push_missing(uint32_t node);
    Result<uint32_t> rebuild(uint32_t node);
    uint32_t replaced(uint32_t node) const;
    ComponentValType replaced(ComponentValType type) const;
    Result<ExternList> rebuild(const ExternList& list);

    // match.cpp
    Status check_match(const ExternDecl& given, const ExternDecl& wanted);
    Status compare(const Comparison& pair);
    Status compare_types(const Comparison& pair);
    Status compare_nodes(uint32_t given, uint32_t wanted, bool equal);
    Status compare_value_types(ComponentValType given, ComponentValType wanted);
    Status compare_fields(const ComponentTypeNode& given, const ComponentTypeNode& wanted);
    Status compare_instances(const ExternList& given, const ExternList& wanted, bool equal);
    Status compare_components(const ComponentType& given, const ComponentType& wanted, bool equal);
    Status compare_externs(const ExternDecl* given, const ExternDecl& wanted, bool equal);
    Status compare_modules(uint32_t given, uint32_t wanted);

    // decode_canon.cpp
    Status decode_canon();
    Status decode_lift();
    Status decode_lower();
    Result<CanonOptions> decode_options();
    Status define_core_function(Definition definition, std::span<const ValType> params,
                                std::span<const ValType> results);
    Status flatten_function(const CanonOptions& options, bool lift, const ComponentTypeNode& func,
                            FlatTypes& params, FlatTypes& results);
    Status check_options(const CanonOptions& options, bool lift, const ComponentTypeNode& func);
    Status check_signature(uint32_t core_func, std::span<const ValType> params,
                           std::span<const ValType> results, Errc code) const;
    Status flatten(ComponentValType type, FlatTypes& flat);

    // decode_builtins.cpp
    Status decode_builtin(uint8_t code, uint32_t offset);
    Status define_builtin(const Definition& definition, std::initializer_list<ValType> params,
                          std::initializer_list<ValType> results);
    Result<uint32_t> decode_typed_index(ComponentTypeKind kind);
    Status decode_task_return(Definition definition);
    Status decode_copy(Definition definition);
    Status decode_new_thread(Definition definition);

    std::span<const uint8_t> binary_;
    Arena& arena_;
    const DecodeOptions& options_;
    uint32_t at_ = 0;  ///< Offset of the item being decoded.
    uint32_t next_serial_ = 1;
    uint64_t steps_ = 0;  ///< Spent on types that are walked again.
    uint32_t epoch_ = 0;
    uint32_t defined_components_ = 0;

    CoreTypes core_;
    NameTable names_;

    GrowingStack<Scope> scopes_;
    std::array<GrowingStack<uint32_t>, sort_count> spaces_;
    GrowingStack<ExternDecl> imports_, exports_;   ///< Of the open scopes.
    GrowingStack<uint32_t> imported_, defined_;    ///< Resources of the open scopes.
    GrowingStack<Definition> open_definitions_;    ///< Of the open components.
    GrowingStack<std::array<uint32_t, 2>> marks_;  ///< Nodes and what notes of theirs to restore.

    // The pools.
    GrowingStack<ComponentTypeNode> nodes_;
    GrowingStack<NodeNotes> notes_;
    GrowingStack<ComponentField> fields_;
    GrowingStack<ExternDecl> externs_;
    GrowingStack<uint32_t> orders_;
    GrowingStack<InstanceType> instances_;
    GrowingStack<ComponentType> components_;
    GrowingStack<ResourceType> resources_;
    GrowingStack<uint32_t>
        bindings_;  ///< Beside resources_: the node that stands for it now, or no_index.
    GrowingStack<uint32_t> resource_lists_;
    GrowingStack<ModuleType> modules_;
    GrowingStack<CoreExternDecl> core_externs_;
    GrowingStack<CoreExternType>
        core_items_;  ///< What core tables, memories, globals and tags are.
    GrowingStack<CoreExternList> core_instances_;
    GrowingStack<ComponentDef> component_defs_;
    GrowingStack<CoreModuleDef> module_defs_;
    GrowingStack<Definition> definitions_;
    GrowingStack<Argument> arguments_;
    GrowingStack<CanonOptions> canon_options_;

    // Work lists.
    GrowingStack<uint32_t> work_;
    GrowingStack<uint32_t> trail_;  ///< Resources bound while matching.
    GrowingStack<Comparison> comparisons_;
    GrowingStack<std::array<uint32_t, 2>>
        renames_;                       ///< Types that are imported, and what was given for them.
    uint32_t components_compared_ = 0;  ///< Comparisons of component types that are open.
    GrowingStack<ExternDecl> declarations_;
    GrowingStack<Argument> ordered_;
    GrowingStack<CoreExternDecl> core_declarations_;
    GrowingStack<uint32_t> module_space_;
};

/// Core type space entries that are module types.
inline constexpr uint32_t module_type_flag = 1u << 31;

}  // namespace wrt::decoder
