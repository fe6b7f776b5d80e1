// The words of the text format, found through a table made while compiling.
#include "keywords.hpp"

#include <wrt/text/literals.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace wrt::text {

namespace {

constexpr uint32_t hash(std::string_view word)
{
    uint32_t value = 2166136261u;
    for (const char c : word)
        value = (value ^ static_cast<uint8_t>(c)) * 16777619u;
    return value ^ value >> 15;
}

constexpr uint32_t places = 2048;
static_assert(instr_count < places / 2, "at most half full");

/// Open addressing; the lists are fixed, so nobody can choose words that collide.
consteval std::array<Instr, places> make_instruction_places()
{
    std::array<Instr, places> table{};
    table.fill(Instr::count_);
    for (uint32_t i = 0; i < instr_count; ++i) {
        uint32_t place = hash(instr_table[i].text) % places;
        while (table[place] != Instr::count_ && info(table[place]).text != instr_table[i].text)
            place = (place + 1) % places;
        if (table[place] == Instr::count_) table[place] = static_cast<Instr>(i);
    }
    return table;
}

constexpr std::array<Instr, places> instruction_places = make_instruction_places();

/// Words of modules and scripts that are neither instructions nor types of values. Sorted.
constexpr std::string_view words[] = {
    "after",
    "any",
    "array",
    "assert_exception",
    "assert_exhaustion",
    "assert_invalid",
    "assert_malformed",
    "assert_return",
    "assert_trap",
    "assert_unlinkable",
    "before",
    "binary",
    "catch",
    "catch_all",
    "catch_all_ref",
    "catch_ref",
    "data",
    "declare",
    "definition",
    "delegate",
    "do",
    "either",
    "elem",
    "eq",
    "exn",
    "export",
    "extern",
    "f32x4",
    "f64x2",
    "field",
    "final",
    "first",
    "func",
    "get",
    "global",
    "i16",
    "i16x8",
    "i31",
    "i32x4",
    "i64x2",
    "i8",
    "i8x16",
    "import",
    "instance",
    "invoke",
    "item",
    "last",
    "local",
    "memory",
    "module",
    "mut",
    "nan:arithmetic",
    "nan:canonical",
    "noexn",
    "noextern",
    "nofunc",
    "none",
    "null",
    "offset",
    "pagesize",
    "param",
    "quote",
    "rec",
    "ref",
    "ref.array",
    "ref.extern",
    "ref.host",
    "ref.struct",
    "register",
    "result",
    "shared",
    "start",
    "struct",
    "sub",
    "table",
    "tag",
    "then",
    "type",
};
static_assert(std::ranges::is_sorted(words));

constexpr std::string_view value_types[] = {
    "anyref",        "arrayref",    "eqref",   "exnref",    "externref", "f32",
    "f64",           "funcref",     "i31ref",  "i32",       "i64",       "nullexnref",
    "nullexternref", "nullfuncref", "nullref", "structref", "v128",
};
static_assert(std::ranges::is_sorted(value_types));

bool is_memarg_word(std::string_view word)
{
    const size_t equals = word.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view key = word.substr(0, equals);
    const std::string_view number = word.substr(equals + 1);
    return (key == "offset" || key == "align") && !number.empty() &&
           word_kind(number) == TokenKind::natural;
}

}  // namespace

Instr instruction_named(std::string_view word)
{
    uint32_t place = hash(word) % places;
    while (instruction_places[place] != Instr::count_) {
        if (info(instruction_places[place]).text == word) return instruction_places[place];
        place = (place + 1) % places;
    }
    return Instr::count_;
}

bool is_keyword(std::string_view word)
{
    return std::ranges::binary_search(words, word) ||
           std::ranges::binary_search(value_types, word) ||
           instruction_named(word) != Instr::count_ || is_memarg_word(word);
}

}  // namespace wrt::text
