// GrowingStack: a stack of trivially copyable elements whose capacity doubles out of an arena. For
// work of unknown depth while loading: operand types, control frames, work lists. Nothing recurses,
// so something must hold the depth.
#pragma once

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/assert.hpp>
#include <wrt/foundation/result.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

namespace wrt {

/// Storage lies in the arena until the scope it was taken in is left; the stack itself frees
/// nothing. Growing moves the elements, so no pointer into it outlives a push. All blocks together
/// are less than twice the largest.
template <class T>
class GrowingStack {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    explicit GrowingStack(Arena& arena, End end = End::scratch, Account account = Account::scratch)
        : arena_{&arena}, end_{end}, account_{account}
    {
    }

    uint32_t size() const { return size_; }
    uint32_t capacity() const { return capacity_; }
    bool empty() const { return size_ == 0; }
    bool full() const { return size_ == capacity_; }

    T* data() { return data_; }
    const T* data() const { return data_; }
    T* begin() { return data_; }
    T* end() { return data_ + size_; }
    const T* begin() const { return data_; }
    const T* end() const { return data_ + size_; }
    std::span<T> as_span() { return {data_, size_}; }
    std::span<const T> as_span() const { return {data_, size_}; }

    T& operator[](size_t index)
    {
        WRT_ASSERT(index < size_);
        return data_[index];
    }
    const T& operator[](size_t index) const
    {
        WRT_ASSERT(index < size_);
        return data_[index];
    }
    T& back() { return (*this)[size_ - 1]; }
    const T& back() const { return (*this)[size_ - 1]; }

    /// Room for `more` elements above those there are. Refuses (exhaustion) and changes nothing
    /// where there is none.
    Status reserve(size_t more)
    {
        if (more <= capacity_ - size_) [[likely]] {
            return ok();
        }
        return grow(more);
    }

    Status push(const T& element)
    {
        if (size_ == capacity_) [[unlikely]] {
            const T copy = element;  // may lie in this stack
            WRT_CHECK(grow(1));
            data_[size_++] = copy;
            return ok();
        }
        data_[size_++] = element;
        return ok();
    }

    /// Only where not full(): after reserve().
    void push_unchecked(const T& element)
    {
        WRT_ASSERT(size_ < capacity_);
        data_[size_++] = element;
    }

    T pop()
    {
        WRT_ASSERT(size_ > 0);
        return data_[--size_];
    }

    /// Drops elements down to `size`, which is not above size().
    void truncate(size_t size)
    {
        WRT_ASSERT(size <= size_);
        size_ = static_cast<uint32_t>(size);
    }

    /// Makes it `size` long where capacity was reserved; new elements hold what the storage held.
    void resize_unchecked(size_t size)
    {
        WRT_ASSERT(size <= capacity_);
        size_ = static_cast<uint32_t>(size);
    }

    void clear() { size_ = 0; }

private:
    // Sixteen elements, or a cache line of large ones, keep small modules small.
    static constexpr size_t first_capacity = 16;

    [[gnu::noinline, gnu::cold]] Status grow(size_t more)
    {
        const size_t needed = size_t{size_} + more;
        size_t wanted = capacity_ == 0 ? first_capacity : size_t{capacity_} * 2;
        if (wanted < needed) wanted = needed;
        if (wanted > std::numeric_limits<uint32_t>::max()) wanted = needed;
        if (needed > std::numeric_limits<uint32_t>::max()) {
            return Error{.code = Errc::arena_exhausted, .account = account_};
        }

        if (data_ != nullptr &&
            arena_->try_extend(end_, data_, capacity_ * sizeof(T), wanted * sizeof(T), account_)) {
            capacity_ = static_cast<uint32_t>(wanted);
            return ok();
        }
        if (data_ != nullptr && end_ == End::scratch &&
            static_cast<const void*>(data_) == arena_->bytes(End::scratch).data()) {
            return grow_down(wanted);
        }
        // No second try with less: what fits must not depend on what is left.
        const AllocResult block =
            arena_->try_allocate(end_, wanted * sizeof(T), alignof(T), account_);
        if (!block) return block.error;
        if (size_ != 0) std::memcpy(block.pointer, data_, size_ * sizeof(T));
        data_ = static_cast<T*>(block.pointer);
        capacity_ = static_cast<uint32_t>(wanted);
        return ok();
    }

    /// The newest block of the scratch end begins at its frontier: what is allocated next lies
    /// right before it, and the elements move there.
    Status grow_down(size_t wanted)
    {
        const AllocResult more =
            arena_->try_allocate(end_, (wanted - capacity_) * sizeof(T), alignof(T), account_);
        if (!more) return more.error;
        auto* const start = static_cast<T*>(more.pointer);
        WRT_ASSERT(start + (wanted - capacity_) == data_);
        if (size_ != 0)
            std::memmove(static_cast<void*>(start), static_cast<const void*>(data_),
                         size_ * sizeof(T));
        data_ = start;
        capacity_ = static_cast<uint32_t>(wanted);
        return ok();
    }

    Arena* arena_;
    T* data_ = nullptr;
    uint32_t size_ = 0;
    uint32_t capacity_ = 0;
    End end_;
    Account account_;
};

}  // namespace wrt
