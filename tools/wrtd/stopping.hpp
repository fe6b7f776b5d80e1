// What may stop a running guest from outside: Ctrl-C, SIGTERM and --timeout.
#pragma once

#include <cstdint>
#include <optional>

#include <wrt/store.hpp>

namespace wrtd {

/// While it lives, SIGINT, SIGTERM and the end of the time interrupt the store. A second SIGINT
/// ends wrtd at once. One at a time.
class Stopping {
public:
    Stopping(wrt::Store& store, std::optional<uint64_t> timeout_ns);
    ~Stopping();
    Stopping(const Stopping&) = delete;
    Stopping& operator=(const Stopping&) = delete;

    [[nodiscard]] static bool timed_out();
};

}  // namespace wrtd
