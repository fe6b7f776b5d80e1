#include "guest.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <wrt/report.hpp>
#include <wrt/wasi.hpp>

#include "call_syntax.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "messages.hpp"
#include "quantities.hpp"
#include "suggest.hpp"
#include "text.hpp"

extern char** environ;

namespace wrtd {
namespace {

wrt::EngineConfig engine_config(const Options& options)
{
    wrt::EngineConfig config;
    if (options.limits.budget) config.budget = *options.limits.budget;
    config.features = options.features;
    config.code = options.code == CodeMode::lazy ? wrt::CodeMode::lazy : wrt::CodeMode::eager;
    if (options.limits.code_cache)
        config.code_cache = static_cast<size_t>(*options.limits.code_cache);
    return config;
}

wrt::StoreConfig store_config(const Limits& limits)
{
    wrt::StoreConfig config;
    if (limits.stack) config.stack_bytes = static_cast<size_t>(*limits.stack);
    if (limits.max_memory) config.max_memory_bytes = *limits.max_memory;
    if (limits.gc_heap) config.heap_bytes = *limits.gc_heap;
    return config;
}

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_{fd} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

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

}  // namespace

Guest::Guest(const Options& options)
    : options_{options}, path_{options.files.front()}, engine_{engine_config(options)}
{
}

Guest::~Guest() = default;

int Guest::prepare()
{
    if (const int code = load(); code != 0) return code;

    store_.emplace(engine_, store_config(options_.limits));
    if (options_.limits.fuel) store_->set_fuel(*options_.limits.fuel);
    if (options_.limits.timeout_ns) stopping_.emplace(*store_, *options_.limits.timeout_ns);
    linker_.emplace(*store_);
    if (!linker_->status()) return conclude(linker_->status());
    if (options_.wasi.enabled) {
        if (const int code = link_wasi(); code != 0) return code;
    }
    if (const auto missing = linker_->missing(*module_)) return complain_about_missing(*missing);

    const wrt::Result<wrt::Instance> instance = linker_->instantiate(*module_);
    if (!instance) {
        finished_ = true;
        return conclude(instance.error());
    }
    instance_.emplace(*instance);
    return 0;
}

int Guest::load()
{
    std::variant<File, int> opened = open_or_complain(path_);
    if (const int* code = std::get_if<int>(&opened)) return *code;
    file_.emplace(std::get<File>(std::move(opened)));
    if (const auto wrong = assemble_text(*file_)) {
        error("{}:{}", escaped(path_), *wrong);
        return exit_not_runnable;
    }

    const auto start = std::chrono::steady_clock::now();
    wrt::LoadOptions how;
    how.borrow = true;  // file_ keeps the bytes
    how.fuel = options_.limits.fuel.has_value();
    // A signal ends wrtd anyway; only a deadline has to be looked for.
    how.interruptible = options_.limits.timeout_ns.has_value();
    const wrt::Result<wrt::Module> module = engine_.load_module(file_->bytes(), how);
    if (!module) return complain_about_loading(module.error());
    module_.emplace(*module);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    spdlog::info("loaded {}: {} functions, {} in the arena, {:.1f} ms", escaped(path_),
                 module_->function_count(), size_text(engine_.arena().used()), took.count());
    return 0;
}

int Guest::complain_about_loading(const wrt::Error& reason) const
{
    error("{}: {}", escaped(path_), error_text(reason));
    const std::string place = place_of(file_->bytes(), reason.offset);
    if (!place.empty()) note("in the {}", place);
    if (reason.code == wrt::Errc::not_a_module) {
        hint("wrtd run takes modules; `wrtd call` calls what a component exports");
        return exit_not_runnable;
    }
    if (reason.code == wrt::Errc::magic_header_not_detected) {
        hint("this is no WebAssembly, neither binary nor text");
    }
    if (wrt::kind_of(reason.code) == wrt::ErrorKind::exhaustion && options_.limits.budget) {
        hint("--budget allowed {}", size_text(*options_.limits.budget));
    }
    return exit_code_of(reason, false);
}

int Guest::link_wasi()
{
    const WasiOptions& wanted = options_.wasi;
    std::vector<std::string_view> args{wanted.argv0 ? *wanted.argv0 : path_};
    if (options_.command == Command::run) {
        args.insert(args.end(), options_.arguments.begin(), options_.arguments.end());
    }
    std::vector<std::string_view> env;
    if (wanted.inherit_env) {
        for (char** variable = environ; *variable != nullptr; ++variable)
            env.emplace_back(*variable);
    }
    // A variable that is given takes the place of an inherited one of the same name.
    for (const std::string& variable : wanted.env) {
        const std::string_view name = std::string_view{variable}.substr(0, variable.find('=') + 1);
        std::erase_if(env, [&](std::string_view other) { return other.starts_with(name); });
        env.emplace_back(variable);
    }
    std::vector<wrt::wasi::Preopen> preopens;
    for (const Preopen& preopen : wanted.preopens) {
        preopens.push_back({.host_path = preopen.host,
                            .guest_path = preopen.guest,
                            .read_only = preopen.read_only});
    }
    const std::array<const Stream*, 3> streams{&wanted.in, &wanted.out, &wanted.err};
    const Descriptor in{open_stream(wanted.in, false)};
    const Descriptor out{open_stream(wanted.out, true)};
    const Descriptor err{open_stream(wanted.err, true)};
    const std::array<int, 3> opened{in.get(), out.get(), err.get()};
    for (size_t i = 0; i < streams.size(); ++i) {
        if (streams[i]->kind != Stream::Kind::file || opened[i] >= 0) continue;
        error("cannot open {}: {}", escaped(streams[i]->path), std::strerror(errno));
        return exit_failed;
    }

    wrt::WasiConfig config;
    config.args = args;
    config.env = env;
    config.preopens = preopens;
    config.standard_input = stdio_of(wanted.in, in.get());
    config.standard_output = stdio_of(wanted.out, out.get());
    config.standard_error = stdio_of(wanted.err, err.get());
    wrt::wasi::ConfigFault fault;
    linker_->wasi(config, &fault);
    if (linker_->status()) return 0;

    using Part = wrt::wasi::ConfigFault::Part;
    std::string what;
    switch (fault.part) {
    case Part::preopen:
        what = fmt::format("--dir {}", escaped(wanted.preopens[fault.index].host));
        break;
    case Part::argument: what = fmt::format("argument {}", fault.index); break;
    case Part::variable: what = fmt::format("variable {}", escaped(env[fault.index])); break;
    case Part::standard_stream: what = fmt::format("standard stream {}", fault.index); break;
    case Part::socket:
    case Part::none: return conclude(linker_->status());
    }
    error("{}: {}", what,
          fault.host_errno != 0 ? std::strerror(fault.host_errno)
                                : error_text(linker_->status().error()));
    return exit_failed;
}

int Guest::complain_about_missing(const wrt::ImportType& import) const
{
    error("{} imports {}.{} {}, which nothing provides", escaped(path_), escaped(import.module),
          escaped(import.name), extern_text(import.type));
    if (import.module == "wasi_snapshot_preview1" || import.module == "wasi_unstable") {
        if (!options_.wasi.enabled)
            hint("--no-wasi takes it away");
        else
            hint("WASI preview 1 has no function of that name");
    } else {
        hint("`wrtd inspect {}` lists all imports", escaped(path_));
    }
    return exit_not_runnable;
}

int Guest::conclude(const wrt::Status& ended)
{
    int code = exit_success;
    if (!ended) {
        const wrt::Error& reason = ended.error();
        code = exit_code_of(reason, Stopping::timed_out());
        if (reason.code != wrt::Errc::host_exit) complain_about_running(reason);
    }
    if (options_.stats) print_stats();
    return code;
}

void Guest::complain_about_running(const wrt::Error& reason) const
{
    std::string text = error_text(reason);
    if (reason.code == wrt::Errc::host_failure && !store_->host_message().empty()) {
        text += fmt::format(": {}", escaped(store_->host_message()));
    }
    if (const auto exception = store_->exception();
        exception && reason.code == wrt::Errc::uncaught_exception) {
        text += " " + exception_text(*exception);
    }
    if (reason.code == wrt::Errc::interrupted) {
        text = Stopping::timed_out() ? "out of time" : "interrupted";
    }
    error("{}: {}", escaped(path_), text);
    print_backtrace(reason);
    if (reason.code == wrt::Errc::out_of_fuel) {
        hint("--fuel allowed {}", count_text(*options_.limits.fuel));
    }
    if (reason.code == wrt::Errc::interrupted && Stopping::timed_out()) {
        hint("--timeout allowed {:g} s", static_cast<double>(*options_.limits.timeout_ns) / 1e9);
    }
}

void Guest::print_backtrace(const wrt::Error& reason) const
{
    const wrt::ErrorKind kind = wrt::kind_of(reason.code);
    if (kind != wrt::ErrorKind::trap && kind != wrt::ErrorKind::exhaustion &&
        kind != wrt::ErrorKind::host) {
        return;
    }
    constexpr size_t most = 20;
    std::array<wrt::Frame, most> frames;
    const size_t total = store_->backtrace(frames);
    const std::string module = escaped(base_name(path_));
    for (size_t i = 0; i < std::min(total, most); ++i) {
        const wrt::Frame& frame = frames[i];
        const std::string_view name = frame.module().function_name(frame.function);
        fmt::print(stderr, "  {} {:>2}  {}!{}  (function {} at {:#x})\n", i == 0 ? "at" : "  ", i,
                   module, name.empty() ? "?" : escaped(name), frame.function, frame.offset);
    }
    if (total > most) fmt::print(stderr, "        and {} more\n", count_text(total - most));
}

void Guest::print_stats() const
{
    const wrt::Arena& arena = const_cast<wrt::Engine&>(engine_).arena();
    note("{} of memory at most in use: {} in the arena, {} of linear memory",
         size_text(arena.peak() + arena.usage(wrt::Account::memory).peak +
                   arena.usage(wrt::Account::gc).peak),
         size_text(arena.peak()), size_text(arena.usage(wrt::Account::memory).peak));
    arena.visit_accounts([](wrt::Account account, const wrt::Usage& usage) {
        if (usage.peak == 0) return;
        fmt::print(stderr, "  {:<12}{:>12}\n", wrt::name_of(account), size_text(usage.peak));
    });
    if (const wrt::runtime::HeapStats heap = store_->heap_stats(); heap.allocated != 0) {
        note("{} of objects made, {} in the heap at the end; {} collections, {:.3f} ms the longest",
             size_text(heap.allocated), size_text(heap.used), count_text(heap.collections),
             static_cast<double>(heap.max_pause_ns) / 1e6);
    }
    if (options_.limits.fuel) {
        note("{} of {} fuel used", count_text(*options_.limits.fuel - store_->fuel()),
             count_text(*options_.limits.fuel));
    }
}

int Guest::no_such_function(std::string_view name) const
{
    const wrt::Module module = *module_;
    std::vector<std::string> functions;
    for (size_t i = 0; i < module.export_count(); ++i) {
        const wrt::ExportType named = module.export_at(i);
        if (named.type.kind == wrt::ExternKind::func) functions.emplace_back(named.name);
    }
    if (const auto other = module.find_export(name)) {
        error("{}: export '{}' is no function but {}", escaped(path_), escaped(name),
              extern_text(*other));
        return exit_not_found;
    }
    const std::string meant = nearest(name, functions);
    if (meant.empty()) {
        error("{} has no export '{}'", escaped(path_), escaped(name));
        if (functions.empty())
            hint("it exports no function at all");
        else
            hint("`wrtd inspect {}` lists its exports", escaped(path_));
    } else {
        error("{} has no export '{}'; did you mean '{}'?", escaped(path_), escaped(name),
              escaped(meant));
        hint("'{}' is {}", escaped(meant), extern_text(*module.find_export(meant)));
    }
    return exit_not_found;
}

}  // namespace wrtd
