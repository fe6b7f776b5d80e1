// What may stop a running guest from outside: --timeout, and with it Ctrl-C and SIGTERM in a way
// that can still say where the guest was. Without a time limit the signals just end the process.
#pragma once

#include <cstdint>

#include <wrt/store.hpp>

namespace wrtd {

/// While it lives, SIGINT, SIGTERM and the end of the time interrupt the store. A second SIGINT
/// ends wrtd at once. One at a time.
class Stopping {
public:
    Stopping(wrt::Store& store, uint64_t timeout_ns);
    ~Stopping();
    Stopping(const Stopping&) = delete;
    Stopping& operator=(const Stopping&) = delete;

    [[nodiscard]] static bool timed_out();
};

}  // namespace wrtd
