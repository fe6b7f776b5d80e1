// The tables that errors.def makes, and describe().
#include <wrt/foundation/error.hpp>

#include <array>

namespace wrt {

namespace {

struct Row {
    ErrorKind kind;
    std::string_view name;
    std::string_view phrase;
};

constexpr Row rows[] = {
    {ErrorKind::usage, "none", "no error"},
#define WRT_ERROR(name, kind, phrase) {ErrorKind::kind, #name, phrase},
#include <wrt/foundation/errors.def>
#undef WRT_ERROR
};

constexpr std::array<std::string_view, 8> kind_names = {
    "malformed", "invalid", "unlinkable", "trap", "exhaustion", "unsupported", "host", "usage"};
static_assert(kind_names[static_cast<size_t>(ErrorKind::usage)] == "usage");

/// Two rows with one phrase in one kind could not be told apart in a message.
constexpr bool phrases_are_distinct() noexcept
{
    for (size_t i = 1; i < std::size(rows); ++i) {
        for (size_t j = i + 1; j < std::size(rows); ++j) {
            if (rows[i].kind == rows[j].kind && rows[i].phrase == rows[j].phrase) return false;
        }
    }
    return true;
}
static_assert(phrases_are_distinct(), "errors.def: two rows share a phrase");

const Row& row(Errc code) noexcept
{
    const auto index = static_cast<size_t>(code);
    return rows[index < std::size(rows) ? index : static_cast<size_t>(Errc::internal)];
}

void append_named(uint32_t bits, TypeNamer namer, TextSink& sink) noexcept
{
    if (namer != nullptr) {
        namer(bits, sink);
    } else {
        sink.append_hex(bits);
    }
}

void append_types(const Error& error, TypeNamer namer, TextSink& sink) noexcept
{
    sink.append(", expected ");
    append_named(error.expected, namer, sink);
    sink.append(", got ");
    append_named(error.actual, namer, sink);
}

void append_feature(const Error& error, TypeNamer namer, TextSink& sink) noexcept
{
    if (error.actual != 0) {
        sink.append(' ');
        append_named(error.actual, namer, sink);
    }
    sink.append(", needs feature ");
    append_named(error.expected, namer, sink);
}

void append_detail(const Error& error, TypeNamer namer, TextSink& sink) noexcept
{
    const bool is_bound = kind_of(error.code) == ErrorKind::unsupported;
    switch (error.detail) {
    case Detail::none:
        if (error.account != Account::none) sink.append(", for ").append(name_of(error.account));
        return;
    case Detail::hex:
        if (error.expected != 0) sink.append(", expected ").append_hex(error.expected);
        sink.append(", got ").append_hex(error.actual);
        return;
    case Detail::count:
        sink.append(is_bound ? ", at most " : ", expected ").append_decimal(error.expected);
        sink.append(", got ").append_decimal(error.actual);
        return;
    case Detail::types: append_types(error, namer, sink); return;
    case Detail::bytes:
        if (is_bound) {
            sink.append(", at most ").append_decimal(error.expected).append(" bytes, got ");
            sink.append_decimal(error.actual);
            return;
        }
        sink.append(", asked ").append_decimal(error.actual).append(" bytes");
        if (error.account != Account::none) sink.append(" for ").append(name_of(error.account));
        sink.append(", ").append_decimal(error.expected).append(" left");
        return;
    case Detail::index:
        sink.append(' ').append_decimal(error.actual);
        if (error.expected != 0) sink.append(", there are ").append_decimal(error.expected);
        return;
    case Detail::feature: append_feature(error, namer, sink); return;
    }
}

}  // namespace

ErrorKind kind_of(Errc code) noexcept
{
    return row(code).kind;
}

std::string_view phrase(Errc code) noexcept
{
    return row(code).phrase;
}

std::string_view name_of(Errc code) noexcept
{
    return row(code).name;
}

std::string_view name_of(ErrorKind kind) noexcept
{
    return kind_names[static_cast<size_t>(kind)];
}

ErrorText describe(const Error& error, TypeNamer namer) noexcept
{
    char buffer[ErrorText::capacity];
    TextSink sink{buffer};
    sink.append(name_of(kind_of(error.code)));
    if (error.offset != no_offset) sink.append(" at ").append_hex(error.offset);
    sink.append(": ").append(phrase(error.code));
    append_detail(error, namer, sink);
    return ErrorText{sink.view()};
}

}  // namespace wrt
