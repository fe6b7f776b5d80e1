// Function bodies for tests, written as the text format nests them, where wat2wasm does not know
// the instructions: block(i32, {...}), try_table(none, {catch_(0, 1)}, {...}). Labels, locals and
// tags are indices.
#pragma once

#include "binary.hpp"

namespace wrt::test::ins {

using Code = std::vector<Bytes>;

inline Bytes all_of(const Code& code)
{
    Bytes bytes;
    for (const Bytes& part : code)
        append(bytes, part);
    return bytes;
}

/// Block types: nothing, one result, or the index of a function type.
inline const Bytes none = {0x40};
inline Bytes type(uint8_t index)
{
    return {index};
}

inline Bytes block(const Bytes& type, const Code& code)
{
    return bytes(0x02, type, all_of(code), 0x0b);
}
inline Bytes loop(const Bytes& type, const Code& code)
{
    return bytes(0x03, type, all_of(code), 0x0b);
}
inline Bytes if_(const Bytes& type, const Code& code, const Code& otherwise = {})
{
    if (otherwise.empty()) return bytes(0x04, type, all_of(code), 0x0b);
    return bytes(0x04, type, all_of(code), 0x05, all_of(otherwise), 0x0b);
}

inline Bytes catch_(uint8_t tag, uint8_t label)
{
    return {0x00, tag, label};
}
inline Bytes catch_ref(uint8_t tag, uint8_t label)
{
    return {0x01, tag, label};
}
inline Bytes catch_all(uint8_t label)
{
    return {0x02, label};
}
inline Bytes catch_all_ref(uint8_t label)
{
    return {0x03, label};
}
inline Bytes try_table(const Bytes& type, const Code& clauses, const Code& code)
{
    return bytes(0x1f, type, vec(clauses), all_of(code), 0x0b);
}
inline Bytes throw_(uint8_t tag)
{
    return {0x08, tag};
}
inline const Bytes throw_ref = {0x0a};

inline const Bytes unreachable = {0x00};
inline const Bytes drop = {0x1a};
inline const Bytes return_ = {0x0f};
inline Bytes br(uint8_t label)
{
    return {0x0c, label};
}
inline Bytes br_if(uint8_t label)
{
    return {0x0d, label};
}
inline Bytes call(uint8_t function)
{
    return {0x10, function};
}
inline Bytes call_indirect(uint8_t type)
{
    return {0x11, type, 0};
}
inline Bytes return_call(uint8_t function)
{
    return {0x12, function};
}
inline Bytes get(uint8_t local)
{
    return {0x20, local};
}
inline Bytes set(uint8_t local)
{
    return {0x21, local};
}
inline Bytes tee(uint8_t local)
{
    return {0x22, local};
}
inline Bytes num(int32_t value)
{
    return bytes(0x41, signed_leb(value));
}
inline Bytes num64(int64_t value)
{
    return bytes(0x42, signed_leb(value));
}
/// f64.convert_i32_s of a constant: floats without writing floats.
inline Bytes real(int32_t value)
{
    return bytes(num(value), 0xb7);
}
inline Bytes real32(int32_t value)
{
    return bytes(num(value), 0xb2);
}

/// Locals: {count, type} pairs.
struct Locals {
    uint8_t count;
    uint8_t type;
};
inline Bytes func(const std::vector<Locals>& locals, const Code& code)
{
    std::vector<Bytes> runs;
    for (const Locals& run : locals)
        runs.push_back({run.count, run.type});
    return bytes(vec(runs), all_of(code), 0x0b);
}

// Single bytes.
inline const Bytes i32_eqz = {0x45}, i32_eq = {0x46}, i32_lt_s = {0x48}, i32_add = {0x6a},
                   i32_sub = {0x6b}, i32_mul = {0x6c}, i64_add = {0x7c}, f32_add = {0x92},
                   f64_add = {0xa0}, f64_mul = {0xa2}, i32_wrap = {0xa7}, i32_trunc_f64 = {0xaa},
                   i32_trunc_f32 = {0xa8}, ref_is_null = {0xd1};
inline constexpr uint8_t exnref = 0x69;

}  // namespace wrt::test::ins
