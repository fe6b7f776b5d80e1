// wasi:io/poll.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/io/wit/poll.wit
#include "wasi/p2/poll.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include "wasi/p2/http_objects.hpp"

namespace wrt::wasi::p2 {

namespace {

constexpr uint64_t forever = std::numeric_limits<uint64_t>::max();
constexpr uint64_t ns_per_second = 1'000'000'000;
/// How often a wait looks at Interrupt::requested when there is no descriptor that would wake it.
constexpr uint64_t interrupt_period_ns = 10'000'000;
/// Descriptors of wasi:http that one wait looks at; where there are more, it does not last longer
/// than a period.
constexpr size_t most_http_descriptors = 64;

template <class T>
Result<std::span<T>> take(HostCall& call, size_t count) noexcept
{
    WRT_TRY(const uint32_t at, call.memory.allocate(alignof(T), uint64_t{count} * sizeof(T)));
    auto* const first = reinterpret_cast<T*>(call.memory.bytes().data() + at);
    std::uninitialized_value_construct_n(first, count);
    return std::span<T>{first, count};
}

/// What a socket is waited for, which changes with what it does.
short events_of(const Socket& socket) noexcept
{
    if (socket.phase == Socket::Phase::listening) return POLLIN;
    const bool connects = socket.phase == Socket::Phase::connect_started && socket.failure == 0;
    return connects ? POLLOUT : short{0};
}

Result<bool> pollable_ready(State& state, HostCall& call, Borrow<Pollable> self) noexcept
{
    WRT_TRY(Poll poll, Poll::make(state, call, {&self, 1}));
    if (!poll.look(0)) return interrupted();
    return poll.is_ready(0);
}

Status pollable_block(State& state, HostCall& call, Borrow<Pollable> self) noexcept
{
    WRT_TRY(Poll poll, Poll::make(state, call, {&self, 1}));
    if (!poll.wait()) return interrupted();
    return ok();
}

Result<std::span<const uint32_t>> poll_all(State& state, HostCall& call,
                                           std::span<const Borrow<Pollable>> in) noexcept
{
    if (in.empty()) return Error{.code = Errc::host_failure};  // "this function traps"
    WRT_TRY(Poll poll, Poll::make(state, call, in));
    if (!poll.wait()) return interrupted();
    WRT_TRY(const std::span<uint32_t> ready, take<uint32_t>(call, in.size()));
    size_t count = 0;
    for (size_t i = 0; i < in.size(); ++i) {
        if (poll.is_ready(i)) ready[count++] = static_cast<uint32_t>(i);
    }
    return std::span<const uint32_t>{ready.first(count)};
}

constexpr HostFunctionRow poll_functions[] = {
    row<&pollable_ready>("[method]pollable.ready"),
    row<&pollable_block>("[method]pollable.block"),
    row<&poll_all>("poll"),
};
constexpr HostResourceRow poll_resources[] = {resource_row<Pollable>("pollable")};

}  // namespace

Waited waited_by(State& state, const Resource& pollable) noexcept
{
    if (pollable.has_time) return {.has_time = true, .at = pollable.at};
    const bool of_socket = pollable.place != Resource::no_place;
    if (pollable.events == 0 && !of_socket) return {};
    const Descriptor* const descriptor = state.context.descriptors.find(pollable.waited);
    // Files, and what was closed, are always ready.
    if (descriptor == nullptr || !waits_for_host(*descriptor)) return {};
    const short events = of_socket ? events_of(state.sockets[pollable.place]) : pollable.events;
    if (events == 0) return {};
    return {.handle = pollable.waited, .host = descriptor->host, .events = events};
}

Result<Poll> Poll::make(State& state, HostCall& call,
                        std::span<const Borrow<Pollable>> pollables) noexcept
{
    Poll poll{state};
    poll.earliest_ = forever;
    WRT_TRY(poll.entries_, take<Entry>(call, pollables.size()));
    // poll(2) takes no more entries than the process may have descriptors, and a guest may name
    // one pollable as often as it likes: so each descriptor has one entry.
    const size_t descriptors = state.context.descriptors.capacity();
    WRT_TRY(poll.host_, take<pollfd>(call, std::min(pollables.size(), descriptors) +
                                               most_http_descriptors + 1));
    std::span<uint32_t> place_of;  // of a descriptor, counted from 1
    if (pollables.size() > 1) {
        WRT_TRY(place_of, take<uint32_t>(call, descriptors));
    }
    for (size_t i = 0; i < pollables.size(); ++i) {
        const Resource& pollable = state.at(pollables[i].rep);
        Entry& entry = poll.entries_[i];
        if (pollable.parent != Resource::no_parent) {
            entry.http = &pollable;
            poll.has_http_ = true;
            continue;
        }
        const Waited waited = waited_by(state, pollable);
        entry.events = waited.events;
        entry.has_time = waited.has_time;
        entry.at = waited.at;
        if (waited.has_time) poll.earliest_ = std::min(poll.earliest_, waited.at);
        if (waited.host < 0) {
            poll.always_ready_ = poll.always_ready_ || !waited.has_time;
            continue;
        }
        uint32_t place = place_of.empty() ? 0 : place_of[waited.handle.index];
        if (place == 0) {
            poll.host_[poll.count_++] = {.fd = waited.host, .events = 0, .revents = 0};
            place = static_cast<uint32_t>(poll.count_);
            if (!place_of.empty()) place_of[waited.handle.index] = place;
        }
        entry.place = place - 1;
        pollfd& host = poll.host_[entry.place];
        host.events = static_cast<short>(host.events | waited.events);
    }
    return poll;
}

bool Poll::is_ready(size_t i) const noexcept
{
    const Entry& entry = entries_[i];
    if (entry.has_time) return now() >= entry.at;
    if (entry.http != nullptr) return entry.is_ready;
    if (entry.place == no_place) return true;
    return (host_[entry.place].revents & (entry.events | POLLERR | POLLHUP | POLLNVAL)) != 0;
}

bool Poll::any_ready() const noexcept
{
    return always_ready_ || host_ready_ || http_ready_ ||
           (earliest_ != forever && now() >= earliest_);
}

void Poll::ask_http() noexcept
{
    http_ready_ = false;
    if (!has_http_) return;
    for (Entry& entry : entries_) {
        if (entry.http == nullptr) continue;
        entry.is_ready = readiness_of(*state_, *entry.http).ready;
        http_ready_ = http_ready_ || entry.is_ready;
    }
}

size_t Poll::add_host(size_t count, int fd, short events) noexcept
{
    for (size_t i = count_; i < count; ++i) {
        if (host_[i].fd != fd) continue;
        host_[i].events = static_cast<short>(host_[i].events | events);
        return count;
    }
    if (fd < 0 || count == count_ + most_http_descriptors) return no_place;
    host_[count] = {.fd = fd, .events = events, .revents = 0};
    return count + 1;
}

size_t Poll::add_http(size_t count, uint64_t& limit_ns) noexcept
{
    const auto add = [&](const http::Readiness& readiness) {
        const size_t added = add_host(count, readiness.fd, readiness.events);
        if (added == no_place) {
            limit_ns = std::min(limit_ns, interrupt_period_ns);
        } else {
            count = added;
        }
    };
    if (has_http_) {
        for (const Entry& entry : entries_) {
            if (entry.http != nullptr) add(readiness_of(*state_, *entry.http));
        }
    }
    // What was written goes out while the guest waits for whatever it is.
    for (OutgoingBody* body = state_->http->sending; body != nullptr; body = body->next) {
        if (!body->sink->flush() && body->sink->failure() == nullptr) add(body->sink->readiness());
    }
    return count;
}

bool Poll::look(uint64_t limit_ns) noexcept
{
    const Interrupt& interrupt = state_->context.pace.interrupt;
    size_t count = count_;
    if (limit_ns > 0) count = add_http(count, limit_ns);
    const size_t without_interrupt = count;
    if (interrupt.wake_fd >= 0) {
        host_[count++] = {.fd = interrupt.wake_fd, .events = POLLIN, .revents = 0};
    }
    if (interrupt.requested != nullptr && interrupt.wake_fd < 0) {
        limit_ns = std::min(limit_ns, interrupt_period_ns);
    }
    timespec timeout{};
    timeout.tv_sec = static_cast<time_t>(limit_ns / ns_per_second);
    timeout.tv_nsec = static_cast<long>(limit_ns % ns_per_second);
    const int ready =
        ::ppoll(host_.data(), count, limit_ns == forever ? nullptr : &timeout, nullptr);
    if (ready < 0) {
        for (pollfd& host : host_.first(count))
            host.revents = 0;
    }
    const bool woken = count > without_interrupt && host_[without_interrupt].revents != 0;
    host_ready_ = std::ranges::any_of(host_.first(count_),
                                      [](const pollfd& host) { return host.revents != 0; });
    ask_http();
    return !woken && !(limit_ns > 0 && interrupt.is_requested());
}

bool Poll::wait() noexcept
{
    if (!look(0)) return false;
    while (!any_ready()) {
        const uint64_t left = earliest_ == forever ? forever : earliest_ - now();
        // A fixed clock does not run while the host waits: time jumps to the deadline.
        Clocks& clocks = state_->context.clocks;
        if (clocks.is_fixed() && left != forever) {
            clocks.advance(left);
        } else if (!look(left)) {
            return false;
        }
    }
    return true;
}

Result<Own<Pollable>> subscribe(State& state, Fd fd, short events) noexcept
{
    Resource pollable{.kind = Resource::Kind::pollable, .events = events};
    const OrErrno<DescriptorTable::Handle> handle = state.context.descriptors.handle_of(fd);
    if (handle) {
        pollable.waited = handle.value;
    } else {
        pollable.events = 0;  // ready: whatever is done will say why not
    }
    return state.make<Pollable>(pollable);
}

Result<Own<Pollable>> subscribe_time(State& state, uint64_t when) noexcept
{
    return state.make<Pollable>({.kind = Resource::Kind::pollable, .has_time = true, .at = when});
}

Status add_poll(component::Imports& imports, State& state) noexcept
{
    return imports.define("wasi:io/poll@0.2.12", poll_functions, poll_resources, &state);
}

}  // namespace wrt::wasi::p2
