#include "component_guest.hpp"

#include <chrono>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <wrt/wasi.hpp>

#include "budget.hpp"
#include "component_file.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "guest.hpp"
#include "guest_end.hpp"
#include "messages.hpp"
#include "quantities.hpp"
#include "text.hpp"
#include "wasi_grant.hpp"

namespace wrtd {
namespace {

/// Room for the values of one call: long lists and strings.
constexpr uint32_t host_bytes = 64u << 20;
/// A world in a bounded arena has a handle for each so many bytes of it.
constexpr uint64_t bytes_per_handle = 1024;

/// A component brings the library or the interpreter that it was written for, and calls little of
/// it. Where all lies in one block, a code cache would need a part of it set aside.
wrt::EngineConfig config_of(const Options& options)
{
    wrt::EngineConfig config = engine_config(options, options.limits);
    if (!options.code && !config.fixed && config.profile == nullptr)
        config.code = wrt::CodeMode::lazy;
    return config;
}

}  // namespace

wrt::component::WorldOptions world_options(const Limits& limits)
{
    wrt::component::WorldOptions world;
    world.host_bytes = host_bytes;
    // What is bounded gives no more of itself than a sixteenth.
    const std::optional<uint64_t> bound = limits.arena ? limits.arena : limits.budget;
    if (bound && *bound / 16 < host_bytes) world.host_bytes = static_cast<uint32_t>(*bound / 16);
    // A thread takes 576 KiB.
    constexpr uint64_t bytes_per_thread = uint64_t{8} << 20;
    world.threads = static_cast<uint32_t>(
        std::min<uint64_t>(16, bound.value_or(UINT64_MAX) / bytes_per_thread));
    if (limits.arena) {
        const uint64_t handles = std::max<uint64_t>(*limits.arena / bytes_per_handle, 64);
        if (handles < world.handles) world.handles = static_cast<uint32_t>(handles);
        world.lends = std::min(world.lends, world.handles);
        world.tasks = std::min(world.tasks, std::max(world.handles / 16, 8u));
        world.streams = std::min(world.streams, std::max(world.handles / 16, 8u));
    }
    return world;
}

ComponentGuest::ComponentGuest(const Options& options)
    : options_{options}, path_{options.files.front()}, engine_{config_of(options)}
{
}

ComponentGuest::~ComponentGuest() = default;

int ComponentGuest::prepare()
{
    // In the order in which `wrtd inspect --budget` counts.
    if (const int code = load(path_); code != 0) return code;
    const wrt::Component guest = *component_;
    wrt::StoreConfig config = store_config(options_.limits);
    if (config.heap_bytes == 0 && options_.limits.arena) {
        config.heap_bytes = guest.has_references() ? wrt::runtime::measured_heap_bytes
                                                   : uint64_t{wrt::StoreConfig::no_heap};
    }
    store_.emplace(engine_, config);
    if (options_.limits.fuel) store_->set_fuel(*options_.limits.fuel);
    if (options_.limits.timeout_ns) stopping_.emplace(*store_, *options_.limits.timeout_ns);
    linker_.emplace(*store_, world_options(options_.limits));
    if (!linker_->status()) return conclude_start(linker_->status());
    if (options_.wasi.enabled) {
        if (const int code = link_wasi(); code != 0) return code;
    }
    for (const Preload& preload : options_.preloads) {
        if (const int code = add_preload(preload); code != 0) return code;
    }
    return instantiate(path_, guest);
}

int ComponentGuest::add_preload(const Preload& preload)
{
    if (const int code = load(preload.file); code != 0) return code;
    if (const int code = instantiate(preload.file, *component_); code != 0) return code;
    if (!exports_package(*instance_, preload.package)) {
        error("{} exports no interface of {}", escaped(preload.file), escaped(preload.package));
        return exit_failed;
    }
    linker_->exports(*instance_);
    return linker_->status() ? 0 : conclude(linker_->status());
}

int ComponentGuest::load(const std::string& path)
{
    std::variant<File, int> opened = open_or_complain(path);
    if (const int* code = std::get_if<int>(&opened)) return *code;
    files_.push_back(std::make_unique<File>(std::get<File>(std::move(opened))));
    if (const auto wrong = assemble_text(*files_.back())) {
        error("{}:{}", escaped(path), *wrong);
        return exit_not_runnable;
    }
    const std::span<const uint8_t> bytes = files_.back()->bytes();

    const auto start = std::chrono::steady_clock::now();
    wrt::LoadOptions how;
    how.borrow = true;  // files_ keeps the bytes
    how.fuel = options_.limits.fuel.has_value();
    how.interruptible = options_.limits.timeout_ns.has_value();
    const wrt::Result<wrt::Component> component = wrt::load_component(engine_, bytes, how);
    if (!component) {
        const wrt::Error& reason = component.error();
        error("{}: {}", escaped(path), error_text(reason));
        if (wrt::kind_of(reason.code) == wrt::ErrorKind::exhaustion && options_.limits.budget) {
            hint("--budget allowed {}", size_text(*options_.limits.budget));
        }
        hint_at_need(reason);
        return exit_code_of(reason, false);
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    spdlog::info("loaded {}: {} in the arena, {:.1f} ms", escaped(path),
                 size_text(engine_.arena().used()), took.count());
    component_.emplace(*component);
    return 0;
}

int ComponentGuest::instantiate(const std::string& path, wrt::Component component)
{
    wrt::LinkFault fault;
    const wrt::Result<wrt::ComponentInstance> instance = linker_->instantiate(component, &fault);
    if (!instance) {
        if (wrt::kind_of(instance.error().code) == wrt::ErrorKind::unlinkable) {
            return complain_about_linking(options_, path, instance.error(), fault);
        }
        return conclude_start(instance.error());
    }
    instance_.emplace(*instance);
    return 0;
}

int ComponentGuest::link_wasi()
{
    WasiGrant grant{options_, path_};
    if (const int code = grant.open(); code != 0) return code;
    wrt::wasi::ConfigFault fault;
    http_client_ = grant.http_client();
    linker_->wasi(grant.config(), &fault, {.http_client = http_client_.get()});
    if (linker_->status()) return 0;
    if (grant.complain(fault, linker_->status().error())) return exit_failed;
    return conclude_start(linker_->status());
}

bool exports_package(const wrt::ComponentInstance& instance, std::string_view package)
{
    for (size_t i = 0; const auto exported = wrt::component::exported_func(instance.instance(), i);
         ++i) {
        const std::string_view interface = exported->interface;
        if (interface.starts_with(package) && interface.substr(package.size()).starts_with('/'))
            return true;
    }
    return false;
}

int complain_about_linking(const Options& options, const std::string& path,
                           const wrt::Error& reason, const wrt::LinkFault& fault)
{
    const std::string import = escaped(fault.import.view());
    if (reason.code == wrt::Errc::incompatible_import_type) {
        error("{} imports '{}' of {} with another type than is provided", escaped(path),
              escaped(fault.item.view()), import);
        note("it wants {}", escaped(fault.wanted.view()));
        note("there is {}", escaped(fault.provided.view()));
        return exit_not_runnable;
    }
    if (fault.item.view().empty()) {
        error("{} imports {}, which nothing provides", escaped(path), import);
    } else {
        error("{} imports '{}' of {}, which is not in what provides that", escaped(path),
              escaped(fault.item.view()), import);
    }
    if (!options.wasi.enabled && fault.import.view().starts_with("wasi:")) {
        hint("--no-wasi takes it away");
    } else {
        hint("`wrtd inspect {}` lists all imports", escaped(path));
    }
    return exit_not_runnable;
}

void ComponentGuest::hint_at_need(const wrt::Error& reason)
{
    const wrt::Arena& arena = engine_.arena();
    if (arena.is_reserved() || wrt::kind_of(reason.code) != wrt::ErrorKind::exhaustion) return;
    Options unbounded = options_;
    unbounded.profile = nullptr;
    const wrt::Result<Budget> need = measure_budget(files_.front()->bytes(), path_, unbounded);
    if (!need) return;
    hint("it needs {} bytes, there are {}", count_text(need->measured.arena_bytes),
         count_text(arena.capacity()));
}

int ComponentGuest::conclude_start(const wrt::Status& ended)
{
    const int code = conclude(ended);
    hint_at_need(ended.error());
    return code;
}

int ComponentGuest::conclude(const wrt::Status& ended)
{
    return wrtd::conclude(options_.limits, options_.stats, path_, engine_,
                          store_ ? &*store_ : nullptr, ended);
}

std::optional<bool> is_component_file(const std::string& path)
{
    // What cannot be read twice is read by whoever comes to need it.
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    const std::variant<File, int> opened = File::open(path);
    if (std::holds_alternative<int>(opened)) return std::nullopt;
    const std::span<const uint8_t> bytes = std::get<File>(opened).bytes();
    return is_component(bytes) || is_text_of_component(bytes);
}

int run_component(const Options& options)
{
    ComponentGuest guest{options};
    if (const int code = guest.prepare(); code != 0) return code;
    wrt::LinkFault fault;
    const auto run = guest.instance().func<wrt::Outcome<>()>("wasi:cli/run@0.2.0", "run", &fault);
    if (!run) {
        error("{} exports no wasi:cli/run to run", escaped(guest.path()));
        hint("`wrtd call {} NAME` calls an export; `wrtd inspect {}` lists them",
             escaped(guest.path()), escaped(guest.path()));
        return exit_not_found;
    }
    const wrt::Result<wrt::Outcome<>> ended = (*run)();
    if (!ended) return guest.conclude(ended.error());
    const int code = guest.conclude(wrt::ok());
    return *ended ? code : 1;
}

}  // namespace wrtd
