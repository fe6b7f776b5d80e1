#include "tls.hpp"

#ifdef WRTD_HAS_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#endif

namespace wrtd::http {

#ifdef WRTD_HAS_TLS

namespace {

struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
};

class OpenSslSession final : public TlsSession {
public:
    OpenSslSession(std::unique_ptr<SSL, Free> session, BIO* in, BIO* out)
        : session_{std::move(session)}, in_{in}, out_{out}
    {
    }

    Step handshake() override { return step_of(::SSL_connect(session_.get())); }

    Step read(std::span<uint8_t> into, size_t& size) override
    {
        return step_of(::SSL_read_ex(session_.get(), into.data(), into.size(), &size));
    }

    Step write(std::span<const uint8_t> bytes, size_t& size) override
    {
        return step_of(::SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &size));
    }

    void put(std::span<const uint8_t> encrypted) override
    {
        ::BIO_write(in_, encrypted.data(), static_cast<int>(encrypted.size()));
    }

    void take(std::string& encrypted) override
    {
        char* bytes = nullptr;
        const long size = BIO_get_mem_data(out_, &bytes);
        if (size <= 0) return;
        encrypted.append(bytes, static_cast<size_t>(size));
        (void)BIO_reset(out_);
    }

private:
    Step step_of(int result)
    {
        if (result > 0) return Step::done;
        const int error = ::SSL_get_error(session_.get(), result);
        ::ERR_clear_error();
        if (error == SSL_ERROR_WANT_READ) return Step::wants_bytes;
        if (error == SSL_ERROR_ZERO_RETURN) return Step::ended;
        return ::SSL_get_verify_result(session_.get()) == X509_V_OK ? Step::failed
                                                                    : Step::bad_certificate;
    }

    std::unique_ptr<SSL, Free> session_;
    BIO* in_;  ///< The session's, as is the other one.
    BIO* out_;
};

class OpenSslContext final : public TlsContext {
public:
    explicit OpenSslContext(std::unique_ptr<SSL_CTX, Free> context) : context_{std::move(context)}
    {
        ::SSL_CTX_set_default_verify_paths(context_.get());
        ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        ::SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
        ::SSL_CTX_set_mode(context_.get(),
                           SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }

    std::unique_ptr<TlsSession> start(const std::string& host, bool is_address) override
    {
        std::unique_ptr<SSL, Free> session{::SSL_new(context_.get())};
        BIO* const in = ::BIO_new(::BIO_s_mem());
        BIO* const out = ::BIO_new(::BIO_s_mem());
        if (session == nullptr || in == nullptr || out == nullptr) {
            ::BIO_free(in);
            ::BIO_free(out);
            return nullptr;
        }
        // Nothing there yet is not the end.
        (void)BIO_set_mem_eof_return(in, -1);
        ::SSL_set_bio(session.get(), in, out);
        ::SSL_set_connect_state(session.get());
        const bool is_set = is_address
                                ? ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session.get()),
                                                                  host.c_str()) == 1
                                : ::SSL_set1_host(session.get(), host.c_str()) == 1 &&
                                      SSL_set_tlsext_host_name(session.get(), host.c_str()) == 1;
        if (!is_set) return nullptr;
        return std::make_unique<OpenSslSession>(std::move(session), in, out);
    }

private:
    std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace

std::unique_ptr<TlsContext> TlsContext::make()
{
    std::unique_ptr<SSL_CTX, Free> context{::SSL_CTX_new(::TLS_client_method())};
    if (context == nullptr) return nullptr;
    return std::make_unique<OpenSslContext>(std::move(context));
}

#else

std::unique_ptr<TlsContext> TlsContext::make()
{
    return nullptr;
}

#endif

}  // namespace wrtd::http
