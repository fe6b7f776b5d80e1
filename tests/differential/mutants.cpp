#include "mutants.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>

#include <wrt/decoder/decode.hpp>
#include <wrt/decoder/types.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/load.hpp>

#include "mutate.hpp"

namespace wrt::test {

namespace {

/// What wrt says of a binary.
struct Verdict {
    bool taken = false;
    ErrorKind kind = ErrorKind::malformed;  ///< Where it was refused.
    std::string text;
};

/// Why both may differ; empty where one of them is wrong.
std::string explanation(const Verdict& ours, const std::string& theirs)
{
    const auto says = [](const std::string& text, std::initializer_list<const char*> parts) {
        return std::ranges::all_of(
            parts, [&](const char* part) { return text.find(part) != std::string::npos; });
    };
    if (!ours.taken && ours.kind == ErrorKind::unsupported)
        return "a limit of wrt: " + ours.text.substr(ours.text.find(": ") + 2);
    if (ours.taken) {
        if (says(theirs, {"implementation limit"}) || says(theirs, {"exceeds internal limit"}) ||
            says(theirs, {"length overflow while decoding initial size"}) ||
            says(theirs, {"length overflow while decoding maximum size"}))
            return "a limit of V8: sizes that a type may declare";
        return {};
    }
    if (theirs != "valid") return {};
    for (const char* form : {"malformed heap type, got 0x", "malformed block type, got 0x"}) {
        const size_t at = ours.text.find(form);
        if (at != std::string::npos && ours.text[at + std::string{form}.size()] > '7')
            return "V8 reads types of one byte as integers that may be longer";
    }
    if (says(ours.text, {"needs feature"})) return "V8 knows proposals that are switched off here";
    if (says(ours.text, {"type mismatch, expected eqref, got i"}))
        return "V8 does not look at what an unreachable ref.eq compares";
    if (says(ours.text, {"malformed exception attribute"}))
        return "V8 reads the attribute of a tag as an integer that may be longer";
    if (says(ours.text, {"unknown label 4294967295"}))
        return "V8 takes 4294967295 as the label of a catch clause";
    if (says(ours.text, {"type mismatch, expected ", "got (ref bot)"}))
        return "V8 takes what an unreachable br_on_null leaves for any type";
    if (says(ours.text, {"type mismatch, expected nothing, got (ref "}))
        return "V8 does not ask for a value of br_on_non_null's label";
    return {};
}

class Judge {
public:
    Judge() : arena_{Backing::reserve(size_t{1} << 31).value()} {}

    Verdict decoded(const Bytes& binary)
    {
        return verdict_of(decoder::decode_module_streaming(
            binary, arena_, {}, [](const decoder::Module&) { return ok(); }));
    }

    Verdict loaded(const Bytes& binary)
    {
        Result<ScopeGuard> scope =
            arena_.enter(LibraryId::runtime, "mutant", arena_.available(), End::retained);
        return verdict_of(runtime::load_module_from_binary(binary, arena_));
    }

private:
    template <class T>
    static Verdict verdict_of(const Result<T>& result)
    {
        if (result) return {.taken = true, .text = "valid"};
        return {.taken = false,
                .kind = kind_of(result.error().code),
                .text = std::string{describe(result.error(), &write_type_name).view()}};
    }

    Arena arena_;
};

/// Calls visit(binary, mutation) for every `every`th mutation.
template <class Visit>
void for_each_mutant(const std::vector<Bytes>& binaries, uint64_t every, const Visit& visit)
{
    uint64_t index = 0;
    for (const Bytes& binary : binaries) {
        for (const Mutation& mutation : mutations_of(binary)) {
            if (index++ % every == 0) visit(mutated(binary, mutation));
        }
    }
}

void compare_batch_of(const std::vector<Bytes>& mutants, const Engine& engine,
                      const std::string& stem, VerdictCounts& counts)
{
    {
        std::ofstream file{stem + ".wasm", std::ios::binary};
        std::ofstream sizes{stem + ".sizes", std::ios::binary};
        for (const Bytes& mutant : mutants) {
            file.write(reinterpret_cast<const char*>(mutant.data()),
                       static_cast<std::streamsize>(mutant.size()));
            for (size_t i = 0; i < 4; ++i)
                sizes.put(static_cast<char>(mutant.size() >> 8 * i));
        }
    }
    const std::vector<std::string> said = ask_lines(engine, stem, mutants.size());
    counts.failed = said.empty();
    Judge judge;
    for (size_t i = 0; i < said.size(); ++i) {
        const uint64_t index = counts.mutants++;
        const Verdict ours = judge.decoded(mutants[i]);
        const bool theirs = said[i] == "valid";
        if (ours.taken == theirs) {
            counts.taken += theirs ? 1 : 0;
            continue;
        }
        if (const std::string reason = explanation(ours, said[i]); !reason.empty()) {
            ++counts.explained[reason];
            continue;
        }
        const std::string name = stem + "." + std::to_string(index) + ".wasm";
        std::ofstream{name, std::ios::binary}.write(
            reinterpret_cast<const char*>(mutants[i].data()),
            static_cast<std::streamsize>(mutants[i].size()));
        counts.differences.push_back(name + ": wrt says " + ours.text + ", the other engine " +
                                     said[i]);
    }
}

}  // namespace

std::vector<Bytes> binaries_below(const std::string& directory)
{
    std::vector<std::filesystem::path> paths;
    std::error_code problem;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{directory, problem}) {
        if (entry.path().extension() == ".wasm") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<Bytes> binaries;
    for (const auto& path : paths) {
        std::ifstream file{path, std::ios::binary};
        Bytes binary{std::istreambuf_iterator<char>{file}, {}};
        const auto kind = decoder::detect_kind(binary);
        if (kind && kind.value() == decoder::BinaryKind::core_module)
            binaries.push_back(std::move(binary));
    }
    return binaries;
}

MutantCounts load_mutants(const std::vector<Bytes>& binaries, uint64_t every)
{
    using Clock = std::chrono::steady_clock;
    Judge judge;
    MutantCounts counts{.files = binaries.size()};
    for_each_mutant(binaries, every, [&](const Bytes& mutant) {
        const auto start = Clock::now();
        const Verdict loaded = judge.loaded(mutant);
        const std::chrono::duration<double, std::milli> took = Clock::now() - start;
        counts.slowest_ms = std::max(counts.slowest_ms, took.count());
        ++counts.mutants;
        counts.taken += loaded.taken ? 1 : 0;
        // The translator refuses what it cannot translate; else both look at the same rules.
        if (!loaded.taken && loaded.kind == ErrorKind::unsupported) return;
        if (judge.decoded(mutant).taken != loaded.taken) ++counts.disagreeing;
    });
    return counts;
}

VerdictCounts compare_verdicts(const std::vector<Bytes>& binaries, uint64_t count,
                               const Engine& engine, const std::string& stem)
{
    uint64_t all = 0;
    for (const Bytes& binary : binaries)
        all += mutations_of(binary).size();
    VerdictCounts counts;
    std::vector<Bytes> batch;
    const auto flush = [&] {
        if (!batch.empty() && !counts.failed) compare_batch_of(batch, engine, stem, counts);
        batch.clear();
    };
    for_each_mutant(binaries, std::max<uint64_t>(1, all / count), [&](Bytes mutant) {
        batch.push_back(std::move(mutant));
        constexpr size_t most = 100'000;
        if (batch.size() == most) flush();
    });
    flush();
    return counts;
}

}  // namespace wrt::test
