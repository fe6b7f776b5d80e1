// Rooted: a reference that the host keeps over calls. The collector finds it and keeps it up to
// date.
#pragma once

#include <wrt/runtime/slot.hpp>

namespace wrt::runtime {

class Store;

/// Keeps what it refers to alive, and knows where it is after it has moved. A bare Ref that a call
/// gave back, or that a host function was handed, holds until the store runs or allocates again.
/// Any number may exist; each takes no memory but its own. One that outlives its store becomes
/// null. Confined to the store's thread.
class Rooted {
public:
    Rooted() noexcept = default;
    Rooted(Store& store, Ref ref) noexcept;
    Rooted(const Rooted& other) noexcept;
    Rooted& operator=(const Rooted& other) noexcept;
    ~Rooted() { unlink(); }

    [[nodiscard]] Ref get() const noexcept { return {slot_.bits}; }
    void set(Ref ref) noexcept { slot_.bits = ref.bits; }
    [[nodiscard]] bool is_null() const noexcept { return slot_.bits == 0; }

private:
    friend class RootedList;

    void link(Store& store) noexcept;
    void unlink() noexcept;

    Slot slot_;
    Store* store_ = nullptr;
    Rooted* older_ = nullptr;
    Rooted** link_ = nullptr;  ///< What points at this one.
};

/// All that a store has.
class RootedList {
public:
    /// Calls visit(Slot&) for each.
    template <class Visit>
    void visit(Visit&& visit_slot) noexcept
    {
        for (Rooted* rooted = newest_; rooted != nullptr; rooted = rooted->older_)
            visit_slot(rooted->slot_);
    }
    /// The store ends: all become null.
    void detach() noexcept;

private:
    friend class Rooted;
    Rooted* newest_ = nullptr;
};

}  // namespace wrt::runtime
