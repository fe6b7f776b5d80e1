// The error codes of WASI, and how the host layer hands one on: either a value or an Errno.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace wrt::wasi {

/// An error code as WASI preview 1 numbers them. The host layer speaks it too: 0.2 and 0.3 have
/// codes of the same names, so their bindings translate by name.
enum class Errno : uint16_t {
    success = 0,
#define WRT_ERRNO(name, host) name,
#include <wrt/component/wasi/errno.def>
    notcapable,  ///< WASI's own: the descriptor's rights do not cover the operation.
};
static_assert(static_cast<uint16_t>(Errno::notcapable) == 76,
              "witx gives $notcapable the number 76");

/// WASI's code for a value of the host's errno; io for one that WASI has no name for.
Errno errno_from_host(int host) noexcept;

/// The host's errno for WASI's code; EPERM for notcapable, which the host does not know.
int host_from_errno(Errno error) noexcept;

/// The spec's name without its dollar sign: "noent".
std::string_view name_of(Errno error) noexcept;

/// A value, or the reason why there is none. The value of a failure is not to be used.
template <class T>
struct OrErrno {
    T value{};
    Errno error = Errno::success;

    OrErrno(T good) noexcept : value{std::move(good)} {}
    OrErrno(Errno bad) noexcept : error{bad} {}

    explicit operator bool() const noexcept { return error == Errno::success; }
};

}  // namespace wrt::wasi

/// Returns the Errno of `expr` from the enclosing function unless it is success.
#define WRT_ERRNO_CHECK(expr)                                                                      \
    do {                                                                                           \
        if (const ::wrt::wasi::Errno wrt_errno_ = (expr);                                          \
            wrt_errno_ != ::wrt::wasi::Errno::success)                                             \
            return wrt_errno_;                                                                     \
    } while (false)
