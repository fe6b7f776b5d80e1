// CallSites: who calls whom, and how far up in its frame. The translator notes each call where
// TranslateOptions::calls asks for it; stack_bound.hpp makes a bound of them.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt::decoder {
struct Instruction;
}

namespace wrt::runtime {

/// Lies in an arena of its own where the figures of the module's are to stay what they are.
class CallSites {
public:
    /// A call that the code of a function makes.
    struct Site {
        uint32_t caller = 0;    ///< Function index.
        uint32_t target = 0;    ///< Function index; of an indirect call the type index.
        uint16_t base = 0;      ///< Slots from the caller's frame to the callee's; 0: a tail call.
        bool indirect = false;  ///< Through a table or a reference.
    };

    explicit CallSites(Arena& arena) noexcept : sites_{arena}, taken_{arena} {}

    /// A call, a tail call or ref.func in the body of `caller`.
    Status note(uint32_t caller, const decoder::Instruction& instruction, uint32_t base) noexcept;

    std::span<const Site> sites() const noexcept { return sites_.as_span(); }
    /// Functions that the code makes references to.
    std::span<const uint32_t> taken() const noexcept { return taken_.as_span(); }

private:
    GrowingStack<Site> sites_;
    GrowingStack<uint32_t> taken_;
};

}  // namespace wrt::runtime
