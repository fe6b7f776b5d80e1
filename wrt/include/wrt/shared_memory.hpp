// SharedMemory: a linear memory that guests on several threads have in common. Each thread has an
// engine and a store of its own; modules and shared memories go between them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <wrt/engine.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/shared_memory.hpp>

namespace wrt {

using runtime::Waited;

/// A handle of one pointer: copy it to other threads. Valid as long as the engine that it was made
/// in, or the scope; every store that uses it has to end before. All functions may be called by any
/// thread. A guest imports it as what Linker::define() named it; its module is loaded with
/// Feature::threads.
class SharedMemory {
public:
    explicit SharedMemory(runtime::SharedMemory& memory) noexcept : memory_{&memory} {}

    /// Pages of 64 KiB. The engine's budget pays for `max_pages` at once, since growth on another
    /// thread may not ask it; where it grants less, the memory grows less far.
    [[nodiscard]] static Result<SharedMemory> make(Engine& engine, uint64_t min_pages,
                                                   uint64_t max_pages) noexcept;

    [[nodiscard]] MemoryType type() const noexcept { return memory_->type(); }
    [[nodiscard]] uint64_t size() const noexcept { return memory_->size(); }  ///< In bytes.
    /// The bytes there are by now; they never move. Guests may write to them meanwhile.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept
    {
        return {reinterpret_cast<std::byte*>(memory_->base()),
                static_cast<size_t>(memory_->size())};
    }
    /// By pages of zeros. The size before, in pages.
    [[nodiscard]] Result<uint64_t> grow(uint64_t pages) const noexcept
    {
        const uint64_t before = memory_->grow(pages);
        if (before == runtime::grow_failed) {
            return Error{.code = Errc::account_limit_exceeded, .account = Account::memory};
        }
        return before;
    }

    /// The number at `offset`, as the guest's atomic instructions see it. Errors: trap (out of
    /// bounds, not aligned).
    template <class T>
        requires(std::is_integral_v<T>)
    [[nodiscard]] Result<std::atomic_ref<T>> atomic(uint64_t offset) const noexcept
    {
        if (offset % sizeof(T) != 0) return Error{.code = Errc::unaligned_atomic};
        if (!runtime::in_bounds(offset, sizeof(T), memory_->size())) {
            return Error{.code = Errc::out_of_bounds_memory_access};
        }
        return std::atomic_ref<T>{*reinterpret_cast<T*>(memory_->base() + offset)};
    }
    /// Sleeps while the number at `offset` is `expected`, until a guest's memory.atomic.notify or
    /// notify() wakes it, for at most `timeout_ns` nanoseconds where that is not negative: what
    /// memory.atomic.wait32 and wait64 do. Errors: trap (out of bounds, not aligned).
    [[nodiscard]] Result<Waited> wait32(uint64_t offset, uint32_t expected,
                                        int64_t timeout_ns = -1) const noexcept
    {
        return wait_for(offset, sizeof expected, expected, timeout_ns);
    }
    [[nodiscard]] Result<Waited> wait64(uint64_t offset, uint64_t expected,
                                        int64_t timeout_ns = -1) const noexcept
    {
        return wait_for(offset, sizeof expected, expected, timeout_ns);
    }
    /// Wakes at most `count` of the guests and hosts that wait at `offset`. How many.
    uint32_t notify(uint64_t offset, uint32_t count) const noexcept
    {
        return memory_->notify(offset, count);
    }

    [[nodiscard]] runtime::SharedMemory& memory() const noexcept { return *memory_; }

private:
    [[nodiscard]] Result<Waited> wait_for(uint64_t offset, uint32_t bytes, uint64_t expected,
                                          int64_t timeout_ns) const noexcept;

    runtime::SharedMemory* memory_;
};

}  // namespace wrt
