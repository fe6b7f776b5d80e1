// C++ types for the values of the Component Model: what lies where in memory, whether a component's
// type is the same, and how WIT would write it. All of it is told by the C++ type:
//
//     bool, integers, float, double, char32_t    bool, u8 ... s64, f32, f64, char
//     std::string_view                           string, a view of the call's memory
//     std::span<const T>                         list<T>, in the call's memory
//     an aggregate of up to 12 fields            record: by the order of fields, not their names
//     std::tuple                                 tuple
//     std::optional                              option
//     Outcome<T, E>                              result<T, E>; void for what has no payload
//     std::variant                               variant; std::monostate for no payload
//     an enum with `enum_cases<E>` specialised   enum
//     Flags<N>                                   flags with N labels
//     Own<T>, Borrow<T>                          a resource that the host defines, T tells which
//     GuestOwn, GuestBorrow                      a resource of a guest: index in the host's table
//
// Types are compared once, when a function is bound; no name of a field or case is.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <wrt/component/aggregate_fields.hpp>
#include <wrt/component/host_types.hpp>
#include <wrt/component/imports.hpp>
#include <wrt/component/wit_text.hpp>
#include <wrt/foundation/assert.hpp>

namespace wrt::component {

static_assert(std::endian::native == std::endian::little, "values are copied as they lie");

template <class T>
struct Codec;

namespace detail {

using decoder::ComponentTypeKind;
using decoder::ComponentTypeNode;
using decoder::ComponentTypes;
using decoder::ComponentValType;
using decoder::PrimitiveType;

constexpr uint32_t aligned(uint32_t at, uint32_t align)
{
    return (at + align - 1) & ~(align - 1);
}

/// The node of a value type, if it is of that kind.
inline const ComponentTypeNode* node_of(const TypeScope& scope, ComponentValType type,
                                        ComponentTypeKind kind)
{
    type = scope.types.plain(type);
    if (!type.is_node()) return nullptr;
    const ComponentTypeNode& node = scope.types[type.node()];
    return node.kind == kind ? &node : nullptr;
}

template <class T>
bool check(const TypeScope& scope, ComponentValType type)
{
    if constexpr (std::is_void_v<T> || std::is_same_v<T, std::monostate>) {
        return type.is_none();
    } else {
        return !type.is_none() && Codec<T>::check(scope, type);
    }
}

template <class T>
void describe(TextSink& sink)
{
    if constexpr (std::is_void_v<T> || std::is_same_v<T, std::monostate>) {
        sink.append("_");
    } else {
        Codec<T>::describe(sink);
    }
}

template <class T>
constexpr uint32_t size_of()
{
    if constexpr (std::is_void_v<T> || std::is_same_v<T, std::monostate>) {
        return 0;
    } else {
        return Codec<T>::size;
    }
}

template <class T>
constexpr uint32_t align_of()
{
    if constexpr (std::is_void_v<T> || std::is_same_v<T, std::monostate>) {
        return 1;
    } else {
        return Codec<T>::align;
    }
}

/// Values of several types one behind the other, as fields of a record.
template <class... T>
struct Sequence {
    static constexpr uint32_t align = std::max({1u, align_of<T>()...});
    static constexpr uint32_t end = [] {
        uint32_t at = 0;
        ((at = aligned(at, align_of<T>()) + size_of<T>()), ...);
        return at;
    }();
    static constexpr uint32_t size = aligned(end, align);

    template <class Tuple>
    static Status load(HostMemory& memory, uint32_t at, Tuple&& values)
    {
        return std::apply(
            [&](T&... value) {
                Status status = ok();
                ((at = aligned(at, Codec<T>::align),
                  status = status ? Codec<T>::load(memory, at, value) : status,
                  at += Codec<T>::size),
                 ...);
                return status;
            },
            values);
    }
    template <class Tuple>
    static Status store(HostMemory& memory, uint32_t at, const Tuple& values)
    {
        return std::apply(
            [&](const T&... value) {
                Status status = ok();
                ((at = aligned(at, Codec<T>::align),
                  status = status ? Codec<T>::store(memory, at, value) : status,
                  at += Codec<T>::size),
                 ...);
                return status;
            },
            values);
    }
    static bool check(const TypeScope& scope, std::span<const decoder::ComponentField> fields)
    {
        if (fields.size() != sizeof...(T)) return false;
        size_t i = 0;
        return (detail::check<T>(scope, fields[i++].type) && ...);
    }
    static void describe(TextSink& sink)
    {
        [[maybe_unused]] bool first = true;
        ((sink.append(std::exchange(first, false) ? "" : ", "), detail::describe<T>(sink)), ...);
    }
};

/// Discriminant and payload of variants, options and results.
template <class... T>
struct Cases {
    static constexpr uint32_t count = sizeof...(T);
    static constexpr uint32_t tag_bytes = decoder::discriminant_bytes(count);
    static constexpr uint32_t payload_align = std::max({1u, align_of<T>()...});
    static constexpr uint32_t align = std::max(tag_bytes, payload_align);
    static constexpr uint32_t payload = aligned(tag_bytes, payload_align);
    static constexpr uint32_t size = aligned(payload + std::max({0u, size_of<T>()...}), align);

    static uint32_t load_tag(const HostMemory& memory, uint32_t at)
    {
        uint32_t tag = 0;
        std::memcpy(&tag, memory.bytes().data() + at, tag_bytes);
        return tag;
    }
    static void store_tag(const HostMemory& memory, uint32_t at, uint32_t tag)
    {
        std::memcpy(memory.bytes().data() + at, &tag, tag_bytes);
    }
};

template <class T, PrimitiveType P>
struct PrimitiveCodec {
    static constexpr uint32_t size = sizeof(T);
    static constexpr uint32_t align = sizeof(T);
    static constexpr bool lies_as_in_cpp = true;

    static Status load(HostMemory& memory, uint32_t at, T& value)
    {
        std::memcpy(&value, memory.bytes().data() + at, sizeof value);
        return ok();
    }
    static Status store(HostMemory& memory, uint32_t at, T value)
    {
        std::memcpy(memory.bytes().data() + at, &value, sizeof value);
        return ok();
    }
    static bool check(const TypeScope& scope, ComponentValType type)
    {
        return scope.types.plain(type) == ComponentValType{P};
    }
    static void describe(TextSink& sink) { sink.append(wit_name(P)); }
};

/// Pointer and length.
inline void store_range(HostMemory& memory, uint32_t at, uint32_t first, uint32_t count)
{
    std::memcpy(memory.bytes().data() + at, &first, 4);
    std::memcpy(memory.bytes().data() + at + 4, &count, 4);
}
inline std::pair<uint32_t, uint32_t> load_range(const HostMemory& memory, uint32_t at)
{
    std::pair<uint32_t, uint32_t> range;
    std::memcpy(&range.first, memory.bytes().data() + at, 4);
    std::memcpy(&range.second, memory.bytes().data() + at + 4, 4);
    return range;
}

/// Bytes that lie in the memory already are not copied.
inline Result<uint32_t> place_bytes(HostMemory& memory, const void* data, size_t size,
                                    uint32_t align)
{
    const std::span<uint8_t> room = memory.bytes();
    const auto address = reinterpret_cast<uintptr_t>(data);
    const auto base = reinterpret_cast<uintptr_t>(room.data());
    if (size != 0 && address >= base && address - base < room.size()) {
        return static_cast<uint32_t>(address - base);
    }
    WRT_TRY(const uint32_t at, memory.allocate(align, size));
    if (size != 0) std::memcpy(room.data() + at, data, size);
    return at;
}

template <class Tie>
struct FieldSequence;
template <class... T>
struct FieldSequence<std::tuple<T&...>> {
    using Type = Sequence<std::remove_const_t<T>...>;
};
template <class T>
using FieldsOf = typename FieldSequence<decltype(fields_of(std::declval<T&>()))>::Type;

template <class T>
concept EnumOfWit = std::is_enum_v<T> && (enum_cases<T> > 0);

}  // namespace detail

template <>
struct Codec<bool> : detail::PrimitiveCodec<bool, decoder::PrimitiveType::bool_> {};
template <>
struct Codec<int8_t> : detail::PrimitiveCodec<int8_t, decoder::PrimitiveType::s8> {};
template <>
struct Codec<uint8_t> : detail::PrimitiveCodec<uint8_t, decoder::PrimitiveType::u8> {};
template <>
struct Codec<int16_t> : detail::PrimitiveCodec<int16_t, decoder::PrimitiveType::s16> {};
template <>
struct Codec<uint16_t> : detail::PrimitiveCodec<uint16_t, decoder::PrimitiveType::u16> {};
template <>
struct Codec<int32_t> : detail::PrimitiveCodec<int32_t, decoder::PrimitiveType::s32> {};
template <>
struct Codec<uint32_t> : detail::PrimitiveCodec<uint32_t, decoder::PrimitiveType::u32> {};
template <>
struct Codec<int64_t> : detail::PrimitiveCodec<int64_t, decoder::PrimitiveType::s64> {};
template <>
struct Codec<uint64_t> : detail::PrimitiveCodec<uint64_t, decoder::PrimitiveType::u64> {};
template <>
struct Codec<float> : detail::PrimitiveCodec<float, decoder::PrimitiveType::f32> {};
template <>
struct Codec<double> : detail::PrimitiveCodec<double, decoder::PrimitiveType::f64> {};
template <>
struct Codec<char32_t> : detail::PrimitiveCodec<char32_t, decoder::PrimitiveType::char_> {};

template <>
struct Codec<std::string_view> {
    static constexpr uint32_t size = 8;
    static constexpr uint32_t align = 4;

    static Status load(HostMemory& memory, uint32_t at, std::string_view& text)
    {
        const auto [first, count] = detail::load_range(memory, at);
        text = {reinterpret_cast<const char*>(memory.bytes().data()) + first, count};
        return ok();
    }
    static Status store(HostMemory& memory, uint32_t at, std::string_view text)
    {
        WRT_TRY(const uint32_t first, detail::place_bytes(memory, text.data(), text.size(), 1));
        detail::store_range(memory, at, first, static_cast<uint32_t>(text.size()));
        return ok();
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        return scope.types.plain(type) == decoder::ComponentValType{decoder::PrimitiveType::string};
    }
    static void describe(TextSink& sink) { sink.append("string"); }
};

template <class T>
struct Codec<std::span<const T>> {
    static constexpr uint32_t size = 8;
    static constexpr uint32_t align = 4;
    /// Of the elements: a list itself does not, so that lists of lists are taken one by one.
    static constexpr bool elements_lie_as_in_cpp = requires { Codec<T>::lies_as_in_cpp; };

    static Status load(HostMemory& memory, uint32_t at, std::span<const T>& list)
    {
        const auto [first, count] = detail::load_range(memory, at);
        if constexpr (elements_lie_as_in_cpp) {
            list = {reinterpret_cast<const T*>(memory.bytes().data() + first), count};
        } else {
            static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 16);
            WRT_TRY(const uint32_t place, memory.allocate(alignof(T), uint64_t{count} * sizeof(T)));
            T* const elements = reinterpret_cast<T*>(memory.bytes().data() + place);
            std::uninitialized_value_construct_n(elements, count);
            for (uint32_t i = 0; i < count; ++i) {
                WRT_CHECK(Codec<T>::load(memory, first + i * Codec<T>::size, elements[i]));
            }
            list = {elements, count};
        }
        return ok();
    }
    static Status store(HostMemory& memory, uint32_t at, std::span<const T> list)
    {
        uint32_t first = 0;
        if constexpr (elements_lie_as_in_cpp) {
            WRT_TRY(first, detail::place_bytes(memory, list.data(), list.size_bytes(), alignof(T)));
        } else {
            WRT_TRY(first,
                    memory.allocate(Codec<T>::align, uint64_t{Codec<T>::size} * list.size()));
            for (size_t i = 0; i < list.size(); ++i) {
                WRT_CHECK(Codec<T>::store(memory, first + static_cast<uint32_t>(i) * Codec<T>::size,
                                          list[i]));
            }
        }
        detail::store_range(memory, at, first, static_cast<uint32_t>(list.size()));
        return ok();
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        const auto* const node = detail::node_of(scope, type, decoder::ComponentTypeKind::list);
        return node != nullptr &&
               detail::check<T>(scope, decoder::ComponentValType::of_bits(node->a));
    }
    static void describe(TextSink& sink)
    {
        sink.append("list<");
        Codec<T>::describe(sink);
        sink.append(">");
    }
};

template <>
struct Codec<LentBytes> {
    static constexpr uint32_t size = 8;
    static constexpr uint32_t align = 4;

    static Status load(HostMemory& memory, uint32_t at, LentBytes& bytes)
    {
        const auto [first, count] = detail::load_range(memory, at);
        bytes.view = memory.lent().subspan(first, count);
        return ok();
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        return Codec<std::span<const uint8_t>>::check(scope, type);
    }
    static void describe(TextSink& sink) { sink.append("list<u8>"); }
};

template <class... T>
struct Codec<std::tuple<T...>> {
    using Parts = detail::Sequence<T...>;
    static constexpr uint32_t size = Parts::size;
    static constexpr uint32_t align = Parts::align;

    static Status load(HostMemory& memory, uint32_t at, std::tuple<T...>& value)
    {
        return Parts::load(memory, at, value);
    }
    static Status store(HostMemory& memory, uint32_t at, const std::tuple<T...>& value)
    {
        return Parts::store(memory, at, value);
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        const auto* const node = detail::node_of(scope, type, decoder::ComponentTypeKind::tuple);
        return node != nullptr && Parts::check(scope, scope.types.fields_of(*node));
    }
    static void describe(TextSink& sink)
    {
        sink.append("tuple<");
        Parts::describe(sink);
        sink.append(">");
    }
};

/// A record.
template <class T>
    requires std::is_aggregate_v<T>
struct Codec<T> {
    using Parts = detail::FieldsOf<T>;
    static constexpr uint32_t size = Parts::size;
    static constexpr uint32_t align = Parts::align;

    static Status load(HostMemory& memory, uint32_t at, T& value)
    {
        return Parts::load(memory, at, detail::fields_of(value));
    }
    static Status store(HostMemory& memory, uint32_t at, const T& value)
    {
        return Parts::store(memory, at, detail::fields_of(value));
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        const auto* const node = detail::node_of(scope, type, decoder::ComponentTypeKind::record);
        return node != nullptr && Parts::check(scope, scope.types.fields_of(*node));
    }
    static void describe(TextSink& sink)
    {
        sink.append("record { ");
        Parts::describe(sink);
        sink.append(" }");
    }
};

template <class... T>
struct Codec<std::variant<T...>> {
    using Parts = detail::Cases<T...>;
    static constexpr uint32_t size = Parts::size;
    static constexpr uint32_t align = Parts::align;

    static Status load(HostMemory& memory, uint32_t at, std::variant<T...>& value)
    {
        return load_case(memory, at, value, Parts::load_tag(memory, at),
                         std::index_sequence_for<T...>{});
    }
    static Status store(HostMemory& memory, uint32_t at, const std::variant<T...>& value)
    {
        Parts::store_tag(memory, at, static_cast<uint32_t>(value.index()));
        return std::visit(
            [&]<class Case>(const Case& payload) -> Status {
                if constexpr (std::is_same_v<Case, std::monostate>) {
                    return ok();
                } else {
                    return Codec<Case>::store(memory, at + Parts::payload, payload);
                }
            },
            value);
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        const auto* const node = detail::node_of(scope, type, decoder::ComponentTypeKind::variant);
        return node != nullptr &&
               detail::Sequence<T...>::check(scope, scope.types.fields_of(*node));
    }
    static void describe(TextSink& sink)
    {
        sink.append("variant { ");
        detail::Sequence<T...>::describe(sink);
        sink.append(" }");
    }

private:
    template <size_t... I>
    static Status load_case(HostMemory& memory, uint32_t at, std::variant<T...>& value,
                            uint32_t tag, std::index_sequence<I...>)
    {
        Status status = ok();
        ((tag == I ? (void)(status = load_one<I>(memory, at, value)) : (void)0), ...);
        return status;
    }
    template <size_t I>
    static Status load_one(HostMemory& memory, uint32_t at, std::variant<T...>& value)
    {
        auto& payload = value.template emplace<I>();
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(payload)>, std::monostate>) {
            return ok();
        } else {
            return Codec<std::remove_cvref_t<decltype(payload)>>::load(memory, at + Parts::payload,
                                                                       payload);
        }
    }
};

template <class T>
struct Codec<std::optional<T>> {
    using Parts = detail::Cases<void, T>;
    static constexpr uint32_t size = Parts::size;
    static constexpr uint32_t align = Parts::align;

    static Status load(HostMemory& memory, uint32_t at, std::optional<T>& value)
    {
        value.reset();
        if (Parts::load_tag(memory, at) == 0) return ok();
        return Codec<T>::load(memory, at + Parts::payload, value.emplace());
    }
    static Status store(HostMemory& memory, uint32_t at, const std::optional<T>& value)
    {
        Parts::store_tag(memory, at, value ? 1 : 0);
        return value ? Codec<T>::store(memory, at + Parts::payload, *value) : ok();
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        const auto* const node = detail::node_of(scope, type, decoder::ComponentTypeKind::option);
        return node != nullptr &&
               detail::check<T>(scope, decoder::ComponentValType::of_bits(node->a));
    }
    static void describe(TextSink& sink)
    {
        sink.append("option<");
        Codec<T>::describe(sink);
        sink.append(">");
    }
};

template <class T, class E>
struct Codec<Outcome<T, E>> {
    using Parts = detail::Cases<T, E>;
    static constexpr uint32_t size = Parts::size;
    static constexpr uint32_t align = Parts::align;

    static Status load(HostMemory& memory, uint32_t at, Outcome<T, E>& value)
    {
        if (Parts::load_tag(memory, at) == 0) {
            if constexpr (std::is_void_v<T>) {
                // Made in place: of an assignment g++ 12 says that it copies what is not there.
                std::destroy_at(&value);
                std::construct_at(&value);
            } else {
                T good{};
                WRT_CHECK(Codec<T>::load(memory, at + Parts::payload, good));
                value = Outcome<T, E>{good};
            }
            return ok();
        }
        if constexpr (std::is_void_v<E>) {
            value = Failure<void>{};
        } else {
            E bad{};
            WRT_CHECK(Codec<E>::load(memory, at + Parts::payload, bad));
            value = Failure<E>{bad};
        }
        return ok();
    }
    static Status store(HostMemory& memory, uint32_t at, const Outcome<T, E>& value)
    {
        Parts::store_tag(memory, at, value ? 0 : 1);
        if (value) {
            if constexpr (!std::is_void_v<T>) {
                return Codec<T>::store(memory, at + Parts::payload, *value);
            }
        } else if constexpr (!std::is_void_v<E>) {
            return Codec<E>::store(memory, at + Parts::payload, value.error());
        }
        return ok();
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        const auto* const node = detail::node_of(scope, type, decoder::ComponentTypeKind::result);
        return node != nullptr &&
               detail::check<T>(scope, decoder::ComponentValType::of_bits(node->a)) &&
               detail::check<E>(scope, decoder::ComponentValType::of_bits(node->b));
    }
    static void describe(TextSink& sink)
    {
        sink.append("result<");
        detail::describe<T>(sink);
        sink.append(", ");
        detail::describe<E>(sink);
        sink.append(">");
    }
};

template <detail::EnumOfWit E>
struct Codec<E> {
    static constexpr uint32_t size = decoder::discriminant_bytes(enum_cases<E>);
    static constexpr uint32_t align = size;

    static Status load(HostMemory& memory, uint32_t at, E& value)
    {
        uint32_t number = 0;
        std::memcpy(&number, memory.bytes().data() + at, size);
        value = static_cast<E>(number);
        return ok();
    }
    static Status store(HostMemory& memory, uint32_t at, E value)
    {
        const auto number = static_cast<uint32_t>(value);
        WRT_ASSERT(number < enum_cases<E>);
        std::memcpy(memory.bytes().data() + at, &number, size);
        return ok();
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        const auto* const node = detail::node_of(scope, type, decoder::ComponentTypeKind::enum_);
        return node != nullptr && node->count == enum_cases<E>;
    }
    static void describe(TextSink& sink) { sink.append("enum of ").append_decimal(enum_cases<E>); }
};

template <uint32_t Count>
struct Codec<Flags<Count>> {
    static constexpr uint32_t size = decoder::flags_bytes(Count);
    static constexpr uint32_t align = size;

    static Status load(HostMemory& memory, uint32_t at, Flags<Count>& value)
    {
        value = {};
        std::memcpy(&value.bits, memory.bytes().data() + at, size);
        return ok();
    }
    static Status store(HostMemory& memory, uint32_t at, Flags<Count> value)
    {
        std::memcpy(memory.bytes().data() + at, &value.bits, size);
        return ok();
    }
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        const auto* const node = detail::node_of(scope, type, decoder::ComponentTypeKind::flags);
        return node != nullptr && node->count == Count;
    }
    static void describe(TextSink& sink) { sink.append("flags of ").append_decimal(Count); }
};

namespace detail {

template <class T, uint32_t T::* Member, ComponentTypeKind Kind>
struct HandleCodec {
    static constexpr uint32_t size = 4;
    static constexpr uint32_t align = 4;

    static Status load(HostMemory& memory, uint32_t at, T& value)
    {
        std::memcpy(&(value.*Member), memory.bytes().data() + at, 4);
        return ok();
    }
    static Status store(HostMemory& memory, uint32_t at, const T& value)
    {
        std::memcpy(memory.bytes().data() + at, &(value.*Member), 4);
        return ok();
    }
    static bool check_resource(const TypeScope& scope, ComponentValType type, const void* key)
    {
        const auto* const node = node_of(scope, type, Kind);
        if (node == nullptr) return false;
        const HostResourceRow* const row = host_resource_of(scope, node->a);
        return key == nullptr ? row == nullptr : row != nullptr && row->key == key;
    }
    static bool check(const TypeScope& scope, ComponentValType type)
    {
        return check_resource(scope, type, nullptr);
    }
    static void describe(TextSink& sink)
    {
        sink.append(Kind == ComponentTypeKind::own ? "own" : "borrow");
        sink.append("<resource>");
    }
};

}  // namespace detail

template <class Tag>
struct Codec<Own<Tag>>
    : detail::HandleCodec<Own<Tag>, &Own<Tag>::rep, decoder::ComponentTypeKind::own> {
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        return Codec::check_resource(scope, type, resource_key<Tag>());
    }
};
template <class Tag>
struct Codec<Borrow<Tag>>
    : detail::HandleCodec<Borrow<Tag>, &Borrow<Tag>::rep, decoder::ComponentTypeKind::borrow> {
    static bool check(const TypeScope& scope, decoder::ComponentValType type)
    {
        return Codec::check_resource(scope, type, resource_key<Tag>());
    }
};
template <>
struct Codec<GuestOwn>
    : detail::HandleCodec<GuestOwn, &GuestOwn::handle, decoder::ComponentTypeKind::own> {};
template <>
struct Codec<GuestBorrow>
    : detail::HandleCodec<GuestBorrow, &GuestBorrow::handle, decoder::ComponentTypeKind::borrow> {};

}  // namespace wrt::component
