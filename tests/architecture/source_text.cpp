#include "source_text.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace wrt::architecture {
namespace {

/// Where the token of non-code that starts at `at` ends, or `at` when code starts there.
size_t end_of_non_code(std::string_view text, size_t at)
{
    const std::string_view rest = text.substr(at);
    const auto past = [&](std::string_view terminator, size_t from) {
        const size_t found = text.find(terminator, from);
        return found == std::string_view::npos ? text.size() : found + terminator.size();
    };
    if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
    if (rest.starts_with("/*")) return past("*/", at + 2);
    if (rest.starts_with("R\"")) {
        const size_t open = text.find('(', at);
        return past(")" + std::string{text.substr(at + 2, open - at - 2)} + "\"", open);
    }
    // The quote of 1'000 is not a character literal.
    const bool separator = at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0;
    if (rest[0] != '"' && (rest[0] != '\'' || separator)) return at;
    size_t end = at + 1;
    while (end < text.size() && text[end] != rest[0] && text[end] != '\n') {
        end += text[end] == '\\' ? 2 : 1;
    }
    return std::min(end + 1, text.size());
}

}  // namespace

std::string blank_non_code(std::string_view text)
{
    std::string code{text};
    for (size_t at = 0; at < text.size();) {
        const size_t end = end_of_non_code(text, at);
        for (size_t i = at; i < end; ++i) {
            if (code[i] != '\n') code[i] = ' ';
        }
        at = std::max(end, at + 1);
    }
    return code;
}

std::vector<SourceFile> read_sources(const std::filesystem::path& project,
                                     const std::string& folder)
{
    std::vector<SourceFile> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{project / folder}) {
        const auto extension = entry.path().extension();
        if (extension != ".cpp" && extension != ".hpp" && extension != ".def") continue;
        std::ifstream stream{entry.path()};
        SourceFile file;
        file.path = entry.path().lexically_relative(project);
        file.text.assign(std::istreambuf_iterator<char>{stream}, {});
        file.code = blank_non_code(file.text);
        files.push_back(std::move(file));
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

std::vector<Include> includes_of(const SourceFile& file)
{
    static const std::regex pattern{R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re"};
    std::vector<Include> includes;
    std::istringstream lines{file.text};
    size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::smatch match;
        if (std::regex_search(line, match, pattern)) {
            includes.push_back({match[2], match[1] == "<", number});
        }
    }
    return includes;
}

}  // namespace wrt::architecture
