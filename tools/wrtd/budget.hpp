// wrtd inspect --budget: how many bytes of memory a module needs, and what for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <wrt/measure.hpp>

#include "options.hpp"

namespace wrtd {

/// What was measured of a module, with what is needed to print it.
struct Budget {
    wrt::Measurement measured;
    /// Of recursion: names of the functions that go round, as far as they are listed.
    std::vector<std::string> circle;
    uint64_t memory_room = 0;  ///< As the options have it.
};

/// Whether a module asks for anything of WASI preview 1.
[[nodiscard]] bool imports_wasi(const wrt::Module& module);

/// Measures what `wrtd run` with the same options needs. Errors: those of loading and
/// instantiation.
[[nodiscard]] wrt::Result<Budget> measure_budget(std::span<const uint8_t> binary,
                                                 const std::string& path, const Options& options);

/// "unbounded: recursion f -> g -> f", or the bytes.
[[nodiscard]] std::string stack_text(const Budget& budget);

void print_budget(const std::string& path, const Budget& budget);
void print_budget_json(const std::string& path, const Budget& budget);
/// Stacked bars: a bar for each phase, what each account has at its peak.
void print_budget_svg(const std::string& path, const Budget& budget);

/// Prints, in the form the options ask for, and compares with what they allow. An exit code.
int inspect_budget(const Options& options, const std::string& path,
                   std::span<const uint8_t> binary);

}  // namespace wrtd
