// wrtd: runs WebAssembly.
#include <cstdio>
#include <exception>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "commands.hpp"
#include "exit_code.hpp"
#include "messages.hpp"
#include "options.hpp"

namespace wrtd {
namespace {

void set_up_log(LogLevel level)
{
    auto logger = spdlog::stderr_color_mt("wrtd");
    logger->set_pattern("wrtd %E.%F [%^%l%$] %v");
    switch (level) {
    case LogLevel::off: logger->set_level(spdlog::level::off); break;
    case LogLevel::error: logger->set_level(spdlog::level::err); break;
    case LogLevel::warn: logger->set_level(spdlog::level::warn); break;
    case LogLevel::info: logger->set_level(spdlog::level::info); break;
    case LogLevel::debug: logger->set_level(spdlog::level::debug); break;
    case LogLevel::trace: logger->set_level(spdlog::level::trace); break;
    }
    spdlog::set_default_logger(std::move(logger));
}

int answer(const Reply& reply)
{
    if (reply.exit_code == exit_success) {
        std::fwrite(reply.text.data(), 1, reply.text.size(), stdout);
        return reply.exit_code;
    }
    set_color(Color::automatic);
    say("error", reply.text);
    if (!reply.hint.empty()) say("hint", reply.hint);
    return reply.exit_code;
}

int main_of(std::span<const char* const> arguments)
{
    const std::variant<Options, Reply> parsed = parse_options(arguments);
    if (const Reply* reply = std::get_if<Reply>(&parsed)) return answer(*reply);
    const Options& options = std::get<Options>(parsed);
    set_color(options.color);
    set_up_log(options.log);
    switch (options.command) {
    case Command::run: return run(options);
    case Command::resume: return resume(options);
    case Command::call: return call(options);
    case Command::image: return image(options);
    case Command::validate: return validate(options);
    case Command::inspect: return inspect(options);
    case Command::print: return print(options);
    case Command::serve: return serve(options);
    case Command::wast: return wast(options);
    }
    return exit_failed;
}

}  // namespace
}  // namespace wrtd

int main(int argc, char** argv)
{
    try {
        const std::span<const char* const> arguments{argv, static_cast<size_t>(argc)};
        const int code = wrtd::main_of(arguments.subspan(argc > 0 ? 1 : 0));
        if (std::fflush(stdout) != 0 && code == wrtd::exit_success) {
            wrtd::error("cannot write to stdout");
            return wrtd::exit_failed;
        }
        return code;
    } catch (const std::exception& thrown) {
        wrtd::say("error", thrown.what());
        return wrtd::exit_failed;
    }
}
