#include "served_guest.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "component_file.hpp"
#include "component_guest.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "guest.hpp"
#include "guest_end.hpp"
#include "messages.hpp"
#include "quantities.hpp"
#include "text.hpp"

namespace wrtd {
namespace {

constexpr const char* handler = "wasi:http/incoming-handler@0.2.0";
constexpr uint64_t default_timeout_ns = 30'000'000'000;

/// The component is read by all workers, so that nothing of it may change.
wrt::EngineConfig component_engine(const Options& options)
{
    wrt::EngineConfig config = engine_config(options, options.limits);
    config.code = wrt::CodeMode::eager;
    return config;
}

/// What an error of the guest's tells the client.
uint16_t status_of(const wrt::wasi::http::ErrorCode& error)
{
    using Case = wrt::wasi::http::ErrorCode::Case;
    struct Row {
        Case which;
        uint16_t status;
    };
    constexpr Row rows[] = {
        {Case::http_request_denied, 403},          {Case::http_request_method_invalid, 405},
        {Case::http_request_length_required, 411}, {Case::http_request_body_size, 413},
        {Case::http_request_uri_too_long, 414},
    };
    const auto* const found = std::ranges::find(rows, error.which, &Row::which);
    return found == std::end(rows) ? uint16_t{500} : found->status;
}

std::string time_text()
{
    const auto now = std::chrono::system_clock::now();
    const time_t seconds = std::chrono::system_clock::to_time_t(now);
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
    struct tm utc{};
    ::gmtime_r(&seconds, &utc);
    char text[32];
    ::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    return fmt::format("{}.{:03}Z", text, ms.count() % 1000);
}

}  // namespace

ServedGuest::ServedGuest(const Options& options, uint32_t workers)
    : options_{options},
      path_{options.files.front()},
      engine_{component_engine(options)},
      grant_{options, path_},
      workers_(workers),
      watchdog_{workers}
{
}

ServedGuest::~ServedGuest()
{
    // The threads that these were made by are done.
    for (Worker& worker : workers_) {
        if (worker.engine) worker.engine->arena().adopt();
        worker.instance.reset();
    }
}

int ServedGuest::load(const std::string& path, const std::string& package)
{
    std::variant<File, int> opened = open_or_complain(path);
    if (const int* code = std::get_if<int>(&opened)) return *code;
    File file = std::get<File>(std::move(opened));
    if (const auto wrong = assemble_text(file)) {
        error("{}:{}", escaped(path), *wrong);
        return exit_not_runnable;
    }
    if (!is_component(file.bytes())) {
        error("{} is no component", escaped(path));
        if (package.empty()) hint("what serves HTTP exports {}", handler);
        return exit_not_runnable;
    }
    const auto start = std::chrono::steady_clock::now();
    wrt::LoadOptions how;
    how.borrow = true;
    how.fuel = options_.limits.fuel.has_value();
    const wrt::Result<wrt::Component> component = wrt::load_component(engine_, file.bytes(), how);
    if (!component) {
        error("{}: {}", escaped(path), error_text(component.error()));
        return exit_code_of(component.error(), false);
    }
    components_.push_back({path, package, std::move(file), *component});
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    spdlog::info("loaded {}: {} in the arena, {:.1f} ms", escaped(path),
                 size_text(engine_.arena().used()), took.count());
    return 0;
}

int ServedGuest::prepare()
{
    for (const Preload& preload : options_.preloads) {
        if (const int code = load(preload.file, preload.package); code != 0) return code;
    }
    if (const int code = load(path_, {}); code != 0) return code;
    if (const int code = grant_.open(); code != 0) return code;
    http_client_ = grant_.http_client();
    // First instances, of which nothing is kept.
    wrt::Engine engine{component_engine(options_)};
    ServedInstance first{options_, engine};
    NotLinked fault;
    wrt::Status ready = first.status();
    if (ready && options_.limits.fuel) first.store()->set_fuel(*options_.limits.fuel);
    if (ready) ready = make(first, 0, fault);
    if (ready) ready = first.start();
    if (!ready) return complain(fault, ready.error(), engine, first.store());
    if (wrt::component::find_function(first.instance().instance(), handler, "handle") == nullptr) {
        error("{} exports no {} to serve with", escaped(path_), handler);
        hint("`wrtd inspect {}` lists its exports", escaped(path_));
        return exit_not_found;
    }
    return 0;
}

int ServedGuest::complain(const NotLinked& fault, const wrt::Error& reason, wrt::Engine& engine,
                          wrt::Store* store) const
{
    const std::string& path = fault.of != nullptr ? fault.of->path : path_;
    if (fault.lacks_package) {
        error("{} exports no interface of {}", escaped(path), escaped(fault.of->package));
        return exit_failed;
    }
    if (wrt::kind_of(reason.code) == wrt::ErrorKind::unlinkable)
        return complain_about_linking(options_, path, reason, fault.link);
    if (grant_.complain(fault.config, reason)) return exit_failed;
    return wrtd::conclude(options_.limits, false, path, engine, store, reason);
}

wrt::Status ServedGuest::make(ServedInstance& instance, uint32_t worker, NotLinked& fault) const
{
    if (!options_.wasi.enabled) return instance.make(components_, nullptr, nullptr, fault);
    wrt::WasiConfig config = grant_.config();
    config.interrupt = watchdog_.interrupt_of(worker);
    return instance.make(components_, &config, http_client_.get(), fault);
}

void ServedGuest::serve(uint32_t worker, http::Exchange& exchange)
{
    Worker& own = workers_[worker];
    if (!own.engine) own.engine = std::make_unique<wrt::Engine>(component_engine(options_));
    if (!own.instance) own.instance = std::make_unique<ServedInstance>(options_, *own.engine);
    ServedInstance& instance = *own.instance;
    if (const wrt::Status ready = instance.status(); !ready) {
        exchange.refuse(500);
        exchange.reason = error_text(ready.error());
        own.instance.reset();
        return;
    }
    const wrt::Status ended = run(instance, worker, exchange);
    if (ended && instance.serves_again(options_.serve.reuse_instances)) return;
    if (!instance.is_made() || !instance.renew()) own.instance.reset();
}

wrt::Status ServedGuest::run(ServedInstance& instance, uint32_t worker, http::Exchange& exchange)
{
    wrt::Store& store = *instance.store();
    store.clear_interrupt();  // of the last request, that came as it ended
    const Watchdog::Watch watch{
        watchdog_, worker, store,
        std::chrono::nanoseconds{options_.limits.timeout_ns.value_or(default_timeout_ns)}};
    wrt::Status ended = wrt::ok();
    if (!instance.is_made()) {
        NotLinked fault;
        ended = make(instance, worker, fault);
        if (ended) instance.keep(pages_);
    }
    if (options_.limits.fuel) store.set_fuel(*options_.limits.fuel);
    if (ended) ended = instance.start();
    if (ended) ended = instance.serve(exchange);
    conclude(exchange, store, ended, watch.expired());
    if (options_.limits.fuel) {
        exchange.note = fmt::format("fuel {}", *options_.limits.fuel - store.fuel());
    }
    return ended;
}

void ServedGuest::conclude(http::Exchange& exchange, wrt::Store& store, const wrt::Status& ended,
                           bool timed_out) const
{
    if (ended) {
        if (exchange.has_responded()) return;
        if (exchange.is_too_large()) {
            exchange.reason = "body too large";
            return exchange.refuse(413);
        }
        if (const wrt::wasi::http::ErrorCode* const said = exchange.error()) {
            exchange.reason = wrt::wasi::http::name_of(said->which);
            if (said->text) exchange.reason += fmt::format(": {}", escaped(said->text->view()));
            return exchange.refuse(status_of(*said));
        }
        exchange.reason = "no response";
        return exchange.refuse(500);
    }
    const wrt::Error& reason = ended.error();
    exchange.reason = reason_text(store, reason, timed_out);
    const std::string frames = backtrace_text(path_, store, reason);
    if (!frames.empty()) {
        exchange.reason += "\n" + frames;
        exchange.reason.pop_back();
    }
    uint16_t status = 500;
    if (exchange.is_too_large()) {
        status = 413;
    } else if (reason.code == wrt::Errc::interrupted && !timed_out) {
        status = 503;
    } else if (reason.code == wrt::Errc::interrupted) {
        status = exchange.waits_for_body() ? 408 : 504;
    }
    exchange.refuse(status);
}

void ServedGuest::idle(uint32_t worker)
{
    Worker& own = workers_[worker];
    if (own.instance) own.instance->trim();
    if (own.engine) own.engine->arena().trim();
    if (http_client_) http_client_->tidy();
}

void ServedGuest::log(const http::Record& record)
{
    if (options_.quiet) return;
    std::string line = fmt::format("{} {} {} {} {} B {:.2f} ms", time_text(),
                                   record.method.empty() ? "-" : record.method,
                                   record.target.empty() ? "-" : escaped(record.target),
                                   record.status, record.sent, record.milliseconds);
    if (!record.note.empty()) line += fmt::format(" {}", record.note);
    if (!record.complete) line += " incomplete";
    if (!record.reason.empty()) line += fmt::format(": {}", record.reason);
    line += "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace wrtd
