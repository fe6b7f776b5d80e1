// The modules that promises are put to: every module of the specification's scripts, and programs
// compiled from C and C++.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wrt::test {

struct NamedModule {
    std::string name;  ///< "address.wast:3", "hello-O2.wasm"
    std::vector<uint8_t> binary;
};

/// Each valid module below `suite`/core once, in the order of files and lines. Empty where there is
/// no suite.
std::vector<NamedModule> suite_modules(const std::string& suite);

/// The .wasm files in `directory`, by name.
std::vector<NamedModule> compiled_modules(const std::string& directory);

/// Likewise those of programs made into components; part of components.cpp.
std::vector<NamedModule> compiled_components(const std::string& directory);

/// Each valid component in the converted suite of the Component Model. Empty where there is none.
std::vector<NamedModule> suite_components(const std::string& directory);

}  // namespace wrt::test
