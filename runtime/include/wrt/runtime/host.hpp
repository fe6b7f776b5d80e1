// The host's side of a call: what a host function is handed, and how it reaches the guest's memory.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/foundation/result.hpp>
#include <wrt/runtime/execution.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/memory.hpp>

namespace wrt::runtime {

/// Who calls a host function, and from where.
struct Caller {
    Store& store;
    Execution&
        execution;  ///< The activation that waits meanwhile; call() may run nested ones on it.
    ModuleInstance* instance = nullptr;  ///< The calling instance; null when the host itself calls.

    /// What the calling instance exports as "memory", or null.
    [[nodiscard]] MemoryInstance* memory() const noexcept
    {
        return instance != nullptr ? instance->exported_memory : nullptr;
    }

    /// The guest's bytes [address, address + size) of memory(). Traps where they are not all
    /// inside, or there is no memory. The view holds until the guest runs again or the memory
    /// grows: do not keep it over a call.
    [[nodiscard]] Result<std::span<uint8_t>> bytes(uint64_t address, uint64_t size) const noexcept
    {
        const MemoryInstance* const guest = memory();
        if (guest == nullptr || !in_bounds(address, size, memory_size(*guest))) [[unlikely]] {
            return Error{.code = Errc::out_of_bounds_memory_access};
        }
        return std::span<uint8_t>{guest->base + address, static_cast<size_t>(size)};
    }
};

}  // namespace wrt::runtime
