#include "known_failures.hpp"

#include <fstream>
#include <regex>

#include <fmt/format.h>

namespace wrt::wast {

std::optional<KnownFailures> KnownFailures::read(const std::string& path, std::string& problem)
{
    static const std::regex entry{R"(^(\S+\.wast):(\d{1,9})\s+(\S.*)$)"};
    std::ifstream file{path};
    if (!file) {
        problem = "cannot open " + path;
        return std::nullopt;
    }
    KnownFailures known;
    unsigned number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        if (line.empty() || line[0] == '#') continue;
        std::smatch match;
        if (!std::regex_match(line, match, entry)) {
            problem = fmt::format("{}:{}: expected 'core/x.wast:12 why'", path, number);
            return std::nullopt;
        }
        const auto at = static_cast<uint32_t>(std::stoul(match[2]));
        if (!known.entries_.try_emplace({match[1], at}, match[3]).second) {
            problem = fmt::format("{}:{}: is there twice", path, number);
            return std::nullopt;
        }
    }
    return known;
}

}  // namespace wrt::wast
