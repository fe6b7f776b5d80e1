// CodeBlock: functions to cells, one behind the other at the retained end.
#include "code_block.hpp"

#include <bit>
#include <cstring>

#include <wrt/decoder/validate_function.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/assert.hpp>

#include "code_recorder.hpp"
#include "function_writer.hpp"
#include "lazy_code.hpp"
#include "translate.hpp"
#include "translator_steps.hpp"

namespace wrt::runtime {

namespace {

/// Cells of a function's root map; 0 where it needs none.
uint32_t root_map_cells(const Translator& translator)
{
    const size_t runs = translator.root_runs().size();
    const size_t safepoints = translator.safepoints().size();
    if (runs == 0 && safepoints == 0) return 0;
    // No more than operations and operands, which fit 32 bits together.
    return static_cast<uint32_t>(1 + runs + safepoints + translator.root_links().size());
}

void write_root_map(const Translator& translator, std::span<const Operation> operations, Cell* at)
{
    const std::span<const RootRun> runs = translator.root_runs();
    const std::span<const RootSafepoint> safepoints = translator.safepoints();
    const auto put = [&](const auto& item) { *at++ = std::bit_cast<Cell>(item); };
    put(RootMapHeader{static_cast<uint32_t>(runs.size()),
                      static_cast<uint32_t>(safepoints.size())});
    for (const RootRun& run : runs)
        put(run);
    for (const RootSafepoint& safepoint : safepoints) {
        // Its last cell: the one before the next operation, of which there is one.
        put(RootSafepoint{operations[safepoint.cell + 1].place - 1, safepoint.top});
    }
    for (const RootLink& link : translator.root_links())
        put(link);
}

}  // namespace

Status CodeBlock::open()
{
    const AllocResult block =
        arena_.try_allocate(End::retained, sizeof(Cell), alignof(Cell), Account::code);
    if (!block) return block.error;
    cells_ = static_cast<Cell*>(block.pointer);
    capacity_ = 1;
    size_ = 1;
    cells_[0] = Cell{};  // so that no function lies at 0
    return ok();
}

Status CodeBlock::grow(uint32_t cells)
{
    const uint64_t wanted = uint64_t{size_} + cells;
    if (wanted > 0xffffffffu) return Error{.code = Errc::arena_exhausted, .account = Account::code};
    if (!arena_.try_extend(End::retained, cells_, size_t{capacity_} * sizeof(Cell),
                           wanted * sizeof(Cell), Account::code)) {
        return Error{.code = Errc::arena_exhausted,
                     .detail = Detail::bytes,
                     .account = Account::code,
                     .expected = saturate_u32(arena_.available()),
                     .actual = saturate_u32(uint64_t{cells} * sizeof(Cell))};
    }
    capacity_ = static_cast<uint32_t>(wanted);
    return ok();
}

/// The entry of a function of this module. Where it is not translated yet, its stub, or a note to
/// fill it in when all are.
uint64_t CodeBlock::entry_of(uint32_t function, const Cell* word)
{
    const Function& callee = module_.functions[function];
    if (callee.code != 0) return reinterpret_cast<uint64_t>(cells_ + callee.code);
    if (!whole_) return reinterpret_cast<uint64_t>(module_.entry_of(function));
    const uint32_t before = waiting_;
    waiting_ = place_of(word);
    return uint64_t{before} << 32 | function;
}

void CodeBlock::close()
{
    // From the last one to the first: once through the code, not back and forth for each function.
    for (uint32_t at = waiting_; at != 0;) {
        const uint64_t note = cells_[at].bits;
        const Function& callee = module_.functions[static_cast<uint32_t>(note)];
        cells_[at].bits = reinterpret_cast<uint64_t>(cells_ + callee.code);
        at = static_cast<uint32_t>(note >> 32);
    }
    waiting_ = 0;
    module_.code = static_vector<Cell>::of({cells_, size_});
}

/// Writes the function where it will lie before it is known how long it is, if there is surely room
/// for it; else it is measured first. What is charged is the same. (A recorder takes room itself,
/// and a cache of functions is charged for what it was lent.)
Status CodeBlock::add(uint32_t index, Translator& translator)
{
    Function& function = module_.functions[index];
    FunctionWriter writer{*this, function.body_offset, translator, recorder_};
    const uint32_t catch_cells = translator.catches().cells();
    const uint32_t root_cells = root_map_cells(translator);
    Cell* const code = cells_ + size_;
    const size_t room = writer.most_bytes();
    const bool unmeasured = whole_ && recorder_ == nullptr && arena_.lend(code, room);
    const FunctionSize size = unmeasured ? writer.write(code) : writer.measure();
    const uint32_t cells = size.cells + size.map_cells() + catch_cells + root_cells;
    if (unmeasured) arena_.take_back(code, room);
    WRT_CHECK(grow(cells));
    if (!unmeasured) writer.write(code, size);

    function.code = size_;
    function.code_size = size.cells;
    function.source_map = size_ + size.cells;
    function.source_map_size = size.map_bytes;
    function.window = static_cast<uint16_t>(translator.window());
    function.frame_slots = static_cast<uint16_t>(translator.frame_slots());
    size_ += cells;
    Cell* at = code + size.cells + size.map_cells();
    const std::span<const Operation> operations = translator.operations();
    if (catch_cells != 0) {
        function.catch_table = static_cast<uint32_t>(at - cells_);
        const auto place = [&](uint32_t operation) {
            return operation < operations.size() ? operations[operation].place : size.cells;
        };
        translator.catches().write(at, place, translator.labels());
        at += catch_cells;
    }
    function.root_map = root_cells != 0 ? static_cast<uint32_t>(at - cells_) : 0;
    if (root_cells != 0) write_root_map(translator, operations, at);
    return ok();
}

Status translate_bodies(const decoder::Module& syntax, Arena& arena, Module& module,
                        const TranslateOptions& options, CodeRecorder* recorder) noexcept
{
    if (syntax.bodies.empty()) return ok();
    decoder::ValidatorScratch validator{arena};
    Translator translator{syntax, module, arena, options};
    CodeBlock code{arena, module, recorder};
    WRT_CHECK(code.open());
    for (uint32_t function = syntax.imported_functions; function < syntax.function_count();
         ++function) {
        Status done = decoder::validate_function(syntax, function, validator, translator);
        if (done) done = code.add(function, translator);
        if (!done) {
            const uint32_t body = syntax.body_of(function).offset;
            return located(done.error(), std::max(body, translator.source()));
        }
        if (recorder != nullptr) WRT_CHECK(recorder->status());
    }
    code.close();
    return ok();
}

}  // namespace wrt::runtime
