// wasi:random. The insecure interfaces give what the secure one gives.
// https://github.com/WebAssembly/WASI/tree/v0.2.12/proposals/random/wit
#include "wasi/p2/state.hpp"

namespace wrt::wasi::p2 {

namespace {

Status fill(State& state, std::span<uint8_t> bytes) noexcept
{
    const Errno error = state.context.random.fill(bytes, state.context.pace);
    if (error == Errno::intr) return interrupted();
    if (error != Errno::success) return Error{.code = Errc::host_failure};
    return ok();
}

Result<std::span<const uint8_t>> random_bytes(State& state, HostCall& call, uint64_t len) noexcept
{
    WRT_TRY(const uint32_t at, call.memory.allocate(1, len));
    const std::span<uint8_t> bytes = call.memory.bytes().subspan(at, static_cast<size_t>(len));
    WRT_CHECK(fill(state, bytes));
    return std::span<const uint8_t>{bytes};
}

Result<uint64_t> random_u64(State& state) noexcept
{
    std::array<uint8_t, 8> bytes{};
    WRT_CHECK(fill(state, bytes));
    return std::bit_cast<uint64_t>(bytes);
}

Result<std::tuple<uint64_t, uint64_t>> insecure_seed(State& state) noexcept
{
    WRT_TRY(const uint64_t low, random_u64(state));
    WRT_TRY(const uint64_t high, random_u64(state));
    return std::tuple<uint64_t, uint64_t>{low, high};
}

constexpr HostFunctionRow random_functions[] = {
    row<&random_bytes>("get-random-bytes"),
    row<&random_u64>("get-random-u64"),
};
constexpr HostFunctionRow insecure_functions[] = {
    row<&random_bytes>("get-insecure-random-bytes"),
    row<&random_u64>("get-insecure-random-u64"),
};
constexpr HostFunctionRow seed_functions[] = {row<&insecure_seed>("insecure-seed")};

}  // namespace

Status add_random(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(imports.define("wasi:random/random@0.2.12", random_functions, {}, &state));
    WRT_CHECK(imports.define("wasi:random/insecure@0.2.12", insecure_functions, {}, &state));
    return imports.define("wasi:random/insecure-seed@0.2.12", seed_functions, {}, &state);
}

}  // namespace wrt::wasi::p2
