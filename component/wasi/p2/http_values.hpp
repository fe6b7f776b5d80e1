// Values of wasi:http as C++ types: variants whose cases are mostly names, and error-code.
#pragma once

#include <array>
#include <string_view>

#include <wrt/component/codec.hpp>
#include <wrt/component/wasi/http.hpp>

namespace wrt::wasi::p2 {

/// A variant of `Plain` cases without payload and a last one, other(string).
template <size_t Plain>
struct NamedCase {
    uint32_t which = 0;
    std::string_view other;  ///< Where `which` is Plain.
};

/// method
using Method = NamedCase<9>;
inline constexpr std::array<std::string_view, 9> method_names{
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
/// scheme
using Scheme = NamedCase<2>;
inline constexpr std::array<std::string_view, 2> scheme_names{"http", "https"};

template <size_t Plain>
NamedCase<Plain> case_of(std::string_view name,
                         const std::array<std::string_view, Plain>& names) noexcept
{
    const auto found = std::ranges::find(names, name);
    const auto which = static_cast<uint32_t>(found - names.begin());
    return {which, found == names.end() ? name : std::string_view{}};
}

template <size_t Plain>
std::string_view name_of(const NamedCase<Plain>& value,
                         const std::array<std::string_view, Plain>& names) noexcept
{
    return value.which < Plain ? names[value.which] : value.other;
}

/// header-error: three cases without payload.
using HeaderError = std::variant<std::monostate, std::monostate, std::monostate>;
inline constexpr HeaderError invalid_syntax{std::in_place_index<0>};
inline constexpr HeaderError forbidden{std::in_place_index<1>};
inline constexpr HeaderError immutable{std::in_place_index<2>};

using MaybeText = std::optional<std::string_view>;

struct DnsErrorPayload {
    MaybeText rcode;
    std::optional<uint16_t> info_code;
};
struct TlsAlertPayload {
    std::optional<uint8_t> alert_id;
    MaybeText alert_message;
};
struct FieldSizePayload {
    MaybeText field_name;
    std::optional<uint32_t> field_size;
};

namespace detail {

/// `Count` cases without payload before those of T.
template <size_t Count, class... T>
struct Plains : Plains<Count - 1, std::monostate, T...> {};
template <class... T>
struct Plains<0, T...> {
    using Type = std::variant<T...>;
};

}  // namespace detail

/// What error-code is in WIT, for its layout and for comparing with a guest's.
using ErrorVariant =
    std::variant<std::monostate, DnsErrorPayload, std::monostate, std::monostate, std::monostate,
                 std::monostate, std::monostate, std::monostate, std::monostate, std::monostate,
                 std::monostate, std::monostate, std::monostate, std::monostate, TlsAlertPayload,
                 std::monostate, std::monostate, std::optional<uint64_t>, std::monostate,
                 std::monostate, std::monostate, std::optional<uint32_t>,
                 std::optional<FieldSizePayload>, std::optional<uint32_t>, FieldSizePayload,
                 std::monostate, std::optional<uint32_t>, FieldSizePayload, std::optional<uint64_t>,
                 std::optional<uint32_t>, FieldSizePayload, MaybeText, MaybeText, std::monostate,
                 std::monostate, std::monostate, std::monostate, std::monostate, MaybeText>;
static_assert(std::variant_size_v<ErrorVariant> == http::ErrorCode::case_count);

}  // namespace wrt::wasi::p2

namespace wrt::component {

template <size_t Plain>
struct Codec<wasi::p2::NamedCase<Plain>> {
    using Value = wasi::p2::NamedCase<Plain>;
    using Like = typename wasi::p2::detail::Plains<Plain, std::string_view>::Type;
    static constexpr uint32_t size = Codec<Like>::size;
    static constexpr uint32_t align = Codec<Like>::align;

    static Status load(HostMemory& memory, uint32_t at, Value& value)
    {
        value.which = Codec<Like>::Parts::load_tag(memory, at);
        if (value.which < Plain) return ok();
        return Codec<std::string_view>::load(memory, at + Codec<Like>::Parts::payload, value.other);
    }
    static Status store(HostMemory& memory, uint32_t at, const Value& value)
    {
        Codec<Like>::Parts::store_tag(memory, at, value.which);
        if (value.which < Plain) return ok();
        return Codec<std::string_view>::store(memory, at + Codec<Like>::Parts::payload,
                                              value.other);
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        return Codec<Like>::check(scope, type);
    }
    static void describe(TextSink& sink) { Codec<Like>::describe(sink); }
};

template <>
struct Codec<wasi::http::ErrorCode> {
    using Like = wasi::p2::ErrorVariant;
    static constexpr uint32_t size = Codec<Like>::size;
    static constexpr uint32_t align = Codec<Like>::align;

    static Status load(HostMemory& memory, uint32_t at, wasi::http::ErrorCode& value);
    static Status store(HostMemory& memory, uint32_t at, const wasi::http::ErrorCode& value);
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        return Codec<Like>::check(scope, type);
    }
    static void describe(TextSink& sink) { sink.append("wasi:http error-code"); }
};

}  // namespace wrt::component
