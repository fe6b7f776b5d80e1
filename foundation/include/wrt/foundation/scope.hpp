// Scopes: what ScopeGuard holds and what a scope tells about itself. A scope marks the frontiers of
// an arena when it is entered and rewinds them when it is left, in constant time whatever was
// allocated between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <wrt/foundation/account.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/foundation/text.hpp>

namespace wrt {

class Arena;

/// The two ends of an arena. What stays after loading grows from the low end, what is needed for a
/// moment from the high end; the free bytes lie between.
enum class End : uint8_t { retained, scratch };
inline constexpr size_t end_count = 2;

/// A budget that only the arena's capacity bounds.
inline constexpr size_t unlimited = static_cast<size_t>(-1);

/// A scope as it is now.
struct ScopeInfo {
    LibraryId library = LibraryId::foundation;  ///< Who entered it.
    std::string_view name;                      ///< A static text.
    End end = End::retained;
    uint8_t depth = 0;        ///< 1 for the outermost.
    uint8_t parent = 0;       ///< Depth of the enclosing scope; 0 for none.
    uint32_t generation = 0;  ///< Of this entry; never the same twice in an arena.
    size_t checkpoint = 0;    ///< Offset of the frontier that leaving restores.
    size_t budget = 0;
    size_t allocated = 0;  ///< Bytes taken since, padding and inner scopes included.
    size_t peak = 0;       ///< The most that `allocated` has been.
};

enum class ScopeStep : uint8_t { enter, exit, commit };

struct ScopeEvent {
    ScopeStep step;
    ScopeInfo scope;  ///< Of an exit or commit: just before the frontier moved.
};

/// Called at each step of each scope. Must not allocate from the arena.
using ScopeObserver = void (*)(void* context, const ScopeEvent&);

/// One line without a newline, indented by depth: "enter runtime load_module budget 65536",
/// "exit decoder decode_module used 152 peak 480".
void write_event(const ScopeEvent&, TextSink&) noexcept;

/// Holds a scope open. Leaves it when destroyed: the scope's frontier goes back to where it was.
class [[nodiscard]] ScopeGuard {
public:
    ScopeGuard() noexcept = default;
    ScopeGuard(ScopeGuard&& other) noexcept
        : arena_(other.arena_), index_(other.index_), generation_(other.generation_)
    {
        other.arena_ = nullptr;
    }
    ScopeGuard& operator=(ScopeGuard&& other) noexcept;
    ScopeGuard(const ScopeGuard&) = delete;
    ScopeGuard& operator=(const ScopeGuard&) = delete;
    /// Not the innermost scope: our bug, asserted. Without assertions the scope stays until the
    /// inner ones are left, so that nothing alive is ever handed out again.
    ~ScopeGuard();

    /// Leaves the scope now. Errc::scope_not_top, and nothing happens, while an inner scope is
    /// open; Errc::scope_left when it was left before.
    Status exit() noexcept;
    /// Leaves the scope and keeps its retained bytes, which are the enclosing scope's from now on.
    /// Scratch bytes go.
    void commit() noexcept;

    /// Whether the scope is still open.
    bool active() const noexcept { return arena_ != nullptr; }
    /// Valid while active.
    ScopeInfo info() const noexcept;

private:
    friend class Arena;
    ScopeGuard(Arena* arena, uint32_t index, uint32_t generation) noexcept
        : arena_(arena), index_(index), generation_(generation)
    {
    }

    Arena* arena_ = nullptr;
    uint32_t index_ = 0;
    uint32_t generation_ = 0;
};

}  // namespace wrt
