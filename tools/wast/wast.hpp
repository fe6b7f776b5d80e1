// The front of this library: runs script files and directories of them. `wrtd wast` and tests/spec
// call it.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "runner.hpp"

namespace wrt::wast {

struct Options {
    /// Scripts: .wast, or .json made of one; or directories of either kind.
    std::vector<std::string> paths;
    std::string filter;          ///< Only files whose name contains this.
    std::string known_failures;  ///< File, or empty for none.
    std::string junit;           ///< File to write, or empty for none.
    std::string summary;         ///< File to write the totals to as well, or empty for none.
    Mode mode = Mode::execute;
    FeatureSet features = {};  ///< What the scripts' modules may use.
    bool verbose = false;
};

enum class Verdict : uint8_t {
    passed,
    failed,
    not_run,  ///< No script to be found, or one that cannot be read; `out` says which.
};

Verdict run_files(const Options& options, std::ostream& out);

}  // namespace wrt::wast
