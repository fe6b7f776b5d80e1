// Encoding: operations to cells, and the module's code as one block that grows at the retained end.
#include <array>
#include <cstring>
#include <utility>

#include <wrt/decoder/validate_function.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/assert.hpp>

#include "code_block.hpp"
#include "code_recorder.hpp"
#include "encode_fused.hpp"
#include "fused.hpp"
#include "lazy_code.hpp"
#include "put_field.hpp"
#include "source_map.hpp"
#include "translate.hpp"
#include "translator_steps.hpp"
#include "variants.hpp"

namespace wrt::runtime {

namespace {

/// The family is an argument of its own so that who knows it asks for nothing at run time.
[[gnu::always_inline]] inline Handler handler_for(Family family, const Operation& o)
{
    switch (family) {
    case Family::enter: return enter_handler(o.d, o.wide, o.flag);
    case Family::binary: return binary_handler(o.instr, o.a_class, o.b_class, o.d_class);
    case Family::unary: return unary_handler(o.instr, o.a_class, o.d_class);
    case Family::load: return load_handler(o.instr, o.a_class, o.d_class);
    case Family::load_sum: return load_sum_handler(o.instr, o.a_class, o.b_class, o.d_class);
    case Family::wide_load: return wide_load_handler(o.instr);
    case Family::store: return store_handler(o.instr, o.a_class, o.b_class);
    case Family::store_sum: return store_sum_handler(o.instr, o.a_class, o.b_class, o.d_class);
    case Family::wide_store: return wide_store_handler(o.instr);
    case Family::atomic: return atomic_handler(o.instr);
    case Family::move: return move_handler(o.bank, o.a_class, o.d_class);
    case Family::constant: return constant_handler(o.bank, o.wide, o.d_class);
    case Family::vector_unary: return vector_unary_handler(o.instr, o.a_class, o.d_class);
    case Family::vector_binary:
        return vector_binary_handler(o.instr, o.a_class, o.b_class, o.d_class);
    case Family::vector_ternary:
        return vector_ternary_handler(o.instr, o.a_class, o.b_class, o.x_class, o.d_class);
    case Family::extract_lane: return extract_lane_handler(o.instr, o.index, o.a_class, o.d_class);
    case Family::replace_lane:
        return replace_lane_handler(o.instr, o.index, o.a_class, o.b_class, o.d_class);
    case Family::shuffle: return shuffle_handler(o.a_class, o.b_class, o.d_class);
    case Family::permute: return permute_handler(o.a_class, o.d_class);
    case Family::select: return select_handler(o.bank, o.a_class, o.b_class, o.x_class, o.d_class);
    case Family::global_get: return global_get_handler(o.bank, o.flag, o.d_class);
    case Family::global_set: return global_set_handler(o.bank, o.flag, o.a_class);
    case Family::compare_branch:
        return compare_branch_handler(o.instr, o.flag, o.polls, o.a_class, o.b_class);
    case Family::branch_if: return branch_if_handler(o.wide, o.flag, o.polls, o.a_class);
    case Family::branch_table: return branch_table_handler(o.a_class);
    case Family::call_indirect: return call_indirect_handler(o.d_class);
    case Family::binary_pair:
        return binary_pair_handler(o.instr, o.instr2, o.flag, o.a_class, o.b_class, o.x_class,
                                   o.d_class);
    case Family::binary_branch:
        return binary_branch_handler(o.instr, o.instr2, o.flag, o.wide, o.polls, o.a_class,
                                     o.b_class, o.x_class);
    case Family::load_branch:
        return load_branch_handler(o.instr, o.instr2, o.flag, o.a_class, o.x_class);
    case Family::move_pair: return move_pair_handler(o.a_class, o.b_class);
    case Family::return_value: return return_value_handler(o.bank, o.a_class, o.d);
    case Family::return_none: return return_none_handler(o.d);
    case Family::struct_get: return struct_get_handler(o.field, o.a_class, o.d_class);
    case Family::struct_set: return struct_set_handler(o.field, o.a_class, o.b_class);
    case Family::array_get: return array_get_handler(o.field, o.a_class, o.b_class, o.d_class);
    case Family::array_set: return array_set_handler(o.field, o.b_class, o.d_class);
    case Family::gc_unary: return gc_unary_handler(o.instr, o.a_class, o.d_class);
    case Family::null_check: return null_check_handler(o.a_class);
    case Family::ref_test: return ref_test_handler(o.wide, o.a_class, o.d_class);
    case Family::ref_cast: return ref_cast_handler(o.wide, o.a_class);
    case Family::cast_branch: return cast_branch_handler(o.wide, o.flag, o.polls, o.a_class);
    case Family::branch:
    case Family::call:
    case Family::call_import:
    case Family::call_wide:
    case Family::tail_call:
    case Family::tail_call_other:
    case Family::return_many:
    case Family::copy_slots:
    case Family::float_pins:
    case Family::window:
    case Family::charge:
    case Family::unreachable: return plain_handler(o.plain);
    case Family::call_moved:
    case Family::move_branch:
    case Family::global_sum:
    case Family::sum_to_global:
    case Family::load_load:
    case Family::load_store:
    case Family::binary_store:
    case Family::load_binary:
    case Family::load_scaled:
    case Family::load_test:
    case Family::indexed_table:
    case Family::move_test:
    case Family::binary_wide:
    case Family::select_constant:
    case Family::sum_branch:
    case Family::sum_move:
    case Family::call_spilled: return fused_handler(o);
    case Family::nothing: return nullptr;
    }
    WRT_UNREACHABLE();
}

constexpr bool has_double_constant(const Operation& o)
{
    // g++ 12 evaluates no default of a table's element at compile time: there are none past the
    // count.
    const Signature& signature = info(o.instr).signature;
    return o.b_class == Class::constant && signature.param_count != 0 &&
           signature.params[0] == ValType::f64;
}

constexpr bool has_vector_constant(const Operation& o)
{
    return o.b_class == Class::constant && info(o.instr).signature.params[1] == ValType::v128;
}

/// Cells of an operation. Handlers say the same when they go on; debug builds would run astray if
/// they disagreed.
constexpr uint32_t count_words(const Operation& o)
{
    switch (o.family) {
    case Family::enter:
    case Family::wide_load:
    case Family::wide_store:
    case Family::atomic:
    case Family::load_sum:
    case Family::store_sum:
    case Family::branch_if:
    case Family::call:
    case Family::call_import:
    case Family::call_indirect:
    case Family::call_wide:
    case Family::ref_test:
    case Family::ref_cast:
    case Family::window:
    case Family::binary_pair:
    case Family::move_pair: return 3;
    case Family::binary_branch:
    case Family::load_branch: return o.x_class == Class::constant ? 4 : 3;
    case Family::call_moved:
    case Family::move_branch:
    case Family::global_sum:
    case Family::sum_to_global:
    case Family::load_load:
    case Family::load_store:
    case Family::binary_store:
    case Family::load_binary:
    case Family::load_scaled:
    case Family::load_test:
    case Family::indexed_table:
    case Family::move_test:
    case Family::binary_wide:
    case Family::select_constant:
    case Family::sum_branch:
    case Family::sum_move:
    case Family::call_spilled: return fused_words(o);
    case Family::nothing: return 0;
    case Family::cast_branch: return 4;
    case Family::struct_set: return o.b_class == Class::constant ? 3 : 2;
    case Family::array_set: return o.d_class == Class::constant ? 3 : 2;
    case Family::binary: return has_double_constant(o) ? 3 : 2;
    case Family::compare_branch: return has_double_constant(o) ? 4 : 3;
    case Family::store: return o.b_class == Class::constant ? 3 : 2;
    case Family::constant: return o.bank == Bank::vector ? 4 : o.wide ? 3 : 2;
    case Family::vector_binary: return has_vector_constant(o) ? 4 : 2;
    case Family::shuffle: return 6;
    case Family::permute: return 4;
    case Family::branch_table: return 2 + o.index + 1;
    case Family::tail_call:
    case Family::tail_call_other: return 4;
    case Family::unary:
    case Family::load:
    case Family::move:
    case Family::vector_unary:
    case Family::vector_ternary:
    case Family::extract_lane:
    case Family::replace_lane:
    case Family::select:
    case Family::global_get:
    case Family::global_set:
    case Family::branch:
    case Family::return_none:
    case Family::return_value:
    case Family::return_many:
    case Family::copy_slots:
    case Family::float_pins:
    case Family::struct_get:
    case Family::array_get:
    case Family::gc_unary:
    case Family::null_check:
    case Family::charge:
    case Family::unreachable: return 2;
    }
    WRT_UNREACHABLE();
}

/// Of an operation's words, what its family and the constants among its operands decide.
constexpr size_t shape_of(Family family, Class b, Class d, Class x)
{
    return raw(family) * 8u + (b == Class::constant ? 1 : 0) + (d == Class::constant ? 2 : 0) +
           (x == Class::constant ? 4 : 0);
}
constexpr uint8_t ask = 0;  ///< More decides: see count_words().
constexpr uint8_t by_type =
    0x80;  ///< The second operand is a constant: a double takes a word more.
constexpr uint8_t by_width = 0x40;  ///< A constant that may be wide, or a vector.

consteval std::array<uint8_t, family_count * 8> make_words_of_shape()
{
    std::array<uint8_t, family_count * 8> words{};
    for (size_t i = 0; i < words.size(); ++i) {
        const auto cls = [i](size_t bit) { return (i & bit) != 0 ? Class::constant : Class::slot; };
        const auto family = static_cast<Family>(i / 8);
        const bool varies = family == Family::branch_table || family == Family::call_moved ||
                            family == Family::vector_binary || family == Family::indexed_table ||
                            family == Family::nothing;
        if (varies) continue;
        words[i] = static_cast<uint8_t>(count_words(
            {.family = family, .b_class = cls(1), .d_class = cls(2), .x_class = cls(4)}));
        if ((family == Family::binary || family == Family::compare_branch) && (i & 1) != 0)
            words[i] |= by_type;
        if (family == Family::constant) words[i] |= by_width;
    }
    return words;
}

consteval std::array<uint8_t, instr_count> make_doubles()
{
    std::array<uint8_t, instr_count> doubles{};
    for (uint32_t i = 0; i < instr_count; ++i)
        doubles[i] =
            has_double_constant({.b_class = Class::constant, .instr = static_cast<Instr>(i)});
    return doubles;
}

/// count_words() from tables, as far as those tell, and without guessing which it will be.
uint32_t words_of(const Operation& o)
{
    static constexpr auto words_of_shape = make_words_of_shape();
    static constexpr auto doubles = make_doubles();
    const uint32_t words = words_of_shape[shape_of(o.family, o.b_class, o.d_class, o.x_class)];
    if (words == ask) [[unlikely]]
        return count_words(o);
    const uint32_t wider = (o.wide ? 1u : 0u) + (o.bank == Bank::vector ? 1u : 0u);
    return words % by_width + words / by_type * doubles[raw(o.instr)] +
           words / by_width % 2 * wider;
}

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
        const Operation& operation = operations[safepoint.cell];
        put(RootSafepoint{operation.place + words_of(operation) - 1, safepoint.top});
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
    waiting_ = static_cast<uint32_t>(word - cells_);
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

template <Family Known>
void CodeBlock::write(const Operation& o, const Written& function, Cell* at)
{
    const Handler handler = handler_for(Known, o);
    WRT_ASSERT(handler != nullptr);
    const Translator& translator = function.translator;
    const auto note_address = [&](const Cell* cell) {
        if (recorder_ != nullptr) recorder_->note_address(static_cast<uint32_t>(cell - cells_));
    };
    if (recorder_ != nullptr)
        recorder_->note_handler(static_cast<uint32_t>(at - cells_), o, handler);
    at[0].bits = reinterpret_cast<uint64_t>(handler);
    at[1].bits = uint64_t{o.a} | uint64_t{o.d} << 16 | uint64_t{o.b} << 32 | uint64_t{o.x} << 48;
    const auto put_target = [&](Cell& cell, uint32_t label) {
        const uint32_t operation = translator.labels()[label];
        cell.bits =
            reinterpret_cast<uint64_t>(function.code + function.operations[operation].place);
        note_address(&cell);
    };
    const auto immediate_or_word = [&](int word) {
        if (o.b_class != Class::constant) return;
        if (has_double_constant(o))
            at[word].bits = o.constant;
        else
            put32(at, 12, static_cast<uint32_t>(o.constant));
    };
    const auto vector = [&](int word, uint64_t place) {
        std::memcpy(at + word, translator.vectors()[place].bytes.data(), sizeof(V128));
    };
    switch (Known) {
    case Family::enter:
        put32(at, 12, translator.frame_slots());
        for (int i = 0; i < 4; ++i)
            put16(at, 16 + 2 * i, translator.pin_slots()[static_cast<size_t>(i)]);
        break;
    case Family::binary: immediate_or_word(2); break;
    case Family::load:
    case Family::struct_get: put32(at, 12, o.index); break;
    case Family::array_get:
        if (o.b_class == Class::constant) put32(at, 12, static_cast<uint32_t>(o.constant));
        break;
    case Family::array_set:
        if (o.b_class == Class::constant) put32(at, 12, o.constant2);
        if (o.d_class == Class::constant) at[2].bits = o.constant;
        break;
    case Family::cast_branch:
        put_target(at[2], o.label);
        at[3].bits = o.constant;
        break;
    case Family::struct_set:
    case Family::store:
        put32(at, 12, o.index);
        if (o.b_class == Class::constant) at[2].bits = o.constant;
        break;
    case Family::load_sum:
    case Family::store_sum:
        immediate_or_word(2);
        at[2].bits = o.index;
        break;
    case Family::wide_load:
    case Family::wide_store:
    case Family::atomic:
    case Family::call_import:
    case Family::call_indirect:
    case Family::call_wide:
    case Family::ref_test:
    case Family::ref_cast:
    case Family::window: at[2].bits = o.constant; break;
    case Family::tail_call_other:
        at[2].bits = o.constant;
        at[3].bits = 0;
        break;
    case Family::vector_binary:
        if (has_vector_constant(o))
            vector(2, o.constant);
        else
            immediate_or_word(2);
        break;
    case Family::shuffle:
        vector(2, o.constant);
        vector(4, o.constant + 1);
        break;
    case Family::permute: vector(2, o.constant); break;
    case Family::constant:
        if (o.bank == Bank::vector)
            vector(2, o.constant);
        else if (o.wide)
            at[2].bits = o.constant;
        else
            put32(at, 12, static_cast<uint32_t>(o.constant));
        break;
    case Family::global_get:
    case Family::global_set:
    case Family::charge: put32(at, 12, o.index); break;
    case Family::compare_branch:
        immediate_or_word(3);
        put_target(at[2], o.label);
        break;
    case Family::branch_if: put_target(at[2], o.label); break;
    case Family::binary_pair:
        if (o.b_class == Class::constant) put32(at, 12, static_cast<uint32_t>(o.constant));
        at[2].bits = 0;
        put16(at, 16, o.x);
        put32(at, 20, static_cast<uint32_t>(o.constant2));
        break;
    case Family::binary_branch:
    case Family::load_branch:
        if constexpr (Known == Family::load_branch)
            put32(at, 12, o.index);
        else if (o.b_class == Class::constant)
            put32(at, 12, static_cast<uint32_t>(o.constant));
        put_target(at[2], o.label);
        put16(at, 10, o.x);
        if (o.x_class == Class::constant) at[3].bits = static_cast<uint32_t>(o.constant2);
        break;
    case Family::move_pair:
        if (o.a_class == Class::constant) put32(at, 12, static_cast<uint32_t>(o.constant));
        at[2].bits = 0;
        put16(at, 16, o.b);
        put16(at, 18, o.x);
        put32(at, 20, static_cast<uint32_t>(o.constant2));
        break;
    case Family::branch: put_target(at[1], o.label); break;
    case Family::branch_table:
        put32(at, 12, o.index);
        for (uint32_t i = 0; i <= o.index; ++i)
            put_target(at[2 + i], translator.targets()[o.label + i]);
        break;
    case Family::call: write_call(o, at); break;
    case Family::call_moved:
        write_call(o, at);
        write_fused(o, at);
        break;
    case Family::call_spilled: write_call(o, at); break;
    case Family::move_branch:
    case Family::load_test:
    case Family::move_test:
    case Family::sum_branch:
        put_target(at[2], o.label);
        write_fused(o, at);
        break;
    case Family::indexed_table:
        write_fused(o, at);
        for (uint32_t i = 0; i <= o.index; ++i)
            put_target(at[3 + i], translator.targets()[o.label + i]);
        break;
    case Family::load_binary:
    case Family::load_scaled:
    case Family::binary_wide:
    case Family::select_constant:
    case Family::sum_move:
    case Family::global_sum:
    case Family::sum_to_global:
    case Family::load_load:
    case Family::load_store:
    case Family::binary_store: write_fused(o, at); break;
    case Family::tail_call:
        write_call(o, at);
        at[3].bits = o.index;
        break;
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
    case Family::nothing:
    case Family::unreachable: break;
    }
}

/// write() of each family.
template <size_t... Families>
consteval auto CodeBlock::make_writers(std::index_sequence<Families...>)
{
    using Writer = void (*)(CodeBlock&, const Operation&, const Written&, Cell*);
    return std::array<Writer, sizeof...(Families)>{
        [](CodeBlock& block, const Operation& o, const Written& function, Cell* at) {
            block.write<static_cast<Family>(Families)>(o, function, at);
        }...};
}

/// A call of a function that has no code yet becomes one of its code when it is first made.
void CodeBlock::write_call(const Operation& o, Cell* at)
{
    at[2].bits = entry_of(o.label, at + 2);
    if (recorder_ != nullptr) recorder_->note_address(static_cast<uint32_t>(at + 2 - cells_));
    if (!whole_ && module_.functions[o.label].code == 0)
        at[0].bits = reinterpret_cast<uint64_t>(unbound_call_handler(o.plain));
}

Status CodeBlock::add(uint32_t index, Translator& translator)
{
    const std::span<Operation> operations = translator.operations();
    uint32_t cells = 0;
    SourceMapSize map_size{module_.functions[index].body_offset};
    for (Operation& o : operations) {
        o.place = cells;
        if (o.family == Family::nothing) continue;
        o.mapped = map_size.add(o.place, o.source);
        if (has_second_source(o)) o.mapped2 = map_size.add(o.place + 1, o.source2);
        cells += words_of(o);
    }
    const auto map_cells =
        static_cast<uint32_t>((map_size.bytes() + sizeof(Cell) - 1) / sizeof(Cell));
    const uint32_t catch_cells = translator.catches().cells();
    const uint32_t root_cells = root_map_cells(translator);
    WRT_CHECK(grow(cells + map_cells + catch_cells + root_cells));

    Function& function = module_.functions[index];
    function.code = size_;
    function.code_size = cells;
    function.source_map = size_ + cells;
    function.source_map_size = map_size.bytes();
    function.window = static_cast<uint16_t>(translator.window());
    function.frame_slots = static_cast<uint16_t>(translator.frame_slots());
    function.root_map = root_cells != 0 ? size_ + cells + map_cells + catch_cells : 0;
    Cell* const code = cells_ + size_;
    const Written written{translator, operations, code};
    static constexpr auto writers = make_writers(std::make_index_sequence<family_count>{});
    size_ += cells + map_cells + catch_cells + root_cells;

    if (map_cells != 0) code[cells + map_cells - 1] = {};  // the map may end before its last cell
    SourceMapWriter map{reinterpret_cast<uint8_t*>(code + cells), function.body_offset};
    for (const Operation& o : operations) {
        if (o.family == Family::nothing) continue;
        writers[raw(o.family)](*this, o, written, code + o.place);
        map.add(o.mapped, o.place, o.source);
        if (has_second_source(o)) map.add(o.mapped2, o.place + 1, o.source2);
    }
    if (catch_cells != 0) {
        function.catch_table = function.source_map + map_cells;
        const auto place = [&](uint32_t operation) {
            return operation < operations.size() ? operations[operation].place : cells;
        };
        translator.catches().write(code + cells + map_cells, place, translator.labels());
    }
    if (root_cells != 0)
        write_root_map(translator, operations, code + cells + map_cells + catch_cells);
    return ok();
}

/// Which file has the handlers of a numeric instruction with two operands; numeric_handlers.hpp
/// says the same when it spreads them.
using BinaryTable = const Handler* (*)(Instr);
static constexpr BinaryTable binary_file_of(Instr op)
{
    const Heat heat = heat_of_binary(op);
    if (heat == Heat::compare || heat == Heat::none) return tables::binary_compare;
    switch (raw(info(op).signature.params[0].kind())) {  // of numbers
    case raw(ValKind::i32): return tables::binary_i32;
    case raw(ValKind::i64): return tables::binary_i64;
    default: return tables::binary_float;
    }
}

static consteval auto make_binary_files()
{
    std::array<BinaryTable, instr_count> files{};
    for (uint32_t i = 0; i < instr_count; ++i)
        files[i] = binary_file_of(static_cast<Instr>(i));
    return files;
}

Handler handler_of_operation(const Operation& operation)
{
    return handler_for(operation.family, operation);
}

Handler binary_handler(Instr op, Class a, Class b, Class d)
{
    static constexpr auto files = make_binary_files();
    const Handler* const table = files[raw(op)](op);
    return table != nullptr ? table[class_index(a, b, d)] : nullptr;
}

Handler vector_binary_handler(Instr op, Class a, Class b, Class d)
{
    for (const auto table_of : {&tables::vector_bytes, &tables::vector_words, &tables::vector_wide,
                                &tables::vector_floating}) {
        if (const Handler* const table = table_of(op)) return table[class_index(a, b, d)];
    }
    return nullptr;
}

Handler plain_handler(Plain op)
{
    if (const Handler handler = tables::plain_call(op)) return handler;
    if (const Handler handler = tables::plain_control(op)) return handler;
    if (const Handler handler = tables::plain_bulk(op)) return handler;
    if (const Handler handler = tables::plain_wide(op)) return handler;
    if (const Handler handler = tables::plain_exception(op)) return handler;
    return tables::plain_gc(op);
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
