#include <wrt/component/wasi/errno.hpp>

#include <cerrno>
#include <iterator>

namespace wrt::wasi {

Errno errno_from_host(int host) noexcept
{
    switch (host) {
    case 0: return Errno::success;
#define WRT_ERRNO(name, host_code)                                                                 \
    case host_code: return Errno::name;
#include <wrt/component/wasi/errno.def>
    default: return Errno::io;
    }
}

int host_from_errno(Errno error) noexcept
{
    switch (error) {
    case Errno::success: return 0;
    case Errno::notcapable: return EPERM;
#define WRT_ERRNO(name, host_code)                                                                 \
    case Errno::name: return host_code;
#include <wrt/component/wasi/errno.def>
    }
    return EIO;
}

std::string_view name_of(Errno error) noexcept
{
    if (error == Errno::success) return "success";
    if (error == Errno::notcapable) return "notcapable";
    if (error == Errno::e2big) return "2big";  // no name in C++ begins with a digit
    static constexpr std::string_view names[] = {
#define WRT_ERRNO(name, host_code) #name,
#include <wrt/component/wasi/errno.def>
    };
    const size_t index = static_cast<size_t>(error) - 1;
    return index < std::size(names) ? names[index] : "unknown";
}

}  // namespace wrt::wasi
