// Bounds of this implementation, in one place, each with its reason. The counts are those of the
// JavaScript API (https://webassembly.github.io/spec/js-api/#limits), which every engine that
// matters keeps to, so a toolchain that stays below them in browsers stays below them here. An
// engine may be configured lower, never higher.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wrt::limits {

// Modules.
inline constexpr uint32_t module_bytes = 1U
                                         << 30;  // 1 GiB (JS API); offsets in an Error are 32 bits.
inline constexpr uint32_t types = 1'000'000;     // JS API; a type costs its canonical form at load.
inline constexpr uint32_t rec_group_types = 1'000'000;  // JS API; no group larger than all types.
inline constexpr uint32_t subtype_depth =
    63;  // JS API; the display of supertypes is walked per cast.
inline constexpr uint32_t functions = 1'000'000;  // JS API.
inline constexpr uint32_t imports = 1'000'000;    // JS API.
inline constexpr uint32_t exports = 1'000'000;    // JS API.
inline constexpr uint32_t globals = 1'000'000;    // JS API.
inline constexpr uint32_t tags = 1'000'000;       // JS API.
inline constexpr uint32_t tables = 100'000;       // JS API.
inline constexpr uint32_t memories = 100;  // JS API; each may reserve 4 GiB of address space.
inline constexpr uint32_t data_segments = 100'000;     // JS API.
inline constexpr uint32_t elem_segments = 10'000'000;  // JS API.
inline constexpr uint32_t elem_items = 10'000'000;     // JS API; no more than a table may have.
inline constexpr uint32_t name_bytes = 100'000;  // wasmparser's; the specification has no bound.

// Types and functions.
inline constexpr uint32_t params = 1'000;            // JS API.
inline constexpr uint32_t results = 1'000;           // JS API.
inline constexpr uint32_t struct_fields = 10'000;    // JS API.
inline constexpr uint32_t array_new_fixed = 10'000;  // JS API; its operands lie on the stack.
inline constexpr uint32_t body_bytes =
    7'654'321;  // JS API; nesting and stacks are bounded by it too.
inline constexpr uint32_t locals =
    50'000;  // JS API; parameters included. Sums are made in 64 bits.
inline constexpr uint32_t operands = 65'535;  // On a function's stack that has more than its body
                                              // bytes: a frame's slots have 16 bits.
inline constexpr uint32_t const_expr_depth = 10'001;  // Operands of array.new_fixed and its result.

// Run time.
inline constexpr uint32_t table_elements = 10'000'000;  // JS API, for minimum and growth.
inline constexpr uint64_t page_bytes = 65'536;          // Specification 4.2.8.
inline constexpr uint64_t memory_pages = 65'536;        // Specification: 4 GiB.
inline constexpr uint64_t memory64_pages = 262'144;     // JS API: 16 GiB.
inline constexpr uint64_t memory64_type_pages = 1ULL
                                                << 48;  // Specification: what a type may declare.

// Components (after wasmparser's limits).
inline constexpr uint32_t component_type_size = 1'000'000;  // Effective size, aliases expanded.
inline constexpr uint32_t component_type_depth = 100;       // Lifting walks a type's nesting.
inline constexpr uint32_t component_type_steps =
    50'000'000;  // Of copying and comparing types: what instantiation does is not linear in the
                 // bytes.
inline constexpr uint32_t component_value_bytes = 1U << 28;  // Component model: "element size".
inline constexpr uint32_t component_items = 1'000;  // Modules, components and instances, each.
inline constexpr uint32_t component_nesting =
    100;  // Deeper nesting costs quadratic time elsewhere.
inline constexpr uint32_t component_fields = 10'000;  // Of a record, variant, enum or tuple.
inline constexpr uint32_t component_flags = 32;       // Component model: flags fit an i32.
inline constexpr uint32_t component_start_args = 1'000;
inline constexpr uint32_t component_canon_options = 10;

// Memory management.
inline constexpr size_t total_heap_bytes = 262'144;  // The default arena: 256 KiB, static.
inline constexpr size_t module_scope_bytes =
    65'536;  // What enter_module_scope() grants unless told otherwise.
inline constexpr size_t scope_depth =
    16;                                // Nested scopes of one arena; bounds the arena's own size.
inline constexpr size_t regions = 64;  // Entries of a RegionPool's table.
inline constexpr size_t fixed_memory_bytes =
    131'072;  // Reserved for a linear memory in a fixed arena: 2 pages.
inline constexpr size_t guest_text_bytes = 256;  // Of a guest's text in messages; the rest is cut.

}  // namespace wrt::limits
