// What a descriptor of the host is in WASI's terms.
#pragma once

#include <sys/stat.h>

#include <wrt/component/wasi/descriptor_table.hpp>
#include <wrt/component/wasi/errno.hpp>

namespace wrt::wasi {

/// $filetype of a file's mode. WASI has no name for a pipe, and of a socket's kind a mode knows
/// nothing.
FileType file_type(mode_t mode) noexcept;

/// Kind, type, and all rights that its kind and the way it is open allow. `host` stays the
/// caller's: Descriptor::host is not set.
OrErrno<Descriptor> describe_host(int host) noexcept;

}  // namespace wrt::wasi
