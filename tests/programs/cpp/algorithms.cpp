// Algorithms, ranges, lambdas and the vocabulary types: function, optional, variant, string_view,
// tuple.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <numeric>
#include <optional>
#include <random>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace {

std::optional<int> to_number(std::string_view text)
{
    if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    return std::accumulate(text.begin(), text.end(), 0,
                           [](int sum, char c) { return sum * 10 + (c - '0'); });
}

using Token = std::variant<int, char>;

std::vector<Token> tokens_of(std::string_view text)
{
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t digits =
            std::min(text.find_first_not_of("0123456789", at), text.size()) - at;
        if (digits > 0) {
            tokens.emplace_back(to_number(text.substr(at, digits)).value());
            at += digits;
        } else {
            if (text[at] != ' ') tokens.emplace_back(text[at]);
            ++at;
        }
    }
    return tokens;
}

int evaluate_postfix(std::string_view text)
{
    std::vector<int> stack;
    const auto pop = [&stack] {
        const int value = stack.back();
        stack.pop_back();
        return value;
    };
    for (const Token& token : tokens_of(text))
        std::visit(
            [&](auto item) {
                if constexpr (std::is_same_v<decltype(item), int>) {
                    stack.push_back(item);
                } else {
                    const int b = pop(), a = pop();
                    stack.push_back(item == '+' ? a + b : item == '-' ? a - b : a * b);
                }
            },
            token);
    return stack.at(0);
}

}  // namespace

int main()
{
    std::vector<int> numbers(1000);
    std::mt19937 engine(2024);
    std::ranges::generate(numbers, [&engine] { return static_cast<int>(engine() % 10000); });
    auto sorted = numbers;
    std::ranges::sort(sorted);
    std::stable_sort(numbers.begin(), numbers.end(), [](int a, int b) { return a % 10 < b % 10; });
    std::printf("sorted: %s, median %d, by last digit: %d..%d\n",
                std::ranges::is_sorted(sorted) ? "yes" : "no", sorted[500], numbers.front(),
                numbers.back());
    std::nth_element(numbers.begin(), numbers.begin() + 100, numbers.end());
    std::printf("the hundredth: %s\n", numbers[100] == sorted[100] ? "agrees" : "differs");
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::printf("%zu different values, %td below 5000\n", sorted.size(),
                std::ranges::lower_bound(sorted, 5000) - sorted.begin());

    int sum = 0;
    for (const int square :
         std::views::iota(1, 1000) | std::views::filter([](int n) { return n % 3 == 0; }) |
             std::views::transform([](int n) { return n * n % 97; }) | std::views::take(50))
        sum += square;
    std::printf("through views: %d\n", sum);

    std::array<int, 5> permutation{1, 2, 3, 4, 5};
    int permutations = 0, fixed_free = 0;
    do {
        ++permutations;
        bool moved = true;
        for (int i = 0; i < 5; ++i)
            moved = moved && permutation[static_cast<std::size_t>(i)] != i + 1;
        fixed_free += moved;
    } while (std::next_permutation(permutation.begin(), permutation.end()));
    std::printf("%d permutations, %d without a fixed point\n", permutations, fixed_free);

    std::vector<std::function<int(int)>> steps;
    for (int i = 1; i <= 5; ++i)
        steps.emplace_back([i](int x) { return x * i + 1; });
    steps.emplace_back(std::bind(std::minus<>{}, 1000, std::placeholders::_1));
    std::printf("composed: %d\n", std::accumulate(steps.begin(), steps.end(), 1,
                                                  [](int x, auto& f) { return f(x); }));
    std::printf("postfix: %d\n", evaluate_postfix("3 4 + 20 6 - * 7 -"));
    std::printf("a number: %d, none: %s\n", to_number("1234").value_or(-1),
                to_number("12a4") ? "some" : "none");
    const auto [word, count, weight] = std::make_tuple(std::string("tuple"), 3, 2.5);
    std::printf("%s %d %g\n", word.c_str(), count, weight);
    std::printf("gcd %lld, lcm %lld\n", std::gcd(1071LL, 462LL), std::lcm(21LL, 6LL));
}
