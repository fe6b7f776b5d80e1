#include "suggest.hpp"

#include <algorithm>
#include <vector>

namespace wrtd {

size_t edit_distance(std::string_view a, std::string_view b)
{
    // Three rows of the usual table: a swap of neighbours looks two rows back.
    std::vector<size_t> two_back(b.size() + 1);
    std::vector<size_t> previous(b.size() + 1);
    std::vector<size_t> current(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j)
        current[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        two_back.swap(previous);
        previous.swap(current);
        current[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                current[j] = std::min(current[j], two_back[j - 2] + 1);
            }
        }
    }
    return current[b.size()];
}

std::string nearest(std::string_view name, std::span<const std::string> candidates)
{
    size_t best = std::max<size_t>(1, name.size() / 3) + 1;
    std::string found;
    for (const std::string& candidate : candidates) {
        // Names this long are no typing mistakes, and the table would be large.
        if (candidate.size() > 256 || name.size() > 256) continue;
        const size_t distance = edit_distance(name, candidate);
        if (distance < best) {
            best = distance;
            found = candidate;
        }
    }
    return found;
}

}  // namespace wrtd
