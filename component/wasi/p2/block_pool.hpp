// BlockPool: blocks of any size that come and go, in a region of fixed size. Sizes are rounded up
// to powers of two, and what is given back serves the next of its size: no block is ever moved,
// split or joined, so that both ways take constant time.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wrt/foundation/assert.hpp>

namespace wrt::wasi::p2 {

class BlockPool {
public:
    BlockPool() noexcept = default;
    /// `region` is aligned for every type.
    explicit BlockPool(std::span<std::byte> region) noexcept : region_{region} {}

    /// `bytes` bytes, aligned for every type, or null where there is no room.
    void* take(size_t bytes) noexcept
    {
        const size_t which = class_of(bytes);
        if (which >= classes) return nullptr;
        if (FreeBlock* const block = free_[which]; block != nullptr) {
            free_[which] = block->next;
            return block;
        }
        const size_t size = smallest << which;
        if (size > region_.size() - used_) return nullptr;
        void* const block = region_.data() + used_;
        used_ += size;
        return block;
    }
    void give(void* block, size_t bytes) noexcept
    {
        FreeBlock*& first = free_[class_of(bytes)];
        first = std::construct_at(static_cast<FreeBlock*>(block), FreeBlock{first});
    }

    template <class T, class... Args>
    T* make(Args&&... args) noexcept
    {
        static_assert(std::is_trivially_destructible_v<T>);
        void* const block = take(sizeof(T));
        return block == nullptr
                   ? nullptr
                   : std::construct_at(static_cast<T*>(block), T{std::forward<Args>(args)...});
    }
    template <class T>
    void destroy(T* object) noexcept
    {
        give(object, sizeof(T));
    }

private:
    struct FreeBlock {
        FreeBlock* next;
    };
    static constexpr size_t smallest = 32;
    static constexpr size_t classes = 20;

    static size_t class_of(size_t bytes) noexcept
    {
        return static_cast<size_t>(std::bit_width((std::max(bytes, smallest) - 1) / smallest));
    }

    std::span<std::byte> region_;
    size_t used_ = 0;
    std::array<FreeBlock*, classes> free_{};
};

/// Text in a pool, by value: who holds it gives it back.
struct PoolText {
    char* data = nullptr;
    size_t size = 0;

    std::string_view view() const noexcept { return {data, size}; }

    /// False: there is no room, and the text is as it was.
    bool assign(BlockPool& pool, std::string_view text) noexcept
    {
        char* const copy = static_cast<char*>(pool.take(text.size()));
        if (copy == nullptr) return false;
        std::ranges::copy(text, copy);
        clear(pool);
        data = copy;
        size = text.size();
        return true;
    }
    void clear(BlockPool& pool) noexcept
    {
        if (data != nullptr) pool.give(data, size);
        data = nullptr;
        size = 0;
    }
};

}  // namespace wrt::wasi::p2
