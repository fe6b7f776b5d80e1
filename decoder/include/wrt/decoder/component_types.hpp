// The types of the Component Model: value types, functions, instances, components, resources and
// core modules, as nodes of one pool with names left in the binary.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-definitions
#pragma once

#include <wrt/decoder/types.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace wrt::decoder {

/// The index spaces of a component ("sorts"): eight of core definitions, five of its own.
enum class Sort : uint8_t {
    core_func,
    core_table,
    core_memory,
    core_global,
    core_tag,
    core_type,
    core_module,
    core_instance,
    func,
    value,
    type,
    component,
    instance,
};
inline constexpr uint32_t sort_count = 13;

/// "core func", "instance": as the text format writes it.
std::string_view name_of(Sort) noexcept;

/// The primitive value types, in the order of their codes from 0x7f down; the last one has 0x64.
enum class PrimitiveType : uint8_t {
    bool_,
    s8,
    u8,
    s16,
    u16,
    s32,
    u32,
    s64,
    u64,
    f32,
    f64,
    char_,
    string,
    error_context,
};

/// A value type (`valtype`): a primitive one, the index of a node, or none (a case without
/// payload).
class ComponentValType {
public:
    constexpr ComponentValType() = default;  ///< none
    constexpr explicit ComponentValType(PrimitiveType type)
        : bits_{primitive_flag | static_cast<uint32_t>(type)}
    {
    }
    static constexpr ComponentValType of_node(uint32_t node) { return of_bits(node); }
    static constexpr ComponentValType of_bits(uint32_t bits)
    {
        ComponentValType type;
        type.bits_ = bits;
        return type;
    }

    constexpr uint32_t bits() const { return bits_; }
    constexpr bool is_none() const { return bits_ == none_bits; }
    constexpr bool is_primitive() const { return (bits_ & primitive_flag) != 0 && !is_none(); }
    constexpr bool is_node() const { return (bits_ & primitive_flag) == 0; }
    constexpr PrimitiveType primitive() const { return static_cast<PrimitiveType>(bits_ & 0xf); }
    constexpr uint32_t node() const { return bits_; }

    friend constexpr bool operator==(ComponentValType, ComponentValType) = default;

private:
    static constexpr uint32_t primitive_flag = 1u << 31;
    static constexpr uint32_t none_bits = 0xffffffffu;

    uint32_t bits_ = none_bits;
};

enum class ComponentTypeKind : uint8_t {
    alias,       ///< `first` is the node that it stands for: an import or export gives a type a new
                 ///< name. `a` is the one behind all aliases.
    primitive,   ///< `a` is a PrimitiveType.
    record,      ///< `count` fields from `first`.
    variant,     ///< `count` cases from `first`; `a` is the offset of the payload in memory.
    list,        ///< `a` is the element (bits of a ComponentValType).
    fixed_list,  ///< `a` is the element, `b` the length.
    tuple,       ///< `count` fields without names from `first`.
    flags,       ///< `count` labels from `first`.
    enum_,       ///< `count` labels from `first`.
    option,      ///< `a` is the payload.
    result,      ///< `a` is the ok type, `b` the error type; either may be none.
    own,         ///< `a` is the node of the resource type, or of an alias of it.
    borrow,      ///< The same.
    stream,      ///< `a` is the element, or none.
    future,      ///< The same.
    map,         ///< `a` is the key, `b` the value.
    resource,    ///< `a` is the resource's number.
    func,        ///< `count` params from `first`, `a` is the result or none.
    instance,    ///< `a` is its number among the instance types.
    component,   ///< `a` is its number among the component types.
};

/// A field, case, label or parameter. Names lie in the binary.
struct ComponentField {
    std::string_view name{};
    ComponentValType type{};
};

/// How a value lies in memory (canonical ABI, "alignment" and "element size").
struct ValueLayout {
    uint32_t size = 0;    ///< Bytes where pointers have 32 bits; below 2^28.
    uint32_t size64 = 0;  ///< Bytes where they have 64.
    uint8_t align = 1;
    uint8_t align64 = 1;
    uint8_t flat_count = 0;  ///< Core values it flattens to; more than 16 are given as 17.
};

ValueLayout layout_of(PrimitiveType type);

/// Bytes of the smallest unsigned integer that tells `cases` cases apart, and of the flags of
/// `labels` labels.
constexpr uint8_t discriminant_bytes(uint32_t cases)
{
    if (cases <= 0x100) return 1;
    return cases <= 0x10000 ? 2 : 4;
}
constexpr uint8_t flags_bytes(uint32_t labels)
{
    if (labels <= 8) return 1;
    return labels <= 16 ? 2 : 4;
}
constexpr uint32_t aligned_up(uint32_t offset, uint32_t align)
{
    return (offset + align - 1) & ~(align - 1);
}

/// One type. Immutable once made.
struct ComponentTypeNode {
    static constexpr uint8_t has_resource = 1;  ///< Mentions a resource.
    static constexpr uint8_t has_borrow = 2;    ///< A value type that contains a borrow.
    static constexpr uint8_t has_pointer = 4;   ///< Contains a list, a string or a map.
    static constexpr uint8_t is_async = 8;      ///< An `async` function type.
    static constexpr uint8_t has_alias = 16;    ///< Mentions an alias.

    ComponentTypeKind kind = ComponentTypeKind::primitive;
    uint8_t flags = 0;
    uint16_t depth = 1;  ///< Nesting; at most limits::component_type_depth.
    uint32_t first = 0;
    uint32_t count = 0;
    uint32_t a = 0;
    uint32_t b = 0;
    uint32_t effective_size = 1;  ///< With everything that it is made of, aliases expanded.
    ValueLayout layout{};         ///< Of value types only.
};

/// An import or export of an instance or component type.
struct ExternDecl {
    std::string_view name{};
    Sort sort = Sort::func;
    /// Of types: it introduces the resource (`sub resource`), and does not only name one (`eq`).
    bool introduces = false;
    /// A node; of core modules the number of a module type; of values the bits of a value type.
    uint32_t type = 0;
};

/// Imports or exports in their order, and their order by name.
struct ExternList {
    uint32_t first = 0;  ///< In the pool of ExternDecl.
    uint32_t count = 0;
    uint32_t order = 0;  ///< In the pool of orders: `count` places below `count`, by name.
};

/// Numbers of resources, in their pool.
struct ResourceList {
    uint32_t first = 0;
    uint32_t count = 0;
};

struct InstanceType {
    ExternList exports{};
    ResourceList bound{};  ///< Those that every import or export of such an instance makes anew.
};

struct ComponentType {
    ExternList imports{};
    ExternList exports{};
    ResourceList imported{};  ///< Those that its imports introduce: what arguments stand in for.
    ResourceList defined{};   ///< Those that every instance makes anew.
};

/// A resource type: each definition, import and instantiation makes one of its own.
struct ResourceType {
    uint32_t node = 0;   ///< Its canonical node.
    uint32_t scope = 0;  ///< Serial number of the component or type that made it.
    uint32_t slot = 0;   ///< Its place among the resources of that scope.
    bool local = false;  ///< Defined there, with `resource`.
};

/// What a core module imports or exports, and core instances hold.
struct CoreExternType {
    ExternKind kind = ExternKind::func;
    uint8_t page_shift = 16;  ///< Of a memory.
    bool mut = false;         ///< Of a global.
    ValType value{};          ///< A global's type or a table's elements.
    uint32_t type = 0;        ///< Of functions and tags: type index in the pool of core types.
    Limits limits{};          ///< Of tables and memories.
};

struct CoreExternDecl {
    std::string_view module{};  ///< Of imports only.
    std::string_view name{};
    CoreExternType type{};
};

/// Core imports or exports in their order, and by name (imports by module, then name).
struct CoreExternList {
    uint32_t first = 0;
    uint32_t count = 0;
    uint32_t order = 0;
};

struct ModuleType {
    CoreExternList imports;
    CoreExternList exports;
};

}  // namespace wrt::decoder
