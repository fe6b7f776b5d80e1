#include "tls.hpp"

#ifdef WRTD_HAS_TLS
#include <dlfcn.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#endif

namespace wrtd::http {

#ifdef WRTD_HAS_TLS

namespace {

#define WRT_OPENSSL(WRT_ROW)                                                                       \
    WRT_ROW(BIO_ctrl)                                                                              \
    WRT_ROW(BIO_free)                                                                              \
    WRT_ROW(BIO_new)                                                                               \
    WRT_ROW(BIO_s_mem)                                                                             \
    WRT_ROW(BIO_write)                                                                             \
    WRT_ROW(ERR_clear_error)                                                                       \
    WRT_ROW(SSL_CTX_ctrl)                                                                          \
    WRT_ROW(SSL_CTX_free)                                                                          \
    WRT_ROW(SSL_CTX_new)                                                                           \
    WRT_ROW(SSL_CTX_set_default_verify_paths)                                                      \
    WRT_ROW(SSL_CTX_set_verify)                                                                    \
    WRT_ROW(SSL_connect)                                                                           \
    WRT_ROW(SSL_ctrl)                                                                              \
    WRT_ROW(SSL_free)                                                                              \
    WRT_ROW(SSL_get0_param)                                                                        \
    WRT_ROW(SSL_get_error)                                                                         \
    WRT_ROW(SSL_get_verify_result)                                                                 \
    WRT_ROW(SSL_new)                                                                               \
    WRT_ROW(SSL_read_ex)                                                                           \
    WRT_ROW(SSL_set1_host)                                                                         \
    WRT_ROW(SSL_set_bio)                                                                           \
    WRT_ROW(SSL_set_connect_state)                                                                 \
    WRT_ROW(SSL_write_ex)                                                                          \
    WRT_ROW(TLS_client_method)                                                                     \
    WRT_ROW(X509_VERIFY_PARAM_set1_ip_asc)

/// The functions of OpenSSL that are used, by their names. The library is loaded when the first
/// guest asks for https: linked, it would be a third of the time that wrtd takes to start.
struct OpenSsl {
#define WRT_ROW(name) decltype(&::name) name = nullptr;
    WRT_OPENSSL(WRT_ROW)
#undef WRT_ROW

    /// Null where there is no such library.
    static const OpenSsl* get()
    {
        static const OpenSsl functions;
        return functions.complete_ ? &functions : nullptr;
    }

private:
    OpenSsl()
    {
        void* const library = ::dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) return;
        complete_ = true;
#define WRT_ROW(name)                                                                              \
    name = reinterpret_cast<decltype(&::name)>(::dlsym(library, #name));                           \
    complete_ = complete_ && name != nullptr;
        WRT_OPENSSL(WRT_ROW)
#undef WRT_ROW
    }

    bool complete_ = false;
};

/// There is one, for nobody has a session or context otherwise.
const OpenSsl& openssl()
{
    return *OpenSsl::get();
}

struct Free {
    void operator()(SSL_CTX* context) const { openssl().SSL_CTX_free(context); }
    void operator()(SSL* session) const { openssl().SSL_free(session); }
};

class OpenSslSession final : public TlsSession {
public:
    OpenSslSession(std::unique_ptr<SSL, Free> session, BIO* in, BIO* out)
        : session_{std::move(session)}, in_{in}, out_{out}
    {
    }

    Step handshake() override { return step_of(openssl().SSL_connect(session_.get())); }

    Step read(std::span<uint8_t> into, size_t& size) override
    {
        return step_of(openssl().SSL_read_ex(session_.get(), into.data(), into.size(), &size));
    }

    Step write(std::span<const uint8_t> bytes, size_t& size) override
    {
        return step_of(openssl().SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &size));
    }

    void put(std::span<const uint8_t> encrypted) override
    {
        openssl().BIO_write(in_, encrypted.data(), static_cast<int>(encrypted.size()));
    }

    void take(std::string& encrypted) override
    {
        char* bytes = nullptr;
        const long size = openssl().BIO_ctrl(out_, BIO_CTRL_INFO, 0, &bytes);
        if (size <= 0) return;
        encrypted.append(bytes, static_cast<size_t>(size));
        openssl().BIO_ctrl(out_, BIO_CTRL_RESET, 0, nullptr);
    }

private:
    Step step_of(int result)
    {
        if (result > 0) return Step::done;
        const int error = openssl().SSL_get_error(session_.get(), result);
        openssl().ERR_clear_error();
        if (error == SSL_ERROR_WANT_READ) return Step::wants_bytes;
        if (error == SSL_ERROR_ZERO_RETURN) return Step::ended;
        return openssl().SSL_get_verify_result(session_.get()) == X509_V_OK ? Step::failed
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
        openssl().SSL_CTX_set_default_verify_paths(context_.get());
        openssl().SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        openssl().SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION,
                               nullptr);
        openssl().SSL_CTX_ctrl(context_.get(), SSL_CTRL_MODE,
                               SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER,
                               nullptr);
    }

    std::unique_ptr<TlsSession> start(const std::string& host, bool is_address) override
    {
        std::unique_ptr<SSL, Free> session{openssl().SSL_new(context_.get())};
        BIO* const in = openssl().BIO_new(openssl().BIO_s_mem());
        BIO* const out = openssl().BIO_new(openssl().BIO_s_mem());
        if (session == nullptr || in == nullptr || out == nullptr) {
            openssl().BIO_free(in);
            openssl().BIO_free(out);
            return nullptr;
        }
        // Nothing there yet is not the end.
        openssl().BIO_ctrl(in, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, nullptr);
        openssl().SSL_set_bio(session.get(), in, out);
        openssl().SSL_set_connect_state(session.get());
        const bool is_set =
            is_address ? openssl().X509_VERIFY_PARAM_set1_ip_asc(
                             openssl().SSL_get0_param(session.get()), host.c_str()) == 1
                       : openssl().SSL_set1_host(session.get(), host.c_str()) == 1 &&
                             openssl().SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                                TLSEXT_NAMETYPE_host_name,
                                                const_cast<char*>(host.c_str())) == 1;
        if (!is_set) return nullptr;
        return std::make_unique<OpenSslSession>(std::move(session), in, out);
    }

private:
    std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace

std::unique_ptr<TlsContext> TlsContext::make()
{
    const OpenSsl* const found = OpenSsl::get();
    if (found == nullptr) return nullptr;
    std::unique_ptr<SSL_CTX, Free> context{found->SSL_CTX_new(found->TLS_client_method())};
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
