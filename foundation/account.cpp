// Names of accounts and libraries, as messages and reports print them.
#include <wrt/foundation/account.hpp>

#include <array>

namespace wrt {

namespace {

constexpr std::array<std::string_view, account_count> account_names = {
    "none",   "types",     "functions", "code",     "data",    "elements", "names",
    "custom", "globals",   "tables",    "memory",   "stack",   "gc",       "host",
    "wasi",   "component", "scratch",   "registry", "instance"};
static_assert(account_names.back() == "instance");

constexpr std::array<std::string_view, library_count> library_names = {
    "foundation", "decoder",      "runtime",       "component",        "host", "debug",
    "platform",   "instructions", "format",        "intercept",        "sync", "math",
    "logging",    "panic",        "test_registry", "verification_tool"};
static_assert(library_names.back() == "verification_tool");

}  // namespace

std::string_view name_of(Account account) noexcept
{
    return account_names[static_cast<size_t>(account)];
}

std::string_view name_of(LibraryId library) noexcept
{
    return library_names[static_cast<size_t>(library)];
}

}  // namespace wrt
