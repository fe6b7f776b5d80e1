#include "stop_point.hpp"

#include <algorithm>

#include <wrt/decoder/decode.hpp>
#include <wrt/decoder/validate_function.hpp>
#include <wrt/runtime/value.hpp>

#include "frame.hpp"
#include "handler_tables.hpp"
#include "source_map.hpp"

namespace wrt::runtime {
namespace {

using Kind = StopPoint::Kind;

constexpr uint32_t enter_words = 3;

const Cell* code_of(const Module& module, const Function& function) noexcept
{
    return module.code.data() + function.code;
}

SourceMapReader source_map_of(const Module& module, const Function& function) noexcept
{
    const auto* const map =
        reinterpret_cast<const uint8_t*>(module.code.data() + function.source_map);
    return {{map, function.source_map_size}, function.body_offset};
}

bool is_check(const Cell* operation) noexcept
{
    return handler_of(operation) == plain_handler(Plain::fuel);
}

Kind check_kind(uint32_t place) noexcept
{
    return place == enter_words ? Kind::entry : Kind::check;
}

/// Finds the operations of the points of one function.
void find_cells(const Module& module, std::span<StopPoint> points) noexcept
{
    const Function& function = module.functions[points.front().function];
    const Cell* const code = code_of(module, function);
    for (SourceMapReader at = source_map_of(module, function); at.next();) {
        StopPoint wanted{.function = points.front().function, .offset = at.source()};
        const auto same_offset = [&](const StopPoint& point) {
            return point.offset == at.source();
        };
        const auto first = std::ranges::lower_bound(points, wanted);
        if (first == points.end() || !same_offset(*first)) continue;
        const Cell* const operation = code + at.place();
        if (is_check(operation))
            wanted.kind = check_kind(at.place());
        else if (is_call(operation))
            wanted.kind = Kind::call;
        else
            continue;
        const auto point = std::ranges::lower_bound(points, wanted);
        if (point == points.end() || *point != wanted || point->found) continue;
        point->found = true;
        point->cell = at.place();
        point->slots = field_a(operation);
    }
}

/// The sink of validation that lists the live slots of one function's points.
class LiveSlotLister {
public:
    LiveSlotLister(const decoder::Module& syntax, const decoder::ValidatorScratch& stacks,
                   std::span<StopPoint> points, std::span<LiveSlot> live, uint32_t& count) noexcept
        : syntax_{syntax}, stacks_{stacks}, points_{points}, live_{live}, count_{count}
    {
    }

    Status begin(const decoder::FunctionContext& context) noexcept
    {
        locals_ = context.locals;
        params_ = static_cast<uint32_t>(context.params.size());
        param_slots_ = slots_of(context.params);
        locals_base_ = std::max(param_slots_, slots_of(context.results)) + record_slots;
        list(context.code_offset, Kind::entry, 0);
        return ok();
    }

    Status instruction(const decoder::Instruction& instruction, bool) noexcept
    {
        list(instruction.offset, Kind::check, stacks_.operands.size());
        StopPoint* const call = find(instruction.offset, Kind::call);
        if (call == nullptr) return ok();
        const auto results = static_cast<uint32_t>(instruction.results.size());
        call->callee_type = instruction.op == Instr::call ? syntax_.functions[instruction.index]
                                                          : instruction.index;
        list(*call, stacks_.operands.size() - results);
        return ok();
    }

    Status finish() noexcept
    {
        for (StopPoint& point : points_)
            point.found = point.found && point.listed;
        return ok();
    }

private:
    StopPoint* find(uint32_t offset, Kind kind) noexcept
    {
        const StopPoint wanted{
            .function = points_.front().function, .offset = offset, .kind = kind};
        const auto point = std::ranges::lower_bound(points_, wanted);
        return point != points_.end() && *point == wanted && point->found ? &*point : nullptr;
    }

    void list(uint32_t offset, Kind kind, uint32_t operands) noexcept
    {
        if (StopPoint* const point = find(offset, kind)) list(*point, operands);
    }

    void list(StopPoint& point, uint32_t operands) noexcept
    {
        point.first_live = count_;
        limit_ = point.slots;
        list_locals();
        list_operands(operands);
        point.live_count = count_ - point.first_live;
        // The translation has the frame as long as validation says, or this is no place to stop.
        point.found = next_ == point.slots;
        point.listed = true;
    }

    void add(uint32_t slot, ValType type) noexcept
    {
        if (slot < limit_) live_[count_++] = {slot, type};
    }

    void list_locals() noexcept
    {
        uint32_t local = 0;
        uint32_t slot = 0;
        for (const decoder::LocalRun& run : locals_.runs()) {
            const uint32_t width = slots_of(run.type);
            // Far more locals may be declared than a frame can hold; then there is no such frame.
            for (; local < run.end && slot < limit_; ++local, slot += width) {
                if (local < params_)
                    add(slot, run.type);
                else
                    add(locals_base_ + (slot - param_slots_),
                        run.type.is_ref() ? run.type.as_nullable() : run.type);
            }
        }
        next_ = locals_base_ + (slot - param_slots_);
    }

    /// Below the values of an exception that a legacy handler took lies the exception itself.
    void list_operands(uint32_t count) noexcept
    {
        const auto push = [&](ValType type) {
            add(next_, type);
            next_ += slots_of(type);
        };
        const auto* frame = stacks_.frames.begin();
        for (uint32_t i = 0; i <= count; ++i) {
            for (; frame != stacks_.frames.end() && frame->height == i; ++frame) {
                if (frame->op == Instr::catch_ || frame->op == Instr::catch_all)
                    push(ValType::exnref);
            }
            if (i < count) push(stacks_.operands[i]);
        }
    }

    const decoder::Module& syntax_;
    const decoder::ValidatorScratch& stacks_;
    std::span<StopPoint> points_;
    std::span<LiveSlot> live_;
    uint32_t& count_;
    decoder::Locals locals_;
    uint32_t params_ = 0;
    uint32_t param_slots_ = 0;
    uint32_t locals_base_ = 0;
    uint32_t next_ = 0;
    uint32_t limit_ = 0;
};

/// Calls visit(points of one function) for each function.
template <class Visit>
Status for_each_function(std::span<StopPoint> points, Visit&& visit)
{
    while (!points.empty()) {
        const uint32_t function = points.front().function;
        size_t count = 0;
        while (count < points.size() && points[count].function == function)
            ++count;
        WRT_CHECK(visit(points.first(count)));
        points = points.subspan(count);
    }
    return ok();
}

}  // namespace

StopPoint stop_point_at(const Module& module, uint32_t index, uint32_t cell, bool waits) noexcept
{
    StopPoint point{.function = index};
    const Function& function = module.functions[index];
    for (SourceMapReader at = source_map_of(module, function); at.next() && at.place() <= cell;) {
        point.cell = at.place();
        point.offset = at.source();
    }
    const Cell* const operation = code_of(module, function) + point.cell;
    if (waits) {
        point.kind = Kind::call;
        point.found = is_call(operation) && cell == point.cell + call_words - 1;
    } else {
        point.kind = check_kind(point.cell);
        point.found = is_check(operation) && cell == point.cell;
    }
    return point;
}

Status find_stop_points(const Module& module, Arena& arena, std::span<StopPoint> points,
                        std::span<LiveSlot>& live) noexcept
{
    uint64_t slots = 0;
    WRT_CHECK(for_each_function(points, [&](std::span<StopPoint> some) {
        find_cells(module, some);
        for (const StopPoint& point : some)
            slots += point.slots;
        return ok();
    }));
    WRT_TRY(live, arena.make_array<LiveSlot>(End::retained, Account::scratch,
                                             static_cast<size_t>(slots)));
    decoder::DecodeOptions decode;
    decode.defer_bodies = true;
    decode.features = FeatureSet::all();  // they were asked for when the module was loaded
    uint32_t count = 0;
    return decoder::decode_module_streaming(
        module.binary, arena, decode, [&](const decoder::Module& syntax) -> Status {
            decoder::ValidatorScratch stacks{arena};
            return for_each_function(points, [&](std::span<StopPoint> some) -> Status {
                LiveSlotLister lister{syntax, stacks, some, live, count};
                return decoder::validate_function(syntax, some.front().function, stacks, lister);
            });
        });
}

}  // namespace wrt::runtime
