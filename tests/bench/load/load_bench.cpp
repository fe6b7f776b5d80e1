// How fast modules are loaded, and what they keep: CPU time of validation, of loading with
// translation and of loading without it, each measured in turn in every round.
//
// usage: load_bench [--rounds N] [--accounts] [--only validate|lazy|eager] FILE...
//
// A rate is megabytes (10^6) of function bodies per CPU second. Of a component, its largest module
// is taken.
#include <wrt/decoder/decode.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/load.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace wrt;

constexpr size_t reserved_bytes = size_t{8} << 30;

double cpu_seconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// The largest module of a component; a module itself.
std::span<const uint8_t> module_in(std::span<const uint8_t> binary)
{
    const auto kind = decoder::detect_kind(binary);
    if (!kind || *kind == decoder::BinaryKind::core_module) return binary;
    constexpr uint8_t core_module_section = 1;
    std::span<const uint8_t> largest;
    ByteReader reader{binary};
    if (!reader.skip(8)) return binary;
    while (!reader.at_end()) {
        const auto id = reader.byte();
        const auto size = reader.u32();
        if (!id || !size) break;
        const auto contents = binary.subspan(reader.offset(), *size);
        if (*id == core_module_section && contents.size() > largest.size()) largest = contents;
        if (!reader.skip(*size)) break;
    }
    return largest;
}

/// A load into an arena of its own.
struct Loaded {
    size_t retained = 0;
    size_t peak = 0;
    double seconds = 0;
};

void fail(std::string_view file, const Error& error)
{
    std::fprintf(stderr, "load_bench: %.*s: error %d at %u\n", static_cast<int>(file.size()),
                 file.data(), static_cast<int>(error.code), error.offset);
    std::exit(1);
}

class Bench {
public:
    Bench(std::string file, std::span<const uint8_t> binary)
        : file_{std::move(file)}, binary_{binary}
    {
    }

    /// Seconds of decoding, and of decoding with validation.
    double decode(bool validate, size_t* code_bytes = nullptr)
    {
        Arena arena{backing()};
        const double begin = cpu_seconds();
        const Status status = decoder::decode_module_streaming(
            binary_, arena, {.defer_bodies = !validate}, [&](const decoder::Module& module) {
                if (code_bytes != nullptr) {
                    for (const decoder::FunctionBody& body : module.bodies)
                        *code_bytes += body.size;
                }
                return ok();
            });
        if (!status) fail(file_, status.error());
        return cpu_seconds() - begin;
    }

    Loaded load(const runtime::LoadOptions& options, bool print_accounts = false)
    {
        Arena arena{backing()};
        const double begin = cpu_seconds();
        const auto module = runtime::load_module_from_binary(binary_, arena, options);
        const double seconds = cpu_seconds() - begin;
        if (!module) fail(file_, module.error());
        if (print_accounts) {
            arena.visit_accounts([](Account account, const Usage& usage) {
                const std::string_view name = name_of(account);
                if (usage.used + usage.external == 0) return;
                std::printf("    %-12.*s %12zu\n", static_cast<int>(name.size()), name.data(),
                            usage.used + usage.external);
            });
        }
        return {arena.used() + arena.external(), arena.peak(), seconds};
    }

private:
    Backing backing() const
    {
        auto backing = Backing::reserve(reserved_bytes);
        if (!backing) fail(file_, backing.error());
        return std::move(*backing);
    }

    std::string file_;
    std::span<const uint8_t> binary_;
};

}  // namespace

int main(int argc, char** argv)
{
    int rounds = 5;
    bool accounts = false;
    std::string_view only;
    std::vector<std::string> files;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--rounds" && i + 1 < argc)
            rounds = std::max(1, std::atoi(argv[++i]));
        else if (argument == "--only" && i + 1 < argc)
            only = argv[++i];
        else if (argument == "--accounts")
            accounts = true;
        else
            files.emplace_back(argument);
    }
    if (files.empty()) {
        std::fputs(
            "usage: load_bench [--rounds N] [--accounts] [--only validate|lazy|eager] FILE...\n",
            stderr);
        return 2;
    }
    std::printf("%-24s %10s %10s %9s %9s %9s %12s %7s %12s\n", "module", "bytes", "code",
                "validate", "lazy", "eager", "retained", "/ code", "lazily");
    for (const std::string& file : files) {
        std::ifstream stream{file, std::ios::binary};
        const std::vector<char> contents{std::istreambuf_iterator<char>{stream}, {}};
        const auto binary =
            module_in({reinterpret_cast<const uint8_t*>(contents.data()), contents.size()});
        Bench bench{file, binary};
        size_t code = 0;
        (void)bench.decode(false, &code);
        std::vector<double> validate;
        std::vector<double> lazy;
        std::vector<double> eager;
        Loaded loaded;
        Loaded lazily;
        const auto wanted = [only](std::string_view what) { return only.empty() || only == what; };
        for (int round = 0; round < rounds; ++round) {
            if (wanted("validate")) validate.push_back(bench.decode(true));
            if (wanted("lazy")) {
                lazily = bench.load({.code = runtime::CodeMode::lazy});
                lazy.push_back(lazily.seconds);
            }
            if (wanted("eager")) {
                loaded = bench.load({});
                eager.push_back(loaded.seconds);
            }
        }
        const auto rate = [code](const std::vector<double>& seconds) {
            return seconds.empty() ? 0.0 : 1e-6 * static_cast<double>(code) / median(seconds);
        };
        std::printf("%-24s %10zu %10zu %9.1f %9.1f %9.1f %12zu %7.2f %12zu\n",
                    file.substr(file.rfind('/') + 1).c_str(), binary.size(), code, rate(validate),
                    rate(lazy), rate(eager), loaded.retained,
                    static_cast<double>(loaded.retained) / static_cast<double>(code),
                    lazily.retained);
        if (accounts) {
            std::puts("  eagerly:");
            (void)bench.load({}, true);
            std::puts("  lazily:");
            (void)bench.load({.code = runtime::CodeMode::lazy}, true);
        }
    }
    return 0;
}
