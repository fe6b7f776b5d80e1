// What a generated module does when wrt runs it, as text that other engines can be asked for too.
#pragma once

#include <cstdint>
#include <string>

#include <wrt/runtime/translate_options.hpp>

#include "generator.hpp"

namespace wrt::test {

/// How a module is run.
struct Way {
    runtime::TranslateOptions options;
    int64_t fuel = int64_t{1} << 40;
    bool collect_always = false;  ///< Objects move at every allocation.
    bool lazy = false;            ///< Functions are translated when they are first called.
};

struct Outcome {
    bool ran = false;  ///< False: it was refused, and `record` says why.
    /// A line for each call (results or kind of trap), then globals and memories after it; at the
    /// end tables and what the host functions have seen. One NaN, no pointers. driver.mjs writes
    /// the same.
    std::string record;
    std::string details;  ///< What only wrt can say: phrases, offsets, backtraces.
    std::string fuel;     ///< What was left after each call; empty without fuel.
    int64_t fuel_left = 0;
};

/// Instantiates `module` in a store of its own, with host functions that mix what they are given
/// into what they answer, and makes its calls.
Outcome outcome_of(const GeneratedModule& module, const Way& way);

}  // namespace wrt::test
