// A descriptor of the host that closes itself.
#pragma once

#include <unistd.h>

#include <utility>

namespace wrt::wasi {

class HostFd {
public:
    HostFd() noexcept = default;
    explicit HostFd(int fd) noexcept : fd_{fd} {}
    HostFd(HostFd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    HostFd& operator=(HostFd&& other) noexcept
    {
        reset();
        fd_ = std::exchange(other.fd_, -1);
        return *this;
    }
    ~HostFd() { reset(); }

    int get() const noexcept { return fd_; }
    /// Hands the descriptor to the caller.
    int release() noexcept { return std::exchange(fd_, -1); }
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    void reset() noexcept
    {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

    int fd_ = -1;
};

}  // namespace wrt::wasi
