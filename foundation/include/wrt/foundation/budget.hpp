// Budgets: how much each library's scopes may ask for. One table per preset, indexed by LibraryId,
// and the figures of each preset in one place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <wrt/foundation/account.hpp>
#include <wrt/foundation/limits.hpp>

namespace wrt {

inline constexpr size_t operator""_KiB(unsigned long long count)
{
    return static_cast<size_t>(count) * 1024;
}
inline constexpr size_t operator""_MiB(unsigned long long count)
{
    return static_cast<size_t>(count) * 1024 * 1024;
}
inline constexpr uint64_t operator""_GiB(unsigned long long count)
{
    return static_cast<uint64_t>(count) * 1024 * 1024 * 1024;
}

/// A library's row says which library it is, so that a table in the wrong order does not compile.
struct Budget {
    LibraryId library;
    size_t bytes;
};
using BudgetTable = std::array<Budget, library_count>;

/// The most that a scope of `library` may ask for.
constexpr size_t budget_of(const BudgetTable& table, LibraryId library) noexcept
{
    return table[static_cast<size_t>(library)].bytes;
}

/// Whether each row stands where its library's enumerator says.
constexpr bool in_order(const BudgetTable& table) noexcept
{
    for (size_t i = 0; i < library_count; ++i) {
        if (static_cast<size_t>(table[i].library) != i) return false;
    }
    return true;
}

namespace detail {

/// The same budget for every library.
constexpr BudgetTable uniform_budgets(size_t bytes) noexcept
{
    BudgetTable table{};
    for (size_t i = 0; i < library_count; ++i)
        table[i] = {static_cast<LibraryId>(i), bytes};
    return table;
}

}  // namespace detail

/// The ancestor's table.
inline constexpr BudgetTable seed_budgets = {{
    {LibraryId::foundation, 1_MiB},
    {LibraryId::decoder, 1_MiB},
    {LibraryId::runtime, 4_MiB},
    {LibraryId::component, 2_MiB},
    {LibraryId::host, 2_MiB},
    {LibraryId::debug, 512_KiB},
    {LibraryId::platform, 1_MiB},
    {LibraryId::instructions, 512_KiB},
    {LibraryId::format, 512_KiB},
    {LibraryId::intercept, 512_KiB},
    {LibraryId::sync, 256_KiB},
    {LibraryId::math, 256_KiB},
    {LibraryId::logging, 256_KiB},
    {LibraryId::panic, 128_KiB},
    {LibraryId::test_registry, 256_KiB},
    {LibraryId::verification_tool, 256_KiB},
}};
inline constexpr BudgetTable tiny_budgets = detail::uniform_budgets(64_KiB);
inline constexpr BudgetTable desktop_budgets = detail::uniform_budgets(static_cast<size_t>(-1));
static_assert(in_order(seed_budgets) && in_order(tiny_budgets) && in_order(desktop_budgets));
static_assert(budget_of(seed_budgets, LibraryId::decoder) == 1_MiB);
static_assert(budget_of(seed_budgets, LibraryId::component) == 2_MiB);

/// The figures of a configuration. Scopes are bounded by `module_scope_bytes`; 0 means as the
/// module needs.
struct Preset {
    std::string_view name;
    const BudgetTable* budgets;
    uint64_t arena_bytes;
    bool reserved;  ///< Address space committed on need, rather than bytes.
    size_t module_scope_bytes;
    size_t stack_bytes;            ///< Operands and frames of one activation.
    uint32_t call_depth;           ///< 0: bounded by stack_bytes only.
    uint64_t linear_memory_bytes;  ///< Cap of one linear memory.
    uint32_t table_slots;
};

inline constexpr Preset seed_preset = {"seed",
                                       &seed_budgets,
                                       limits::total_heap_bytes,
                                       false,
                                       limits::module_scope_bytes,
                                       1024 * 8 + 256 * 8,
                                       32,
                                       128_KiB,
                                       1'024};
inline constexpr Preset tiny_preset = {"tiny", &tiny_budgets, 64_KiB, false, 32_KiB, 8_KiB,
                                       0,      64_KiB,        256};
inline constexpr Preset asil_d_preset = {
    "asil-d", &desktop_budgets, 2_MiB, false, 1_MiB, 64_KiB, 64, 1_MiB, 4'096};
inline constexpr Preset asil_c_preset = {
    "asil-c", &desktop_budgets, 4_MiB, false, 2_MiB, 128_KiB, 128, 2_MiB, 8'192};
inline constexpr Preset asil_b_preset = {
    "asil-b", &desktop_budgets, 8_MiB, false, 4_MiB, 256_KiB, 256, 4_MiB, 16'384};
inline constexpr Preset asil_a_preset = {
    "asil-a", &desktop_budgets, 16_MiB, false, 8_MiB, 512_KiB, 512, 8_MiB, 32'768};
inline constexpr Preset desktop_preset = {
    "desktop", &desktop_budgets, 4_GiB, true, 0, 1_MiB, 0, 4_GiB, limits::table_elements};
/// Quality managed (ISO 26262): no integrity level to keep, so the desktop's figures.
inline constexpr Preset qm_preset = {"qm",  &desktop_budgets,      4_GiB, true, 0, 1_MiB, 0,
                                     4_GiB, limits::table_elements};

/// All presets, smallest first.
inline constexpr std::array<const Preset*, 8> presets = {
    &tiny_preset,   &seed_preset,   &asil_d_preset, &asil_c_preset,
    &asil_b_preset, &asil_a_preset, &qm_preset,     &desktop_preset};

/// The preset of that name, or null.
constexpr const Preset* find_preset(std::string_view name) noexcept
{
    for (const Preset* preset : presets) {
        if (preset->name == name) return preset;
    }
    return nullptr;
}

}  // namespace wrt
