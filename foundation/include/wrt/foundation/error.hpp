// Error: why something was refused or trapped, in 16 bytes that cost nothing to make. The phrases
// are in errors.def; describe() puts the sentence together.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include <wrt/foundation/account.hpp>
#include <wrt/foundation/text.hpp>

namespace wrt {

enum class ErrorKind : uint8_t {
    malformed,    ///< The binary does not parse.
    invalid,      ///< The binary parses and does not validate.
    unlinkable,   ///< An import is missing or does not fit.
    trap,         ///< The guest's program went wrong.
    exhaustion,   ///< A budget is used up: bytes, stack, fuel, scopes.
    unsupported,  ///< Legal WebAssembly that this implementation bounds or does not execute.
    host,         ///< The host's side failed or asked to stop.
    usage,        ///< The embedder called us wrongly.
};

enum class Errc : uint16_t {
    none,
#define WRT_ERROR(name, kind, phrase) name,
#include <wrt/foundation/errors.def>
#undef WRT_ERROR
};

/// What `expected` and `actual` of an Error mean, and so how describe() prints them.
enum class Detail : uint8_t {
    none,   ///< Not at all.
    hex,    ///< ", expected 0x60, got 0x42"; an expected 0 is left out.
    count,  ///< ", expected 3, got 2"; of an unsupported thing: ", at most 3, got 4".
    types,  ///< As the TypeNamer prints them: ", expected i32, got f64".
    bytes,  ///< ", asked 96 bytes for code, 64 left"; of an unsupported thing: ", at most 64 bytes,
            ///< got 96".
    index,  ///< `actual` right after the phrase: "unknown local 5"; `expected`, when not 0, is how
            ///< many there are.
    feature,  ///< `expected` is the feature that would allow it, `actual`, when not 0, what was
              ///< met, both as the TypeNamer prints them: "illegal opcode i32.extend8_s, needs
              ///< feature sign-extension".
};

/// "no place": an Error that does not come from a byte of a binary.
inline constexpr uint32_t no_offset = 0xffffffffU;

struct Error {
    Errc code = Errc::none;
    Detail detail = Detail::none;
    Account account = Account::none;
    uint32_t offset =
        no_offset;          ///< Byte offset in the binary; of a trap, of the trapping instruction.
    uint32_t expected = 0;  ///< See `detail`.
    uint32_t actual = 0;    ///< See `detail`.

    friend bool operator==(const Error&, const Error&) = default;
};
static_assert(sizeof(Error) == 16 && std::is_trivially_copyable_v<Error>);

ErrorKind kind_of(Errc) noexcept;
/// The specification's phrase (what the suite's scripts assert on), or ours; static.
std::string_view phrase(Errc) noexcept;
/// "integer_divide_by_zero": the row's name in errors.def, for machines.
std::string_view name_of(Errc) noexcept;
/// "malformed", "trap", ...
std::string_view name_of(ErrorKind) noexcept;

/// The same error; an exhaustion that says no place is of what lies at `offset`, which was being
/// worked on.
inline Error located(Error error, uint32_t offset) noexcept
{
    if (error.offset == no_offset && kind_of(error.code) == ErrorKind::exhaustion)
        error.offset = offset;
    return error;
}

/// Values that do not fit an Error's 32 bits are reported as the largest that does.
constexpr uint32_t saturate_u32(uint64_t value) noexcept
{
    return value > 0xffffffffU ? 0xffffffffU : static_cast<uint32_t>(value);
}

/// Prints the type whose bits are in an Error's `expected` or `actual`. The decoder supplies the
/// one for value types.
using TypeNamer = void (*)(uint32_t type_bits, TextSink&);

/// The whole sentence: kind, where, phrase, expected, got.
///   invalid at 0x1f: type mismatch, expected i32, got f64
///   trap: integer divide by zero
ErrorText describe(const Error&, TypeNamer = nullptr) noexcept;

}  // namespace wrt
