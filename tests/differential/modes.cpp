#include "modes.hpp"

#include "outcome.hpp"

namespace wrt::test {

std::string difference_of_modes(const GeneratedModule& module, uint64_t seed)
{
    std::string found;
    const auto same = [&](const char* what, const std::string& left, const std::string& right) {
        if (left != right) found = std::string{what} + "\n" + left + "--- but\n" + right;
        return left == right;
    };
    const auto alike = [&](const char* what, const Outcome& left, const Outcome& right) {
        return same(what, left.record + left.details, right.record + right.details);
    };
    const auto run = [&](bool fuel, bool interruptible, bool slots_only) {
        return outcome_of(
            module, {{.fuel = fuel, .interruptible = interruptible, .slots_only = slots_only}});
    };
    const Outcome slots = run(false, false, true);
    if (!slots.ran) return "refused: " + slots.record;
    if (!alike("folded", slots, run(false, false, false))) return found;
    const Outcome moving =
        outcome_of(module, {.options = {.fuel = false, .interruptible = false, .slots_only = false},
                            .collect_always = true});
    if (!alike("always collecting", slots, moving)) return found;
    const Outcome lazily =
        outcome_of(module, {.options = {.fuel = false, .interruptible = false, .slots_only = false},
                            .collect_always = true,
                            .lazy = true});
    if (!alike("lazily", slots, lazily)) return found;
    if (!alike("interruptible", slots, run(false, true, false))) return found;
    const Outcome metered_slots = run(true, false, true);
    if (!alike("fuel in slots", slots, metered_slots)) return found;
    const Outcome metered = run(true, true, false);
    if (!alike("fuel", slots, metered)) return found;
    if (!same("fuel left", metered_slots.fuel, metered.fuel)) return found;
    const Outcome metered_lazily =
        outcome_of(module, {.options = {.fuel = true, .interruptible = true, .slots_only = false},
                            .lazy = true});
    if (!alike("fuel, lazily", slots, metered_lazily)) return found;
    if (!same("fuel left, lazily", metered.fuel, metered_lazily.fuel)) return found;

    // Some of the fuel it needs: it ends at the same instruction.
    const auto used = static_cast<uint64_t>(Way{}.fuel - metered.fuel_left);
    const auto some = static_cast<int64_t>(Random{seed}.bits() % (used + 1));
    const Outcome short_slots =
        outcome_of(module, {{.fuel = true, .interruptible = true, .slots_only = true}, some});
    const Outcome short_folded =
        outcome_of(module, {{.fuel = true, .interruptible = false, .slots_only = false}, some});
    if (!alike("some fuel", short_slots, short_folded)) return found;
    same("some fuel left", short_slots.fuel, short_folded.fuel);
    return found;
}

}  // namespace wrt::test
