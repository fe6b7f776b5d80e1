// What a fuzz target is: libFuzzer's function, and inputs to begin with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace wrt::test {

std::vector<std::span<const uint8_t>> seeds();

}  // namespace wrt::test
