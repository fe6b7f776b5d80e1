// Mutations of all binaries below a directory, decoded, validated and translated, and judged by
// another engine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "batch.hpp"

namespace wrt::test {

/// Every core module below `directory`, ordered by name.
std::vector<Bytes> binaries_below(const std::string& directory);

struct MutantCounts {
    uint64_t files = 0;
    uint64_t mutants = 0;
    uint64_t taken = 0;        ///< Accepted.
    double slowest_ms = 0;     ///< The mutant that took longest.
    uint64_t disagreeing = 0;  ///< Decoding alone said otherwise than loading.
};

/// Loads every `every`th mutant of `binaries`.
MutantCounts load_mutants(const std::vector<Bytes>& binaries, uint64_t every);

struct VerdictCounts {
    uint64_t mutants = 0;
    uint64_t taken = 0;                         ///< Accepted by both.
    bool failed = false;                        ///< The engine itself did.
    std::map<std::string, uint64_t> explained;  ///< Known differences, by reason.
    std::vector<std::string> differences;
};

/// Takes about `count` mutants evenly from all there are, and asks `engine` (verdicts.mjs) about
/// each. Those on which both differ unexplained are written beside `stem`.
VerdictCounts compare_verdicts(const std::vector<Bytes>& binaries, uint64_t count,
                               const Engine& engine, const std::string& stem);

}  // namespace wrt::test
