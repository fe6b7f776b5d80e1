// What WIT has and C++ has not: results, flags, enums with a count, resources of the host and of
// guests. codec.hpp tells which C++ type stands for which of WIT.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

namespace wrt::component {

/// Number of cases of an enum; specialise it: the first case is 0.
template <class E>
inline constexpr uint32_t enum_cases = 0;

/// The labels that are set, the first one in bit 0.
template <uint32_t Count>
struct Flags {
    static_assert(Count > 0 && Count <= 32);
    uint32_t bits = 0;

    constexpr bool has(uint32_t label) const { return (bits >> label & 1) != 0; }
};

namespace detail {
template <class Tag>
inline constexpr char resource_key = 0;
}  // namespace detail

/// What HostResourceRow::key is for the resource that Tag stands for.
template <class Tag>
constexpr const void* resource_key() noexcept
{
    return &detail::resource_key<Tag>;
}

/// A resource that the host defined, by what the host calls it. As a parameter, the host owns it
/// now; as a result, the guest does.
template <class Tag>
struct Own {
    uint32_t rep = 0;
};
template <class Tag>
struct Borrow {
    uint32_t rep = 0;
};
/// A list<u8> that a host function reads where its caller has it. All of a function's params of
/// that type are lent then.
struct LentBytes {
    std::span<const uint8_t> view;
};

/// A resource that a guest defined: an index of the world's table for the host
/// (drop_host_handle()).
struct GuestOwn {
    uint32_t handle = 0;
};
struct GuestBorrow {
    uint32_t handle = 0;
};

template <class E>
struct Failure {
    E error;
};
template <>
struct Failure<void> {};
template <class E>
Failure(E) -> Failure<E>;

/// result<T, E> of WIT.
template <class T = void, class E = void>
class Outcome {
public:
    using Good = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
    using Bad = std::conditional_t<std::is_void_v<E>, std::monostate, E>;

    Outcome() = default;
    Outcome(Good good)  // NOLINT(google-explicit-constructor): `return value;` is the point.
        requires(!std::is_void_v<T>)
        : held_{std::in_place_index<0>, std::move(good)}
    {
    }
    Outcome(Failure<E> failure)  // NOLINT(google-explicit-constructor)
        requires(!std::is_void_v<E>)
        : held_{std::in_place_index<1>, std::move(failure.error)}
    {
    }
    Outcome(Failure<void>)  // NOLINT(google-explicit-constructor)
        requires std::is_void_v<E>
        : held_{std::in_place_index<1>}
    {
    }

    explicit operator bool() const { return held_.index() == 0; }
    bool has_value() const { return held_.index() == 0; }
    const Good& value() const { return *std::get_if<0>(&held_); }
    const Good& operator*() const { return value(); }
    const Bad& error() const { return *std::get_if<1>(&held_); }

private:
    std::variant<Good, Bad> held_;
};

}  // namespace wrt::component
