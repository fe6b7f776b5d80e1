// Result<T>: a T or the Error that stands in its place; Status is Result<void>. Spelt like
// std::expected, and no larger than it must be: the value lies where the Error's other fields
// would, so a Result of up to 8 bytes is 16 bytes, trivially copyable, and returned in two
// registers.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <wrt/foundation/assert.hpp>
#include <wrt/foundation/error.hpp>

namespace wrt {

template <class T>
class Result;

/// Prints the error's text on standard error and aborts: what value() does when there is none.
[[noreturn, gnu::cold, gnu::noinline]] void no_value(const Error&) noexcept;

namespace detail {

template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T>> : std::true_type {};

}  // namespace detail

template <>
class [[nodiscard]] Result<void> {
public:
    constexpr Result() noexcept = default;
    constexpr Result(const Error& error) noexcept
        : error_(error)  // NOLINT(google-explicit-constructor)
    {
        WRT_ASSERT(error.code != Errc::none);
    }

    constexpr explicit operator bool() const noexcept { return error_.code == Errc::none; }
    constexpr bool has_value() const noexcept { return error_.code == Errc::none; }
    /// Valid when this is false.
    constexpr const Error& error() const noexcept
    {
        WRT_ASSERT(!has_value());
        return error_;
    }
    void value() const noexcept
    {
        if (!has_value()) [[unlikely]]
            no_value(error_);
    }
    constexpr void operator*() const noexcept { WRT_ASSERT(has_value()); }

    /// `next()` when this is good, otherwise this error. `next` returns a Result.
    template <class F>
    constexpr auto and_then(F&& next) const -> std::invoke_result_t<F>
    {
        if (!has_value()) return error_;
        return std::forward<F>(next)();
    }

private:
    Error error_{};
};

using Status = Result<void>;

/// The good Status.
constexpr Status ok() noexcept
{
    return {};
}

template <class T>
class [[nodiscard]] Result {
    static_assert(std::is_object_v<T> && !std::is_same_v<T, Error>);
    static_assert(std::is_nothrow_move_constructible_v<T>);

    static constexpr bool trivial_copy = std::is_trivially_copy_constructible_v<T>;
    static constexpr bool trivial_move = std::is_trivially_move_constructible_v<T>;
    static constexpr bool trivial_destroy = std::is_trivially_destructible_v<T>;
    static constexpr bool trivial_assign =
        std::is_trivially_copy_assignable_v<T> && trivial_copy && trivial_destroy;
    static constexpr bool trivial_move_assign =
        std::is_trivially_move_assignable_v<T> && trivial_move && trivial_destroy;

    // Both members of the union begin with the code, which may be read through either.
    struct Good {
        Errc code;
        T value;
    };

public:
    using value_type = T;

    Result(T value) noexcept  // NOLINT(google-explicit-constructor): `return value;` is the point.
        : good_{Errc::none, std::move(value)}
    {
    }
    /// From what converts to a T of class type, such as a span of T for a Result of a span of const
    /// T.
    template <class U>
        requires(std::is_class_v<T> && !std::same_as<std::remove_cvref_t<U>, T> &&
                 !std::same_as<std::remove_cvref_t<U>, Error> &&
                 !detail::IsResult<std::remove_cvref_t<U>>::value && std::convertible_to<U &&, T>)
    Result(U&& value) noexcept  // NOLINT(google-explicit-constructor)
        : good_{Errc::none, T(std::forward<U>(value))}
    {
    }
    Result(const Error& error) noexcept : error_(error)  // NOLINT(google-explicit-constructor)
    {
        WRT_ASSERT(error.code != Errc::none);
    }

    Result(const Result&) noexcept
        requires trivial_copy
    = default;
    Result(const Result& other) noexcept
        requires(!trivial_copy && std::is_copy_constructible_v<T>)
    {
        construct_from(other);
    }
    Result(Result&&) noexcept
        requires trivial_move
    = default;
    Result(Result&& other) noexcept
        requires(!trivial_move)
    {
        construct_from(std::move(other));
    }
    Result& operator=(const Result&) noexcept
        requires trivial_assign
    = default;
    Result& operator=(const Result& other) noexcept
        requires(!trivial_assign && std::is_copy_constructible_v<T>)
    {
        if (this != &other) {
            destroy();
            construct_from(other);
        }
        return *this;
    }
    Result& operator=(Result&&) noexcept
        requires trivial_move_assign
    = default;
    Result& operator=(Result&& other) noexcept
        requires(!trivial_move_assign)
    {
        if (this != &other) {
            destroy();
            construct_from(std::move(other));
        }
        return *this;
    }
    ~Result()
        requires trivial_destroy
    = default;
    ~Result()
        requires(!trivial_destroy)
    {
        destroy();
    }

    bool has_value() const noexcept { return error_.code == Errc::none; }
    explicit operator bool() const noexcept { return has_value(); }

    T& operator*() & noexcept
    {
        WRT_ASSERT(has_value());
        return good_.value;
    }
    const T& operator*() const& noexcept
    {
        WRT_ASSERT(has_value());
        return good_.value;
    }
    T&& operator*() && noexcept
    {
        WRT_ASSERT(has_value());
        return std::move(good_.value);
    }
    T* operator->() noexcept { return std::addressof(**this); }
    const T* operator->() const noexcept { return std::addressof(**this); }

    /// The value; with an error instead, prints its text and aborts.
    T& value() & noexcept
    {
        if (!has_value()) [[unlikely]]
            no_value(error_);
        return good_.value;
    }
    const T& value() const& noexcept
    {
        if (!has_value()) [[unlikely]]
            no_value(error_);
        return good_.value;
    }
    T&& value() && noexcept
    {
        if (!has_value()) [[unlikely]]
            no_value(error_);
        return std::move(good_.value);
    }
    /// Valid when this is false.
    const Error& error() const noexcept
    {
        WRT_ASSERT(!has_value());
        return error_;
    }
    template <class U>
    T value_or(U&& otherwise) const&
    {
        return has_value() ? good_.value : static_cast<T>(std::forward<U>(otherwise));
    }

    /// `next(value)` when there is one, otherwise this error. `next` returns a Result.
    template <class F>
    auto and_then(F&& next) const& -> std::invoke_result_t<F, const T&>
    {
        if (!has_value()) return error_;
        return std::forward<F>(next)(good_.value);
    }
    template <class F>
    auto and_then(F&& next) && -> std::invoke_result_t<F, T&&>
    {
        if (!has_value()) return error_;
        return std::forward<F>(next)(std::move(good_.value));
    }
    /// A Result of `change(value)` when there is one, otherwise this error.
    template <class F>
    auto transform(F&& change) const& -> Result<std::invoke_result_t<F, const T&>>
    {
        if (!has_value()) return error_;
        return std::forward<F>(change)(good_.value);
    }
    template <class F>
    auto transform(F&& change) && -> Result<std::invoke_result_t<F, T&&>>
    {
        if (!has_value()) return error_;
        return std::forward<F>(change)(std::move(good_.value));
    }

private:
    template <class Other>
    void construct_from(Other&& other) noexcept
    {
        if (other.has_value()) {
            std::construct_at(std::addressof(good_),
                              Good{Errc::none, std::forward<Other>(other).good_.value});
        } else {
            std::construct_at(std::addressof(error_), other.error_);
        }
    }
    void destroy() noexcept
    {
        if constexpr (!trivial_destroy) {
            if (has_value()) std::destroy_at(std::addressof(good_));
        }
    }

    union {
        Error error_;
        Good good_;
    };
};

}  // namespace wrt

#define WRT_DETAIL_JOIN2(a, b) a##b
#define WRT_DETAIL_JOIN(a, b) WRT_DETAIL_JOIN2(a, b)

/// WRT_TRY(const uint32_t count, reader.u32());
/// Declares `count` with the expression's value, or returns its Error from the enclosing function.
#define WRT_TRY(declaration, ...)                                                                  \
    auto WRT_DETAIL_JOIN(wrt_result_, __LINE__) = (__VA_ARGS__);                                   \
    if (!WRT_DETAIL_JOIN(wrt_result_, __LINE__)) [[unlikely]]                                      \
        return WRT_DETAIL_JOIN(wrt_result_, __LINE__).error();                                     \
    declaration = *std::move(WRT_DETAIL_JOIN(wrt_result_, __LINE__))

/// WRT_CHECK(reader.skip(4));
/// Returns the expression's Error from the enclosing function; a value is discarded.
#define WRT_CHECK(...)                                                                             \
    do {                                                                                           \
        if (const auto& wrt_status = (__VA_ARGS__); !wrt_status) [[unlikely]]                      \
            return wrt_status.error();                                                             \
    } while (false)
