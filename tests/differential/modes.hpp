// wrt's own ways of running a module against each other: the translator that folds, fuses and pins
// against the one that keeps every operand in its slot, with fuel and without.
#pragma once

#include <string>

#include "generator.hpp"

namespace wrt::test {

/// What two ways of running `module` disagree about, both sides in full; empty where they all
/// agree. `seed` chooses how much fuel some of them get.
std::string difference_of_modes(const GeneratedModule& module, uint64_t seed);

}  // namespace wrt::test
