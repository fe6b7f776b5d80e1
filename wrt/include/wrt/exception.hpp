// Exceptions as a host sees them: tags, and what a call ended with because nobody caught it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <wrt/module.hpp>
#include <wrt/value.hpp>

namespace wrt {

namespace runtime {
struct Exception;
struct TagInstance;
}  // namespace runtime

namespace detail {
struct StoreState;
}

/// A kind of exception, of a guest or of the host. A handle, valid as long as its store. Handlers
/// tell tags apart, not their types: equal handles, one tag.
class Tag {
public:
    Tag(detail::StoreState& state, runtime::TagInstance& tag) noexcept : state_{&state}, tag_{&tag}
    {
    }

    /// What exceptions of it carry: the params. There are no results.
    [[nodiscard]] FuncType type() const noexcept;
    /// The module that defines it and its index there; none where the host made it.
    [[nodiscard]] std::optional<Module> module() const noexcept;
    [[nodiscard]] uint32_t index() const noexcept;
    /// What the module calls it, as Module::function_name() says; empty where there is no name.
    [[nodiscard]] std::string_view name() const noexcept;

    [[nodiscard]] runtime::TagInstance& instance() const noexcept { return *tag_; }
    bool operator==(const Tag& other) const noexcept { return tag_ == other.tag_; }

private:
    detail::StoreState* state_;
    runtime::TagInstance* tag_;
};

/// The exception that a call ended with (Errc::uncaught_exception). A view, valid until the store
/// runs something else. A host function that gets the error from a call of its own may return it:
/// the exception then goes on where the host function was called.
class Exception {
public:
    Exception(detail::StoreState& state, const runtime::Exception& exception) noexcept
        : state_{&state}, exception_{&exception}
    {
    }

    [[nodiscard]] Tag tag() const noexcept;
    /// How many values it carries: as many as tag().type() has params.
    [[nodiscard]] size_t size() const noexcept;
    [[nodiscard]] Value value(size_t index) const noexcept;

private:
    detail::StoreState* state_;
    const runtime::Exception* exception_;
};

}  // namespace wrt
