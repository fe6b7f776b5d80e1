// The modules that were assembled from fixtures/*.wat.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace wrt::test {

inline Bytes fixture(const std::string& title)
{
    std::ifstream file{std::string{WRT_FIXTURES "/"} + title + ".wasm", std::ios::binary};
    EXPECT_TRUE(file) << title;
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace wrt::test
