// Adds up the reports of files, holds them against the known failures, and says what came of it
// all.
#pragma once

#include <cstddef>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "known_failures.hpp"
#include "runner.hpp"

namespace wrt::wast {

struct Counts {
    size_t passed = 0;
    size_t failed = 0;
    size_t known = 0;  ///< Failed as the known failures say.
    size_t skipped = 0;

    [[nodiscard]] size_t total() const { return passed + failed + known + skipped; }
};

class Summary {
public:
    Summary(KnownFailures known, bool verbose, std::ostream& out)
        : known_{std::move(known)}, verbose_{verbose}, out_{out}
    {
    }

    /// Prints the file's failures, and in verbose mode its counts and skips, and adds it to the
    /// totals.
    void add(const FileReport& report);

    /// Prints the totals to `out`. True when nothing failed that is not known, and all that is
    /// known did fail. In a partial run what is known need not have been run.
    bool finish(bool partial, std::ostream& out) const;

private:
    void add_command(const FileReport& report, const CommandReport& command, Counts& file);

    KnownFailures known_;
    bool verbose_;
    std::ostream& out_;
    Counts assertions_;
    Counts others_;
    size_t files_passed_ = 0;
    size_t files_skipping_ = 0;
    size_t files_failed_ = 0;
    size_t refusals_ = 0;
    size_t other_words_ = 0;
    std::map<std::string, size_t> skips_;
    std::map<std::pair<std::string, uint32_t>, Outcome::Kind> known_seen_;
    double seconds_ = 0;
};

/// The reports as JUnit XML: a test case per file.
void write_junit(const std::vector<FileReport>& reports, std::ostream& out);

}  // namespace wrt::wast
