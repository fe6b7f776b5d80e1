// What rehearsals share: an arena that has room for anything is looked at after each operation of a
// phase, and at the end the figures are summed up. See measure.hpp.
#pragma once

#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/measure.hpp>

namespace wrt::runtime {

/// Address space for a rehearsal: more than any module can ask for, 64-bit memories aside.
inline constexpr size_t rehearsal_bytes = size_t{1} << 40;

/// Looks at the arena after each operation of a phase; with nothing to note does nothing.
class PhaseWatch {
public:
    PhaseWatch(Arena& arena, Measurement* found, Phase phase) noexcept;
    PhaseWatch(const PhaseWatch&) = delete;
    PhaseWatch& operator=(const PhaseWatch&) = delete;
    ~PhaseWatch();

private:
    void look() noexcept;

    Arena& arena_;
    PhaseNeed* need_;
};

/// Adds what an instance declares and reserves of memories and tables.
void add_needs(const ModuleInstance& instance, Measurement& found) noexcept;

/// What follows from the phases: bytes of the arena, and the peaks of accounts.
void sum_up(const Arena& arena, Measurement& found) noexcept;

}  // namespace wrt::runtime
