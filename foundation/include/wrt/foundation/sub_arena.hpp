// SubArena: an arena inside another, with both of its ends. For what goes on allocating after the
// outer one is sealed, within bytes that were set aside before.
#pragma once

#include <cstddef>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

/// In an outer arena over reserved address space it is a reservation of its own, committed as it is
/// used and charged to an account of the outer one; in a fixed one its bytes are a block of the
/// outer one's retained end. It ends when the outer arena gives up the bytes that were allocated
/// when it was made.
class SubArena {
public:
    SubArena(const SubArena&) = delete;
    SubArena& operator=(const SubArena&) = delete;

    /// Sets aside `bytes` (of address space, or of the outer arena), and what the SubArena itself
    /// takes. On failure, what was taken is left to the scope around. Errors: arena_exhausted,
    /// reserve_failed, ...
    static Result<SubArena*> make(Arena& outer, size_t bytes, Account account) noexcept;

    /// Belongs to the calling thread from here on, as the outer arena must.
    Arena& enter() noexcept
    {
        arena_.adopt();
        return arena_;
    }
    Arena& outer() noexcept { return *outer_; }

    /// Charges the outer arena for what has been committed since. Refuses where its account may not
    /// hold that much: what was allocated since is then to be given back, and settle() called
    /// again.
    Status settle() noexcept;

private:
    SubArena(Arena& outer, Backing backing, Account account) noexcept
        : arena_{std::move(backing)}, outer_{&outer}, account_{account}
    {
    }
    static void end(void* sub_arena) noexcept;

    Arena arena_;
    Arena* outer_;
    size_t charged_ = 0;
    Account account_;
};

}  // namespace wrt
