// What the facade's tests share: fixtures from wat/, assembled by the build, and a linked instance.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/wrt.hpp>

inline std::vector<uint8_t> fixture(const std::string& name)
{
    std::ifstream file{std::string{WRT_FIXTURES "/"} + name + ".wasm", std::ios::binary};
    EXPECT_TRUE(file) << "no fixture " << name;
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

/// An engine with one store and one linker.
struct World {
    // Not temporaries: g++ 12 believes that what is made from one refers to it.
    static inline const wrt::EngineConfig engine_config{};
    static inline const wrt::StoreConfig store_config{};

    wrt::Engine engine{engine_config};
    wrt::Store store{engine, store_config};
    wrt::Linker linker{store};

    wrt::Instance instantiate(const std::string& name, const wrt::LoadOptions& options = {})
    {
        return linker.instantiate(engine.load_module(fixture(name), options).value()).value();
    }
};

/// describe() with types by name.
inline std::string text_of(const wrt::Error& error)
{
    return std::string{wrt::describe(error, wrt::write_type_name).view()};
}
