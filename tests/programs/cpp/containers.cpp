// The containers of the standard library, each put to the use it is known for.
#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <list>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

void count_words()
{
    const std::string text = "the quick brown fox jumps over the lazy dog and the dog sleeps";
    std::map<std::string, int> counts;
    std::unordered_map<std::string, std::size_t> last_seen;
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find(' ', start), text.size());
        const std::string word = text.substr(start, end - start);
        ++counts[word];
        last_seen[word] = start;
        start = end + 1;
    }
    for (const auto& [word, count] : counts)
        std::printf("%s:%d@%zu ", word.c_str(), count, last_seen.at(word));
    std::printf("\n");
}

void shortest_paths()
{
    constexpr int side = 40;
    std::vector<std::uint32_t> weight(side * side);
    std::uint32_t state = 99;
    for (auto& w : weight) {
        state = state * 1664525U + 1013904223U;
        w = 1 + (state >> 24);
    }
    std::vector<std::uint32_t> distance(side * side, UINT32_MAX);
    using Entry = std::pair<std::uint32_t, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> frontier;
    frontier.emplace(0, 0);
    distance[0] = 0;
    while (!frontier.empty()) {
        const auto [so_far, at] = frontier.top();
        frontier.pop();
        if (so_far > distance[static_cast<std::size_t>(at)]) continue;
        const int x = at % side, y = at / side;
        constexpr std::array<std::pair<int, int>, 4> steps{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
        for (const auto& [dx, dy] : steps) {
            if (x + dx < 0 || x + dx >= side || y + dy < 0 || y + dy >= side) continue;
            const int next = (y + dy) * side + x + dx;
            const std::uint32_t through = so_far + weight[static_cast<std::size_t>(next)];
            if (through < distance[static_cast<std::size_t>(next)]) {
                distance[static_cast<std::size_t>(next)] = through;
                frontier.emplace(through, next);
            }
        }
    }
    std::printf("the far corner is %u away\n", distance.back());
}

void primes()
{
    std::bitset<10000> composite;
    std::deque<int> found;
    for (std::size_t i = 2; i < composite.size(); ++i) {
        if (composite[i]) continue;
        found.push_front(static_cast<int>(i));
        for (std::size_t j = i * i; j < composite.size(); j += i)
            composite.set(j);
    }
    std::printf("%zu primes, the largest %d, the smallest %d\n", found.size(), found.front(),
                found.back());
}

void sets_and_lists()
{
    std::set<int> odd, square;
    for (int i = 0; i < 60; ++i) {
        if (i % 2 == 1) odd.insert(i);
        square.insert(i * i);
    }
    std::vector<int> both;
    std::set_intersection(odd.begin(), odd.end(), square.begin(), square.end(),
                          std::back_inserter(both));
    for (const int n : both)
        std::printf("%d ", n);
    std::list<int> circle;
    for (int i = 1; i <= 41; ++i)
        circle.push_back(i);
    auto at = circle.begin();
    while (circle.size() > 1) {
        for (int step = 0; step < 2; ++step)
            if (++at == circle.end()) at = circle.begin();
        at = circle.erase(at);
        if (at == circle.end()) at = circle.begin();
    }
    std::printf("- of the circle %d remains\n", circle.front());
}

void growth()
{
    std::vector<std::string> strings;
    std::multimap<std::size_t, std::string> by_length;
    for (int i = 0; i < 2000; ++i) {
        strings.push_back(
            std::string(static_cast<std::size_t>(i % 50), static_cast<char>('a' + i % 26)));
        by_length.emplace(strings.back().size(), strings.back());
    }
    strings.erase(std::remove_if(strings.begin(), strings.end(),
                                 [](const auto& s) { return s.size() % 3 == 0; }),
                  strings.end());
    std::size_t bytes = 0;
    for (const auto& s : strings)
        bytes += s.size();
    const auto [first, last] = by_length.equal_range(7);
    std::printf("%zu strings of %zu bytes, %td of length 7\n", strings.size(), bytes,
                std::distance(first, last));
}

}  // namespace

int main()
{
    count_words();
    shortest_paths();
    primes();
    sets_and_lists();
    growth();
}
