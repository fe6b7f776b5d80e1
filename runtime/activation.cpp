#include <wrt/runtime/activation.hpp>

#include <wrt/runtime/store.hpp>

#include "frame.hpp"

namespace wrt::runtime {

void Activation::save(const Execution& execution) noexcept
{
    instance_ = execution.instance;
    seconds_ = execution.seconds;
    pins_ = execution.pins;
    stack_base_ = execution.stack_base;
    stack_end_ = execution.stack_end;
    top_ = execution.top;
    depth_ = execution.depth;
    exception_ = execution.exception;
    landing_ = execution.landing;
    waiting_ = execution.store->waiting();
}

void Activation::restore(Execution& execution) const noexcept
{
    if (instance_ != nullptr)
        enter_instance(execution, *instance_);
    else
        execution.instance = nullptr;
    execution.seconds = seconds_;
    execution.pins = pins_;
    execution.stack_base = stack_base_;
    execution.stack_end = stack_end_;
    execution.top = top_;
    execution.depth = depth_;
    execution.exception = exception_;
    execution.landing = landing_;
    execution.store->set_waiting(waiting_);
    // An interrupt that comes meanwhile is not lost.
    execution.stack_limit.store(stack_end_);
    if (execution.interrupt.load() != 0) execution.stack_limit.store(nullptr);
}

void Activation::leave_for(Execution& execution, std::span<Slot> stack, uint32_t depth) noexcept
{
    save(execution);
    Activation*& first = execution.store->activations();
    next_ = first;
    if (next_ != nullptr) next_->link_ = &next_;
    first = this;
    link_ = &first;
    const uint32_t most = execution.store->limits().host_depth;
    Activation fresh;
    fresh.stack_base_ = stack.data();
    fresh.stack_end_ = stack.data() + stack.size();
    fresh.top_ = stack.data();
    fresh.depth_ = most > depth ? most - depth : 1;
    fresh.restore(execution);
}

void Activation::swap(Execution& execution) noexcept
{
    const Activation other = *this;
    save(execution);
    other.restore(execution);
}

void Activation::forget() noexcept
{
    *link_ = next_;
    if (next_ != nullptr) next_->link_ = link_;
    link_ = nullptr;
}

}  // namespace wrt::runtime
