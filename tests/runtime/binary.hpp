// Binaries for tests, written out section by section, where the text format of wat2wasm does not
// reach.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "support/bytes.hpp"

namespace wrt::test {

inline Bytes cat(std::initializer_list<Bytes> parts)
{
    Bytes all;
    for (const Bytes& part : parts)
        append(all, part);
    return all;
}

/// A vector: how many, then the items.
inline Bytes vec(const std::vector<Bytes>& items)
{
    Bytes all = leb(items.size());
    for (const Bytes& item : items)
        append(all, item);
    return all;
}

inline Bytes name(std::string_view text)
{
    return sized(bytes(text));
}

inline Bytes wasm(std::initializer_list<Bytes> sections)
{
    return bytes(preamble(), cat(sections));
}

// Value types.
inline constexpr uint8_t i32 = 0x7f, i64 = 0x7e, f32 = 0x7d, f64 = 0x7c, v128 = 0x7b,
                         funcref = 0x70, externref = 0x6f;
/// (ref null index), (ref index)
inline Bytes ref_null(uint8_t index)
{
    return {0x63, index};
}
inline Bytes ref(uint8_t index)
{
    return {0x64, index};
}

// Types.
inline Bytes func_type(const std::vector<Bytes>& params, const std::vector<Bytes>& results)
{
    return cat({{0x60}, vec(params), vec(results)});
}
inline Bytes struct_type(const std::vector<Bytes>& fields)
{
    return cat({{0x5f}, vec(fields)});
}
inline Bytes array_type(const Bytes& field)
{
    return cat({{0x5e}, field});
}
inline Bytes field(const Bytes& type, bool mut)
{
    return cat({type, {static_cast<uint8_t>(mut)}});
}
/// (sub open? super* type)
inline Bytes sub(const std::vector<Bytes>& supers, const Bytes& type)
{
    return cat({{0x50}, vec(supers), type});
}
inline Bytes sub_final(const std::vector<Bytes>& supers, const Bytes& type)
{
    return cat({{0x4f}, vec(supers), type});
}
inline Bytes rec(const std::vector<Bytes>& types)
{
    return cat({{0x4e}, vec(types)});
}

// Sections.
inline Bytes types(const std::vector<Bytes>& items)
{
    return section(1, vec(items));
}
inline Bytes imports(const std::vector<Bytes>& items)
{
    return section(2, vec(items));
}
inline Bytes functions(const std::vector<Bytes>& items)
{
    return section(3, vec(items));
}
inline Bytes tables(const std::vector<Bytes>& items)
{
    return section(4, vec(items));
}
inline Bytes memories(const std::vector<Bytes>& items)
{
    return section(5, vec(items));
}
inline Bytes globals(const std::vector<Bytes>& items)
{
    return section(6, vec(items));
}
inline Bytes exports(const std::vector<Bytes>& items)
{
    return section(7, vec(items));
}
inline Bytes start(uint8_t function)
{
    return section(8, {function});
}
inline Bytes elements(const std::vector<Bytes>& items)
{
    return section(9, vec(items));
}
inline Bytes code(const std::vector<Bytes>& bodies)
{
    std::vector<Bytes> items;
    for (const Bytes& body : bodies)
        items.push_back(sized(body));
    return section(10, vec(items));
}
inline Bytes data(const std::vector<Bytes>& items)
{
    return section(11, vec(items));
}
inline Bytes tags(const std::vector<Bytes>& items)
{
    return section(13, vec(items));
}
inline Bytes custom(std::string_view title, const Bytes& contents)
{
    return section(0, cat({name(title), contents}));
}

// Imports and exports; `what` is the external type or the kind and index.
inline Bytes import(std::string_view module, std::string_view item, const Bytes& what)
{
    return cat({name(module), name(item), what});
}
inline Bytes as_func(uint8_t type)
{
    return {0x00, type};
}
inline Bytes as_table(const Bytes& element, const Bytes& limits)
{
    return cat({{0x01}, element, limits});
}
inline Bytes as_memory(const Bytes& limits)
{
    return cat({{0x02}, limits});
}
inline Bytes as_global(const Bytes& type, bool mut)
{
    return cat({{0x03}, type, {static_cast<uint8_t>(mut)}});
}
inline Bytes as_tag(uint8_t type)
{
    return {0x04, 0x00, type};
}
inline Bytes at_least(uint64_t min)
{
    return cat({{0x00}, leb(min)});
}
inline Bytes between(uint64_t min, uint64_t max)
{
    return cat({{0x01}, leb(min), leb(max)});
}
inline Bytes at_least64(uint64_t min)
{
    return cat({{0x04}, leb(min)});
}
inline Bytes between64(uint64_t min, uint64_t max)
{
    return cat({{0x05}, leb(min), leb(max)});
}

inline Bytes export_func(std::string_view as, uint8_t index)
{
    return cat({name(as), {0x00, index}});
}
inline Bytes export_table(std::string_view as, uint8_t index)
{
    return cat({name(as), {0x01, index}});
}
inline Bytes export_memory(std::string_view as, uint8_t index)
{
    return cat({name(as), {0x02, index}});
}
inline Bytes export_global(std::string_view as, uint8_t index)
{
    return cat({name(as), {0x03, index}});
}
inline Bytes export_tag(std::string_view as, uint8_t index)
{
    return cat({name(as), {0x04, index}});
}

// Instructions. Constants are below 64.
inline Bytes i32_const(uint8_t value)
{
    return {0x41, value};
}
inline Bytes i64_const(uint8_t value)
{
    return {0x42, value};
}
inline Bytes global_get(uint8_t index)
{
    return {0x23, index};
}
inline Bytes ref_func(uint8_t index)
{
    return {0xd2, index};
}
inline Bytes ref_null_of(uint8_t heap)
{
    return {0xd0, heap};
}
inline const Bytes end_ = {0x0b};
inline Bytes expr(std::initializer_list<Bytes> instructions)
{
    return cat({cat(instructions), end_});
}
/// A body without locals.
inline Bytes body(std::initializer_list<Bytes> instructions)
{
    return cat({{0x00}, expr(instructions)});
}

inline Bytes global(const Bytes& type, bool mut, std::initializer_list<Bytes> init)
{
    return cat({type, {static_cast<uint8_t>(mut)}, expr(init)});
}

}  // namespace wrt::test
