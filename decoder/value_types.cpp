// Value, reference, heap and storage types out of bytes.
#include "value_types.hpp"

namespace wrt::decoder {

namespace {

Error malformed(Errc code, uint32_t offset, uint8_t byte)
{
    return {.code = code, .detail = Detail::hex, .offset = offset, .actual = byte};
}

Error off(Feature feature, Errc code, uint32_t offset, ValType type)
{
    return needs_feature(feature, code, offset, type.bits());
}

}  // namespace

/// https://webassembly.github.io/spec/core/binary/types.html#heap-types
Result<HeapType> decode_heap_type(ByteReader& reader, FeatureSet features)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t byte, reader.peek());
    if (byte < 128 && type_codes[byte].is_ref()) {
        WRT_CHECK(reader.skip(1));
        const HeapType heap = type_codes[byte].heap();
        if (const Feature feature = feature_of(heap); !features.has(feature)) {
            return off(feature, Errc::malformed_heap_type, offset, type_codes[byte]);
        }
        return heap;
    }
    WRT_TRY(const int64_t index, reader.s33());
    if (index < 0) return malformed(Errc::malformed_heap_type, offset, byte);
    if (!features.has(Feature::function_references)) {
        return needs_feature(Feature::function_references, Errc::malformed_heap_type, offset);
    }
    return HeapType::of_index(index > HeapType::max_index ? HeapType::max_index
                                                          : static_cast<uint32_t>(index));
}

/// https://webassembly.github.io/spec/core/binary/types.html#reference-types
Result<ValType> decode_reference_type(ByteReader& reader, FeatureSet features)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t byte, reader.byte());
    if (byte == ref_code || byte == ref_null_code) {
        if (!features.has(Feature::function_references)) {
            return needs_feature(Feature::function_references, Errc::malformed_reference_type,
                                 offset);
        }
        WRT_TRY(const HeapType heap, decode_heap_type(reader, features));
        return ValType::ref(heap, byte == ref_null_code);
    }
    if (byte >= 128 || !type_codes[byte].is_ref()) {
        return malformed(Errc::malformed_reference_type, offset, byte);
    }
    const ValType type = type_codes[byte];
    if (const Feature feature = feature_of(type); !features.has(feature)) {
        return off(feature, Errc::malformed_reference_type, offset, type);
    }
    return type;
}

/// https://webassembly.github.io/spec/core/binary/types.html#value-types
Result<ValType> decode_value_type(ByteReader& reader, FeatureSet features)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t byte, reader.peek());
    if (byte == ref_code || byte == ref_null_code) return decode_reference_type(reader, features);
    if (!is_type_code(byte)) return malformed(Errc::malformed_value_type, offset, byte);
    WRT_CHECK(reader.skip(1));
    const ValType type = type_codes[byte];
    if (const Feature feature = feature_of(type); !features.has(feature)) {
        return off(feature, Errc::malformed_value_type, offset, type);
    }
    return type;
}

/// https://webassembly.github.io/spec/core/binary/types.html#aggregate-types
Result<ValType> decode_storage_type(ByteReader& reader, FeatureSet features)
{
    WRT_TRY(const uint8_t byte, reader.peek());
    if (byte < 128 && type_codes[byte].is_packed()) {
        WRT_CHECK(reader.skip(1));
        return type_codes[byte];
    }
    return decode_value_type(reader, features);
}

}  // namespace wrt::decoder
