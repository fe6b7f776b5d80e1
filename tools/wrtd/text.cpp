#include "text.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/text/assemble.hpp>
#include <wrt/text/tokens.hpp>

#include "explain.hpp"

namespace wrtd {
namespace {

std::string_view text_of(std::span<const uint8_t> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool looks_like_text(std::string_view bytes)
{
    const size_t first = bytes.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (bytes[first] == '(' || bytes[first] == ';');
}

}  // namespace

std::optional<std::string> assemble_text(File& file)
{
    const std::string_view source = text_of(file.bytes());
    if (!looks_like_text(source)) return std::nullopt;

    wrt::Result<wrt::Backing> backing = wrt::Backing::reserve(size_t{16} << 30);
    if (!backing) return error_text(backing.error());
    wrt::Arena arena{std::move(*backing)};
    const auto binary = wrt::text::assemble(source, arena);
    if (binary) {
        file.replace(std::vector<uint8_t>{binary->begin(), binary->end()});
        return std::nullopt;
    }
    const wrt::Error& wrong = binary.error();
    if (wrong.offset == wrt::no_offset) return error_text(wrong);
    const auto place = wrt::text::line_column_of(source, wrong.offset);
    return fmt::format("{}:{}: {}", place.line, place.column, error_text(wrong));
}

bool is_text_of_component(std::span<const uint8_t> bytes)
{
    return looks_like_text(text_of(bytes)) && wrt::text::is_component_text(text_of(bytes));
}

}  // namespace wrtd
