// Value, reference, heap and storage types out of bytes (5.3.1 to 5.3.8). Indices are as the bytes
// have them; the caller knows what is in scope.
#pragma once

#include <wrt/decoder/features.hpp>
#include <wrt/decoder/types.hpp>
#include <wrt/foundation/byte_reader.hpp>
#include <wrt/foundation/result.hpp>

#include <array>
#include <cstdint>

namespace wrt::decoder {

inline constexpr uint8_t empty_block_code = 0x40;
inline constexpr uint8_t ref_code = 0x64;
inline constexpr uint8_t ref_null_code = 0x63;

/// What a byte says where a storage type may stand; bot where it says nothing. `ref` and `ref null`
/// are not in it.
consteval std::array<ValType, 128> make_type_codes()
{
    std::array<ValType, 128> codes{};
    codes[0x7f] = ValType::i32;
    codes[0x7e] = ValType::i64;
    codes[0x7d] = ValType::f32;
    codes[0x7c] = ValType::f64;
    codes[0x7b] = ValType::v128;
    codes[0x78] = ValType::i8;
    codes[0x77] = ValType::i16;
    codes[0x74] = ValType::nullexnref;
    codes[0x73] = ValType::nullfuncref;
    codes[0x72] = ValType::nullexternref;
    codes[0x71] = ValType::nullref;
    codes[0x70] = ValType::funcref;
    codes[0x6f] = ValType::externref;
    codes[0x6e] = ValType::anyref;
    codes[0x6d] = ValType::eqref;
    codes[0x6c] = ValType::i31ref;
    codes[0x6b] = ValType::structref;
    codes[0x6a] = ValType::arrayref;
    codes[0x69] = ValType::exnref;
    return codes;
}

inline constexpr std::array<ValType, 128> type_codes = make_type_codes();

/// A byte that starts a value type, and nothing else that could stand in its place.
constexpr bool is_type_code(uint8_t byte)
{
    if (byte == ref_code || byte == ref_null_code) return true;
    return byte < 128 && !type_codes[byte].is_bot() && !type_codes[byte].is_packed();
}

/// The types may name an index beyond HeapType::max_index, which no module has: it comes as
/// HeapType::max_index, which no module has either.
Result<HeapType> decode_heap_type(ByteReader& reader, FeatureSet features);
Result<ValType> decode_reference_type(ByteReader& reader, FeatureSet features);
Result<ValType> decode_value_type(ByteReader& reader, FeatureSet features);
Result<ValType> decode_storage_type(ByteReader& reader, FeatureSet features);

/// What brought a heap type, whatever refers to it.
constexpr Feature feature_of(HeapType heap)
{
    if (heap.is_index()) return Feature::function_references;
    switch (heap.abstract()) {
    case AbstractHeap::func:
    case AbstractHeap::extern_: return Feature::reference_types;
    case AbstractHeap::exn:
    case AbstractHeap::noexn: return Feature::exceptions;
    case AbstractHeap::bot:
    case AbstractHeap::nofunc:
    case AbstractHeap::noextern:
    case AbstractHeap::any:
    case AbstractHeap::eq:
    case AbstractHeap::i31:
    case AbstractHeap::struct_:
    case AbstractHeap::array:
    case AbstractHeap::none: return Feature::gc;
    }
    return Feature::gc;
}

/// What brought a value or storage type that one byte says.
constexpr Feature feature_of(ValType type)
{
    if (type.is_ref()) return feature_of(type.heap());
    if (type.is_vector()) return Feature::simd;
    return type.is_packed() ? Feature::gc : Feature::mvp;
}

}  // namespace wrt::decoder
