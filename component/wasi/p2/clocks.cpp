// wasi:clocks.
// https://github.com/WebAssembly/WASI/tree/v0.2.12/proposals/clocks/wit
#include <limits>

#include "wasi/p2/state.hpp"

namespace wrt::wasi::p2 {

namespace {

constexpr uint64_t ns_per_second = 1'000'000'000;

struct Datetime {
    uint64_t seconds = 0;
    uint32_t nanoseconds = 0;
};

struct TimezoneDisplay {
    int32_t utc_offset = 0;
    std::string_view name;
    bool in_daylight_saving_time = false;
};

Datetime datetime_of(uint64_t ns) noexcept
{
    return {ns / ns_per_second, static_cast<uint32_t>(ns % ns_per_second)};
}

uint64_t monotonic_now(State& state) noexcept
{
    return state.context.clocks.now_ns(ClockId::monotonic).value;
}

uint64_t monotonic_resolution(State& state) noexcept
{
    return state.context.clocks.resolution_ns(ClockId::monotonic).value;
}

Result<Own<Pollable>> subscribe_instant(State& state, uint64_t when) noexcept
{
    return subscribe_time(state, when);
}

Result<Own<Pollable>> subscribe_duration(State& state, uint64_t duration) noexcept
{
    constexpr uint64_t forever = std::numeric_limits<uint64_t>::max();
    const uint64_t now = monotonic_now(state);
    return subscribe_time(state, duration < forever - now ? now + duration : forever);
}

Datetime wall_now(State& state) noexcept
{
    return datetime_of(state.context.clocks.now_ns(ClockId::realtime).value);
}

Datetime wall_resolution(State& state) noexcept
{
    return datetime_of(state.context.clocks.resolution_ns(ClockId::realtime).value);
}

/// Guests live in UTC: where the host is, is none of their business.
TimezoneDisplay timezone_display(State&, Datetime) noexcept
{
    return {0, "UTC", false};
}

int32_t utc_offset(State&, Datetime) noexcept
{
    return 0;
}

constexpr HostFunctionRow monotonic_functions[] = {
    row<&monotonic_now>("now"),
    row<&monotonic_resolution>("resolution"),
    row<&subscribe_instant>("subscribe-instant"),
    row<&subscribe_duration>("subscribe-duration"),
};
constexpr HostFunctionRow wall_functions[] = {
    row<&wall_now>("now"),
    row<&wall_resolution>("resolution"),
};
constexpr HostFunctionRow timezone_functions[] = {
    row<&timezone_display>("display"),
    row<&utc_offset>("utc-offset"),
};

}  // namespace

Status add_clocks(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(
        imports.define("wasi:clocks/monotonic-clock@0.2.12", monotonic_functions, {}, &state));
    WRT_CHECK(imports.define("wasi:clocks/wall-clock@0.2.12", wall_functions, {}, &state));
    return imports.define("wasi:clocks/timezone@0.2.12", timezone_functions, {}, &state);
}

}  // namespace wrt::wasi::p2
