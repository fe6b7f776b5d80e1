// Component: what a component binary says, decoded and validated: its types, and for each component
// in it the definitions in their order, which are what instantiation carries out.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md
#pragma once

#include <wrt/decoder/component_types.hpp>
#include <wrt/decoder/decode.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace wrt::decoder {

enum class StringEncoding : uint8_t { utf8, utf16, latin1_utf16 };

/// The canonical options of a `canon` definition (`canonopt`). Indices are those of the component's
/// core index spaces, or no_index.
struct CanonOptions {
    StringEncoding encoding = StringEncoding::utf8;
    bool async = false;
    uint32_t memory = no_index;
    uint32_t realloc = no_index;
    uint32_t post_return = no_index;
    uint32_t callback = no_index;
};

/// The canonical definitions other than lift and lower, by their codes (Binary.md, "Canonical
/// Definitions").
enum class CanonBuiltin : uint8_t {
    resource_new = 0x02,
    resource_drop = 0x03,
    resource_rep = 0x04,
    task_cancel = 0x05,
    subtask_cancel = 0x06,
    task_return = 0x09,
    context_get = 0x0a,
    context_set = 0x0b,
    thread_yield = 0x0c,
    subtask_drop = 0x0d,
    stream_new = 0x0e,
    stream_read = 0x0f,
    stream_write = 0x10,
    stream_cancel_read = 0x11,
    stream_cancel_write = 0x12,
    stream_drop_readable = 0x13,
    stream_drop_writable = 0x14,
    future_new = 0x15,
    future_read = 0x16,
    future_write = 0x17,
    future_cancel_read = 0x18,
    future_cancel_write = 0x19,
    future_drop_readable = 0x1a,
    future_drop_writable = 0x1b,
    error_context_new = 0x1c,
    error_context_debug_message = 0x1d,
    error_context_drop = 0x1e,
    waitable_set_new = 0x1f,
    waitable_set_wait = 0x20,
    waitable_set_poll = 0x21,
    waitable_set_drop = 0x22,
    waitable_join = 0x23,
    backpressure_inc = 0x24,
    backpressure_dec = 0x25,
    thread_index = 0x26,
    thread_new_indirect = 0x27,
    thread_resume_later = 0x28,
    thread_suspend = 0x29,
    thread_suspend_then_resume = 0x2a,
    thread_yield_then_resume = 0x2b,
    thread_suspend_then_promote = 0x2c,
    thread_yield_then_promote = 0x2d,
};

/// The type of a core function that a canonical definition makes: numbers only, at most one result.
struct CoreSignature {
    static constexpr uint32_t max_params = 18;

    uint8_t params = 0;
    uint8_t results = 0;
    uint64_t kinds = 0;  ///< Two bits each: i32, i64, f32, f64; the params, then the result.

    constexpr ValType type(uint32_t place) const
    {
        return ValType{
            static_cast<ValKind>(static_cast<uint8_t>(ValKind::i32) + (kinds >> (2 * place) & 3))};
    }
    constexpr void add(ValType type, bool result)
    {
        const auto kind = static_cast<uint64_t>(type.kind()) - static_cast<uint64_t>(ValKind::i32);
        kinds |= kind << (2 * (params + results));
        ++(result ? results : params);
    }
};

/// One step of instantiating a component. What a kind uses of the fields is said beside it; indices
/// are of the index spaces of the component, which grow by what each step defines.
struct Definition {
    enum class Kind : uint8_t {
        core_module,       ///< a: number among the binary's core modules.
        core_instantiate,  ///< a: core module; c: its module type; args: for each import its field
                           ///< and the core instance it is in.
        core_exports,      ///< args: what the core instance holds, by name.
        component,         ///< a: number among the binary's components.
        instantiate,   ///< a: component; c: node of its type; b: node of the instance's type; args:
                       ///< one for each import, in order.
        exports,       ///< b: node of the instance's type; args: what it holds, in the order of the
                       ///< type.
        alias_export,  ///< sort; a: instance; b: node of a type or instance; name.
        alias_core_export,  ///< sort; a: core instance; name.
        alias_outer,        ///< sort; a: how many scopes out, 1 the enclosing one; b: index there.
        resource,  ///< a: number of the resource; b: core function that destroys, or no_index.
        lift,      ///< a: core function; b: node of the function's type; options.
        lower,     ///< a: function; b: node of its type; options.
        builtin,   ///< builtin; a, b: see CanonBuiltinArguments; options.
        import,    ///< sort; name; b: type, as in an ExternDecl.
        export_,   ///< sort; a: index, of types the node; name; b: type, as in an ExternDecl.
    };

    Kind kind = Kind::core_module;
    Sort sort = Sort::func;
    CanonBuiltin builtin = CanonBuiltin::resource_new;
    uint8_t flags = 0;  ///< Of a builtin: bit 0 async or cancellable or shared.
    uint32_t a = 0;
    uint32_t b = 0;
    uint32_t c = 0;
    uint32_t first = 0;  ///< Arguments, in their pool.
    uint32_t count = 0;
    uint32_t options = no_index;  ///< In the pool of options.
    CoreSignature signature{};    ///< Of the core function that lower or a builtin defines.
    std::string_view name{};
};

// What `a` and `b` of a builtin's Definition are:
//   resource.*            a: node of the resource type
//   task.return           a: bits of the result's value type, none without
//   stream.* future.*     a: node of the stream or future type
//   context.*             a: the slot
//   waitable-set.wait, .poll   a: core memory
//   thread.new-indirect   a: type index in the pool of core types; b: core table

/// An argument of an instantiation, or an export that is written in place.
struct Argument {
    std::string_view name{};
    Sort sort = Sort::func;
    uint32_t index = 0;  ///< Of types: the node.
};

/// A component of the binary: the outermost is the last.
struct ComponentDef {
    uint32_t first = 0;  ///< Its definitions, in their pool.
    uint32_t count = 0;
    uint32_t type = 0;                ///< Node of its type.
    uint32_t scope = 0;               ///< Serial number; resources name the scope that made them.
    uint32_t resources = 0;           ///< How many resources it has slots for.
    uint32_t sizes[sort_count] = {};  ///< Of its index spaces when it is complete.
};

/// A core module in the binary.
struct CoreModuleDef {
    uint32_t offset = 0;
    uint32_t size = 0;
    uint32_t type = 0;  ///< Its module type.
};

/// The pools that all types of a binary lie in.
struct ComponentTypes {
    std::span<const ComponentTypeNode> nodes;
    std::span<const ComponentField> fields;
    std::span<const ExternDecl> externs;
    std::span<const uint32_t> orders;
    std::span<const InstanceType> instances;
    std::span<const ComponentType> components;
    std::span<const ResourceType> resources;
    std::span<const uint32_t> resource_lists;
    std::span<const ModuleType> modules;
    std::span<const CoreExternDecl> core_externs;

    const ComponentTypeNode& operator[](uint32_t node) const { return nodes[node]; }
    /// The node that a chain of aliases ends at.
    uint32_t resolve(uint32_t node) const
    {
        return nodes[node].kind == ComponentTypeKind::alias ? nodes[node].a : node;
    }
    std::span<const ComponentField> fields_of(const ComponentTypeNode& node) const
    {
        return fields.subspan(node.first, node.count);
    }
    std::span<const ExternDecl> list(const ExternList& list) const
    {
        return externs.subspan(list.first, list.count);
    }
    /// The declaration of that name, or nullptr. Logarithmic.
    const ExternDecl* find(const ExternList& list, std::string_view name) const;
    const CoreExternDecl* find(const CoreExternList& list, std::string_view module,
                               std::string_view name) const;
    /// How values of the type lie in memory.
    ValueLayout layout_of(ComponentValType type) const
    {
        if (type.is_none()) return {};
        return type.is_primitive() ? decoder::layout_of(type.primitive())
                                   : nodes[type.node()].layout;
    }
    /// Where in a node's type an alias of a primitive one stands, that one; else the type itself,
    /// aliases resolved.
    ComponentValType plain(ComponentValType type) const
    {
        if (!type.is_node()) return type;
        const uint32_t node = resolve(type.node());
        if (nodes[node].kind != ComponentTypeKind::primitive)
            return ComponentValType::of_node(node);
        return ComponentValType{static_cast<PrimitiveType>(nodes[node].a)};
    }
};

/// A decoded component. It views the binary and the arena scope it was made in.
struct Component {
    std::span<const uint8_t> binary;
    ComponentTypes types;
    std::span<const ComponentDef> components;
    std::span<const CoreModuleDef> modules;
    std::span<const Definition> definitions;
    std::span<const Argument> arguments;
    std::span<const CanonOptions> options;

    const ComponentDef& outermost() const { return components.back(); }
};

/// Decodes and validates a component, core modules in it included, on the scratch end of the arena.
/// Call it in a scope: everything that was taken is freed when that is left. Iterative; time and
/// memory are linear in the bytes but for the types that instantiations copy, which
/// limits::component_type_steps bounds. Errors: malformed, invalid, exhaustion, unsupported (a
/// limit of limits.hpp, or a gated feature). Does not throw.
Result<Component> decode_component(std::span<const uint8_t> binary, Arena& arena,
                                   const DecodeOptions& options = {}) noexcept;

/// Enters a Decoder scope on the scratch end, decodes into it, calls `Status consume(const
/// Component&)` and leaves it: what should stay, `consume` puts on the retained end. The component
/// is gone on return.
template <class Consume>
Status decode_component_streaming(std::span<const uint8_t> binary, Arena& arena,
                                  const DecodeOptions& options, Consume&& consume)
{
    const size_t budget =
        options.scope_budget != 0 ? options.scope_budget : arena.full_budget(LibraryId::decoder);
    WRT_TRY(ScopeGuard scope,
            arena.enter(LibraryId::decoder, "decode_component", budget, End::scratch));
    {
        WRT_TRY(const Component component, decode_component(binary, arena, options));
        WRT_CHECK(std::forward<Consume>(consume)(component));
    }
    return scope.exit();
}

}  // namespace wrt::decoder
