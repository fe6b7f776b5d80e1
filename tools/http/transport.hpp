// Bytes to and from a host, over TCP or TLS, without waiting.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <wrt/component/wasi/http.hpp>
#include <wrt/component/wasi/network_rule.hpp>

#include "tls.hpp"

namespace wrtd::http {

class Transport {
public:
    enum class State : uint8_t { closed, connecting, handshaking, open, ended, failed };

    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    ~Transport();

    /// Begins to connect: the addresses are tried one after the other. `tls` may be null.
    void connect(std::vector<wrt::wasi::NetAddress> addresses, uint16_t port,
                 std::unique_ptr<TlsSession> tls);
    /// Goes on with connecting and with what is to be sent.
    State advance();
    /// Bytes that were read; 0 for none yet, at the end (State::ended) and for a failure.
    size_t read(std::span<uint8_t> into);
    /// Bytes that were taken.
    size_t write(std::span<const uint8_t> bytes);
    void close();

    [[nodiscard]] State state() const { return state_; }
    /// Of State::failed.
    [[nodiscard]] wrt::wasi::http::ErrorCode::Case failure() const { return failure_; }
    /// The other side takes nothing more.
    [[nodiscard]] bool is_broken() const { return is_broken_; }
    /// Of State::ended: the other side has said that nothing more comes.
    [[nodiscard]] bool has_ended_cleanly() const { return has_ended_cleanly_; }
    [[nodiscard]] int fd() const { return fd_; }
    /// Open, with nothing to be sent, and the other side has neither said anything nor closed.
    [[nodiscard]] bool is_idle();
    /// Whether it waits for the socket to take more.
    [[nodiscard]] bool wants_to_send() const
    {
        return state_ == State::connecting ||
               ((state_ == State::handshaking || state_ == State::open) && sent_ != out_.size());
    }

private:
    using Case = wrt::wasi::http::ErrorCode::Case;

    void try_next();
    void connected();
    void handshake();
    void fail(Case failure);
    /// Sends encrypted bytes as far as it goes.
    void push();
    /// Gets encrypted bytes. False: nothing came.
    bool pull();

    State state_ = State::closed;
    Case failure_ = Case::connection_terminated;
    bool is_broken_ = false;
    bool has_ended_cleanly_ = false;
    int fd_ = -1;
    std::vector<wrt::wasi::NetAddress> addresses_;  ///< Those that are still to be tried.
    uint16_t port_ = 0;
    std::unique_ptr<TlsSession> tls_;
    std::string out_;  ///< Encrypted; the first `sent_` bytes are gone.
    size_t sent_ = 0;
};

}  // namespace wrtd::http
