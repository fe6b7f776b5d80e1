// static_vector: a vector whose capacity is fixed. static_vector<T, N> holds its elements in
// itself; static_vector<T> is 16 bytes, its storage comes from an arena and its capacity is set
// when it is made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/assert.hpp>

namespace wrt {

inline constexpr size_t dynamic_capacity = static_cast<size_t>(-1);

namespace detail {

/// What both forms share, written over Derived's data(), size_ and capacity(). Nothing here throws.
template <class Derived, class T>
class StaticVectorOps {
public:
    using value_type = T;
    using iterator = T*;
    using const_iterator = const T*;

    constexpr bool empty() const noexcept { return self().size() == 0; }
    constexpr bool full() const noexcept { return self().size() == self().capacity(); }

    constexpr T& operator[](size_t index) noexcept
    {
        WRT_ASSERT(index < self().size());
        return self().data()[index];
    }
    constexpr const T& operator[](size_t index) const noexcept
    {
        WRT_ASSERT(index < self().size());
        return self().data()[index];
    }
    constexpr T& front() noexcept { return (*this)[0]; }
    constexpr const T& front() const noexcept { return (*this)[0]; }
    constexpr T& back() noexcept { return (*this)[self().size() - size_t{1}]; }
    constexpr const T& back() const noexcept { return (*this)[self().size() - size_t{1}]; }
    constexpr T* begin() noexcept { return self().data(); }
    constexpr const T* begin() const noexcept { return self().data(); }
    constexpr T* end() noexcept { return self().data() + self().size(); }
    constexpr const T* end() const noexcept { return self().data() + self().size(); }
    constexpr std::span<T> as_span() noexcept { return {self().data(), self().size()}; }
    constexpr std::span<const T> as_span() const noexcept { return {self().data(), self().size()}; }

    /// Constructs an element at the end; null when full.
    template <class... Args>
    constexpr T* try_push_back(Args&&... args) noexcept
    {
        if (full()) [[unlikely]]
            return nullptr;
        return push(std::forward<Args>(args)...);
    }
    /// The same where the caller knows that there is room.
    template <class... Args>
    constexpr T& push_back_unchecked(Args&&... args) noexcept
    {
        WRT_ASSERT(!full());
        return *push(std::forward<Args>(args)...);
    }
    constexpr void pop_back() noexcept
    {
        WRT_ASSERT(!empty());
        self().set_size(self().size() - uint32_t{1});
        std::destroy_at(self().data() + self().size());
    }
    constexpr void clear() noexcept { shrink(0); }
    /// Cuts, or adds value-initialised elements. False, and nothing changed, when `count` is beyond
    /// the capacity.
    constexpr bool try_resize(size_t count) noexcept
    {
        if (count > self().capacity()) [[unlikely]]
            return false;
        if (count < self().size()) {
            shrink(static_cast<uint32_t>(count));
        } else {
            for (size_t i = self().size(); i < count; ++i)
                std::construct_at(self().data() + i);
            self().set_size(static_cast<uint32_t>(count));
        }
        return true;
    }

private:
    constexpr Derived& self() noexcept { return static_cast<Derived&>(*this); }
    constexpr const Derived& self() const noexcept { return static_cast<const Derived&>(*this); }

    template <class... Args>
    constexpr T* push(Args&&... args) noexcept
    {
        T* const place = self().data() + self().size();
        if constexpr (std::is_constructible_v<T, Args...>) {
            std::construct_at(place, std::forward<Args>(args)...);
        } else {
            std::construct_at(place, T{std::forward<Args>(args)...});  // an aggregate
        }
        self().set_size(self().size() + uint32_t{1});
        return place;
    }
    constexpr void shrink(uint32_t count) noexcept
    {
        for (uint32_t i = count; i < self().size(); ++i)
            std::destroy_at(self().data() + i);
        self().set_size(count);
    }
};

}  // namespace detail

/// At most N elements, held inside. Usable in constant expressions; trivially copyable when T is.
template <class T, size_t N = dynamic_capacity>
class static_vector : public detail::StaticVectorOps<static_vector<T, N>, T> {
    static_assert(N > 0 && N <= 0xffffffffU);
    static_assert(std::is_nothrow_move_constructible_v<T>);

    static constexpr bool trivial =
        std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T>;

public:
    constexpr static_vector() noexcept
    {
        // A constant expression may not leave elements uninitialised; at run time nobody pays for
        // them.
        if constexpr (trivial) {
            if (std::is_constant_evaluated()) {
                for (T& item : storage_.items)
                    std::construct_at(&item);
            }
        }
    }

    constexpr static_vector(const static_vector&) noexcept
        requires trivial
    = default;
    constexpr static_vector(static_vector&&) noexcept
        requires trivial
    = default;
    constexpr static_vector& operator=(const static_vector&) noexcept
        requires trivial
    = default;
    constexpr static_vector& operator=(static_vector&&) noexcept
        requires trivial
    = default;
    constexpr ~static_vector()
        requires trivial
    = default;

    static_vector(const static_vector& other) noexcept
        requires(!trivial && std::is_copy_constructible_v<T>)
    {
        for (const T& item : other)
            this->push_back_unchecked(item);
    }
    static_vector(static_vector&& other) noexcept
        requires(!trivial)
    {
        for (T& item : other)
            this->push_back_unchecked(std::move(item));
        other.clear();
    }
    static_vector& operator=(const static_vector& other) noexcept
        requires(!trivial && std::is_copy_constructible_v<T>)
    {
        if (this != &other) {
            this->clear();
            for (const T& item : other)
                this->push_back_unchecked(item);
        }
        return *this;
    }
    static_vector& operator=(static_vector&& other) noexcept
        requires(!trivial)
    {
        if (this != &other) {
            this->clear();
            for (T& item : other)
                this->push_back_unchecked(std::move(item));
            other.clear();
        }
        return *this;
    }
    ~static_vector()
        requires(!trivial)
    {
        this->clear();
    }

    constexpr uint32_t size() const noexcept { return size_; }
    static constexpr uint32_t capacity() noexcept { return static_cast<uint32_t>(N); }
    constexpr T* data() noexcept { return storage_.items; }
    constexpr const T* data() const noexcept { return storage_.items; }

private:
    friend detail::StaticVectorOps<static_vector<T, N>, T>;
    constexpr void set_size(uint32_t size) noexcept { size_ = size; }

    struct Plain {
        T items[N];
    };
    union Raw {  // room for elements that come to life one by one
        Raw() noexcept {}
        ~Raw() {}
        T items[N];
    };
    std::conditional_t<trivial, Plain, Raw> storage_;
    uint32_t size_ = 0;
};

/// {pointer, size, capacity}: 16 bytes, copied freely; copies share the elements. The arena owns
/// the storage and runs no destructors, so neither does this.
template <class T>
class static_vector<T, dynamic_capacity>
    : public detail::StaticVectorOps<static_vector<T, dynamic_capacity>, T> {
public:
    constexpr static_vector() noexcept = default;
    /// Over storage that the caller provides; it starts empty.
    constexpr static_vector(T* storage, uint32_t capacity) noexcept
        : data_(storage), capacity_(capacity)
    {
    }
    /// Over elements that exist: size and capacity are theirs.
    static constexpr static_vector of(std::span<T> items) noexcept
    {
        static_vector vector(items.data(), static_cast<uint32_t>(items.size()));
        vector.size_ = vector.capacity_;
        return vector;
    }
    /// Empty, with room for `capacity` elements from `arena`.
    static Result<static_vector> make(Arena& arena, End end, Account account,
                                      size_t capacity) noexcept
    {
        static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
        if (capacity == 0) return static_vector{};
        if (capacity > 0xffffffffU) {
            return Error{.code = Errc::invalid_argument, .account = account};
        }
        WRT_TRY(const std::span<T> storage,
                arena.make_uninitialized_array<T>(end, account, capacity));
        return static_vector(storage.data(), static_cast<uint32_t>(capacity));
    }

    constexpr uint32_t size() const noexcept { return size_; }
    constexpr uint32_t capacity() const noexcept { return capacity_; }
    constexpr T* data() noexcept { return data_; }
    constexpr const T* data() const noexcept { return data_; }

private:
    friend detail::StaticVectorOps<static_vector<T, dynamic_capacity>, T>;
    constexpr void set_size(uint32_t size) noexcept { size_ = size; }

    T* data_ = nullptr;
    uint32_t size_ = 0;
    uint32_t capacity_ = 0;
};

}  // namespace wrt
