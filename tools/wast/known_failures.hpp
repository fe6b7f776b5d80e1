// The commands that are known to fail, with the reason: a file of lines "core/x.wast:12 why" with #
// comments.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace wrt::wast {

class KnownFailures {
public:
    /// Reads the file, or says in `problem` what is wrong with it.
    static std::optional<KnownFailures> read(const std::string& path, std::string& problem);

    [[nodiscard]] bool contains(const std::string& source, uint32_t line) const
    {
        return entries_.contains({source, line});
    }
    [[nodiscard]] const auto& entries() const { return entries_; }

private:
    std::map<std::pair<std::string, uint32_t>, std::string> entries_;
};

}  // namespace wrt::wast
