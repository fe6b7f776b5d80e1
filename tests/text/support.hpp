// What the tests of the text format share: a source's binary or its error, as one sentence.
#pragma once

#include <wrt/decoder/decode.hpp>
#include <wrt/decoder/types.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/text/assemble.hpp>
#include <wrt/text/print.hpp>
#include <wrt/text/tokens.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wrt::test {

inline std::string text_of(const Error& error)
{
    return std::string{std::string_view{describe(error, write_type_name)}};
}

/// "ok", or why a source does not assemble.
inline std::string verdict(std::string_view source)
{
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    const auto binary = text::assemble(source, arena);
    return binary ? "ok" : text_of(binary.error());
}

/// The binary of a source that assembles; without names, which tests of bytes are not about.
inline std::vector<uint8_t> binary_of(std::string_view source, bool names = false)
{
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    const auto binary = text::assemble(source, arena, {.names = names, .scope_budget = 0});
    if (!binary) {
        ADD_FAILURE() << source << ": " << text_of(binary.error());
        return {};
    }
    return {binary->begin(), binary->end()};
}

/// "valid", or what decoding and validation say of a source that assembles.
inline std::string judgement(std::string_view source)
{
    const std::vector<uint8_t> binary = binary_of(source);
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    const Status status = decoder::decode_module_streaming(
        binary, arena, {}, [](const decoder::Module&) { return ok(); });
    return status ? "valid" : text_of(status.error());
}

/// The text of a source's binary.
inline std::string printed(std::string_view source)
{
    const std::vector<uint8_t> binary = binary_of(source, true);
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    const auto text = text::print(binary, arena);
    return text ? std::string{*text} : text_of(text.error());
}

}  // namespace wrt::test
