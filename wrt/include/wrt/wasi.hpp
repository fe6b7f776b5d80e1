// WASI for the facade: linker.wasi(config), and the configuration.
#pragma once

#include <wrt/component/wasi/config.hpp>
#include <wrt/component/wasi/context.hpp>
#include <wrt/linker.hpp>

namespace wrt {

using WasiConfig = wasi::Config;

/// The status with which a guest ended itself (proc_exit), if that is what `error` says.
[[nodiscard]] constexpr std::optional<uint32_t> exit_status(const Error& error) noexcept
{
    if (error.code != Errc::host_exit) return std::nullopt;
    return error.actual;
}

}  // namespace wrt
