#include "function_writer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include <wrt/foundation/assert.hpp>

#include "code_block.hpp"
#include "code_recorder.hpp"
#include "find_handler.hpp"
#include "lazy_code.hpp"
#include "source_map.hpp"
#include "translator.hpp"

namespace wrt::runtime {

namespace {

consteval std::array<bool, instr_count> make_double_constants()
{
    // g++ 12 evaluates no default of a table's element at compile time: there are none past the
    // count.
    std::array<bool, instr_count> doubles{};
    for (uint32_t i = 0; i < instr_count; ++i) {
        const Signature& signature = info(static_cast<Instr>(i)).signature;
        doubles[i] = signature.param_count != 0 && signature.params[0] == ValType::f64;
    }
    return doubles;
}

/// Whether the second operand is a constant that takes a word of its own.
bool has_double_constant(const Operation& o)
{
    static constexpr auto doubles = make_double_constants();
    return o.b_class == Class::constant && doubles[raw(o.instr)];
}

bool has_vector_constant(const Operation& o)
{
    return o.b_class == Class::constant && info(o.instr).signature.params[1] == ValType::v128;
}

/// Of operations whose targets lie elsewhere (branch tables), the words without those.
constexpr size_t most_words = 6;

}  // namespace

/// The cells of an operation; while measuring there are none.
template <FunctionWriter::Mode M>
class FunctionWriter::Cells {
public:
    explicit Cells(Cell* at) : at_{at} {}

    void put(uint32_t word, uint64_t bits) const
    {
        if constexpr (M != Mode::measure) at_[word].bits = bits;
    }
    /// `byte`: from the first one.
    void put32(uint32_t byte, uint32_t value) const { put_bytes(byte, &value, sizeof value); }
    void put16(uint32_t byte, uint16_t value) const { put_bytes(byte, &value, sizeof value); }
    void put_bytes(uint32_t byte, const void* from, size_t count) const
    {
        if constexpr (M != Mode::measure)
            std::memcpy(reinterpret_cast<char*>(at_) + byte, from, count);
    }
    [[nodiscard]] Cell* at(uint32_t word) const { return at_ + word; }

private:
    Cell* at_;
};

FunctionWriter::FunctionWriter(CodeBlock& block, uint32_t body_offset, Translator& translator,
                               CodeRecorder* recorder)
    : block_{block},
      translator_{translator},
      recorder_{recorder},
      operations_{translator.operations()},
      labels_{translator.labels().data()},
      body_offset_{body_offset}
{
}

size_t FunctionWriter::most_bytes() const
{
    constexpr size_t most_map_bytes = 2 * detail::longest_bytes;
    return most_cells() * sizeof(Cell) + operations_.size() * most_map_bytes + sizeof(Cell);
}

/// Each target is of one table, which is why they come on top.
size_t FunctionWriter::most_cells() const
{
    return operations_.size() * most_words + translator_.targets().size();
}

FunctionSize FunctionWriter::measure()
{
    return run<Mode::measure>(nullptr);
}

FunctionSize FunctionWriter::write(Cell* code)
{
    auto* const map = reinterpret_cast<uint8_t*>(code + most_cells());
    const FunctionSize size = write_to(code, map);
    WRT_ASSERT(size.cells <= most_cells());
    const uint32_t map_cells = size.map_cells();
    if (map_cells != 0) {
        // The map may end before its last cell; and that may be where it begins now.
        const auto last = map_cells * sizeof(Cell) - size.map_bytes;
        auto* const to = reinterpret_cast<uint8_t*>(code + size.cells);
        std::memmove(to, map, size.map_bytes);
        std::memset(to + size.map_bytes, 0, last);
    }
    return size;
}

void FunctionWriter::write(Cell* code, FunctionSize size)
{
    if (size.map_cells() != 0) code[size.cells + size.map_cells() - 1] = {};
    write_to(code, reinterpret_cast<uint8_t*>(code + size.cells));
}

FunctionSize FunctionWriter::write_to(Cell* code, uint8_t* map)
{
    code_ = code;
    waiting_ = none;
    const FunctionSize size = recorder_ != nullptr ? run<Mode::record>(map) : run<Mode::write>(map);
    fill_in_targets();
    return size;
}

template <FunctionWriter::Mode M>
FunctionSize FunctionWriter::run(uint8_t* map_bytes)
{
    static constexpr auto writers = make_writers<M>(std::make_index_sequence<family_count>{});
    SourceMapWriter<M != Mode::measure> map{map_bytes, body_offset_};
    uint32_t place = 0;
    for (Operation& o : operations_) {
        o.place = place;
        if (o.family == Family::nothing) continue;
        map.add(place, o.source);
        if (has_second_source(o)) map.add(place + 1, o.source2);
        // While measuring there is no code to point into.
        Cell* const at = M == Mode::measure ? nullptr : code_ + place;
        place += writers[raw(o.family)](*this, o, at);
    }
    return {place, map.bytes()};
}

/// operation() of each family.
template <FunctionWriter::Mode M, size_t... Families>
consteval auto FunctionWriter::make_writers(std::index_sequence<Families...>)
{
    using Writer = uint32_t (*)(FunctionWriter&, const Operation&, Cell*);
    return std::array<Writer, sizeof...(Families)>{
        [](FunctionWriter& writer, const Operation& o, Cell* at) {
            return writer.operation<M, static_cast<Family>(Families)>(o, at);
        }...};
}

/// The address of a label: known where its operation has been written.
template <FunctionWriter::Mode M>
void FunctionWriter::target(const Operation& o, Cells<M> cells, uint32_t word, uint32_t label)
{
    if constexpr (M == Mode::measure) return;
    const uint32_t operation = labels_[label];
    const Operation& to = operations_[operation];
    Cell* const cell = cells.at(word);
    const auto place = static_cast<uint32_t>(cell - code_);
    if (&to <= &o) {
        cell->bits = reinterpret_cast<uint64_t>(code_ + to.place);
    } else {
        cell->bits = uint64_t{waiting_} << 32 | operation;
        waiting_ = place;
    }
    if constexpr (M == Mode::record) recorder_->note_address(block_.place_of(cell));
}

void FunctionWriter::fill_in_targets()
{
    while (waiting_ != none) {
        Cell& cell = code_[waiting_];
        const auto operation = static_cast<uint32_t>(cell.bits);
        waiting_ = static_cast<uint32_t>(cell.bits >> 32);
        cell.bits = reinterpret_cast<uint64_t>(code_ + operations_[operation].place);
    }
}

/// A call of a function that has no code yet becomes one of its code when it is first made.
template <FunctionWriter::Mode M>
void FunctionWriter::call(const Operation& o, Cells<M> cells)
{
    if constexpr (M == Mode::measure) return;
    Cell* const entry = cells.at(2);
    entry->bits = block_.entry_of(o.label, entry);
    if constexpr (M == Mode::record) recorder_->note_address(block_.place_of(entry));
    if (block_.waits_for_code_of(o.label))
        cells.put(0, reinterpret_cast<uint64_t>(unbound_call_handler(o.plain)));
}

/// Writes the operation and says how many cells it takes. Handlers say the same when they go on.
template <FunctionWriter::Mode M, Family Known>
uint32_t FunctionWriter::operation(const Operation& o, Cell* at)
{
    static_assert(offsetof(Operation, d) == offsetof(Operation, a) + 2 &&
                  offsetof(Operation, b) == offsetof(Operation, a) + 4 &&
                  offsetof(Operation, x) == offsetof(Operation, a) + 6);
    const Cells<M> cells{at};
    if constexpr (M != Mode::measure) {
        const Handler handler = find_handler(Known, o);
        WRT_ASSERT(handler != nullptr);
        if constexpr (M == Mode::record) recorder_->note_handler(block_.place_of(at), o, handler);
        cells.put(0, reinterpret_cast<uint64_t>(handler));
        cells.put_bytes(8, &o.a, sizeof(Cell));
    }
    const bool b_constant = o.b_class == Class::constant;
    const auto low = static_cast<uint32_t>(o.constant);
    const auto vector = [&](uint32_t word, uint64_t place) {
        if constexpr (M != Mode::measure)
            cells.put_bytes(8 * word, translator_.vectors()[place].bytes.data(), sizeof(V128));
    };
    switch (Known) {
    case Family::enter:
        cells.put32(12, translator_.frame_slots());
        cells.put_bytes(16, translator_.pin_slots().data(), sizeof(Cell));
        return 3;
    case Family::binary:
        if (has_double_constant(o)) {
            cells.put(2, o.constant);
            return 3;
        }
        if (b_constant) cells.put32(12, low);
        return 2;
    case Family::load:
    case Family::struct_get: cells.put32(12, o.index); return 2;
    case Family::array_get:
        if (b_constant) cells.put32(12, low);
        return 2;
    case Family::array_set:
        if (b_constant) cells.put32(12, o.constant2);
        if (o.d_class != Class::constant) return 2;
        cells.put(2, o.constant);
        return 3;
    case Family::cast_branch:
        target(o, cells, 2, o.label);
        cells.put(3, o.constant);
        return 4;
    case Family::struct_set:
    case Family::store:
        cells.put32(12, o.index);
        if (!b_constant) return 2;
        cells.put(2, o.constant);
        return 3;
    case Family::load_sum:
    case Family::store_sum:
        if (b_constant) cells.put32(12, low);
        cells.put(2, o.index);
        return 3;
    case Family::wide_load:
    case Family::wide_store:
    case Family::atomic:
    case Family::call_import:
    case Family::call_indirect:
    case Family::call_wide:
    case Family::ref_test:
    case Family::ref_cast:
    case Family::window: cells.put(2, o.constant); return 3;
    case Family::tail_call_other:
        cells.put(2, o.constant);
        cells.put(3, 0);
        return 4;
    case Family::vector_binary:
        if (has_vector_constant(o)) {
            vector(2, o.constant);
            return 4;
        }
        if (b_constant) cells.put32(12, low);
        return 2;
    case Family::shuffle:
        vector(2, o.constant);
        vector(4, o.constant + 1);
        return 6;
    case Family::permute: vector(2, o.constant); return 4;
    case Family::constant:
        if (o.bank == Bank::vector) {
            vector(2, o.constant);
            return 4;
        }
        if (o.wide) {
            cells.put(2, o.constant);
            return 3;
        }
        cells.put32(12, low);
        return 2;
    case Family::global_get:
    case Family::global_set:
    case Family::charge: cells.put32(12, o.index); return 2;
    case Family::compare_branch:
        target(o, cells, 2, o.label);
        if (has_double_constant(o)) {
            cells.put(3, o.constant);
            return 4;
        }
        if (b_constant) cells.put32(12, low);
        return 3;
    case Family::branch_if: target(o, cells, 2, o.label); return 3;
    case Family::binary_pair:
        if (b_constant) cells.put32(12, low);
        cells.put(2, o.x | uint64_t{o.constant2} << 32);
        return 3;
    case Family::binary_branch:
    case Family::load_branch:
        if (Known == Family::load_branch)
            cells.put32(12, o.index);
        else if (b_constant)
            cells.put32(12, low);
        target(o, cells, 2, o.label);
        cells.put16(10, o.x);
        if (o.x_class != Class::constant) return 3;
        cells.put(3, o.constant2);
        return 4;
    case Family::move_pair:
        if (o.a_class == Class::constant) cells.put32(12, low);
        cells.put(2, o.b | uint32_t{o.x} << 16 | uint64_t{o.constant2} << 32);
        return 3;
    case Family::branch: target(o, cells, 1, o.label); return 2;
    case Family::branch_table:
    case Family::indexed_table: {
        constexpr uint32_t first = Known == Family::branch_table ? 2 : 3;
        cells.put32(12, o.index);
        if (Known == Family::indexed_table) cells.put(2, o.constant2);
        for (uint32_t i = 0; M != Mode::measure && i <= o.index; ++i)
            target(o, cells, first + i, translator_.targets()[o.label + i]);
        return first + o.index + 1;
    }
    case Family::call:
    case Family::call_spilled: call(o, cells); return 3;
    case Family::call_moved:
        call(o, cells);
        cells.put(3, low | uint64_t{o.constant2} << 32);
        if (!o.flag) return 4;
        cells.put(4, o.index);
        return 5;
    case Family::tail_call:
        call(o, cells);
        cells.put(3, o.index);
        return 4;
    case Family::move_branch:
        if (o.a_class == Class::constant) cells.put32(12, low);
        target(o, cells, 2, o.label);
        return 3;
    case Family::load_test:
        cells.put16(10, o.x);
        cells.put32(12, o.index);
        target(o, cells, 2, o.label);
        cells.put(3, o.constant2 | uint64_t{o.d} << 32);
        return 4;
    case Family::move_test:
        if (b_constant) cells.put32(12, low);
        target(o, cells, 2, o.label);
        cells.put(3, o.x_class == Class::constant ? o.constant2 : o.x);
        return 4;
    case Family::sum_branch:
        if (b_constant) cells.put32(12, low);
        target(o, cells, 2, o.label);
        return 3;
    case Family::load_binary:
        cells.put32(12, o.index);
        cells.put(2, o.x | uint64_t{o.constant2} << 32);
        return 3;
    case Family::load_scaled:
        if (b_constant) cells.put32(12, low);
        cells.put(2, o.index | uint64_t{o.constant2} << 32);
        return 3;
    case Family::binary_wide:
    case Family::select_constant: cells.put(2, o.constant); return 3;
    case Family::sum_move:
        cells.put32(12, low);
        cells.put(2, o.x);
        return 3;
    case Family::global_sum:
    case Family::sum_to_global:
        cells.put32(12, o.index);
        cells.put(2, low);
        return 3;
    case Family::load_load:
    case Family::load_store:
        cells.put32(12, o.index);
        cells.put(2, o.constant2);
        return 3;
    case Family::binary_store:
        if (b_constant)
            cells.put32(12, low);
        else
            cells.put16(12, o.b);
        cells.put(2, o.index);
        return 3;
    case Family::unary:
    case Family::vector_unary:
    case Family::vector_ternary:
    case Family::extract_lane:
    case Family::replace_lane:
    case Family::move:
    case Family::select:
    case Family::return_none:
    case Family::return_value:
    case Family::return_many:
    case Family::copy_slots:
    case Family::float_pins:
    case Family::gc_unary:
    case Family::null_check:
    case Family::unreachable: return 2;
    case Family::nothing: return 0;
    }
    WRT_UNREACHABLE();
}

}  // namespace wrt::runtime
