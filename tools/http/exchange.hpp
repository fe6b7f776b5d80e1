// The wire of one request: the body that comes in through Beast's parser, the response that goes
// out. Reads and writes of a socket that never waits; who wants to wait polls it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "server.hpp"

namespace wrtd::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::buffer_body>;

/// What an exchange uses of its connection.
struct Wire {
    asio::ip::tcp::socket socket;
    beast::flat_buffer buffer;  ///< Came in and is not parsed yet.
    std::optional<Parser> parser;
    std::string out;  ///< To be sent; the first `sent` bytes are.
    size_t sent = 0;

    /// Sends what there is, without waiting. False: the other side is gone.
    bool push();
    [[nodiscard]] size_t pending() const { return out.size() - sent; }
};

class RequestBody final : public wrt::wasi::http::BodySource {
public:
    explicit RequestBody(Wire& wire);

    uint32_t read(std::span<uint8_t> into) noexcept override;
    bool ended() noexcept override;
    const wrt::wasi::http::ErrorCode* failure() noexcept override;
    wrt::wasi::http::Readiness readiness() noexcept override;
    wrt::wasi::http::HeaderList trailers() noexcept override;

    [[nodiscard]] uint64_t received() const { return received_; }
    [[nodiscard]] bool is_too_large() const { return is_too_large_; }
    [[nodiscard]] bool waits() const { return waits_; }
    [[nodiscard]] bool continue_is_due() const { return continue_is_due_; }
    /// Reads what is there of the rest, for nobody, but not much more than `most`. Bytes.
    uint64_t skip(uint64_t most);

private:
    using Case = wrt::wasi::http::ErrorCode::Case;

    uint32_t read_more(std::span<uint8_t> into);
    /// Parses what is in the buffer: bytes put in `into`.
    uint32_t parse(std::span<uint8_t> into);
    /// Takes from the socket. False: nothing there.
    bool fill();
    void fail(Case which);

    Wire& wire_;
    bool continue_is_due_;  ///< The client waits for "100 Continue".
    bool is_too_large_ = false;
    bool waits_ = false;  ///< The last that was asked for had not come.
    uint64_t received_ = 0;
    std::optional<wrt::wasi::http::ErrorCode> failure_;
    std::vector<std::string> head_names_;  ///< Of the fields that are no trailers.
    std::vector<wrt::wasi::http::Header> trailers_;
    std::optional<std::vector<uint8_t>> ahead_;  ///< Read to find out whether there is something.
    size_t ahead_used_ = 0;
};

class ResponseBody final : public wrt::wasi::http::BodySink {
public:
    explicit ResponseBody(Wire& wire) : wire_{wire} {}

    /// How the end of the body is told.
    enum class Framing : uint8_t { none, length, chunked, close };
    void begin(Framing framing) { framing_ = framing; }

    uint32_t room() noexcept override;
    uint32_t write(std::span<const uint8_t> bytes) noexcept override;
    bool flush() noexcept override;
    const wrt::wasi::http::ErrorCode* failure() noexcept override;
    wrt::wasi::http::Readiness readiness() noexcept override;
    void finish(wrt::wasi::http::HeaderList trailers) noexcept override;
    void abandon() noexcept override;

    [[nodiscard]] bool is_finished() const { return is_finished_; }
    [[nodiscard]] uint64_t sent() const { return sent_; }
    [[nodiscard]] Framing framing() const { return framing_; }

private:
    Wire& wire_;
    Framing framing_ = Framing::none;
    bool is_finished_ = false;
    uint64_t sent_ = 0;
    std::optional<wrt::wasi::http::ErrorCode> failure_;
};

class HttpExchange final : public Exchange {
public:
    /// The wire's parser has a head. `keep_alive`: whether the server wants another request.
    HttpExchange(Wire& wire, bool keep_alive);

    wrt::wasi::http::BodySource& request_body() noexcept override { return source_; }
    wrt::wasi::http::BodySink& respond(const wrt::wasi::http::ResponseHead& head) noexcept override;
    void fail(const wrt::wasi::http::ErrorCode& error) noexcept override;

    [[nodiscard]] const wrt::wasi::http::RequestHead& head() const override { return head_; }
    [[nodiscard]] bool has_responded() const override { return status_ != 0; }
    void refuse(uint16_t status) override;
    [[nodiscard]] bool waits_for_body() const override { return source_.waits(); }
    [[nodiscard]] bool is_too_large() const override { return source_.is_too_large(); }
    [[nodiscard]] const wrt::wasi::http::ErrorCode* error() const override
    {
        return error_ ? &*error_ : nullptr;
    }

    /// The guest is done. Afterwards: whether the connection may be used again, once what is
    /// pending has been sent and the rest of the request has come.
    bool end();
    [[nodiscard]] bool is_complete() const { return sink_.is_finished(); }
    /// The response cannot be told from a complete one unless the connection is reset.
    [[nodiscard]] bool must_reset() const;
    [[nodiscard]] Record record() const;

private:
    Wire& wire_;
    RequestBody source_;
    ResponseBody sink_;
    bool keep_alive_;
    uint16_t status_ = 0;
    std::optional<wrt::wasi::http::ErrorCode> error_;
    std::vector<wrt::wasi::http::Header> fields_;
    wrt::wasi::http::RequestHead head_;
};

/// A whole response without a body but its status, after which the connection closes.
[[nodiscard]] std::string bare_response(uint16_t status);

}  // namespace wrtd::http
