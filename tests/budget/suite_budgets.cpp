// The budget of every module of the specification's scripts that instantiates with stubs: an arena
// of exactly that many bytes loads, instantiates and runs it, one of a byte less refuses cleanly.
// On the way the accounts are added up after every operation, and calls stay within the stack
// bound.
//   suite_budgets [-v] DIRECTORY   Exit codes: 0 all is well, 1 not so, 77 nothing was found.
#include <wrt/decoder/features.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/extern.hpp>
#include <wrt/runtime/measure.hpp>
#include <wrt/text/assemble.hpp>

#include <wast/script.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "loading_bound.hpp"

namespace wrt::test {
namespace {

namespace fs = std::filesystem;
using runtime::Measurement;
using runtime::MeasureOptions;
using runtime::Rehearsed;

std::string text_of(const Error& error)
{
    return std::string{std::string_view{describe(error)}};
}

struct Counts {
    size_t fitted = 0;
    size_t not_valid = 0;
    size_t not_instantiable = 0;
    size_t bounded = 0;     ///< Without recursion.
    size_t calls = 0;       ///< That ran to their end or to a trap.
    size_t operations = 0;  ///< Of arenas, after which the accounts were added up.
    size_t failed = 0;
};

/// Bytes for arenas; memory only where they are written.
class Bytes {
public:
    static constexpr size_t size = size_t{1} << 30;
    Bytes()
        : base_{::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)}
    {
        if (base_ == MAP_FAILED) std::abort();
    }
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;
    ~Bytes() { ::munmap(base_, size); }

    /// What is larger than there are bytes is only rehearsed.
    Backing first(size_t count)
    {
        if (count > size) return Backing::rehearse(count).value();
        return Backing::over({static_cast<std::byte*>(base_), count});
    }

private:
    void* base_;
};

bool is_refusal(const Error& error)
{
    constexpr Errc refusals[] = {Errc::arena_exhausted, Errc::budget_exceeded,
                                 Errc::account_limit_exceeded, Errc::memory_too_large,
                                 Errc::table_too_large};
    return std::ranges::find(refusals, error.code) != std::end(refusals);
}

class Budgets {
public:
    std::string module(std::span<const uint8_t> binary, Counts& counts)
    {
        MeasureOptions how;
        how.load.decode.features = FeatureSet::all();
        how.load.translate.fuel = true;
        const Result<Measurement> measured = runtime::measure(binary, how);
        if (!measured) {
            ++(is_invalid(measured.error()) ? counts.not_valid : counts.not_instantiable);
            return {};
        }
        ++counts.fitted;
        if (measured->stack.bounded()) ++counts.bounded;
        if (measured->phase(runtime::Phase::load).peak >
            loading_bytes_per_byte * binary.size() + loading_bytes_beside)
            return "loading takes more than the stated multiple of it";
        if (std::string wrong = at_budget(binary, how, *measured, counts); !wrong.empty())
            return wrong;
        return below_budget(binary, how, *measured, counts);
    }

private:
    static bool is_invalid(const Error& error)
    {
        const ErrorKind kind = kind_of(error.code);
        return kind == ErrorKind::malformed || kind == ErrorKind::invalid ||
               kind == ErrorKind::unsupported || kind == ErrorKind::usage;
    }

    /// Adds up the accounts after each operation.
    struct Audit {
        size_t operations = 0;
        bool balanced = true;

        static void look(void* self, const Arena& arena)
        {
            auto& audit = *static_cast<Audit*>(self);
            ++audit.operations;
            size_t sum = arena.capacity() - arena.used();
            arena.visit_accounts([&](Account, const Usage& usage) { sum += usage.used; });
            audit.balanced = audit.balanced && sum == arena.capacity() && arena.balanced();
        }
    };

    std::string at_budget(std::span<const uint8_t> binary, const MeasureOptions& how,
                          const Measurement& measured, Counts& counts)
    {
        Arena arena{bytes_.first(measured.arena_bytes), how.arena};
        Audit audit;
        arena.set_watch(&Audit::look, &audit);
        const Result<Rehearsed> done = runtime::perform(binary, arena, measured.limits, how);
        counts.operations += audit.operations;
        if (!audit.balanced) return "accounts and free bytes do not make up the capacity";
        if (!done) {
            // A segment that does not fit, a start function that traps: that is the module's own.
            if (is_refusal(done.error()))
                return "does not fit its budget: " + text_of(done.error());
            return {};
        }
        if (arena.peak() + Backing::alignment <= arena.capacity())
            return "its budget is larger than it needs";
        arena.seal();
        return call_exports(*done, measured, counts);
    }

    /// Those without parameters, each for a while.
    static std::string call_exports(const Rehearsed& made, const Measurement& measured,
                                    Counts& counts)
    {
        for (const runtime::Export& item : made.module->exports) {
            if (item.kind != ExternKind::func) continue;
            runtime::FuncInstance& func = *made.instance->functions[item.index];
            if (func.param_slots != 0 || func.host != nullptr) continue;
            std::vector<runtime::Slot> window(func.window());
            made.store->execution().fuel = 20'000;
            const Status status = runtime::execute(made.store->execution(), func, window);
            ++counts.calls;
            if (status) continue;
            if (is_refusal(status.error()) || status.error().code == Errc::sealed)
                return "running takes more: " + text_of(status.error());
            if (status.error().code == Errc::call_stack_exhausted && measured.stack.bounded())
                return "calls go beyond the bound of the stack";
        }
        return {};
    }

    std::string below_budget(std::span<const uint8_t> binary, const MeasureOptions& how,
                             const Measurement& measured, Counts& counts)
    {
        Arena arena{bytes_.first(measured.arena_bytes - 1), how.arena};
        Audit audit;
        arena.set_watch(&Audit::look, &audit);
        const ScopeGuard scope =
            arena.enter(LibraryId::test_registry, "less", unlimited, End::retained).value();
        const Result<Rehearsed> done = runtime::perform(binary, arena, measured.limits, how);
        counts.operations += audit.operations;
        if (!audit.balanced) return "accounts and free bytes do not make up the capacity";
        if (done) return "needs less than its budget";
        const Error& error = done.error();
        if (error.code != Errc::arena_exhausted)
            return "a byte less is refused otherwise: " + text_of(error);
        if (error.detail != Detail::bytes || error.actual <= error.expected ||
            error.account == Account::none) {
            return "does not say for what it asked and what it had: " + text_of(error);
        }
        if (arena.last_refusal().budget != arena.capacity()) return "does not say the budget";
        const bool loading = measured.phases[0].peak > arena.capacity();
        if (loading && error.offset == no_offset) return "does not say where: " + text_of(error);
        if (loading && arena.used() != 0) return "leaves something behind";
        return {};
    }

    Bytes bytes_;
};

void script(const fs::path& path, bool verbose, Budgets& budgets, Counts& counts)
{
    std::string problem;
    const auto read = wast::read_wast(path.string(), path.filename().string(), problem);
    if (!read) {
        std::printf("%s\n", problem.c_str());
        ++counts.failed;
        return;
    }
    if (verbose) std::printf("%s\n", path.filename().c_str());
    Arena arena{Backing::reserve(size_t{1} << 32).value()};
    for (const wast::Command& command : read->commands) {
        if (command.wat.empty() || command.kind == wast::Command::Kind::thread) continue;
        const ScopeGuard scope =
            arena.enter(LibraryId::verification_tool, "module", arena.available(), End::retained)
                .value();
        const auto binary = text::assemble(command.wat, arena);
        if (!binary) continue;
        const std::string wrong = budgets.module(*binary, counts);
        if (wrong.empty()) continue;
        ++counts.failed;
        std::printf("%s:%u: %s\n", path.filename().c_str(), command.line, wrong.c_str());
    }
}

int run(std::vector<std::string> arguments)
{
    const bool verbose = !arguments.empty() && arguments[0] == "-v";
    if (verbose) arguments.erase(arguments.begin());
    const char* const wanted = std::getenv("WRT_SPEC_DIR");
    const std::string directory = wanted != nullptr   ? wanted
                                  : arguments.empty() ? "."
                                                      : arguments.front();
    std::vector<fs::path> scripts;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator{directory, none}) {
        if (entry.path().extension() == ".wast") scripts.push_back(entry.path());
    }
    if (scripts.empty()) {
        std::printf("*** THE SPECIFICATION'S SUITE WAS NOT THERE ***\n");
        return 77;
    }
    std::ranges::sort(scripts);
    Counts counts;
    Budgets budgets;
    for (const fs::path& path : scripts)
        script(path, verbose, budgets, counts);
    std::printf("%zu scripts: %zu modules fit exactly into their budgets, %zu are not valid, %zu "
                "do not instantiate, %zu failed\n"
                "%zu have a stack bound; %zu calls; %zu operations of arenas added up\n",
                scripts.size(), counts.fitted, counts.not_valid, counts.not_instantiable,
                counts.failed, counts.bounded, counts.calls, counts.operations);
    return counts.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace wrt::test

int main(int argc, char** argv)
{
    return wrt::test::run({argv + 1, argv + argc});
}
