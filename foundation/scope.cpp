// ScopeGuard, and a scope's steps as text.
#include <wrt/foundation/scope.hpp>

#include <utility>

#include <wrt/foundation/arena.hpp>

namespace wrt {

ScopeGuard::~ScopeGuard()
{
    if (arena_ != nullptr) arena_->abandon(index_, generation_);
}

ScopeGuard& ScopeGuard::operator=(ScopeGuard&& other) noexcept
{
    if (this != &other) {
        if (arena_ != nullptr) arena_->abandon(index_, generation_);
        arena_ = std::exchange(other.arena_, nullptr);
        index_ = other.index_;
        generation_ = other.generation_;
    }
    return *this;
}

Status ScopeGuard::exit() noexcept
{
    if (arena_ == nullptr) return Error{.code = Errc::scope_left};
    WRT_CHECK(arena_->leave(index_, generation_, false));
    arena_ = nullptr;
    return ok();
}

void ScopeGuard::commit() noexcept
{
    WRT_ASSERT(arena_ != nullptr);
    if (arena_ == nullptr) return;
    const Status left = arena_->leave(index_, generation_, true);
    WRT_ASSERT(left.has_value());
    if (!left) arena_->keep_when_left(index_, generation_);
    arena_ = nullptr;
}

ScopeInfo ScopeGuard::info() const noexcept
{
    WRT_ASSERT(arena_ != nullptr && arena_->valid(index_, generation_));
    return arena_->info_of(index_);
}

void write_event(const ScopeEvent& event, TextSink& sink) noexcept
{
    const ScopeInfo& scope = event.scope;
    for (uint8_t i = 1; i < scope.depth; ++i)
        sink.append("  ");
    switch (event.step) {
    case ScopeStep::enter: sink.append("enter "); break;
    case ScopeStep::exit: sink.append("exit "); break;
    case ScopeStep::commit: sink.append("commit "); break;
    }
    sink.append(name_of(scope.library)).append(' ').append(scope.name);
    if (event.step == ScopeStep::enter) {
        sink.append(scope.end == End::retained ? " retained" : " scratch").append(" budget ");
        if (scope.budget == unlimited) {
            sink.append("unlimited");
        } else {
            sink.append_decimal(scope.budget);
        }
    } else {
        sink.append(" used ").append_decimal(scope.allocated);
        sink.append(" peak ").append_decimal(scope.peak);
    }
}

}  // namespace wrt
