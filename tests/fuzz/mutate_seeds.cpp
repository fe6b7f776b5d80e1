// Runs a fuzz target on so many mutated seeds, always the same ones: a test that needs no
// libFuzzer.
//   NAME_fuzz [RUNS [DIRECTORY]]   The files in DIRECTORY are seeds too.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "fuzz/fuzz_target.hpp"

namespace {

using Bytes = std::vector<uint8_t>;

/// Changes, removes or repeats some bytes.
void mutate(Bytes& bytes, std::mt19937& random)
{
    for (uint32_t changes = 1 + random() % 4; changes != 0 && !bytes.empty(); --changes) {
        const size_t at = random() % bytes.size();
        const size_t size = std::min<size_t>(1 + random() % 8, bytes.size() - at);
        const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random() % 4) {
        case 0: bytes[at] ^= static_cast<uint8_t>(1u << random() % 8); break;
        case 1: bytes[at] = static_cast<uint8_t>(random()); break;
        case 2: bytes.erase(first, first + static_cast<std::ptrdiff_t>(size)); break;
        case 3: {
            const Bytes part{first, first + static_cast<std::ptrdiff_t>(size)};
            const auto to = bytes.begin() + static_cast<std::ptrdiff_t>(random() % bytes.size());
            bytes.insert(to, part.begin(), part.end());
            break;
        }
        }
    }
}

/// In the order of their names.
std::vector<Bytes> files_in(const std::filesystem::path& directory)
{
    std::vector<std::filesystem::path> paths;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator{directory, problem})
        paths.push_back(entry.path());
    std::ranges::sort(paths);
    std::vector<Bytes> files;
    for (const auto& path : paths) {
        std::ifstream file{path, std::ios::binary};
        files.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
    }
    return files;
}

}  // namespace

int main(int argc, char** argv)
{
    const long runs = argc > 1 ? std::atol(argv[1]) : 1000;
    auto seeds = wrt::test::seeds();
    const std::vector<Bytes> files = argc > 2 ? files_in(argv[2]) : std::vector<Bytes>{};
    seeds.insert(seeds.end(), files.begin(), files.end());
    std::mt19937 random{1};
    for (const auto seed : seeds)
        LLVMFuzzerTestOneInput(seed.data(), seed.size());
    for (long i = 0; i < runs; ++i) {
        const auto seed = seeds[random() % seeds.size()];
        Bytes bytes{seed.begin(), seed.end()};
        mutate(bytes, random);
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    std::printf("%ld mutations of %zu seeds\n", runs, seeds.size());
    return 0;
}
