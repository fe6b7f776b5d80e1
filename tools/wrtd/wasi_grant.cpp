#include "wasi_grant.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "exit_code.hpp"
#include "explain.hpp"
#include "messages.hpp"

extern char** environ;

namespace wrtd {
namespace {

int open_stream(const Stream& stream, bool write)
{
    if (stream.kind != Stream::Kind::file) return -1;
    const int flags = write ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;
    return ::open(stream.path.c_str(), flags | O_CLOEXEC, 0666);
}

wrt::wasi::Stdio stdio_of(const Stream& stream, int fd)
{
    switch (stream.kind) {
    case Stream::Kind::inherit: return {wrt::wasi::Stdio::Source::inherit, -1};
    case Stream::Kind::null: return {wrt::wasi::Stdio::Source::null, -1};
    case Stream::Kind::file: return {wrt::wasi::Stdio::Source::fd, fd};
    }
    return {};
}

std::vector<wrt::wasi::NetworkRule> rules_of(const std::vector<std::string>& texts)
{
    std::vector<wrt::wasi::NetworkRule> rules;
    for (const std::string& text : texts) {
        rules.push_back(wrt::wasi::parse_network_rule(text).value());  // the options looked at it
    }
    return rules;
}

}  // namespace

WasiGrant::WasiGrant(const Options& options, const std::string& path, const SavedGuest* saved)
    : wanted_{options.wasi}
{
    args_.emplace_back(wanted_.argv0 ? *wanted_.argv0 : path);
    if (options.command == Command::run) {
        args_.insert(args_.end(), options.arguments.begin(), options.arguments.end());
    }
    if (saved != nullptr) {
        args_.assign(saved->args.begin(), saved->args.end());
        env_.assign(saved->env.begin(), saved->env.end());
    }
    if (wanted_.inherit_env) {
        for (char** variable = environ; *variable != nullptr; ++variable)
            env_.emplace_back(*variable);
    }
    // A variable that is given takes the place of an inherited one of the same name.
    for (const std::string& variable : wanted_.env) {
        const std::string_view name = std::string_view{variable}.substr(0, variable.find('=') + 1);
        std::erase_if(env_, [&](std::string_view other) { return other.starts_with(name); });
        env_.emplace_back(variable);
    }
    for (const Preopen& preopen : wanted_.preopens) {
        preopens_.push_back({.host_path = preopen.host,
                             .guest_path = preopen.guest,
                             .read_only = preopen.read_only});
    }
    connect_ = rules_of(wanted_.allow_net);
    listen_ = rules_of(wanted_.allow_listen);
}

WasiGrant::~WasiGrant()
{
    for (const int fd : opened_) {
        if (fd >= 0) ::close(fd);
    }
}

int WasiGrant::open()
{
    const std::array<const Stream*, 3> streams{&wanted_.in, &wanted_.out, &wanted_.err};
    for (size_t i = 0; i < streams.size(); ++i) {
        opened_[i] = open_stream(*streams[i], i != 0);
        if (streams[i]->kind != Stream::Kind::file || opened_[i] >= 0) continue;
        error("cannot open {}: {}", escaped(streams[i]->path), std::strerror(errno));
        return exit_failed;
    }
    config_.args = args_;
    config_.env = env_;
    config_.preopens = preopens_;
    config_.network.connect = connect_;
    config_.network.listen = listen_;
    if (wanted_.max_sockets) {
        config_.network.max_sockets = static_cast<uint32_t>(*wanted_.max_sockets);
    }
    config_.standard_input = stdio_of(wanted_.in, opened_[0]);
    config_.standard_output = stdio_of(wanted_.out, opened_[1]);
    config_.standard_error = stdio_of(wanted_.err, opened_[2]);
    return 0;
}

std::unique_ptr<http::Client> WasiGrant::http_client() const
{
    if (connect_.empty()) return nullptr;
    http::ClientConfig config;
    config.rules = connect_;
    return std::make_unique<http::Client>(std::move(config));
}

bool WasiGrant::complain(const wrt::wasi::ConfigFault& fault, const wrt::Error& reason) const
{
    using Part = wrt::wasi::ConfigFault::Part;
    std::string what;
    switch (fault.part) {
    case Part::preopen:
        what = fmt::format("--dir {}", escaped(wanted_.preopens[fault.index].host));
        break;
    case Part::argument: what = fmt::format("argument {}", fault.index); break;
    case Part::variable: what = fmt::format("variable {}", escaped(env_[fault.index])); break;
    case Part::standard_stream: what = fmt::format("standard stream {}", fault.index); break;
    case Part::socket:
    case Part::none: return false;
    }
    error("{}: {}", what,
          fault.host_errno != 0 ? std::strerror(fault.host_errno) : error_text(reason));
    return true;
}

}  // namespace wrtd
