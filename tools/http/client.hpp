// Requests of guests, on the wire: HTTP/1.1 over TCP, and over TLS where there is
// OpenSSL (tls.hpp). No thread works for them: a request goes on whenever its guest asks about it
// or waits for it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <wrt/component/wasi/http.hpp>
#include <wrt/component/wasi/network_rule.hpp>

namespace wrtd::http {

class TlsContext;

struct ClientConfig {
    /// Whom guests may talk to. The addresses of a name are not looked at when the name is allowed.
    std::vector<wrt::wasi::NetworkRule> rules;
    uint32_t max_requests = 256;  ///< At one time.
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

private:
    const ClientConfig config_;
    std::once_flag tls_made_;
    std::unique_ptr<TlsContext> tls_;  ///< From the first request that needs it on.
    std::atomic<uint32_t> requests_ = 0;
};

}  // namespace wrtd::http
