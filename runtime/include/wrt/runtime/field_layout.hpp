// Where the fields of a structure lie: in their order, each at a multiple of its size (a v128 of
// eight), so that a subtype's fields lie where its supertype has them.
#pragma once

#include <cstdint>

#include <wrt/decoder/types.hpp>

namespace wrt::runtime {

/// Bytes that a field or an element takes.
constexpr uint32_t field_bytes(ValType storage) noexcept
{
    return storage.is_ref() ? 8 : storage.storage_bytes();
}

/// Places fields one after the other. Offsets count from the object's header.
class FieldPlacer {
public:
    constexpr uint32_t place(ValType storage) noexcept
    {
        const uint32_t bytes = field_bytes(storage);
        const uint32_t align = bytes > 8 ? 8 : bytes;
        const uint32_t offset = (end_ + align - 1) / align * align;
        end_ = offset + bytes;
        return offset;
    }
    /// Bytes so far, rounded up to what an object may have.
    [[nodiscard]] constexpr uint32_t object_bytes() const noexcept { return (end_ + 7) / 8 * 8; }

private:
    uint32_t end_ = 8;  // after the header; 10,000 fields take 160,000 bytes at most
};

/// Whether a value of this type may refer to an object of the heap. (A reference to a function type
/// by its index never does, and costs the collector a comparison.)
constexpr bool is_traced(ValType type) noexcept
{
    return type.is_ref() && type.heap() != HeapType::func && type.heap() != HeapType::nofunc;
}

}  // namespace wrt::runtime
