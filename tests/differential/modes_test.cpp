// The folding translator against one that keeps every operand in its slot: random modules must
// behave alike, whatever the options. WRT_FUZZ_RUNS says how many modules (default a few seconds'
// worth), WRT_FUZZ_SEED where to start. `differential_tool` makes a difference small.
#include <cstdint>
#include <cstdlib>

#include <gtest/gtest.h>

#include "modes.hpp"

namespace wrt::test {
namespace {

uint64_t from_environment(const char* name, uint64_t otherwise)
{
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

TEST(translate, random_modules_do_the_same_in_slots_and_in_registers)
{
    const uint64_t first = from_environment("WRT_FUZZ_SEED", 1);
    const uint64_t runs = from_environment("WRT_FUZZ_RUNS", WRT_MODULES);
    int differences = 0;
    for (uint64_t seed = first; seed < first + runs && differences < 3; ++seed) {
        const std::string difference = difference_of_modes(generate_module(seed), seed);
        if (difference.empty()) continue;
        ++differences;
        ADD_FAILURE() << "seed " << seed << ": " << difference;
    }
}

}  // namespace
}  // namespace wrt::test
