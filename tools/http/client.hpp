// Requests of guests, on the wire: HTTP/1.1 over TCP, and over TLS where there is
// OpenSSL (tls.hpp). No thread works for them: a request goes on whenever its guest asks about it
// or waits for it. Connections are used again, one request after the other.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <wrt/component/wasi/http.hpp>
#include <wrt/component/wasi/network_rule.hpp>

#include "authority.hpp"
#include "connection_pool.hpp"
#include "tls.hpp"

namespace wrtd::http {

struct ClientConfig {
    /// Whom guests may talk to. A name that is looked up is asked at those of its addresses only
    /// that a rule allows (NetworkRule::has_address_of_name()).
    std::vector<wrt::wasi::NetworkRule> rules;
    uint32_t max_requests = 256;  ///< At one time.
    ConnectionPool::Limits idle;  ///< Connections that are kept for further requests.
};

/// Guests on several threads may use it, each a request of its own.
class Client final : public wrt::wasi::http::Client {
public:
    explicit Client(ClientConfig config);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    wrt::wasi::http::ClientExchange* send(const wrt::wasi::http::RequestHead& head,
                                          const wrt::wasi::http::Timeouts& timeouts,
                                          wrt::wasi::http::ErrorCode& why) noexcept override;
    /// Closes connections that nobody has used for long.
    void tidy() { connections_.tidy(); }

    // For the requests themselves.

    [[nodiscard]] ConnectionPool& connections() { return connections_; }
    /// Whether the name may be asked at an address that it has turned out to have.
    [[nodiscard]] bool allows(const Authority& to, const wrt::wasi::NetAddress& found) const;
    /// Null: there is no memory for it.
    [[nodiscard]] std::unique_ptr<TlsSession> start_tls(const Authority& to);
    void end_request() { --requests_; }

private:
    const ClientConfig config_;
    ConnectionPool connections_;
    std::once_flag tls_made_;
    std::unique_ptr<TlsContext> tls_;  ///< From the first request that needs it on.
    std::atomic<uint32_t> requests_ = 0;
};

}  // namespace wrtd::http
