// Modules from text, for tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/text/assemble.hpp>

namespace wrt::test {

inline std::vector<uint8_t> assembled(std::string_view text)
{
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    const auto binary = text::assemble(text, arena);
    EXPECT_TRUE(binary) << describe(binary.error()).view();
    if (!binary) return {};
    return {binary->begin(), binary->end()};
}

}  // namespace wrt::test
