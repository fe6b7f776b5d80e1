// What the decoder's tests share: a verdict as one sentence, binaries put together from parts, and
// one module that has something in every section.
#pragma once

#include "support/bytes.hpp"

#include <wrt/decoder/decode.hpp>
#include <wrt/foundation/arena.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace wrt::test {

// Codes of types.
inline constexpr uint8_t i32 = 0x7f, i64 = 0x7e, f32 = 0x7d, f64 = 0x7c, v128 = 0x7b, i8 = 0x78,
                         i16 = 0x77;
inline constexpr uint8_t funcref = 0x70, externref = 0x6f, anyref = 0x6e, eqref = 0x6d,
                         i31ref = 0x6c, structref = 0x6b, arrayref = 0x6a, exnref = 0x69;
inline constexpr uint8_t ref = 0x64, ref_null = 0x63;
inline constexpr uint8_t func_form = 0x60, struct_form = 0x5f, array_form = 0x5e, sub_form = 0x50,
                         final_form = 0x4f, rec_form = 0x4e;
inline constexpr uint8_t end = 0x0b;

// Section ids.
inline constexpr uint8_t custom_id = 0, type_id = 1, import_id = 2, function_id = 3, table_id = 4,
                         memory_id = 5, global_id = 6, export_id = 7, start_id = 8, element_id = 9,
                         code_id = 10, data_id = 11, data_count_id = 12, tag_id = 13;

/// A vector of parts.
inline Bytes vec(std::initializer_list<Bytes> items)
{
    Bytes out = leb(items.size());
    for (const Bytes& item : items)
        append(out, item);
    return out;
}

inline Bytes name(std::string_view text)
{
    return bytes(leb(text.size()), text);
}

inline Bytes module(std::initializer_list<Bytes> sections)
{
    Bytes out = preamble();
    for (const Bytes& section : sections)
        append(out, section);
    return out;
}

inline Bytes func_type(const Bytes& params, const Bytes& results)
{
    return bytes(func_form, sized(params), sized(results));
}

/// A body without locals; `end` is added.
inline Bytes body(const Bytes& instructions)
{
    return sized(bytes(0x00, instructions, end));
}

/// A module of one function of type [params] -> [results].
inline Bytes one_function(const Bytes& params, const Bytes& results, const Bytes& instructions,
                          std::initializer_list<Bytes> between = {})
{
    Bytes out = bytes(preamble(), section(type_id, vec({func_type(params, results)})),
                      section(function_id, vec({bytes(0)})));
    for (const Bytes& part : between)
        append(out, part);
    return bytes(out, section(code_id, vec({body(instructions)})));
}

inline Arena& test_arena()
{
    static Arena arena{Backing::reserve(size_t{1} << 30).value()};
    return arena;
}

/// "valid", or the error's whole sentence.
inline std::string sentence(const Status& status)
{
    if (status) return "valid";
    return std::string{describe(status.error(), &write_type_name).view()};
}

inline Status check(const Bytes& binary, const decoder::DecodeOptions& options = {})
{
    return decoder::decode_module_streaming(binary, test_arena(), options,
                                            [](const decoder::Module&) { return ok(); });
}

inline std::string verdict(const Bytes& binary)
{
    return sentence(check(binary));
}

/// Calls look(const Module&) with a module that must be valid.
template <class Look>
void inspect(const Bytes& binary, Look&& look)
{
    const Status status = decoder::decode_module_streaming(binary, test_arena(), {},
                                                           [&](const decoder::Module& module) {
                                                               look(module);
                                                               return ok();
                                                           });
    EXPECT_EQ(sentence(status), "valid");
}

/// Something in every section, and in the code a little of everything that validation looks up.
Bytes rich_module();

/// Offsets in a binary at which a section ends: cut there, what is left may be a module.
std::vector<size_t> section_ends(const Bytes& binary);

}  // namespace wrt::test
