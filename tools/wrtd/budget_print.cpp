// A budget as a table, as JSON and as a picture.
#include "budget.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "messages.hpp"
#include "quantities.hpp"

namespace wrtd {
namespace {

using wrt::runtime::AccountBytes;
using wrt::runtime::Measurement;
using wrt::runtime::Phase;
using wrt::runtime::PhaseNeed;

constexpr std::array phases = {Phase::load, Phase::store, Phase::imports, Phase::instance};

/// Accounts that have anything at any time, in their order.
std::vector<size_t> accounts_of(const Measurement& measured)
{
    std::vector<size_t> used;
    for (size_t i = 0; i < wrt::account_count; ++i) {
        const bool any = std::ranges::any_of(measured.phases, [i](const PhaseNeed& need) {
            return need.at_peak[i] != 0 || need.at_end[i] != 0;
        });
        if (any) used.push_back(i);
    }
    return used;
}

std::string_view account_name(size_t index)
{
    return wrt::name_of(static_cast<wrt::Account>(index));
}

double amplification(const Measurement& measured)
{
    return static_cast<double>(measured.phase(Phase::load).peak) /
           static_cast<double>(std::max<size_t>(measured.binary_bytes, 1));
}

void print_needs(const Measurement& measured)
{
    if (measured.memory.maximum != 0) {
        fmt::print("linear memory   {} bytes at first, {} reserved, {} declared at most\n",
                   count_text(measured.memory.minimum), count_text(measured.memory.reserved),
                   count_text(measured.memory.maximum));
    }
    if (measured.tables.maximum != 0) {
        fmt::print("tables          {} elements at first, {} reserved, {} declared at most\n",
                   count_text(measured.tables.minimum), count_text(measured.tables.reserved),
                   count_text(measured.tables.maximum));
    }
    if (measured.limits.heap_bytes != 0)
        fmt::print("object heap     {} bytes\n", count_text(measured.limits.heap_bytes));
}

}  // namespace

void print_budget(const std::string& path, const Budget& budget)
{
    const Measurement& measured = budget.measured;
    fmt::print("{}: an arena of {} bytes loads, instantiates and runs it\n\n", escaped(path),
               count_text(measured.arena_bytes));
    fmt::print("{:<14}{:>16}{:>16}{:>16}{:>16}{:>16}\n", "", "load, at most", "module", "store",
               "imports", "instance");
    const auto row = [&](std::string_view name, auto&& at_peak, auto&& at_end) {
        fmt::print("{:<14}{:>16}", name, count_text(at_peak(measured.phase(Phase::load))));
        for (const Phase phase : phases)
            fmt::print("{:>16}", count_text(at_end(measured.phase(phase))));
        fmt::print("\n");
    };
    for (const size_t account : accounts_of(measured)) {
        row(
            account_name(account), [=](const PhaseNeed& need) { return need.at_peak[account]; },
            [=](const PhaseNeed& need) { return need.at_end[account]; });
    }
    row(
        "all", [](const PhaseNeed& need) { return need.peak; },
        [](const PhaseNeed& need) { return need.retained; });
    fmt::print("\nloading takes {:.2f} bytes per byte of the file; each instance {} bytes\n",
               amplification(measured), count_text(measured.per_instance()));
    fmt::print("stack           {} bytes; bound of calls: {}\n",
               count_text(uint64_t{measured.limits.stack_slots} * 8), stack_text(budget));
    print_needs(measured);
    fmt::print("\nrun it there: wrtd run --arena {} --stack {}{} {}\n", measured.arena_bytes,
               uint64_t{measured.limits.stack_slots} * 8,
               budget.memory_room != 0 ? fmt::format(" --memory-room {}", budget.memory_room) : "",
               escaped(path));
}

void print_budget_json(const std::string& path, const Budget& budget)
{
    using nlohmann::json;
    const Measurement& measured = budget.measured;
    const auto bytes_of = [&](const AccountBytes& bytes) {
        json accounts = json::object();
        for (const size_t account : accounts_of(measured))
            accounts[std::string{account_name(account)}] = bytes[account];
        return accounts;
    };
    json document{{"file", path},
                  {"size", measured.binary_bytes},
                  {"budget", measured.arena_bytes},
                  {"per_instance", measured.per_instance()},
                  {"load_amplification", amplification(measured)}};
    for (const Phase phase : phases) {
        const PhaseNeed& need = measured.phase(phase);
        document["phases"][std::string{wrt::runtime::name_of(phase)}] = {
            {"peak", need.peak},
            {"retained", need.retained},
            {"peak_accounts", bytes_of(need.at_peak)},
            {"accounts", bytes_of(need.at_end)}};
    }
    const auto need_of = [](const wrt::runtime::Need& need) {
        return json{
            {"minimum", need.minimum}, {"maximum", need.maximum}, {"reserved", need.reserved}};
    };
    document["memory"] = need_of(measured.memory);
    document["tables"] = need_of(measured.tables);
    document["heap"] = measured.limits.heap_bytes;
    document["stack"] = {{"bytes", uint64_t{measured.limits.stack_slots} * 8}};
    if (measured.stack.bounded())
        document["stack"]["bound"] = measured.stack.bytes();
    else if (!budget.circle.empty())
        document["stack"]["recursion"] = budget.circle;
    fmt::print("{}\n", document.dump(2, ' ', false, json::error_handler_t::replace));
}

namespace {

/// Text that may stand in XML.
std::string xml(std::string_view text)
{
    std::string safe;
    for (const char c : escaped(text)) {
        switch (c) {
        case '<': safe += "&lt;"; break;
        case '>': safe += "&gt;"; break;
        case '&': safe += "&amp;"; break;
        case '"': safe += "&quot;"; break;
        default: safe += c;
        }
    }
    return safe;
}

/// Colours that neighbours tell apart, by account.
std::string color_of(size_t account)
{
    return fmt::format("hsl({},55%,{}%)", account * 137 % 360, 45 + account % 3 * 12);
}

}  // namespace

void print_budget_svg(const std::string& path, const Budget& budget)
{
    const Measurement& measured = budget.measured;
    const std::vector<size_t> accounts = accounts_of(measured);
    constexpr int left = 90;
    constexpr int bar = 80;
    constexpr int gap = 30;
    constexpr int top = 50;
    constexpr int height = 360;
    constexpr int legend = left + static_cast<int>(phases.size()) * (bar + gap) + 10;
    const double scale = height / static_cast<double>(std::max<size_t>(measured.arena_bytes, 1));
    fmt::print("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" "
               "font-family=\"sans-serif\" font-size=\"12\">\n",
               legend + 230, top + height + 50);
    fmt::print("<text x=\"10\" y=\"22\" font-size=\"15\">{}: {} bytes</text>\n",
               xml(base_name(path)), count_text(measured.arena_bytes));
    for (int i = 0; i <= 4; ++i) {
        const int y = top + height - height * i / 4;
        fmt::print("<line x1=\"{0}\" y1=\"{1}\" x2=\"{2}\" y2=\"{1}\" stroke=\"#ddd\"/>"
                   "<text x=\"{3}\" y=\"{4}\" text-anchor=\"end\">{5}</text>\n",
                   left - 5, y, legend - gap, left - 10, y + 4,
                   size_text(measured.arena_bytes / 4 * static_cast<size_t>(i)));
    }
    int x = left;
    for (const Phase phase : phases) {
        const PhaseNeed& need = measured.phase(phase);
        double y = top + height;
        for (const size_t account : accounts) {
            if (need.at_peak[account] == 0) continue;
            const double tall = static_cast<double>(need.at_peak[account]) * scale;
            y -= tall;
            fmt::print("<rect x=\"{}\" y=\"{:.2f}\" width=\"{}\" height=\"{:.2f}\" fill=\"{}\">"
                       "<title>{}: {} bytes of {}</title></rect>\n",
                       x, y, bar, tall, color_of(account), wrt::runtime::name_of(phase),
                       count_text(need.at_peak[account]), account_name(account));
        }
        fmt::print("<text x=\"{0}\" y=\"{1}\" text-anchor=\"middle\">{2}</text>"
                   "<text x=\"{0}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
                   x + bar / 2, top + height + 18, wrt::runtime::name_of(phase), top + height + 34,
                   size_text(need.peak));
        x += bar + gap;
    }
    int y = top + 10;
    for (const size_t account : accounts) {
        fmt::print("<rect x=\"{0}\" y=\"{1}\" width=\"12\" height=\"12\" fill=\"{2}\"/>"
                   "<text x=\"{3}\" y=\"{4}\">{5}, {6} at most</text>\n",
                   legend, y, color_of(account), legend + 18, y + 10, account_name(account),
                   size_text(measured.account_peaks[account]));
        y += 20;
    }
    fmt::print("</svg>\n");
}

}  // namespace wrtd
