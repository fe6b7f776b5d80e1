// Measuring for wrtd inspect --budget, and what is compared with what.
#include "budget.hpp"

#include <fmt/format.h>

#include <wrt/runtime/call.hpp>
#include <wrt/wrt.hpp>

#include "component_file.hpp"
#include "component_guest.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "file.hpp"
#include "messages.hpp"
#include "quantities.hpp"
#include "text.hpp"

namespace wrtd {
namespace {

/// Whether wrtd run would give it WASI; a module that asks for none is measured without.
bool wants_wasi(std::span<const uint8_t> binary, const Options& options)
{
    wrt::Engine engine{{.features = options.features}};
    const auto module = engine.load_module(binary, {.borrow = true});
    if (!module) return false;
    return imports_wasi(*module);
}

/// A world's room depends on the arena that it is in (world_options()): the smallest arena that
/// holds what a component needs in an arena of that size.
wrt::Result<wrt::Measurement> measure_component(std::span<const uint8_t> binary,
                                                wrt::MeasureConfig& config)
{
    size_t arena = 0;
    for (;;) {
        Limits limits;
        limits.arena = arena;
        config.world = world_options(limits);
        WRT_TRY(const wrt::Measurement measured, wrt::measure(binary, config));
        // A larger arena never has a smaller world, so this comes to the least one from below.
        if (measured.arena_bytes <= arena) return measured;
        arena = measured.arena_bytes;
    }
}

/// What recursion calls itself through. Needs the module, which is loaded once more.
std::vector<std::string> names_of(const wrt::runtime::StackBound& bound,
                                  std::span<const uint8_t> binary, const Options& options)
{
    std::vector<std::string> names;
    if (bound.bounded()) return names;
    wrt::Engine engine{{.features = options.features}};
    const auto module = engine.load_module(binary, {.borrow = true});
    const uint32_t listed = std::min(bound.circle_length, wrt::runtime::StackBound::most_listed);
    for (uint32_t i = 0; i < listed; ++i) {
        const std::string_view name =
            module ? module->function_name(bound.circle[i]) : std::string_view{};
        names.push_back(name.empty() ? fmt::format("function {}", bound.circle[i]) : escaped(name));
    }
    return names;
}

int print(const Options& options, const std::string& path, const Budget& budget)
{
    if (options.budget.svg)
        print_budget_svg(path, budget);
    else if (options.json)
        print_budget_json(path, budget);
    else
        print_budget(path, budget);
    return exit_success;
}

/// Exit 1 where it takes more than the older one, account by account.
int compare(const std::string& path, const Budget& now, const std::string& old_path,
            const Budget& before)
{
    int code = exit_success;
    const auto check = [&](std::string_view what, uint64_t was, uint64_t is) {
        if (is <= was) return;
        error("{} needs {} more bytes of {} than {}: {} instead of {}", escaped(path),
              count_text(is - was), what, escaped(old_path), count_text(is), count_text(was));
        code = exit_bad;
    };
    check("memory", before.measured.arena_bytes, now.measured.arena_bytes);
    for (size_t i = 0; i < wrt::account_count; ++i) {
        check(wrt::name_of(static_cast<wrt::Account>(i)), before.measured.account_peaks[i],
              now.measured.account_peaks[i]);
    }
    if (before.measured.stack.bounded() && !now.measured.stack.bounded()) {
        error("{}: {}, which {} has not", escaped(path), stack_text(now), escaped(old_path));
        code = exit_bad;
    }
    return code;
}

}  // namespace

bool imports_wasi(const wrt::Module& module)
{
    for (size_t i = 0; i < module.import_count(); ++i) {
        const std::string_view from = module.import(i).module;
        if (from == "wasi_snapshot_preview1" || from == "wasi_unstable") return true;
    }
    return false;
}

wrt::Result<Budget> measure_budget(std::span<const uint8_t> binary, const std::string& path,
                                   const Options& options)
{
    wrt::MeasureConfig config;
    config.load.borrow = true;
    config.load.fuel = options.limits.fuel.has_value();
    config.load.interruptible = options.limits.timeout_ns.has_value();
    config.load.features = options.features;
    if (options.limits.stack) config.store.stack_bytes = *options.limits.stack;
    if (options.limits.gc_heap) config.store.heap_bytes = *options.limits.gc_heap;
    if (options.limits.max_memory) config.store.max_memory_bytes = *options.limits.max_memory;
    if (options.limits.memory_room) config.memory_room = *options.limits.memory_room;
    config.profile = options.profile;
    const std::string_view args[] = {options.wasi.argv0 ? *options.wasi.argv0 : path};
    wrt::wasi::Config wasi;
    wasi.args = args;
    if (is_component(binary)) {
        if (options.wasi.enabled) config.wasi = &wasi;
        WRT_TRY(const wrt::Measurement measured, measure_component(binary, config));
        return Budget{measured, {}, config.memory_room};
    }
    if (options.wasi.enabled && wants_wasi(binary, options)) config.wasi = &wasi;
    WRT_TRY(const wrt::Measurement measured, wrt::measure(binary, config));
    return Budget{measured, names_of(measured.stack, binary, options), config.memory_room};
}

std::string stack_text(const Budget& budget)
{
    if (budget.measured.stack.bounded())
        return fmt::format("{} bytes", count_text(budget.measured.stack.bytes()));
    if (budget.circle.empty()) return "none, as calls between components have none";
    std::string text = "unbounded: recursion ";
    for (const std::string& name : budget.circle)
        text += name + " -> ";
    if (budget.measured.stack.circle_length > budget.circle.size()) text += "... -> ";
    return text + budget.circle.front();
}

int inspect_budget(const Options& options, const std::string& path, std::span<const uint8_t> binary)
{
    const wrt::Result<Budget> found = measure_budget(binary, path, options);
    if (!found) {
        error("{}: {}", escaped(path), error_text(found.error()));
        const std::string place = place_of(binary, found.error().offset);
        if (!place.empty()) note("in the {}", place);
        return exit_bad;
    }
    int code = print(options, path, *found);
    if (options.budget.most && found->measured.arena_bytes > *options.budget.most) {
        error("{} needs {} bytes, {} more than {}", escaped(path),
              count_text(found->measured.arena_bytes),
              count_text(found->measured.arena_bytes - *options.budget.most),
              count_text(*options.budget.most));
        code = exit_bad;
    }
    if (options.budget.against.empty()) return code;

    std::variant<File, int> opened = open_or_complain(options.budget.against);
    if (std::holds_alternative<int>(opened)) return exit_uncheckable;
    if (const auto wrong = assemble_text(std::get<File>(opened))) {
        error("{}:{}", escaped(options.budget.against), *wrong);
        return exit_bad;
    }
    const wrt::Result<Budget> before =
        measure_budget(std::get<File>(opened).bytes(), path, options);
    if (!before) {
        error("{}: {}", escaped(options.budget.against), error_text(before.error()));
        return exit_bad;
    }
    return std::max(code, compare(path, *found, options.budget.against, *before));
}

}  // namespace wrtd
