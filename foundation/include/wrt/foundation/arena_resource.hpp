// ArenaResource: an arena's end as a std::pmr::memory_resource, and the two helpers that keep pmr
// vectors from ever having to throw.
#pragma once

#include <cstddef>
#include <limits>
#include <memory_resource>
#include <new>
#include <utility>

#include <wrt/foundation/arena.hpp>

namespace wrt {

/// What ArenaResource throws when nobody probed: a pmr container has no other way to say it. Only
/// the backstop at a public entry catches it.
class ArenaExhausted : public std::bad_alloc {
public:
    explicit ArenaExhausted(const Error& error) noexcept : error_(error) {}
    const char* what() const noexcept override { return "arena exhausted"; }
    const Error& error() const noexcept { return error_; }

private:
    Error error_;
};

/// Must outlive the containers over it, as the arena must outlive the resource. Deallocation gives
/// back the newest block and otherwise does nothing: leaving the scope frees the rest.
class ArenaResource final : public std::pmr::memory_resource {
public:
    ArenaResource(Arena& arena, End end, Account account) noexcept
        : arena_(&arena), end_(end), account_(account)
    {
    }
    Arena& arena() const noexcept { return *arena_; }
    Status can_allocate(size_t bytes, size_t align) const noexcept
    {
        return arena_->can_allocate(end_, bytes, align, account_);
    }

private:
    void* do_allocate(size_t bytes, size_t align) override;
    void do_deallocate(void* block, size_t bytes, size_t align) override;
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

    Arena* arena_;
    End end_;
    Account account_;
};

/// Room for `count` elements in all. Probes first, so it never throws; a vector of another resource
/// than ours is Errc::invalid_argument.
template <class Vector>
Status try_reserve(Vector& vector, size_t count)
{
    using T = typename Vector::value_type;
    if (count <= vector.capacity()) return ok();
    auto* const resource = dynamic_cast<ArenaResource*>(vector.get_allocator().resource());
    if (resource == nullptr) return Error{.code = Errc::invalid_argument};
    if (count > std::numeric_limits<size_t>::max() / 2 / sizeof(T)) {
        count = std::numeric_limits<size_t>::max() / 2 / sizeof(T);  // refused by the probe
    }
    WRT_CHECK(resource->can_allocate(count * sizeof(T), alignof(T)));
    vector.reserve(count);
    return ok();
}

/// Appends `value`, growing by half at least. Growing copies and leaves the old block behind:
/// reserve where the count is known.
template <class Vector, class Value>
Status try_push(Vector& vector, Value&& value)
{
    if (vector.size() == vector.capacity()) {
        WRT_CHECK(try_reserve(vector, vector.size() + vector.size() / 2 + 4));
    }
    vector.push_back(std::forward<Value>(value));
    return ok();
}

}  // namespace wrt
