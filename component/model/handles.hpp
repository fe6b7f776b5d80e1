// Handle tables: per instance, indices from 1, freed ones used again last in, first out. The
// entries of all instances of a world come from one pool that is as large as it will ever be.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#table-state
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt::component {

struct Instance;
struct ResourceType;
struct Task;

/// An entry of a handle table.
struct Handle {
    enum class Kind : uint8_t {
        free,
        own,
        borrow,
        subtask,
        waitable_set,
        stream_readable,
        stream_writable,
        future_readable,
        future_writable,
        error_context,
        thread,
    };

    Kind kind = Kind::free;
    uint32_t rep = 0;    ///< Of a free entry: the next free index.
    uint32_t lends = 0;  ///< Calls that hold borrows of it.
    ResourceType* type = nullptr;
    Task* scope = nullptr;   ///< Of a borrow: the call that got it.
    void* object = nullptr;  ///< Of what is no resource.
};

/// A table's entries come in chunks; chunk k holds 16 << k of them, so few chunks hold many.
inline constexpr uint32_t first_chunk_bits = 4;
inline constexpr uint32_t chunk_count = 20;

/// Where tables get their chunks from, and where those of closed instances go.
class HandlePool {
public:
    HandlePool() noexcept = default;
    explicit HandlePool(std::span<Handle> entries) noexcept : entries_{entries} {}

    /// Room for chunk `k` of a table, or null.
    Handle* take(uint32_t k) noexcept;
    void give(uint32_t k, Handle* chunk) noexcept;

private:
    std::span<Handle> entries_;
    size_t used_ = 0;
    std::array<Handle*, chunk_count> free_{};  ///< By k, each linked through `object`.
};

class HandleTable {
public:
    /// The index of a new entry. Errc::handle_table_full.
    Result<uint32_t> add(HandlePool& pool, const Handle& handle) noexcept;
    /// Traps with Errc::unknown_handle.
    Result<Handle*> get(uint32_t index) noexcept;
    /// Frees the entry, which must be there.
    void remove(uint32_t index) noexcept;
    /// Frees the borrows that a call got.
    void remove_scope(const Task& task) noexcept;
    /// Gives all chunks back: the table is as a new one.
    void release(HandlePool& pool) noexcept;

    /// Calls visit(index, Handle&) for each entry that is in use.
    template <class Visit>
    void visit(Visit&& visit_entry) noexcept
    {
        for (uint32_t index = 1; index < size_; ++index) {
            Handle& entry = *at(index);
            if (entry.kind != Handle::Kind::free) visit_entry(index, entry);
        }
    }

private:
    Handle* at(uint32_t index) noexcept;

    std::array<Handle*, chunk_count> chunks_{};
    uint32_t size_ = 1;  ///< Index 0 is never used.
    uint32_t free_ = 0;
};

/// A handle that a call has borrowed from: its lends count goes down when the call is over.
struct Lend {
    Handle* handle = nullptr;
    Lend* next = nullptr;
};

struct LendPool {
    std::span<Lend> entries;
    size_t used = 0;
    Lend* free = nullptr;
};

/// The lends of one call ("subtask").
struct Lends {
    Lend* first = nullptr;

    Status add(LendPool& pool, Handle& handle) noexcept;
    /// The call is over.
    void release(LendPool& pool) noexcept;
};

}  // namespace wrt::component
