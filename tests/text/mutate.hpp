// Damages texts, and looks whether what is made of them holds together.
#pragma once

#include <wrt/foundation/arena.hpp>

#include <random>
#include <string>
#include <string_view>

namespace wrt::test {

/// The text with a few bytes, words or parts changed, dropped, doubled or exchanged.
std::string mutated(std::string_view text, std::mt19937& random);

/// Assembles a text, decodes what comes, prints it and assembles that. Empty unless something that
/// assembled does not print or not assemble again, or prints otherwise then.
std::string trouble_with(std::string_view source, Arena& arena);

}  // namespace wrt::test
