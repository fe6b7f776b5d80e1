// Value, reference, heap and storage types out of bytes.
#include "value_types.hpp"

namespace wrt::decoder {

namespace {

Error malformed(Errc code, uint32_t offset, uint8_t byte)
{
    return {.code = code, .detail = Detail::hex, .offset = offset, .actual = byte};
}

}  // namespace

/// https://webassembly.github.io/spec/core/binary/types.html#heap-types
Result<HeapType> decode_heap_type(ByteReader& reader)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t byte, reader.peek());
    if (byte < 128 && type_codes[byte].is_ref()) {
        WRT_CHECK(reader.skip(1));
        return type_codes[byte].heap();
    }
    WRT_TRY(const int64_t index, reader.s33());
    if (index < 0) return malformed(Errc::malformed_heap_type, offset, byte);
    return HeapType::of_index(index > HeapType::max_index ? HeapType::max_index
                                                          : static_cast<uint32_t>(index));
}

/// https://webassembly.github.io/spec/core/binary/types.html#reference-types
Result<ValType> decode_reference_type(ByteReader& reader)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t byte, reader.byte());
    if (byte == ref_code || byte == ref_null_code) {
        WRT_TRY(const HeapType heap, decode_heap_type(reader));
        return ValType::ref(heap, byte == ref_null_code);
    }
    if (byte < 128 && type_codes[byte].is_ref()) return type_codes[byte];
    return malformed(Errc::malformed_reference_type, offset, byte);
}

/// https://webassembly.github.io/spec/core/binary/types.html#value-types
Result<ValType> decode_value_type(ByteReader& reader)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t byte, reader.peek());
    if (byte == ref_code || byte == ref_null_code) return decode_reference_type(reader);
    if (!is_type_code(byte)) return malformed(Errc::malformed_value_type, offset, byte);
    WRT_CHECK(reader.skip(1));
    return type_codes[byte];
}

/// https://webassembly.github.io/spec/core/binary/types.html#aggregate-types
Result<ValType> decode_storage_type(ByteReader& reader)
{
    WRT_TRY(const uint8_t byte, reader.peek());
    if (byte < 128 && type_codes[byte].is_packed()) {
        WRT_CHECK(reader.skip(1));
        return type_codes[byte];
    }
    return decode_value_type(reader);
}

}  // namespace wrt::decoder
