// The uncommon cases of ByteReader: LEB128 of several bytes, and every error.
#include <wrt/foundation/byte_reader.hpp>

#include <wrt/foundation/limits.hpp>
#include <wrt/foundation/little_endian.hpp>
#include <wrt/foundation/utf8.hpp>

namespace wrt {

namespace {

struct Leb {
    uint64_t value;
    uint32_t size;
    Errc code;
};

constexpr Leb leb_refused(Errc code) noexcept
{
    return {0, 0, code};
}

/// uN: at most ceil(N / 7) bytes, and the last of those may use only the bits that are left.
/// https://webassembly.github.io/spec/core/binary/values.html#integers
template <uint32_t Bits>
Leb read_unsigned(const uint8_t* at, const uint8_t* end) noexcept
{
    constexpr uint32_t max_size = (Bits + 6) / 7;
    constexpr uint32_t last_bits = Bits - 7 * (max_size - 1);
    uint64_t value = 0;
    for (uint32_t i = 0; i < max_size; ++i) {
        if (at + i == end) return leb_refused(Errc::unexpected_end);
        const uint8_t byte = at[i];
        const uint32_t payload = byte & 0x7fU;
        if (i == max_size - 1 && payload >> last_bits != 0) {
            return leb_refused(Errc::integer_too_large);
        }
        value |= static_cast<uint64_t>(payload) << (7 * i);
        if (byte < 0x80) return {value, i + 1, Errc::none};
    }
    return leb_refused(Errc::integer_representation_too_long);
}

/// sN: the same, where the unused bits of the last byte must repeat the sign.
template <uint32_t Bits>
Leb read_signed(const uint8_t* at, const uint8_t* end) noexcept
{
    constexpr uint32_t max_size = (Bits + 6) / 7;
    constexpr uint32_t last_bits = Bits - 7 * (max_size - 1);
    constexpr uint32_t sign_and_unused = (0x7fU << (last_bits - 1)) & 0x7fU;
    uint64_t value = 0;
    for (uint32_t i = 0; i < max_size; ++i) {
        if (at + i == end) return leb_refused(Errc::unexpected_end);
        const uint8_t byte = at[i];
        const uint32_t payload = byte & 0x7fU;
        if (i == max_size - 1) {
            const uint32_t sign = payload & sign_and_unused;
            if (sign != 0 && sign != sign_and_unused) return leb_refused(Errc::integer_too_large);
        }
        value |= static_cast<uint64_t>(payload) << (7 * i);
        if (byte < 0x80) {
            const uint32_t width = 7 * (i + 1);
            if (width < 64 && (byte & 0x40) != 0) value |= ~uint64_t{0} << width;
            return {value, i + 1, Errc::none};
        }
    }
    return leb_refused(Errc::integer_representation_too_long);
}

}  // namespace

ByteReader::Leb ByteReader::long_u32(const uint8_t* at, const uint8_t* end) noexcept
{
    const auto [value, size, code] = read_unsigned<32>(at, end);
    return {value, size, code};
}

ByteReader::Leb ByteReader::long_u64(const uint8_t* at, const uint8_t* end) noexcept
{
    const auto [value, size, code] = read_unsigned<64>(at, end);
    return {value, size, code};
}

ByteReader::Leb ByteReader::long_s32(const uint8_t* at, const uint8_t* end) noexcept
{
    const auto [value, size, code] = read_signed<32>(at, end);
    return {value, size, code};
}

ByteReader::Leb ByteReader::long_s33(const uint8_t* at, const uint8_t* end) noexcept
{
    const auto [value, size, code] = read_signed<33>(at, end);
    return {value, size, code};
}

ByteReader::Leb ByteReader::long_s64(const uint8_t* at, const uint8_t* end) noexcept
{
    const auto [value, size, code] = read_signed<64>(at, end);
    return {value, size, code};
}

Error ByteReader::end_error() const noexcept
{
    return {.code = at_end_, .offset = offset_of(end_)};
}

Error ByteReader::leb_error(Errc code) const noexcept
{
    if (code == Errc::unexpected_end) return end_error();
    return {.code = code, .offset = offset()};
}

Error ByteReader::count_error(const uint8_t* start, uint32_t length) noexcept
{
    const Error error{.code = Errc::length_out_of_bounds,
                      .detail = Detail::count,
                      .offset = offset_of(start),
                      .expected = saturate_u32(remaining()),
                      .actual = length};
    position_ = start;
    return error;
}

Result<uint32_t> ByteReader::fixed_u32() noexcept
{
    if (remaining() < sizeof(uint32_t)) [[unlikely]]
        return end_error();
    const auto value = load_le<uint32_t>(position_);
    position_ += sizeof value;
    return value;
}

Result<uint64_t> ByteReader::fixed_u64() noexcept
{
    if (remaining() < sizeof(uint64_t)) [[unlikely]]
        return end_error();
    const auto value = load_le<uint64_t>(position_);
    position_ += sizeof value;
    return value;
}

Result<std::span<const uint8_t>> ByteReader::bytes(size_t size) noexcept
{
    if (size > remaining()) [[unlikely]] {
        return Error{.code = Errc::length_out_of_bounds,
                     .detail = Detail::count,
                     .offset = offset(),
                     .expected = saturate_u32(remaining()),
                     .actual = saturate_u32(size)};
    }
    const std::span<const uint8_t> found(position_, size);
    position_ += size;
    return found;
}

Status ByteReader::skip(size_t size) noexcept
{
    WRT_CHECK(bytes(size));
    return ok();
}

Result<ByteReader> ByteReader::sub_reader(size_t size) noexcept
{
    const uint32_t start = offset();
    WRT_TRY(const auto content, bytes(size));
    return ByteReader(content, start, Errc::unexpected_end_of_section_or_function);
}

Result<std::string_view> ByteReader::name() noexcept
{
    const uint8_t* const start = position_;
    WRT_TRY(const uint32_t size, count());
    const std::span<const uint8_t> text(position_, size);
    const uint32_t text_offset = offset();
    if (size > limits::name_bytes) [[unlikely]] {
        position_ = start;
        return Error{.code = Errc::name_too_long,
                     .detail = Detail::bytes,
                     .offset = text_offset,
                     .expected = limits::name_bytes,
                     .actual = size};
    }
    if (!is_valid_utf8(text)) [[unlikely]] {
        position_ = start;
        return Error{.code = Errc::malformed_utf8, .offset = text_offset};
    }
    position_ += size;
    return std::string_view(reinterpret_cast<const char*>(text.data()), text.size());
}

}  // namespace wrt
