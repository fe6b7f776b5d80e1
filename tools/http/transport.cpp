#include "transport.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace wrtd::http {
namespace {

using Case = wrt::wasi::http::ErrorCode::Case;
using wrt::wasi::NetAddress;

constexpr size_t most_encrypted = 64 * 1024;

bool would_block()
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

Case case_of(int failure)
{
    switch (failure) {
    case ECONNREFUSED: return Case::connection_refused;
    case ETIMEDOUT: return Case::connection_timeout;
    case ENETUNREACH:
    case EAFNOSUPPORT: return Case::destination_ip_unroutable;
    case EHOSTUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL: return Case::destination_unavailable;
    case EACCES:
    case EPERM: return Case::destination_ip_prohibited;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return Case::connection_limit_reached;
    default: return Case::connection_terminated;
    }
}

/// 0 or an errno; EINPROGRESS as long as it is under way.
int start_connecting(int fd, const NetAddress& address, uint16_t port)
{
    sockaddr_in6 v6{};
    sockaddr_in v4{};
    const sockaddr* any = reinterpret_cast<const sockaddr*>(&v4);
    socklen_t size = sizeof v4;
    if (address.is_v6) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
        any = reinterpret_cast<const sockaddr*>(&v6);
        size = sizeof v6;
    } else {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&v4.sin_addr, address.bytes.data(), 4);
    }
    return ::connect(fd, any, size) == 0 ? 0 : errno;
}

}  // namespace

Transport::~Transport()
{
    close();
}

void Transport::close()
{
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    state_ = State::closed;
}

void Transport::fail(Case failure)
{
    failure_ = failure;
    state_ = State::failed;
}

void Transport::connect(std::vector<NetAddress> addresses, uint16_t port,
                        std::unique_ptr<TlsSession> tls)
{
    addresses_ = std::move(addresses);
    std::ranges::reverse(addresses_);  // taken from the back
    port_ = port;
    tls_ = std::move(tls);
    fail(Case::destination_not_found);
    try_next();
}

void Transport::try_next()
{
    while (!addresses_.empty()) {
        const NetAddress address = addresses_.back();
        addresses_.pop_back();
        if (fd_ >= 0) ::close(fd_);
        fd_ = ::socket(address.is_v6 ? AF_INET6 : AF_INET,
                       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd_ < 0) {
            fail(case_of(errno));
            continue;
        }
        const int one = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        const int result = start_connecting(fd_, address, port_);
        if (result == 0) return connected();
        if (result == EINPROGRESS) {
            state_ = State::connecting;
            return;
        }
        fail(case_of(result));
    }
}

void Transport::connected()
{
    state_ = tls_ == nullptr ? State::open : State::handshaking;
    if (tls_ != nullptr) handshake();
}

void Transport::handshake()
{
    while (true) {
        const Step step = tls_->handshake();
        tls_->take(out_);
        push();
        if (state_ != State::handshaking) return;
        if (step == Step::done) {
            state_ = State::open;
            return;
        }
        if (step != Step::wants_bytes) {
            return fail(step == Step::bad_certificate ? Case::tls_certificate_error
                                                      : Case::tls_protocol_error);
        }
        if (!pull()) break;
    }
    if (state_ == State::ended) fail(Case::tls_protocol_error);
}

Transport::State Transport::advance()
{
    if (state_ == State::connecting) {
        pollfd waited{.fd = fd_, .events = POLLOUT, .revents = 0};
        if (::poll(&waited, 1, 0) <= 0) return state_;
        int failure = 0;
        socklen_t size = sizeof failure;
        ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &failure, &size);
        if (failure == 0) {
            connected();
        } else {
            fail(case_of(failure));
            try_next();
        }
    }
    if (state_ == State::handshaking) handshake();
    if (state_ == State::open) push();
    return state_;
}

void Transport::push()
{
    while (sent_ != out_.size()) {
        const ssize_t size =
            ::send(fd_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0 && would_block()) return;
        if (size < 0) {
            // What came before that can still be read.
            is_broken_ = true;
            if (state_ != State::open) fail(Case::connection_terminated);
            break;
        }
        sent_ += static_cast<size_t>(size);
    }
    out_.clear();
    sent_ = 0;
}

bool Transport::pull()
{
    std::array<uint8_t, 16 * 1024> bytes;
    const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && would_block()) return false;
    if (size <= 0) {
        state_ = State::ended;
        return false;
    }
    tls_->put({bytes.data(), static_cast<size_t>(size)});
    return true;
}

bool Transport::is_idle()
{
    if (state_ != State::open || is_broken_ || sent_ != out_.size()) return false;
    uint8_t byte = 0;
    if (::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || !would_block()) return false;
    if (tls_ == nullptr) return true;
    // What came behind the last response may be here already.
    size_t size = 0;
    return tls_->read({&byte, 1}, size) == Step::wants_bytes;
}

size_t Transport::read(std::span<uint8_t> into)
{
    if (state_ != State::open || into.empty()) return 0;
    if (tls_ == nullptr) {
        const ssize_t size = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
        if (size > 0) return static_cast<size_t>(size);
        if (size == 0 || !would_block()) {
            has_ended_cleanly_ = size == 0;
            state_ = State::ended;
        }
        return 0;
    }
    while (true) {
        size_t size = 0;
        const Step step = tls_->read(into, size);
        tls_->take(out_);  // an answer to a renewal of keys
        push();
        if (step == Step::done) return size;
        if (step == Step::wants_bytes && pull()) continue;
        if (step == Step::ended) {
            has_ended_cleanly_ = true;
            state_ = State::ended;
        }
        if (step == Step::failed || step == Step::bad_certificate) fail(Case::tls_protocol_error);
        return 0;
    }
}

size_t Transport::write(std::span<const uint8_t> bytes)
{
    if (state_ != State::open || bytes.empty()) return 0;
    if (tls_ == nullptr) {
        const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size >= 0) return static_cast<size_t>(size);
        if (!would_block()) is_broken_ = true;
        return 0;
    }
    if (out_.size() - sent_ > most_encrypted) return 0;
    size_t size = 0;
    const Step step = tls_->write(bytes, size);
    tls_->take(out_);
    push();
    return step == Step::done ? size : 0;
}

}  // namespace wrtd::http
