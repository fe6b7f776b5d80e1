// Constant expressions (3.3.13): converted once with the module, evaluated at every instantiation.
#pragma once

#include <span>

#include <wrt/decoder/module.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/module.hpp>

namespace wrt::runtime {

/// What a constant expression takes when converted.
struct ConstSize {
    uint32_t ops = 0;
    uint32_t depth = 0;               ///< Slots.
    bool is_function = false;         ///< It is just a ref.func or ref.null ...
    uint32_t function = no_function;  ///< ... of this function; no_function: null.
};

/// Measures `expr`.
ConstSize measure(const decoder::Module& syntax, const decoder::ConstExpr& expr) noexcept;

/// Appends `expr`, which was measured, to `ops`.
ConstCode convert(const decoder::Module& syntax, const decoder::ConstExpr& expr,
                  static_vector<ConstOp>& ops) noexcept;

/// What a constant expression computes on: the collector finds its references.
class ConstantStack {
public:
    ConstantStack() noexcept = default;
    /// The spans are of the same size: values, and whether each is a reference.
    ConstantStack(std::span<Slot> slots, std::span<bool> references) noexcept
        : slots_(slots), references_(references)
    {
    }

    void push(Slot value, bool reference) noexcept
    {
        slots_[size_] = value;
        references_[size_] = reference;
        ++size_;
    }
    Slot pop() noexcept { return slots_[--size_]; }
    /// The topmost `count` slots, in order.
    std::span<Slot> top(uint32_t count) noexcept { return slots_.subspan(size_ - count, count); }
    void drop(uint32_t count) noexcept { size_ -= count; }
    uint32_t size() const noexcept { return size_; }
    void clear() noexcept { size_ = 0; }

    /// Calls visit(Slot&) for each reference.
    template <class Visit>
    void visit(Visit&& visit_slot) noexcept
    {
        for (uint32_t i = 0; i < size_; ++i) {
            if (references_[i]) visit_slot(slots_[i]);
        }
    }

private:
    std::span<Slot> slots_;
    std::span<bool> references_;
    uint32_t size_ = 0;
};

/// Evaluates `code` for an instance whose functions, and whose globals as far as `code` reads them,
/// are there, and pushes the result. `stack` has room for the module's const_depth slots. Fails
/// only where the heap is full.
Status evaluate(ModuleInstance& instance, ConstCode code, ConstantStack& stack) noexcept;

}  // namespace wrt::runtime
