#include "guest.hpp"

#include <array>
#include <chrono>

#include <spdlog/spdlog.h>

#include <wrt/image.hpp>
#include <wrt/report.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/wasi.hpp>

#include "budget.hpp"
#include "call_syntax.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "guest_end.hpp"
#include "messages.hpp"
#include "quantities.hpp"
#include "suggest.hpp"
#include "text.hpp"
#include "wasi_grant.hpp"

namespace wrtd {
wrt::EngineConfig engine_config(const Options& options, const Limits& limits)
{
    wrt::EngineConfig config;
    if (limits.budget) config.budget = *limits.budget;
    if (limits.arena) {
        config.budget = std::min(config.budget, *limits.arena);
        config.fixed = true;
        if (limits.memory_room) config.memory_room = *limits.memory_room;
    }
    config.profile = options.profile;
    config.features = options.features;
    config.code = options.code == CodeMode::lazy ? wrt::CodeMode::lazy : wrt::CodeMode::eager;
    if (limits.code_cache) config.code_cache = static_cast<size_t>(*limits.code_cache);
    return config;
}

void lower(std::optional<uint64_t>& bound, const std::optional<uint64_t>& other)
{
    if (other && (!bound || *other < *bound)) bound = other;
}

wrt::StoreConfig store_config(const Limits& limits)
{
    wrt::StoreConfig config;
    if (limits.stack) config.stack_bytes = static_cast<size_t>(*limits.stack);
    if (limits.max_memory) config.max_memory_bytes = *limits.max_memory;
    if (limits.gc_heap) config.heap_bytes = *limits.gc_heap;
    return config;
}

Guest::Guest(const Options& options)
    : options_{options}, path_{options.files.front()}, limits_{options.limits}
{
}

Guest::~Guest() = default;

int Guest::prepare()
{
    if (const int code = open(); code != 0) return code;
    if (const int code = load(); code != 0) return code;

    wrt::StoreConfig config = wrt::restricted(store_config(limits_), module_limits_);
    const bool one_block = !engine_->arena().is_reserved();
    if (config.heap_bytes == 0 && one_block) {
        // As `wrtd inspect --budget` counts: none for what can hold no references to objects.
        if (!module_->image().has_references)
            config.heap_bytes = wrt::StoreConfig::no_heap;
        else if (limits_.arena)
            config.heap_bytes = wrt::runtime::measured_heap_bytes;
    }
    store_.emplace(*engine_, config);
    if (!snapshot_) set_fuel();
    if (options_.limits.timeout_ns) stopping_.emplace(*store_, *options_.limits.timeout_ns);
    linker_.emplace(*store_);
    if (!linker_->status()) {
        const int code = conclude(linker_->status());
        hint_at_need(linker_->status().error());
        return code;
    }
    // What nobody asks for has no place in a block.
    if (options_.wasi.enabled && (!one_block || imports_wasi(*module_))) {
        if (const int code = link_wasi(); code != 0) return code;
    }
    if (const auto missing = linker_->missing(*module_)) return complain_about_missing(*missing);

    const wrt::Result<wrt::Instance> instance =
        snapshot_ ? linker_->instantiate_for_snapshot(*module_) : linker_->instantiate(*module_);
    if (!instance) {
        finished_ = true;
        const int code = conclude(instance.error());
        hint_at_need(instance.error());
        return code;
    }
    instance_.emplace(*instance);
    if (!snapshot_) return 0;
    if (const wrt::Status restored = restore(); !restored) {
        error("{}: {}", escaped(path_), error_text(restored.error()));
        return exit_not_runnable;
    }
    set_fuel();
    return 0;
}

int Guest::open()
{
    std::variant<File, int> opened = open_or_complain(path_);
    if (const int* code = std::get_if<int>(&opened)) return *code;
    file_.emplace(std::get<File>(std::move(opened)));
    if (options_.command == Command::resume) {
        if (const int code = open_snapshot(); code != 0) return code;
    } else if (const auto wrong = assemble_text(*file_)) {
        error("{}:{}", escaped(path_), *wrong);
        return exit_not_runnable;
    }

    const wrt::Result<wrt::ModuleLimits> asked = wrt::read_limits(binary());
    if (!asked) return complain_about_loading(asked.error());
    module_limits_ = *asked;
    lower(limits_.budget, asked->budget);
    lower(limits_.fuel, asked->fuel);
    engine_.emplace(engine_config(options_, limits_));
    return 0;
}

int Guest::load()
{
    const auto start = std::chrono::steady_clock::now();
    wrt::LoadOptions how;
    how.borrow = true;  // file_ keeps the bytes
    how.fuel = limits_.fuel || options_.snapshot_at_fuel || snapshot_;
    // A signal ends wrtd anyway; only a deadline has to be looked for.
    how.interruptible = options_.limits.timeout_ns.has_value();
    // A snapshot tells places in code, so all of it has to be there.
    if (snapshot_ || options_.snapshot_at_fuel) how.code = wrt::CodeMode::eager;
    const bool is_image = wrt::is_file_of(wrt::image_kind, binary());
    const wrt::Result<wrt::Module> module =
        is_image ? wrt::load_image(*engine_, binary()) : engine_->load_module(binary(), how);
    if (!module) return complain_about_loading(module.error());
    if (is_image && options_.snapshot_at_fuel) {
        error("{}: no snapshot can be taken of an image, which has no binary", escaped(path_));
        return exit_not_runnable;
    }
    if (is_image && how.fuel && !wrt::is_metered(*module)) {
        error("{}: an image whose code does not charge fuel", escaped(path_));
        hint("wrtd image --for-fuel makes one that does");
        return exit_not_runnable;
    }
    module_.emplace(*module);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    spdlog::info("loaded {}: {} functions, {} in the arena, {:.1f} ms", escaped(path_),
                 module_->function_count(), size_text(engine_->arena().used()), took.count());
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
    if (wrt::kind_of(reason.code) == wrt::ErrorKind::exhaustion && limits_.budget) {
        if (options_.limits.budget == limits_.budget)
            hint("--budget allowed {}", size_text(*limits_.budget));
        else
            hint("its section wrt.limits allowed {}", size_text(*limits_.budget));
    }
    hint_at_need(reason);
    return exit_code_of(reason, false);
}

/// Of a block that is too small: how large one has to be.
void Guest::hint_at_need(const wrt::Error& reason) const
{
    const wrt::ErrorKind kind = wrt::kind_of(reason.code);
    if (kind != wrt::ErrorKind::exhaustion && kind != wrt::ErrorKind::unsupported) return;
    if (!engine_) return;
    const wrt::Arena& arena = const_cast<wrt::Engine&>(*engine_).arena();
    if (arena.is_reserved()) return;
    Options unbounded = options_;
    unbounded.profile = nullptr;
    const wrt::Result<Budget> need = measure_budget(file_->bytes(), path_, unbounded);
    if (!need) return;
    const std::string there = options_.profile != nullptr
                                  ? fmt::format("profile {} has", options_.profile->name)
                                  : std::string{"there are"};
    hint("it needs {} bytes, {} {}", count_text(need->measured.arena_bytes), there,
         count_text(arena.capacity()));
}

int Guest::link_wasi()
{
    WasiGrant grant{options_, path_, saved_ ? &*saved_ : nullptr};
    if (const int code = grant.open(); code != 0) return code;
    arguments_.assign(grant.config().args.begin(), grant.config().args.end());
    environment_.assign(grant.config().env.begin(), grant.config().env.end());
    wrt::wasi::ConfigFault fault;
    linker_->wasi(grant.config(), &fault);
    if (linker_->status()) return 0;
    if (grant.complain(fault, linker_->status().error())) return exit_failed;
    return conclude(linker_->status());
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
    const bool paused = !ended && ended.error().code == wrt::Errc::paused;
    const int written = paused ? write_snapshot() : 0;
    const int code = wrtd::conclude(limits_, options_.stats, path_, *engine_,
                                    store_ ? &*store_ : nullptr, paused ? wrt::ok() : ended);
    return written != 0 ? written : code;
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
