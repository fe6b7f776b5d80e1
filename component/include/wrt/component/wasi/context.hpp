// All that one guest has: arguments, descriptors, clocks, random numbers. One thread at a time uses
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include <wrt/component/wasi/clocks.hpp>
#include <wrt/component/wasi/config.hpp>
#include <wrt/component/wasi/descriptor_table.hpp>
#include <wrt/component/wasi/network.hpp>
#include <wrt/component/wasi/pace.hpp>
#include <wrt/component/wasi/random.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/assert.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt::wasi {

/// NUL-terminated strings in one block, as args_get and environ_get hand them out.
struct StringBlock {
    std::span<char> bytes;
    std::span<uint32_t> offsets;  ///< Of each string in `bytes`.
};

/// Memory that one call needs for itself (iovecs, paths, subscriptions), reused by the next call.
class Scratch {
public:
    Scratch() noexcept = default;
    /// `block` is aligned for every type.
    explicit Scratch(std::span<std::byte> block) noexcept : block_{block} {}

    /// `count` objects, not initialised, until the call's Frame ends. Sizes are ours, never the
    /// guest's: the sum a call takes fits `scratch_bytes`, which each caller states with a
    /// static_assert.
    template <class T>
    std::span<T> take(size_t count) noexcept
    {
        static_assert(std::is_trivially_destructible_v<T>);
        const size_t start = (used_ + alignof(T) - 1) / alignof(T) * alignof(T);
        WRT_ASSERT(start + count * sizeof(T) <= block_.size());
        used_ = start + count * sizeof(T);
        T* const first = reinterpret_cast<T*>(block_.data() + start);
        std::uninitialized_default_construct_n(first, count);
        return {first, count};
    }

    class Frame {
    public:
        explicit Frame(Scratch& scratch) noexcept : scratch_{scratch}, mark_{scratch.used_} {}
        Frame(const Frame&) = delete;
        Frame& operator=(const Frame&) = delete;
        ~Frame() { scratch_.used_ = mark_; }

    private:
        Scratch& scratch_;
        size_t mark_;
    };

private:
    std::span<std::byte> block_;
    size_t used_ = 0;
};

inline constexpr size_t scratch_bytes = 32 * 1024;

/// Which part of a Config could not be granted, for messages.
struct ConfigFault {
    enum class Part : uint8_t { none, argument, variable, preopen, socket, standard_stream };
    Part part = Part::none;
    uint32_t index = 0;  ///< Of the part in the Config; of a stream, 0 to 2.
    int host_errno = 0;  ///< The host's reason, or 0.
};

/// The state behind the host functions. Owns its descriptors: they close with it. Its memory comes
/// from the arena at creation, charged to Account::wasi; no call of a guest allocates.
class Context {
public:
    /// Opens the preopens and duplicates the stdio descriptors and sockets. Errors: the arena is
    /// exhausted; invalid_argument for a string with a NUL in it, or more descriptors than the
    /// table may have; io_failure for a preopen or descriptor that cannot be had, and for preopens
    /// on a kernel without openat2 (before Linux 5.6) or where a filter forbids it. `fault`, if
    /// given, is told which part it was.
    static Result<Context> create(Arena& arena, const Config& config,
                                  ConfigFault* fault = nullptr) noexcept;

    /// The same, in the arena: the context lives, and its descriptors stay open, until the arena's
    /// scope is left.
    static Result<Context*> make(Arena& arena, const Config& config,
                                 ConfigFault* fault = nullptr) noexcept;

    DescriptorTable descriptors;
    StringBlock args;
    StringBlock env;
    Clocks clocks;
    Random random;
    Scratch scratch;
    Pace pace;
    Network network;
    bool allow_devices = false;
    bool size_limited = false;  ///< RLIMIT_FSIZE was set at creation: writes may raise SIGXFSZ.

private:
    Context() noexcept = default;
};

}  // namespace wrt::wasi
