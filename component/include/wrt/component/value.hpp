// Value: a value of any type of the Component Model, for who learns the types at run time. It is a
// typed place in the memory of a call: reading it is looking there, and what is written is what the
// call is given, so that nothing is converted in between.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <wrt/component/imports.hpp>

namespace wrt::component {

class Value {
public:
    using Kind = decoder::ComponentTypeKind;
    using Primitive = decoder::PrimitiveType;

    /// `at` has room for a value of the type, a multiple of its alignment. Bytes of a value that is
    /// to be written are zero before.
    Value(const decoder::ComponentTypes& types, decoder::ComponentValType type, HostMemory& memory,
          uint32_t at) noexcept
        : types_{&types}, type_{types.plain(type)}, memory_{&memory}, at_{at}
    {
    }

    const decoder::ComponentTypes& types() const noexcept { return *types_; }
    decoder::ComponentValType type() const noexcept { return type_; }
    bool is_primitive() const noexcept { return type_.is_primitive(); }
    Primitive primitive() const noexcept { return type_.primitive(); }
    /// Of what is not primitive.
    Kind kind() const noexcept { return (*types_)[type_.node()].kind; }

    // Numbers, bool, char: the bits, in as many low bytes as the type has. Resources: the handle.
    uint64_t bits() const noexcept;
    void set_bits(uint64_t bits) noexcept;

    // Strings: UTF-8, in the call's memory.
    std::string_view text() const noexcept;
    /// Errors: exhaustion.
    Status set_text(std::string_view text) noexcept;

    /// Fields of records and tuples; elements of lists, of fixed ones too, and pairs of maps;
    /// labels of flags; cases of variants and enums, 2 of options and results.
    uint32_t size() const noexcept;
    /// Field, label or case.
    std::string_view name(uint32_t i) const noexcept;
    /// Field or element. Of the pairs of a map: key(), item().
    Value part(uint32_t i) const noexcept;
    Value key(uint32_t i) const noexcept;
    Value item(uint32_t i) const noexcept;
    /// Makes a list of `count` elements, or a map, all zero. Errors: exhaustion.
    Status resize(uint32_t count) noexcept;
    /// Leaves the first `count` elements of a list or map.
    void shrink(uint32_t count) noexcept;

    // Flags.
    bool has(uint32_t label) const noexcept { return (bits() >> label & 1) != 0; }
    void set(uint32_t label) noexcept { set_bits(bits() | uint64_t{1} << label); }

    // Variants, enums, options (some is 1), results (error is 1).
    uint32_t case_index() const noexcept;
    void set_case(uint32_t index) noexcept;
    /// The payload of the case that it is; none where it has none.
    std::optional<Value> payload() const noexcept;
    /// The type that a case carries, or none.
    decoder::ComponentValType payload_type(uint32_t index) const noexcept;

private:
    const decoder::ComponentTypeNode& node() const noexcept { return (*types_)[type_.node()]; }
    Value at(decoder::ComponentValType type, uint32_t place) const noexcept
    {
        return Value{*types_, type, *memory_, place};
    }
    uint32_t bytes() const noexcept;
    Value in_pair(uint32_t i, bool second) const noexcept;
    decoder::ValueLayout element_layout() const noexcept;
    std::pair<uint32_t, uint32_t> range() const noexcept;

    const decoder::ComponentTypes* types_;
    decoder::ComponentValType type_;
    HostMemory* memory_;
    uint32_t at_;
};

/// A param of a host function, and the room for its result (of a function that has one).
Value param_of(HostCall& call, uint32_t i) noexcept;
Value result_of(HostCall& call) noexcept;

/// Room for all params of a function, zeroed; Values of them; and for its result.
struct DynamicCall {
    const Func& func;
    HostMemory& memory;
    uint32_t args = 0;
    uint32_t result = 0;

    /// In the world's own memory, as a typed call. Errors: exhaustion.
    static Result<DynamicCall> begin(World& world, const Func& func) noexcept;
    Value param(uint32_t i) const noexcept;
    Value returned() const noexcept;
    Status run(World& world) const noexcept { return call(world, func, memory, args, result); }
};

}  // namespace wrt::component
