// Waiting for pollables of every kind at once: one poll(2), which a time limit or an interrupt
// ends.
#pragma once

#include <poll.h>

#include "wasi/p2/state.hpp"

namespace wrt::wasi::p2 {

/// What a pollable waits for just now. Without a host descriptor and a time it is ready.
struct Waited {
    DescriptorTable::Handle handle{};
    int host = -1;
    short events = 0;
    bool has_time = false;
    uint64_t at = 0;  ///< On the guest's monotonic clock.
};
Waited waited_by(State& state, const Resource& pollable) noexcept;

/// Waits for one of some pollables at least; what is ready then is said by is_ready().
class Poll {
public:
    /// Lies in the call's memory. Error: that is exhausted.
    static Result<Poll> make(State& state, HostCall& call,
                             std::span<const Borrow<Pollable>> pollables) noexcept;

    /// False: the guest is to be interrupted.
    [[nodiscard]] bool wait() noexcept;
    /// One look at the host, that lasts `limit_ns` at most. False: as above.
    [[nodiscard]] bool look(uint64_t limit_ns) noexcept;

    bool is_ready(size_t i) const noexcept;

private:
    /// How one pollable becomes ready.
    struct Entry {
        uint32_t place = no_place;  ///< In host_; many pollables may wait for one descriptor.
        short events = 0;
        bool has_time = false;
        bool is_ready = false;  ///< Of wasi:http, at the last look.
        uint64_t at = 0;
        const Resource* http = nullptr;  ///< A pollable of wasi:http.
    };
    static constexpr uint32_t no_place = 0xffffffff;

    explicit Poll(State& state) noexcept : state_{&state} {}

    bool any_ready() const noexcept;
    /// Looks at the pollables of wasi:http, whose descriptors may change from look to look.
    void ask_http() noexcept;
    /// Puts what wasi:http waits for behind the first `count` descriptors; where they end then.
    /// `limit_ns`: how long a wait may last.
    size_t add_http(size_t count, uint64_t& limit_ns) noexcept;
    size_t add_host(size_t count, int fd, short events) noexcept;
    uint64_t now() const noexcept
    {
        return state_->context.clocks.now_ns(ClockId::monotonic).value;
    }

    State* state_;
    std::span<Entry> entries_;
    /// The first count_ of them, and then room for those of wasi:http and the interrupt's.
    std::span<pollfd> host_;
    size_t count_ = 0;
    bool always_ready_ = false;
    bool host_ready_ = false;
    bool has_http_ = false;
    bool http_ready_ = false;
    uint64_t earliest_;  ///< Of the times; the largest value where there is none.
};

}  // namespace wrt::wasi::p2
