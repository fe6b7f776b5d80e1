// Lifting and lowering in one: values go from one side of a call to the other, each side a memory
// with its own string encoding, allocator and handles, or flat core values. No host value lies
// between, and nothing recurses over types.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#loading
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <wrt/foundation/limits.hpp>

#include "model/instance.hpp"

namespace wrt::component {

/// Where a value is: at an address of the side's memory, or from a place of its flat values on.
struct Place {
    uint32_t at = 0;
    bool flat = false;
};

/// One side of a call.
struct Side {
    Instance* instance = nullptr;      ///< Whose handles are meant.
    MemoryInstance* memory = nullptr;  ///< Null: `host`, or none.
    HostMemory* host = nullptr;
    FuncInstance* realloc = nullptr;
    StringEncoding encoding = StringEncoding::utf8;
    std::span<Slot> flat;

    /// The bytes as they are now: ask again after whatever may allocate.
    std::span<uint8_t> bytes() const
    {
        if (memory != nullptr) return {memory->base, static_cast<size_t>(memory->size)};
        return host != nullptr ? host->bytes() : std::span<uint8_t>{};
    }
};

/// The largest string or list that crosses, in bytes (MAX_STRING_BYTE_LENGTH and its like, plus
/// one).
inline constexpr uint64_t max_transfer_bytes = uint64_t{1} << 28;

/// Whether [at, at + size) lies in the side's memory, `at` being a multiple of `align`; else the
/// trap.
Status check_range(const Side& side, uint64_t at, uint64_t size, uint32_t align, Errc outside);

/// One call's transfers, in either direction.
class Transfer {
public:
    /// `types` says what resources the nodes mean: the instance whose function is called. `task`
    /// counts the borrows that it gets, `lends` keeps what was lent for it.
    Transfer(World& world, const Instance& types, Task& task, Lends& lends)
        : world_(world), types_(types), pools_(types.types()), task_(task), lends_(lends)
    {
    }

    /// Moves one value. Places in memory have been checked.
    Status run(ComponentValType type, Side& from, Place source, Side& to, Place target);
    /// Moves values one behind the other, as the fields of a record.
    Status run_fields(std::span<const decoder::ComponentField> fields, Side& from, Place source,
                      Side& to, Place target);

    /// The same, but bytes of lists stay where they are: the target is told where that is.
    Status lend_fields(std::span<const decoder::ComponentField> fields, Side& from, Place source,
                       Side& to, Place target);

    /// `size` bytes of the side's memory, by its realloc; checked.
    Result<uint32_t> allocate(Side& side, uint32_t align, uint64_t size);
    Result<uint32_t> reallocate(Side& side, uint32_t old, uint64_t old_size, uint32_t align,
                                uint64_t size);

private:
    /// A record's fields or a list's elements that are left.
    struct Frame {
        ComponentValType element;  ///< Of lists.
        uint32_t node = no_index;  ///< Of records; of maps.
        uint32_t next = 0;
        uint32_t count = 0;
        Place source;
        Place target;
    };
    static constexpr uint32_t max_depth = limits::component_type_depth + 2;

    template <class Move>
    Status each_field(std::span<const decoder::ComponentField> fields, Place source, Place target,
                      Move&& move);
    Status value(ComponentValType type, Place source, Place target);
    Status primitive(PrimitiveType type, Place source, Place target);
    Status list(ComponentValType element, decoder::ValueLayout layout, uint32_t map, Place source,
                Place target);
    Status records(const ComponentTypeNode& record, uint32_t count, Place source, Place target);
    bool has_only_primitives(const ComponentTypeNode& node) const;
    Status string(Place source, Place target);
    Status handle(const ComponentTypeNode& node, Place source, Place target);
    Status error_context(Place source, Place target);
    Status readable_end(const ComponentTypeNode& node, Place source, Place target);
    Result<uint32_t> discriminant(uint32_t cases, Place source, Place target);
    Status drain();
    Status look_for_interrupt();
    void push(const Frame& frame);
    void step(Frame& frame, Place& source, Place& target, ComponentValType& type);
    decoder::ValueLayout pair_layout(const ComponentTypeNode& map) const;
    Status charge(uint64_t bytes);
    uint32_t payload_offset(uint32_t cases, ComponentValType first, ComponentValType second) const;

    uint64_t read(const Side& side, Place place, uint32_t bytes) const;
    static void write(const Side& side, Place place, uint32_t bytes, uint64_t bits);
    void read_pointer(Place place, uint32_t& pointer, uint32_t& length) const;
    void write_pointer(Place place, uint32_t pointer, uint32_t length) const;

    // transcode.cpp
    struct Text;
    Status copy_text(const Text& text, uint32_t unit, uint32_t align, Place target);
    Status widen_latin1(const Text& text, Place target);
    Status to_utf8(const Text& text, Place target);
    Status utf8_to_utf16(const Text& text, Place target);
    Status to_latin1_or_utf16(const Text& text, Place target);
    Status narrow_utf16(const Text& text, Place target);

    World& world_;
    const Instance& types_;
    const ComponentTypes& pools_;
    Task& task_;
    Lends& lends_;
    Side* from_ = nullptr;
    Side* to_ = nullptr;
    /// Frames begin when they are pushed: most transfers have none, and there is room for many.
    union {
        std::array<Frame, max_depth> frames_;
    };
    uint32_t depth_ = 0;
    uint32_t steps_ = 0;
};

/// Calls a core function; its window must have room for arguments and results.
Status call_core(World& world, FuncInstance& func, std::span<Slot> window);

}  // namespace wrt::component
