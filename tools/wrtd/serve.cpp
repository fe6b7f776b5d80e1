// wrtd serve: a component that exports wasi:http/incoming-handler, behind a server of HTTP/1.1.
#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "commands.hpp"
#include "exit_code.hpp"
#include "http/server.hpp"
#include "messages.hpp"
#include "served_guest.hpp"

namespace wrtd {

int serve(const Options& options)
{
    const Options::Serve& wanted = options.serve;
    http::ServerConfig config;
    config.host = wanted.host;
    config.port = wanted.port;
    config.workers = wanted.workers != 0 ? wanted.workers
                                         : std::max(4u, 2 * std::thread::hardware_concurrency());
    config.max_connections = wanted.max_connections;
    config.max_header_bytes = wanted.max_header_bytes;
    config.max_body_bytes = wanted.max_body_bytes;
    config.head_time = std::chrono::milliseconds{wanted.head_ns / 1'000'000};
    config.grace = std::chrono::milliseconds{wanted.grace_ns / 1'000'000};

    ServedGuest guest{options, config.workers};
    if (const int code = guest.prepare(); code != 0) return code;
    http::Server server{config, guest};
    if (const std::string refused = server.listen(); !refused.empty()) {
        error("cannot listen on {}:{}: {}", config.host, config.port, refused);
        return exit_failed;
    }
    fmt::print("serving on http://{}/\n", server.address());
    std::fflush(stdout);
    server.run();
    return exit_success;
}

}  // namespace wrtd
