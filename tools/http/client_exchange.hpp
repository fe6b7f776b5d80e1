// One request of a guest and its response. It has a descriptor of its own to be waited for, which
// is readable whenever there is something to do: bytes, room for bytes, a name looked up, time
// over.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <wrt/component/wasi/http.hpp>

#include "client.hpp"

namespace wrtd::http {

inline std::string_view view(boost::beast::string_view text)
{
    return {text.data(), text.size()};
}

class OutgoingExchange final : public wrt::wasi::http::ClientExchange {
    using ErrorCode = wrt::wasi::http::ErrorCode;
    using HeaderList = wrt::wasi::http::HeaderList;
    using Readiness = wrt::wasi::http::Readiness;

public:
    /// The scheme is https unless the head says http. `client` is told when it ends.
    OutgoingExchange(Client& client, const wrt::wasi::http::RequestHead& head, Authority to,
                     const wrt::wasi::http::Timeouts& timeouts);
    OutgoingExchange(const OutgoingExchange&) = delete;
    OutgoingExchange& operator=(const OutgoingExchange&) = delete;

    /// Takes a connection that waits, or looks up the name, or connects. False: `why` tells.
    bool start(ErrorCode& why);

    wrt::wasi::http::BodySink& request_body() noexcept override { return sink_; }
    Readiness readiness() noexcept override;
    const wrt::wasi::http::ResponseHead* response() noexcept override;
    const ErrorCode* failure() noexcept override;
    wrt::wasi::http::BodySource& response_body() noexcept override { return source_; }
    void release() noexcept override;

private:
    using Case = ErrorCode::Case;
    using Clock = std::chrono::steady_clock;
    static constexpr size_t most_pending = 128 * 1024;  ///< Of a request, waiting to be sent.
    static constexpr size_t most_unread = 64 * 1024;    ///< Of a response, waiting to be read.
    static constexpr size_t most_read = 16 * 1024;      ///< At once.
    using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

    class Sink final : public wrt::wasi::http::BodySink {
    public:
        explicit Sink(OutgoingExchange& of) : of_{of} {}
        uint32_t room() noexcept override;
        uint32_t write(std::span<const uint8_t> bytes) noexcept override;
        bool flush() noexcept override;
        const ErrorCode* failure() noexcept override;
        Readiness readiness() noexcept override;
        void finish(HeaderList trailers) noexcept override;
        void abandon() noexcept override;

    private:
        OutgoingExchange& of_;
    };
    class Source final : public wrt::wasi::http::BodySource {
    public:
        explicit Source(OutgoingExchange& of) : of_{of} {}
        uint32_t read(std::span<uint8_t> into) noexcept override;
        bool ended() noexcept override;
        const ErrorCode* failure() noexcept override;
        Readiness readiness() noexcept override;
        HeaderList trailers() noexcept override;

    private:
        OutgoingExchange& of_;
    };

    ~OutgoingExchange();

    /// Does all that can be done now, and sets what the descriptor tells after that.
    void advance();
    /// A connection of its own.
    bool connect(ErrorCode& why);
    void advance_lookup();
    /// Whether the same may be asked once more: on a connection that was used before, the other
    /// side may have closed it just when this began, and nothing has come of it.
    [[nodiscard]] bool may_repeat() const;
    void repeat();
    /// Whether all of it is over and the connection may have another one.
    [[nodiscard]] bool has_let_go() const;
    /// As far as there is a connection.
    void talk();
    void send_pending();
    /// The other side takes no more; the response may be there already, and is read.
    void stop_sending();
    void receive();
    /// Of what came: the head, then bytes of the body.
    void parse();
    void parse_head();
    void parse_body();
    void on_head();
    /// The other side has nothing more to say.
    void on_end();
    void fail(Case which);
    void expect_head();
    void make_head(const wrt::wasi::http::RequestHead& head);
    void append_fields(HeaderList fields);

    [[nodiscard]] bool wants_bytes() const;
    [[nodiscard]] std::optional<Clock::time_point> deadline() const;
    void watch(int fd, uint32_t events);
    void set_timer(std::optional<Clock::time_point> at);
    [[nodiscard]] Readiness waiting() const;

    Client& client_;
    Authority to_;
    bool is_encrypted_;
    wrt::wasi::http::Timeouts timeouts_;
    std::unique_ptr<TlsSession> tls_;  ///< Until the transport has it.
    std::unique_ptr<Transport> transport_ = std::make_unique<Transport>();
    bool is_used_before_ = false;  ///< The transport.
    std::string repeatable_;       ///< The whole request, if it may be made twice.
    uint32_t lookup_ = 0;
    int lookup_event_ = -1;

    int events_ = -1;  ///< epoll(7): what is waited for.
    int timer_ = -1;
    int watched_ = -1;
    uint32_t watched_events_ = 0;
    std::optional<Clock::time_point> timer_at_;

    std::string out_;  ///< Of the request; the first `sent_` bytes are gone.
    size_t sent_ = 0;
    bool is_chunked_ = false;
    bool is_finished_ = false;
    bool is_head_request_ = false;

    boost::beast::flat_buffer in_;  ///< Came and is not parsed yet.
    std::optional<Parser> parser_;
    std::vector<uint8_t> body_;  ///< Of the response; the first `read_` bytes are read.
    size_t read_ = 0;
    std::vector<wrt::wasi::http::Header> fields_;
    std::vector<std::string> trailer_names_;  ///< Fields of the head, which are no trailers.
    std::vector<wrt::wasi::http::Header> trailers_;
    std::optional<wrt::wasi::http::ResponseHead> head_;

    Clock::time_point started_;
    Clock::time_point moved_;  ///< When a byte went or came, or nobody waited for one.
    std::optional<ErrorCode> failure_;
    std::optional<ErrorCode> sink_failure_;
    Sink sink_{*this};
    Source source_{*this};
};

}  // namespace wrtd::http
