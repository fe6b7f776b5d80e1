// What one request costs, piece by piece.
//
//   http_cost GUEST.wasm [PATH]    without a socket: the store, linking, the instance, the call; of
//                                  the call how much is interpreting; and the same with an instance
//                                  that goes back to an image, as `wrtd serve` has it
//   http_cost --wire               a server without a guest: says where it listens, until SIGTERM
//                                  (for http_load)
//
// Interpreting is told by fuel: what the guest charges for a request, by what a unit of fuel takes
// in a loop of the same guest. The rest of the call is the canonical ABI and the functions of the
// host.
#include <wrt/component.hpp>
#include <wrt/wasi.hpp>
#include <wrt/world_image.hpp>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "http/server.hpp"

namespace {

using namespace wrt;

/// The time that this thread had, so that what else the machine does is no part of it.
struct Clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;

    static time_point now() noexcept
    {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return time_point{std::chrono::seconds{time.tv_sec} +
                          std::chrono::nanoseconds{time.tv_nsec}};
    }
};

double microseconds(Clock::time_point from, Clock::time_point to)
{
    return std::chrono::duration<double, std::micro>(to - from).count();
}

/// Takes everything, keeps nothing.
class Exchange final : public wasi::http::ServerExchange,
                       public wasi::http::BodySource,
                       public wasi::http::BodySink {
public:
    wasi::http::BodySource& request_body() noexcept override { return *this; }
    wasi::http::BodySink& respond(const wasi::http::ResponseHead&) noexcept override
    {
        return *this;
    }
    void fail(const wasi::http::ErrorCode&) noexcept override {}

    uint32_t read(std::span<uint8_t>) noexcept override { return 0; }
    bool ended() noexcept override { return true; }
    const wasi::http::ErrorCode* failure() noexcept override { return nullptr; }
    wasi::http::Readiness readiness() noexcept override { return {}; }
    wasi::http::HeaderList trailers() noexcept override { return {}; }

    uint32_t room() noexcept override { return 65536; }
    uint32_t write(std::span<const uint8_t> bytes) noexcept override
    {
        return static_cast<uint32_t>(bytes.size());
    }
    bool flush() noexcept override { return true; }
    void finish(wasi::http::HeaderList) noexcept override { is_finished = true; }
    void abandon() noexcept override {}

    bool is_finished = false;
};

Status ask(ComponentLinker& linker, ComponentInstance& instance, std::string_view path,
           Exchange& exchange)
{
    const wasi::http::Header headers[] = {{"host", "127.0.0.1"}, {"user-agent", "cost"}};
    wasi::http::RequestHead head;
    head.method = "GET";
    head.scheme = "http";
    head.authority = "127.0.0.1";
    head.path_with_query = path;
    head.headers = headers;
    return linker.serve(instance, head, exchange);
}

int fail(const char* what, const Error& error)
{
    std::fprintf(stderr, "http_cost: %s: %.*s\n", what,
                 static_cast<int>(describe(error).view().size()), describe(error).view().data());
    return 1;
}

/// As `wrtd serve` does it.
constexpr component::WorldOptions world_options{
    .handles = 2048, .lends = 256, .tasks = 16, .streams = 16, .host_bytes = 1024 * 1024};
constexpr wasi::P2Options p2_options{.max_resources = 1024};

/// Requests to an instance that is as new each time.
int kept(const Component& component, std::string_view path)
{
    Engine engine;
    PageFilePool pages;
    const auto scope = engine.enter("instance");
    Store store{engine};
    ComponentLinker linker{store, world_options};
    linker.wasi({}, nullptr, p2_options);
    auto instance = linker.prepare(component);
    if (!instance) return fail("instantiating", instance.error());
    const auto start = Clock::now();
    auto image = WorldImage::take(linker, pages);
    if (!image) return fail("taking an image", image.error());
    const double taking = microseconds(start, Clock::now());
    constexpr int rounds = 3000;
    double asking = 0, going_back = 0;
    for (int i = 0; i < rounds; ++i) {
        store.set_fuel(1'000'000'000);
        Exchange exchange;
        const auto t0 = Clock::now();
        if (const Status done = linker.start(*instance); !done)
            return fail("starting", done.error());
        if (const Status done = ask(linker, *instance, path, exchange); !done)
            return fail("a request", done.error());
        const auto t1 = Clock::now();
        image->rewind();
        asking += microseconds(t0, t1);
        going_back += microseconds(t1, Clock::now());
    }
    std::printf("with an image (%.0f us to take it): a request %.1f us, going back %.1f us\n",
                taking, asking / rounds, going_back / rounds);
    return 0;
}

int split(const char* path, std::string_view page)
{
    std::ifstream file{path, std::ios::binary};
    const std::vector<uint8_t> binary{std::istreambuf_iterator<char>{file},
                                      std::istreambuf_iterator<char>{}};
    Engine owner;
    const auto component = load_component(owner, binary, {.borrow = true, .fuel = true});
    if (!component) return fail(path, component.error());

    Engine engine;
    const int rounds = page == "/json" ? 3000 : 300;  // others are no guests of ours
    constexpr int calls = 20;
    constexpr uint64_t fuel = 1'000'000'000;
    double make_store = 0, link = 0, make_instance = 0, first = 0, later = 0, leaving = 0;
    uint64_t used = 0;
    for (int i = 0; i < rounds; ++i) {
        auto scope = engine.enter("request");
        const auto t0 = Clock::now();
        Store store{engine};
        store.set_fuel(fuel);
        const auto t1 = Clock::now();
        ComponentLinker linker{store, world_options};
        linker.wasi({}, nullptr, p2_options);
        const auto t2 = Clock::now();
        auto instance = linker.instantiate(*component);
        if (!instance) return fail("instantiating", instance.error());
        const auto t3 = Clock::now();
        Exchange exchange;
        if (const Status done = ask(linker, *instance, page, exchange); !done)
            return fail("a request", done.error());
        const auto t4 = Clock::now();
        used = fuel - store.fuel();
        for (int call = 0; call < calls; ++call) {
            if (const Status done = ask(linker, *instance, page, exchange); !done)
                return fail("a request", done.error());
        }
        const auto t5 = Clock::now();
        make_store += microseconds(t0, t1);
        link += microseconds(t1, t2);
        make_instance += microseconds(t2, t3);
        first += microseconds(t3, t4);
        later += microseconds(t4, t5) / calls;
        const auto t6 = Clock::now();
        (void)scope->exit();
        leaving += microseconds(t6, Clock::now());
    }
    std::printf("store %.1f us, world and imports %.1f us, instance %.1f us\n", make_store / rounds,
                link / rounds, make_instance / rounds);
    std::printf("first request of an instance %.1f us, later ones %.1f us; its end %.1f us\n",
                first / rounds, later / rounds, leaving / rounds);
    if (const int failed = kept(*component, page); failed != 0) return failed;
    if (page != "/json") return 0;

    // What a unit of fuel takes in this guest.
    Store store{engine};
    ComponentLinker linker{store, world_options};
    linker.wasi({}, nullptr, p2_options);
    auto instance = linker.instantiate(*component);
    if (!instance) return fail("instantiating", instance.error());
    constexpr uint64_t loop_fuel = 100'000'000;
    store.set_fuel(loop_fuel);
    Exchange exchange;
    const auto start = Clock::now();
    const Status ended = ask(linker, *instance, "/loop", exchange);
    if (ended) return 0;  // a guest that has no such page
    if (ended.error().code != Errc::out_of_fuel) return fail("looping", ended.error());
    const double per_fuel = microseconds(start, Clock::now()) / static_cast<double>(loop_fuel);

    const double interpreting = per_fuel * static_cast<double>(used);
    std::printf(
        "of a later one: interpreting %.1f us (%llu fuel), ABI and host functions %.1f us\n",
        interpreting, static_cast<unsigned long long>(used), later / rounds - interpreting);
    return 0;
}

/// Answers without a guest what the guest would.
class NoGuest final : public wrtd::http::Handler {
public:
    void serve(uint32_t, wrtd::http::Exchange& exchange) override
    {
        constexpr std::string_view body = "{\"method\": \"GET\", \"path\": \"/json\", \"scheme\": "
                                          "\"http\", \"authority\": \"\"}\n";
        constexpr wasi::http::Header headers[] = {{"content-type", "application/json"}};
        wasi::http::ResponseHead head;
        head.headers = headers;
        head.body_bytes = body.size();
        wasi::http::BodySink& sink = exchange.respond(head);
        sink.write({reinterpret_cast<const uint8_t*>(body.data()), body.size()});
        sink.finish({});
    }
    void idle(uint32_t) override {}
    void interrupt() override {}
    void log(const wrtd::http::Record&) override {}
};

int wire()
{
    NoGuest guest;
    wrtd::http::ServerConfig config;
    config.port = 0;
    wrtd::http::Server server{config, guest};
    if (const std::string refused = server.listen(); !refused.empty()) {
        std::fprintf(stderr, "http_cost: %s\n", refused.c_str());
        return 1;
    }
    std::printf("serving on http://%s/\n", server.address().c_str());
    std::fflush(stdout);
    server.run();
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2 && argc != 3) {
        std::fprintf(stderr, "usage: http_cost GUEST.wasm [PATH] | --wire\n");
        return 2;
    }
    return std::strcmp(argv[1], "--wire") == 0 ? wire()
                                               : split(argv[1], argc == 3 ? argv[2] : "/json");
}
