#include "summary.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace wrt::wast {
namespace {

/// 65294 as "65,294".
std::string grouped(size_t number)
{
    std::string text = std::to_string(number);
    for (size_t at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, 1, ',');
    return text;
}

std::string text_of(const Counts& counts)
{
    std::string text =
        fmt::format("{} of {} pass", grouped(counts.passed), grouped(counts.total()));
    if (counts.failed != 0) text += fmt::format(", {} FAIL", grouped(counts.failed));
    if (counts.known != 0) text += fmt::format(", {} fail as known", grouped(counts.known));
    if (counts.skipped != 0) text += fmt::format(", {} skipped", grouped(counts.skipped));
    return text;
}

bool is_refusal(Command::Kind kind)
{
    return kind == Command::Kind::assert_malformed || kind == Command::Kind::assert_invalid;
}

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '&': out += "&amp;"; break;
        case '"': out += "&quot;"; break;
        default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? '?' : c;
        }
    }
    return out;
}

}  // namespace

void Summary::add_command(const FileReport& report, const CommandReport& command, Counts& file)
{
    const Outcome& outcome = command.outcome;
    const auto place = fmt::format("{}:{}: {}", report.source, command.line,
                                   command.word.empty() ? name_of(command.command) : command.word);
    const bool known = known_.contains(report.source, command.line);
    if (known) known_seen_[{report.source, command.line}] = outcome.kind;

    switch (outcome.kind) {
    case Outcome::Kind::passed:
        ++file.passed;
        if (is_refusal(command.command)) ++refusals_;
        if (outcome.other_words) {
            ++other_words_;
            if (verbose_) fmt::print(out_, "{}: other words: {}\n", place, outcome.note);
        }
        break;
    case Outcome::Kind::failed:
        ++(known ? file.known : file.failed);
        if ((!known && !outcome.follows) || verbose_) {
            fmt::print(out_, "{}: {}{}\n", place, outcome.note, known ? " (known)" : "");
        }
        break;
    case Outcome::Kind::skipped:
        ++file.skipped;
        ++skips_[outcome.note];
        break;
    }
}

void Summary::add(const FileReport& report)
{
    Counts file_assertions;
    Counts file_others;
    for (const CommandReport& command : report.commands) {
        add_command(report, command, is_assertion(command.command) ? file_assertions : file_others);
    }
    const auto add_to = [](Counts& sum, const Counts& part) {
        sum.passed += part.passed;
        sum.failed += part.failed;
        sum.known += part.known;
        sum.skipped += part.skipped;
    };
    add_to(assertions_, file_assertions);
    add_to(others_, file_others);
    seconds_ += report.seconds;

    const bool failed =
        file_assertions.failed + file_others.failed + file_assertions.known + file_others.known !=
        0;
    const bool skips = file_assertions.skipped + file_others.skipped != 0;
    ++(failed ? files_failed_ : skips ? files_skipping_ : files_passed_);
    if (verbose_) {
        fmt::print(out_, "{:<44} {}  ({:.2f} s)\n", report.source, text_of(file_assertions),
                   report.seconds);
    }
}

bool Summary::finish(bool partial, std::ostream& out) const
{
    const size_t files = files_passed_ + files_skipping_ + files_failed_;
    fmt::print(out, "files       {} of {} pass whole, {} with skips, {} with failures\n",
               files_passed_, files, files_skipping_, files_failed_);
    fmt::print(out, "assertions  {}\n", text_of(assertions_));
    fmt::print(out, "others      {} (modules, registrations, actions)\n", text_of(others_));
    if (refusals_ != 0) {
        fmt::print(out, "wording     {} of {} refusals say what the specification says\n",
                   grouped(refusals_ - other_words_), grouped(refusals_));
    }
    for (const auto& [reason, count] : skips_)
        fmt::print(out, "skipped     {:>6}  {}\n", grouped(count), reason);

    bool good = assertions_.failed + others_.failed == 0;
    for (const auto& [place, why] : known_.entries()) {
        const auto seen = known_seen_.find(place);
        if (seen == known_seen_.end() && partial) continue;
        if (seen != known_seen_.end() && seen->second == Outcome::Kind::failed) continue;
        good = false;
        std::string_view came = "was not run";
        if (seen != known_seen_.end())
            came = seen->second == Outcome::Kind::passed ? "passes" : "is skipped";
        fmt::print(out, "{}:{}: a known failure that {}, take it off the list ({})\n", place.first,
                   place.second, came, why);
    }
    fmt::print(out, "{} in {:.1f} s\n", good ? "PASS" : "FAIL", seconds_);
    return good;
}

void write_junit(const std::vector<FileReport>& reports, std::ostream& out)
{
    fmt::print(
        out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"wast\" tests=\"{}\">\n",
        reports.size());
    for (const FileReport& report : reports) {
        fmt::print(out, "  <testcase classname=\"wast\" name=\"{}\" time=\"{:.3f}\">\n",
                   escaped(report.source), report.seconds);
        for (const CommandReport& command : report.commands) {
            if (command.outcome.kind != Outcome::Kind::failed) continue;
            fmt::print(out, "    <failure message=\"line {}: {}\"/>\n", command.line,
                       escaped(command.outcome.note));
        }
        const size_t skipped = report.count(Outcome::Kind::skipped);
        if (skipped == report.commands.size()) fmt::print(out, "    <skipped/>\n");
        fmt::print(out, "  </testcase>\n");
    }
    fmt::print(out, "</testsuite>\n");
}

}  // namespace wrt::wast
