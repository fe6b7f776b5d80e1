// differential_tool modes SEED COUNT         compares wrt's modes on that many random modules
// differential_tool reduce-modes SEED        makes the module of a seed on which modes differ
// small, and prints it
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "batch.hpp"
#include "modes.hpp"
#include "mutants.hpp"
#include "reduce.hpp"

namespace wrt::test {
namespace {

int modes(uint64_t first, uint64_t count)
{
    uint64_t differences = 0;
    for (uint64_t seed = first; seed < first + count; ++seed) {
        const std::string difference = difference_of_modes(generate_module(seed), seed);
        if (difference.empty()) continue;
        ++differences;
        std::printf("seed %" PRIu64 ": %s\n", seed, difference.c_str());
    }
    std::printf("%" PRIu64 " modules from seed %" PRIu64 ", %" PRIu64 " differences\n", count,
                first, differences);
    return differences == 0 ? 0 : 1;
}

int reduce_modes(uint64_t seed)
{
    const GeneratedModule module = generate_module(seed);
    const auto shows = [&](const GeneratedModule& candidate) {
        const std::string difference = difference_of_modes(candidate, seed);
        return !difference.empty() && !difference.starts_with("refused");
    };
    if (!shows(module)) {
        std::printf("seed %" PRIu64 " shows no difference\n", seed);
        return 1;
    }
    const GeneratedModule small = reduced(module, shows);
    std::printf("%s\n%s", listing(small).c_str(), difference_of_modes(small, seed).c_str());
    return 0;
}

int engine(const Engine& other, const std::string& directory, uint64_t first, uint64_t count)
{
    constexpr uint64_t batch = 2000;
    uint64_t modules = 0, calls = 0, differences = 0;
    for (uint64_t seed = first; seed < first + count; seed += batch) {
        const BatchResult result =
            compare_batch(other, directory + "/batch", seed, std::min(batch, first + count - seed));
        if (result.failed) {
            std::printf("%s failed on the batch of seed %" PRIu64 "\n", other.program.c_str(),
                        seed);
            return 1;
        }
        modules += result.modules;
        calls += result.calls;
        differences += result.differences.size();
        for (const Difference& difference : result.differences)
            std::printf("seed %" PRIu64 ": %s\n", difference.seed, difference.text.c_str());
        std::fflush(stdout);
    }
    std::printf("%" PRIu64 " modules from seed %" PRIu64 ", %" PRIu64 " calls, %" PRIu64
                " differences\n",
                modules, first, calls, differences);
    return differences == 0 ? 0 : 1;
}

int reduce_engine(const Engine& other, const std::string& directory, uint64_t seed)
{
    const std::string stem = directory + "/reduce";
    const auto difference_of = [&](const GeneratedModule& candidate) {
        const auto said = write_batch(stem, {candidate}, {seed}) ? ask(other, stem, 1)
                                                                 : std::vector<std::string>{};
        return said.empty() ? std::string{} : difference_from(said[0], candidate);
    };
    const GeneratedModule module = generate_module(seed);
    if (difference_of(module).empty()) {
        std::printf("seed %" PRIu64 " shows no difference\n", seed);
        return 1;
    }
    const GeneratedModule small = reduced(module, [&](const GeneratedModule& candidate) {
        return !difference_of(candidate).empty();
    });
    std::printf("%s\n%s", listing(small).c_str(), difference_of(small).c_str());
    return 0;
}

/// 77: there is nothing to change.
int mutants(const std::string& directory, uint64_t every)
{
    const std::vector<Bytes> binaries = binaries_below(directory);
    if (binaries.empty()) {
        std::printf("*** NOTHING MUTATED: no binaries below %s\n", directory.c_str());
        return 77;
    }
    const MutantCounts counts = load_mutants(binaries, every);
    std::printf("%" PRIu64 " mutants of %" PRIu64 " binaries: %" PRIu64
                " taken; slowest %.1f ms; decoding and loading disagreed on %" PRIu64 "\n",
                counts.mutants, counts.files, counts.taken, counts.slowest_ms, counts.disagreeing);
    constexpr double bearable_ms = 2000;
    return counts.disagreeing == 0 && counts.slowest_ms < bearable_ms ? 0 : 1;
}

int verdicts(const Engine& other, const std::string& scratch, const std::string& directory,
             uint64_t count)
{
    const std::vector<Bytes> binaries = binaries_below(directory);
    if (binaries.empty()) {
        std::printf("*** NO VERDICTS COMPARED: no binaries below %s\n", directory.c_str());
        return 77;
    }
    const VerdictCounts counts = compare_verdicts(binaries, count, other, scratch + "/mutants");
    if (counts.failed) {
        std::printf("%s failed\n", other.program.c_str());
        return 1;
    }
    for (const std::string& difference : counts.differences)
        std::printf("%s\n", difference.c_str());
    for (const auto& [reason, number] : counts.explained)
        std::printf("%6" PRIu64 " explained: %s\n", number, reason.c_str());
    std::printf("%" PRIu64 " mutants, %" PRIu64 " valid for both, %zu differences\n",
                counts.mutants, counts.taken, counts.differences.size());
    return counts.differences.empty() ? 0 : 1;
}

int run(int argc, char** argv)
{
    const std::string_view command = argc > 1 ? argv[1] : "";
    const auto number = [&](int i, uint64_t otherwise) {
        return argc > i ? std::strtoull(argv[i], nullptr, 0) : otherwise;
    };
    if (command == "modes") return modes(number(2, 1), number(3, 3000));
    if (command == "reduce-modes") return reduce_modes(number(2, 1));
    if (command == "engine" && argc > 4)
        return engine({argv[2], argv[3]}, argv[4], number(5, 1), number(6, 2000));
    if (command == "reduce-engine" && argc > 5)
        return reduce_engine({argv[2], argv[3]}, argv[4], number(5, 1));
    if (command == "mutants" && argc > 2)
        return mutants(argv[2], std::max<uint64_t>(1, number(3, 1)));
    if (command == "verdicts" && argc > 5)
        return verdicts({argv[2], argv[3]}, argv[4], argv[5], number(6, 20000));
    std::fputs(
        "usage: differential_tool modes [SEED [COUNT]]\n"
        "           compares wrt's modes of translation on COUNT random modules\n"
        "       differential_tool reduce-modes SEED\n"
        "           makes a module on which they differ small, and prints it\n"
        "       differential_tool engine PROGRAM DRIVER DIRECTORY [SEED [COUNT]]\n"
        "           compares wrt with another engine; batches lie in DIRECTORY meanwhile\n"
        "       differential_tool reduce-engine PROGRAM DRIVER DIRECTORY SEED\n"
        "           makes a module on which that engine and wrt differ small, and prints it\n"
        "       differential_tool mutants DIRECTORY [EVERY]\n"
        "           loads every EVERYth mutation of the binaries below DIRECTORY\n"
        "       differential_tool verdicts PROGRAM SCRIPT SCRATCH DIRECTORY [COUNT]\n"
        "           asks another engine whether COUNT of those mutations are valid\n",
        stderr);
    return 2;
}

}  // namespace
}  // namespace wrt::test

int main(int argc, char** argv)
{
    return wrt::test::run(argc, argv);
}
