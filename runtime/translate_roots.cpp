// Translation of where references lie, for the collector. See root_map.hpp.
//
// At a safepoint every operand that is a reference lies in its slot. Those that are locals nobody
// has read yet are read there and then: each once, so a safepoint costs in proportion to what was
// pushed since the last one. Nulls need no entry wherever they go.
#include <algorithm>

#include <wrt/foundation/assert.hpp>

#include "translator_steps.hpp"

namespace wrt::runtime {

/// Locals that are references and no parameters. They are null from the function's start.
Status Translator::list_root_runs(const decoder::FunctionContext& context)
{
    // A module that has no reference elsewhere may still catch one, and keep it in a local.
    const auto is_root = [](const decoder::LocalRun& run) { return is_traced(run.type); };
    maps_roots_ = maps_roots_ || std::ranges::any_of(context.locals.runs(), is_root);
    if (!maps_roots_) return ok();
    const auto params = static_cast<uint32_t>(context.params.size());
    uint32_t local = 0;
    for (const decoder::LocalRun& run : context.locals.runs()) {
        const uint32_t first = std::max(local, params);
        local = run.end;
        if (local > first && is_traced(run.type)) {
            WRT_CHECK(root_runs_.push({find_local_slot(first), local - first}));
        }
    }
    return ok();
}

/// From here on the lowest `keep` operands lie in their slots where they are references, and the
/// next safepoint knows of them. To be called before an instruction decides about its operands, and
/// after those above `keep` are settled: locals are settled from the top.
Status Translator::settle_roots(uint32_t keep)
{
    if (!maps_roots_ || roots_floor_ >= keep) return ok();
    for (uint32_t i = keep; i-- > roots_floor_;) {
        if (operands_[i].kind == Kind::local && operands_[i].type == ValKind::ref)
            WRT_CHECK(settle(i));
    }
    if (keep > roots_.size()) {
        WRT_CHECK(roots_.reserve(keep - roots_.size()));
        roots_.resize_unchecked(keep);
    }
    uint32_t root = roots_floor_ != 0 ? roots_[roots_floor_ - 1] : 0;
    for (uint32_t i = roots_floor_; i < keep; ++i) {
        const Operand& operand = operands_[i];
        if (operand.kind == Kind::temp && operand.type == ValKind::ref) {
            WRT_CHECK(root_links_.push({operand.slot, root}));
            root = root_links_.size();
        }
        roots_[i] = root;
    }
    raise_floor(roots_floor_, keep);
    return ok();
}

/// The last operation is a safepoint: a collection may happen while it is under way. What is on the
/// stack now are operands that outlive it, and all of them are settled roots; registers hold none.
Status Translator::note_safepoint()
{
    if (!maps_roots_ || operands_.empty()) return ok();
    WRT_ASSERT(roots_floor_ >= operands_.size());
    const uint32_t top = roots_[operands_.size() - 1];
    if (top == 0) return ok();
    return safepoints_.push({last_index(), top});
}

}  // namespace wrt::runtime
