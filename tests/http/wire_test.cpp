// wasi:http over a wire that the test plays: what the guest (guest.c) says and does reaches it, and
// what the wire does reaches the guest. The component is the one that make_guest.mjs made.
#include <wrt/component.hpp>
#include <wrt/wasi.hpp>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace wrt;
using wasi::http::BodySink;
using wasi::http::BodySource;
using wasi::http::ErrorCode;
using wasi::http::Header;
using wasi::http::HeaderList;
using wasi::http::Readiness;
using wasi::http::RequestHead;
using wasi::http::ResponseHead;

namespace {

/// Gives its bytes in pieces, and before each of them nothing for once.
class Source final : public BodySource {
public:
    std::string bytes;
    size_t piece = SIZE_MAX;
    bool never_ends = false;
    std::optional<ErrorCode> failing;
    std::vector<Header> trailing;

    uint32_t read(std::span<uint8_t> into) noexcept override
    {
        if (std::exchange(is_ready_, false) == false) return 0;
        const size_t size = std::min({into.size(), piece, bytes.size() - at_});
        std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(at_), size, into.begin());
        at_ += size;
        return static_cast<uint32_t>(size);
    }
    bool ended() noexcept override { return at_ == bytes.size() && !failing && !never_ends; }
    const ErrorCode* failure() noexcept override
    {
        return at_ == bytes.size() && failing ? &*failing : nullptr;
    }
    Readiness readiness() noexcept override
    {
        is_ready_ = true;
        return {.ready = at_ != bytes.size() || ended() || failure() != nullptr};
    }
    HeaderList trailers() noexcept override { return trailing; }

private:
    size_t at_ = 0;
    bool is_ready_ = false;
};

/// Takes at most `most` bytes until they are flushed.
class Sink final : public BodySink {
public:
    std::string bytes;
    size_t most = 64 * 1024;
    int finished = 0;
    int abandoned = 0;
    std::vector<std::pair<std::string, std::string>> trailing;
    std::optional<ErrorCode> failing;

    uint32_t room() noexcept override { return static_cast<uint32_t>(most - held_); }
    uint32_t write(std::span<const uint8_t> more) noexcept override
    {
        const size_t size = std::min<size_t>(more.size(), room());
        bytes.append(reinterpret_cast<const char*>(more.data()), size);
        held_ += size;
        return static_cast<uint32_t>(size);
    }
    bool flush() noexcept override
    {
        held_ = 0;
        return true;
    }
    const ErrorCode* failure() noexcept override { return failing ? &*failing : nullptr; }
    Readiness readiness() noexcept override { return {.ready = room() != 0}; }
    void finish(HeaderList trailers) noexcept override
    {
        ++finished;
        for (const Header& field : trailers)
            trailing.emplace_back(field.name, field.value);
    }
    void abandon() noexcept override { ++abandoned; }

private:
    size_t held_ = 0;
};

class Exchange final : public wasi::http::ServerExchange {
public:
    Source source;
    Sink sink;
    int responses = 0;
    uint16_t status = 0;
    std::optional<uint64_t> body_bytes;
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<ErrorCode> error;

    BodySource& request_body() noexcept override { return source; }
    BodySink& respond(const ResponseHead& head) noexcept override
    {
        ++responses;
        status = head.status;
        body_bytes = head.body_bytes;
        for (const Header& field : head.headers)
            headers.emplace_back(field.name, field.value);
        return sink;
    }
    void fail(const ErrorCode& why) noexcept override { error = why; }
};

class ClientExchange final : public wasi::http::ClientExchange {
public:
    Sink sink;
    Source source;
    ResponseHead head;
    std::optional<ErrorCode> failing;
    int asked_before = 3;  ///< So often it is not there yet.
    int released = 0;

    BodySink& request_body() noexcept override { return sink; }
    Readiness readiness() noexcept override { return {.ready = --asked_before <= 0}; }
    const ResponseHead* response() noexcept override
    {
        return asked_before <= 0 && !failing ? &head : nullptr;
    }
    const ErrorCode* failure() noexcept override
    {
        return asked_before <= 0 && failing ? &*failing : nullptr;
    }
    BodySource& response_body() noexcept override { return source; }
    void release() noexcept override { ++released; }
};

class Client final : public wasi::http::Client {
public:
    ClientExchange exchange;
    bool refuses = false;
    std::string asked;

    wasi::http::ClientExchange* send(const RequestHead& head, const wasi::http::Timeouts&,
                                     ErrorCode& why) noexcept override
    {
        asked = std::string{head.method} + " " + std::string{head.scheme} + "://" +
                std::string{head.authority} + std::string{head.path_with_query};
        why = {.which = ErrorCode::Case::destination_ip_prohibited};
        return refuses ? nullptr : &exchange;
    }
};

std::vector<uint8_t> read_file(const char* path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

struct Guest {
    explicit Guest(const wasi::P2Options& options = {}, const wasi::Interrupt& interrupt = {})
    {
        static const std::vector<uint8_t> binary = read_file(WRT_HTTP_GUEST);
        const auto component = load_component(engine, binary, {.borrow = true});
        if (!component) return;
        WasiConfig config;
        config.interrupt = interrupt;
        linker.wasi(config, nullptr, options);
        const auto made = linker.instantiate(*component);
        if (made) instance.emplace(*made);
    }

    Status get(std::string_view path, Exchange& exchange)
    {
        const Header headers[] = {{"host", "example.org"}, {"user-agent", "test"}};
        return linker.serve(*instance,
                            {.method = "GET",
                             .scheme = "http",
                             .authority = "example.org",
                             .path_with_query = path,
                             .headers = headers,
                             .body_bytes = std::nullopt},
                            exchange);
    }

    Engine engine;
    Store store{engine};
    ComponentLinker linker{store};
    std::optional<ComponentInstance> instance;
};

/// Tests that were not given the component are skipped, as is making it.
class Wire : public testing::Test {
protected:
    void SetUp() override
    {
        if (!std::ifstream{WRT_HTTP_GUEST}) GTEST_SKIP() << WRT_HTTP_GUEST << " was not made";
    }
};

TEST_F(Wire, types_are_as_specified)
{
    Guest guest;
    Exchange exchange;
    ASSERT_TRUE(guest.get("/types", exchange));
    EXPECT_EQ(exchange.sink.bytes, "as it should be\n");
    EXPECT_EQ(exchange.status, 200);
    EXPECT_EQ(exchange.responses, 1);
    EXPECT_EQ(exchange.sink.finished, 1);
    EXPECT_EQ(exchange.sink.abandoned, 0);
}

TEST_F(Wire, a_body_passes_through_the_smallest_pieces_with_its_trailers)
{
    Guest guest;
    for (const char* const path : {"/echo", "/splice"}) {
        Exchange exchange;
        for (int i = 0; i < 5000; ++i)
            exchange.source.bytes += std::to_string(i);
        exchange.source.piece = 7;
        exchange.sink.most = 3;
        exchange.source.trailing = {{"x-sum", "1"}, {"connection", "close"}};
        ASSERT_TRUE(guest.get(path, exchange));
        EXPECT_EQ(exchange.sink.bytes, exchange.source.bytes);
        ASSERT_EQ(exchange.sink.trailing.size(), 1u);  // what guests may not set they do not see
        EXPECT_EQ(exchange.sink.trailing[0], (std::pair<std::string, std::string>{"x-sum", "1"}));
        EXPECT_EQ(exchange.body_bytes, std::nullopt);
    }
}

TEST_F(Wire, the_length_of_a_body_is_told_where_it_is_known)
{
    Guest guest;
    for (const auto& [path, bytes] :
         {std::pair{"/sized", "yes"}, std::pair{"/early", "early\n"}, std::pair{"/empty", ""}}) {
        Exchange exchange;
        ASSERT_TRUE(guest.get(path, exchange)) << path;
        EXPECT_EQ(exchange.sink.bytes, bytes);
        EXPECT_EQ(exchange.body_bytes, exchange.sink.bytes.size()) << path;
        EXPECT_EQ(exchange.sink.finished, 1);
        // It has a place of its own, and is not among the fields.
        for (const auto& [name, value] : exchange.headers)
            EXPECT_NE(name, "content-length");
    }
}

TEST_F(Wire, a_body_that_is_dropped_or_too_short_is_abandoned)
{
    Guest guest;
    for (const char* const path : {"/unfinished", "/short"}) {
        Exchange exchange;
        ASSERT_TRUE(guest.get(path, exchange)) << path;
        EXPECT_EQ(exchange.sink.finished, 0) << path;
        EXPECT_EQ(exchange.sink.abandoned, 1) << path;
    }
}

TEST_F(Wire, a_request_that_fails_on_the_way_fails_the_guest_s_stream)
{
    Guest guest;
    Exchange exchange;
    exchange.source.bytes = "half";
    exchange.source.failing = ErrorCode{.which = ErrorCode::Case::connection_terminated};
    ASSERT_TRUE(guest.get("/echo", exchange));
    EXPECT_EQ(exchange.sink.bytes, "half");
    EXPECT_EQ(exchange.sink.abandoned, 1);
}

TEST_F(Wire, a_response_that_nobody_takes_ends_the_writing)
{
    Guest guest;
    Exchange exchange;
    exchange.sink.failing = ErrorCode{.which = ErrorCode::Case::connection_terminated};
    ASSERT_TRUE(guest.get("/bytes/100000", exchange));
    EXPECT_EQ(exchange.sink.finished, 0);
    EXPECT_EQ(exchange.sink.abandoned, 1);
}

TEST_F(Wire, an_error_of_the_guest_s_comes_with_its_payload)
{
    Guest guest;
    Exchange exchange;
    ASSERT_TRUE(guest.get("/error", exchange));
    EXPECT_EQ(exchange.responses, 0);
    ASSERT_TRUE(exchange.error);
    EXPECT_EQ(exchange.error->which, ErrorCode::Case::internal_error);
    ASSERT_TRUE(exchange.error->text);
    EXPECT_EQ(exchange.error->text->view(), "no luck");
}

TEST_F(Wire, an_informational_status_is_no_response)
{
    Guest guest;
    Exchange exchange;
    ASSERT_TRUE(guest.get("/informational", exchange));
    EXPECT_EQ(exchange.responses, 0);
    ASSERT_TRUE(exchange.error);
    EXPECT_EQ(exchange.error->which, ErrorCode::Case::http_protocol_error);
}

TEST_F(Wire, a_parent_dropped_before_its_children_is_a_trap)
{
    Guest guest;
    Exchange exchange;
    const Status ended = guest.get("/children", exchange);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Errc::handle_lent);
    // The instance trapped and is not entered again.
    const Status again = guest.get("/sized", exchange);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::cannot_enter_component);
}

TEST_F(Wire, a_wait_for_a_body_ends_when_the_guest_is_interrupted)
{
    std::atomic<bool> requested = true;
    Guest guest{
        {},
        {.requested =
             [](const void* data) { return static_cast<const std::atomic<bool>*>(data)->load(); },
         .data = &requested}};
    Exchange exchange;
    exchange.source.never_ends = true;
    const Status ended = guest.get("/echo", exchange);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Errc::interrupted);
}

TEST_F(Wire, requests_of_the_guest_are_denied_without_a_client)
{
    Guest guest;
    Exchange exchange;
    ASSERT_TRUE(guest.get("/fetch/example.org", exchange));
    EXPECT_EQ(exchange.sink.bytes, "error 15\n");
}

TEST_F(Wire, a_client_may_refuse_answer_or_fail)
{
    {
        Client client;
        client.refuses = true;
        Guest guest{{.http_client = &client}};
        Exchange exchange;
        ASSERT_TRUE(guest.get("/fetch/example.org:81", exchange));
        EXPECT_EQ(client.asked, "GET http://example.org:81/");
        EXPECT_EQ(exchange.sink.bytes, "error 4\n");
        EXPECT_EQ(client.exchange.released, 0);
    }
    {
        Client client;
        client.exchange.failing = ErrorCode{.which = ErrorCode::Case::connection_refused};
        Guest guest{{.http_client = &client}};
        Exchange exchange;
        ASSERT_TRUE(guest.get("/fetch/example.org", exchange));
        EXPECT_EQ(exchange.sink.bytes, "error 6\n");
        EXPECT_EQ(client.exchange.sink.finished, 1);
    }
    const Header headers[] = {{"x-kind", "plain"}, {"Transfer-Encoding", "chunked"}};
    Client client;
    client.exchange.head.status = 203;
    client.exchange.head.headers = headers;
    client.exchange.source.bytes = std::string(100'000, 'x');
    client.exchange.source.piece = 1234;
    {
        Guest guest{{.http_client = &client}};
        Exchange exchange;
        ASSERT_TRUE(guest.get("/fetch/example.org", exchange));
        EXPECT_EQ(exchange.status, 203);
        EXPECT_EQ(exchange.sink.bytes, client.exchange.source.bytes);
        ASSERT_EQ(exchange.headers.size(), 1u);
        EXPECT_EQ(exchange.headers[0].first, "x-kind");
        EXPECT_EQ(client.exchange.released, 1);
    }
    EXPECT_EQ(client.exchange.released, 1);
}

TEST_F(Wire, what_a_guest_leaves_open_is_released_with_its_store)
{
    Client client;
    client.exchange.failing = ErrorCode{.which = ErrorCode::Case::connection_refused};
    {
        Guest guest{{.http_client = &client}};
        Exchange exchange;
        ASSERT_TRUE(guest.get("/fetch/example.org", exchange));  // which keeps the future
        EXPECT_EQ(client.exchange.released, 0);
    }
    EXPECT_EQ(client.exchange.released, 1);
}

TEST_F(Wire, nothing_of_a_request_stays_behind)
{
    // What one request takes is enough for any number of them, one after the other.
    Guest guest{{.max_resources = 16, .http_bytes = 64 * 1024}};
    for (int i = 0; i < 2000; ++i) {
        for (const char* const path : {"/json", "/early", "/unfinished", "/echo", "/types"}) {
            Exchange exchange;
            exchange.source.bytes = "some bytes";
            const Status ended = guest.get(path, exchange);
            ASSERT_TRUE(ended) << path << " " << i << ": " << describe(ended.error()).view();
            ASSERT_EQ(exchange.status, 200);
        }
    }
}

TEST_F(Wire, a_guest_has_no_more_headers_than_there_is_room_for)
{
    Guest guest{{.http_bytes = 256}};
    Exchange exchange;
    const Status ended = guest.get("/json", exchange);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Errc::account_limit_exceeded);
}

}  // namespace
