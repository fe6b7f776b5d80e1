// Object: what lies in the garbage-collected heap, and how fields lie in it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <wrt/decoder/types.hpp>
#include <wrt/runtime/slot.hpp>
#include <wrt/runtime/type_registry.hpp>

namespace wrt::runtime {

struct TagInstance;

enum class ObjectKind : uint8_t {
    struct_,
    array,
    exception,  ///< What an exnref refers to: its type is the tag's, a function type.
};

/// A header of one word, then the fields, the elements, or a tag and its payload. Objects begin and
/// end at multiples of eight bytes. They move when the heap is collected.
struct Object {
    /// Two bits that no reference has, kind (2), type id (28), length (32).
    uint64_t header = 0;

    static constexpr uint64_t header_tag = 3;
    static constexpr uint64_t header_bytes = 8;

    [[nodiscard]] static constexpr uint64_t header_of(ObjectKind kind, TypeId type,
                                                      uint32_t length = 0) noexcept
    {
        return uint64_t{length} << 32 | uint64_t{type} << 4 | static_cast<uint64_t>(kind) << 2 |
               header_tag;
    }

    [[nodiscard]] ObjectKind kind() const noexcept
    {
        return static_cast<ObjectKind>(header >> 2 & 3);
    }
    [[nodiscard]] TypeId type() const noexcept { return static_cast<uint32_t>(header) >> 4; }
    /// array: elements. exception: slots of its payload. struct: 0.
    [[nodiscard]] uint32_t length() const noexcept { return static_cast<uint32_t>(header >> 32); }

    /// The byte `offset` bytes from the header, as object_layout counts them.
    [[nodiscard]] uint8_t* at(uint64_t offset) noexcept
    {
        return reinterpret_cast<uint8_t*>(this) + offset;
    }
    [[nodiscard]] uint8_t* elements() noexcept { return at(header_bytes); }

    /// exception: its tag, and the values it carries as they lie in slots.
    [[nodiscard]] TagInstance*& tag() noexcept
    {
        return *reinterpret_cast<TagInstance**>(at(header_bytes));
    }
    [[nodiscard]] Slot* payload() noexcept { return reinterpret_cast<Slot*>(at(2 * header_bytes)); }
};
static_assert(sizeof(Object) == Object::header_bytes);

constexpr uint64_t round_to_word(uint64_t bytes) noexcept
{
    return (bytes + 7) & ~uint64_t{7};
}

/// Bytes of an array with header, before rounding: at most 64 GiB, so sums do not wrap.
constexpr uint64_t array_bytes(uint32_t length, uint32_t element_bytes) noexcept
{
    return Object::header_bytes + uint64_t{length} * element_bytes;
}

constexpr uint64_t exception_bytes(uint32_t payload_slots) noexcept
{
    return 2 * Object::header_bytes + uint64_t{payload_slots} * sizeof(Slot);
}

}  // namespace wrt::runtime
