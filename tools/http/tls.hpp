// TLS over bytes that somebody else carries. Without OpenSSL, when wrtd is
// built or when it runs, there is none, and make() says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace wrtd::http {

enum class Step : uint8_t {
    done,
    wants_bytes,  ///< Of the other side.
    ended,
    failed,
    bad_certificate,
};

/// One connection's. Bytes that came go in by put(), bytes to send come out by take().
class TlsSession {
public:
    virtual ~TlsSession() = default;
    virtual Step handshake() = 0;
    /// `size`: how many bytes were read or written.
    virtual Step read(std::span<uint8_t> into, size_t& size) = 0;
    virtual Step write(std::span<const uint8_t> bytes, size_t& size) = 0;

    virtual void put(std::span<const uint8_t> encrypted) = 0;
    /// Appends what is to be sent.
    virtual void take(std::string& encrypted) = 0;
};

class TlsContext {
public:
    virtual ~TlsContext() = default;
    /// `host`: a name or an address, which the certificate must be for. Null: out of memory.
    virtual std::unique_ptr<TlsSession> start(const std::string& host, bool is_address) = 0;

    /// With the certificates that this system trusts (SSL_CERT_FILE and SSL_CERT_DIR name others).
    /// Null: there is no TLS.
    [[nodiscard]] static std::unique_ptr<TlsContext> make();
};

}  // namespace wrtd::http
