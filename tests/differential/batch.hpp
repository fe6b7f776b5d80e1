// Many generated modules at once, run in another engine by driver.mjs and here, and compared.
// Starting that engine costs more than a thousand modules do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "generator.hpp"

namespace wrt::test {

/// The engine: a program and the script it is given.
struct Engine {
    std::string program;
    std::string driver;
};

struct Difference {
    uint64_t seed;
    std::string text;  ///< What each side says.
};

/// Writes `modules` to `stem`.json and `stem`.wasm; `seeds` names them.
bool write_batch(const std::string& stem, const std::vector<GeneratedModule>& modules,
                 const std::vector<uint64_t>& seeds);

/// Has the engine run its script on the batch, and reads the `count` lines it writes. Empty where
/// it failed.
std::vector<std::string> ask_lines(const Engine& engine, const std::string& stem, size_t count);

/// Has the engine run what write_batch() wrote, and reads what it says of each module. Empty where
/// the engine failed.
std::vector<std::string> ask(const Engine& engine, const std::string& stem, size_t count);

/// What wrt does otherwise than the engine said, in the first of its ways that does; empty where it
/// does the same.
std::string difference_from(const std::string& said, const GeneratedModule& module);

struct BatchResult {
    uint64_t modules = 0;
    uint64_t calls = 0;
    bool failed = false;  ///< The engine itself did.
    std::vector<Difference> differences;
};

/// Generates the modules of `count` seeds from `first`, and compares what they do there and here.
BatchResult compare_batch(const Engine& engine, const std::string& stem, uint64_t first,
                          uint64_t count);

}  // namespace wrt::test
