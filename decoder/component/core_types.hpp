// CoreTypes: the core types of a whole component binary, each once. Core modules number their types
// for themselves; here equal recursion groups of different modules get equal numbers, so that types
// of two modules can be compared.
#pragma once

#include <wrt/decoder/component_types.hpp>
#include <wrt/decoder/module.hpp>
#include <wrt/decoder/types.hpp>
#include <wrt/foundation/arena_resource.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/siphash.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>

namespace wrt::decoder {

/// Lives on the scratch end until the scope that it was made in is left.
class CoreTypes {
public:
    CoreTypes(Arena& arena, const uint64_t (&key)[2])
        : resource_{arena, End::scratch, Account::scratch},
          types_{&resource_},
          words_{arena},
          other_words_{arena},
          table_{arena},
          arena_{arena},
          key_{.low = key[0], .high = key[1]}
    {
    }

    const Types& types() const { return types_; }

    /// Numbers of all types of a module, in its order. The span lies in the arena.
    Result<std::span<const uint32_t>> intern(const Types& module);
    /// The number of a function type of number types.
    Result<uint32_t> intern_function(std::span<const ValType> params,
                                     std::span<const ValType> results);

    // A recursion group in the making: begin, then for each member define_* and its values or
    // fields, then end. Type indices in what is given are numbers of this pool; those of the group
    // itself begin at size().
    uint32_t size() const { return types_.size(); }
    Status begin_group(uint32_t count);
    Status define(CompositeKind kind, bool final, uint32_t supertype);
    Status add_value(ValType type, bool result);
    Status add_field(FieldType field);
    /// The number of the group's first member: that of an equal group met before, if there is one.
    /// Refuses where a member does not match its supertype, or no member of the pool is its
    /// supertype.
    Result<uint32_t> end_group(uint32_t offset);

    bool is_function(uint32_t type) const { return types_[type].kind == CompositeKind::func; }

private:
    Status write_words(const RecGroup& group, GrowingStack<uint32_t>& words) const;
    Status find(uint32_t group, uint32_t& twin);
    Status grow_table();
    bool extends_supertype(const TypeDef& def) const;

    ArenaResource resource_;
    Types types_;
    GrowingStack<uint32_t> words_;
    GrowingStack<uint32_t> other_words_;
    GrowingStack<uint32_t>
        table_;  ///< Open addressing; groups, or no_index. A power of two, at most half full.
    Arena& arena_;
    SipKey key_;
};

/// Whether something of type `given` may stand where `wanted` is imported (3.3.11 to 3.3.15 of the
/// core specification). The types are numbers of `types`.
bool matches(const Types& types, const CoreExternType& given, const CoreExternType& wanted);

}  // namespace wrt::decoder
