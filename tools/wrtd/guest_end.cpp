#include "guest_end.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "call_syntax.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "messages.hpp"
#include "quantities.hpp"
#include "stopping.hpp"

namespace wrtd {
namespace {

/// "'overflow' (tag 0) with i32:7 f64:1.5"
std::string exception_text(const wrt::Exception& exception)
{
    const wrt::Tag tag = exception.tag();
    const std::string_view name = tag.name();
    std::string text;
    if (!name.empty()) text += fmt::format("'{}' ", escaped(name));
    text += tag.module() ? fmt::format("(tag {})", tag.index()) : "(tag of the host)";
    for (size_t i = 0; i < exception.size(); ++i)
        text += (i == 0 ? " with " : " ") + value_text(exception.value(i));
    return text;
}

void complain(const Limits& limits, const std::string& path, wrt::Store& store,
              const wrt::Error& reason)
{
    error("{}: {}", escaped(path), reason_text(store, reason, Stopping::timed_out()));
    fmt::print(stderr, "{}", backtrace_text(path, store, reason));
    if (reason.code == wrt::Errc::out_of_fuel) {
        hint("{} fuel was allowed", count_text(*limits.fuel));
    }
    if (reason.code == wrt::Errc::interrupted && Stopping::timed_out()) {
        hint("--timeout allowed {:g} s", static_cast<double>(*limits.timeout_ns) / 1e9);
    }
}

void print_stats(const Limits& limits, wrt::Engine& engine, wrt::Store& store)
{
    const wrt::Arena& arena = engine.arena();
    note("{} of memory at most in use: {} in the arena, {} of linear memory",
         size_text(arena.peak() + arena.usage(wrt::Account::memory).peak +
                   arena.usage(wrt::Account::gc).peak),
         size_text(arena.peak()), size_text(arena.usage(wrt::Account::memory).peak));
    arena.visit_accounts([](wrt::Account account, const wrt::Usage& usage) {
        if (usage.peak == 0) return;
        fmt::print(stderr, "  {:<12}{:>12}\n", wrt::name_of(account), size_text(usage.peak));
    });
    if (const wrt::runtime::HeapStats heap = store.heap_stats(); heap.allocated != 0) {
        note("{} of objects made, {} in the heap at the end; {} collections, {:.3f} ms the longest",
             size_text(heap.allocated), size_text(heap.used), count_text(heap.collections),
             static_cast<double>(heap.max_pause_ns) / 1e6);
    }
    if (limits.fuel) {
        note("{} of {} fuel used", count_text(*limits.fuel - store.fuel()),
             count_text(*limits.fuel));
    }
}

}  // namespace

std::string reason_text(wrt::Store& store, const wrt::Error& reason, bool timed_out)
{
    if (reason.code == wrt::Errc::interrupted) return timed_out ? "out of time" : "interrupted";
    std::string text = error_text(reason);
    if (reason.code == wrt::Errc::host_failure && !store.host_message().empty()) {
        text += fmt::format(": {}", escaped(store.host_message()));
    }
    if (const auto exception = store.exception();
        exception && reason.code == wrt::Errc::uncaught_exception) {
        text += " " + exception_text(*exception);
    }
    return text;
}

std::string backtrace_text(const std::string& path, wrt::Store& store, const wrt::Error& reason)
{
    const wrt::ErrorKind kind = wrt::kind_of(reason.code);
    if (kind != wrt::ErrorKind::trap && kind != wrt::ErrorKind::exhaustion &&
        kind != wrt::ErrorKind::host) {
        return {};
    }
    constexpr size_t most = 20;
    std::array<wrt::Frame, most> frames;
    const size_t total = store.backtrace(frames);
    const std::string module = escaped(base_name(path));
    std::string text;
    for (size_t i = 0; i < std::min(total, most); ++i) {
        const wrt::Frame& frame = frames[i];
        const std::string_view name = frame.module().function_name(frame.function);
        text +=
            fmt::format("  {} {:>2}  {}!{}  (function {} at {:#x})\n", i == 0 ? "at" : "  ", i,
                        module, name.empty() ? "?" : escaped(name), frame.function, frame.offset);
    }
    if (total > most) text += fmt::format("        and {} more\n", count_text(total - most));
    return text;
}

int conclude(const Limits& limits, bool stats, const std::string& path, wrt::Engine& engine,
             wrt::Store* store, const wrt::Status& ended)
{
    int code = exit_success;
    if (!ended) {
        const wrt::Error& reason = ended.error();
        code = exit_code_of(reason, Stopping::timed_out());
        if (store != nullptr && reason.code != wrt::Errc::host_exit) {
            complain(limits, path, *store, reason);
        }
    }
    if (stats && store != nullptr) print_stats(limits, engine, *store);
    return code;
}

}  // namespace wrtd
