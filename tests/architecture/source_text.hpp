// Source files as the architecture tests read them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace wrt::architecture {

/// A source file of the project. `code` is its text with comments, strings and character literals
/// blanked, line by line where they were; `text` is as written.
struct SourceFile {
    std::filesystem::path path;  ///< Relative to the project's directory.
    std::string text;
    std::string code;
};

/// `text` with everything that is not code replaced by spaces; newlines stay.
std::string blank_non_code(std::string_view text);

/// All .cpp, .hpp and .def files below `folder` of the project, in order of their paths.
std::vector<SourceFile> read_sources(const std::filesystem::path& project,
                                     const std::string& folder);

struct Include {
    std::string target;   ///< What stands between the quotes or brackets.
    bool angled = false;  ///< <target>, not "target".
    size_t line = 0;
};

std::vector<Include> includes_of(const SourceFile& file);

}  // namespace wrt::architecture
