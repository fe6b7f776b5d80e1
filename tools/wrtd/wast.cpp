// wrtd wast: scripts of the specification's suite.
#include <iostream>

#include <wast/wast.hpp>

#include "commands.hpp"
#include "exit_code.hpp"

namespace wrtd {

int wast(const Options& options)
{
    wrt::wast::Options how;
    how.paths = options.files;
    how.filter = options.wast.filter;
    how.known_failures = options.wast.known_failures;
    how.junit = options.wast.junit;
    how.verbose = options.wast.verbose;
    how.features = options.features;
    if (options.wast.validate_only) how.mode = wrt::wast::Mode::validate;
    switch (wrt::wast::run_files(how, std::cout)) {
    case wrt::wast::Verdict::passed: return exit_success;
    case wrt::wast::Verdict::failed: return exit_bad;
    case wrt::wast::Verdict::not_run: return exit_uncheckable;
    }
    return exit_uncheckable;
}

}  // namespace wrtd
