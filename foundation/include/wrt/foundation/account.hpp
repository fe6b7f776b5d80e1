// Who a byte belongs to: accounts (what it is for) and libraries (whose code asked for it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wrt {

/// What a block of memory is for. Every byte of an arena is charged to exactly one account.
enum class Account : uint8_t {
    none,
    types,
    functions,
    code,
    data,
    elements,
    names,
    custom,
    globals,
    tables,
    memory,
    stack,
    gc,
    host,
    wasi,
    component,
    scratch,
    registry,
    instance,
};
inline constexpr size_t account_count = 19;
static_assert(static_cast<size_t>(Account::instance) + 1 == account_count);

/// "code", "memory", ... ; "none" for Account::none.
std::string_view name_of(Account) noexcept;

/// Whose code opened a scope. The order is part of the interface: budget tables are indexed by it.
enum class LibraryId : uint8_t {
    foundation,
    decoder,
    runtime,
    component,
    host,
    debug,
    platform,
    instructions,
    format,
    intercept,
    sync,
    math,
    logging,
    panic,
    test_registry,
    verification_tool,
};
inline constexpr size_t library_count = 16;
static_assert(static_cast<size_t>(LibraryId::verification_tool) + 1 == library_count);

/// "decoder", "runtime", ...
std::string_view name_of(LibraryId) noexcept;

}  // namespace wrt
