// What typing needs to know of the instructions that most bodies are made of, by rows of eight
// bytes that are made of instructions.def.
#pragma once

#include <array>
#include <cstdint>

#include <wrt/decoder/instruction.hpp>
#include <wrt/decoder/types.hpp>

namespace wrt::decoder {

namespace detail {

/// The instructions that most bodies are made of, each typed on the spot.
enum class Quick : uint8_t {
    no,
    unary,
    binary,
    // Which the first version does not have; those with two operands have longer opcodes.
    later_unary,
    later_binary,
    local_get,
    local_set,
    local_tee,
    i32_const,
    i64_const,
    load,
    store,
    drop,
    // Typed out of line, but without asking twice what they are.
    block,  ///< block, loop and if.
    else_,
    end,
    br,
    br_if,
    return_,
    call,
    global,  ///< global.get and global.set.
};

/// What typing them needs of instructions.def, in one word.
struct alignas(8) QuickRow {
    Quick kind = Quick::no;
    ValKind operand = ValKind::bot;  ///< unary, binary: of all operands. store: of the value.
    ValKind result = ValKind::bot;   ///< unary, binary, load.
    uint8_t align = 0;               ///< load, store: exponent of the natural alignment.
    Instr op = Instr::count_;
};
static_assert(sizeof(QuickRow) == 8);

/// The exponent of a memarg's natural alignment, or -1 for what is no memarg without lane.
constexpr int natural_align(Immediates immediates)
{
    constexpr Immediates kinds[] = {Immediates::memarg8, Immediates::memarg16, Immediates::memarg32,
                                    Immediates::memarg64, Immediates::memarg128};
    for (int i = 0; i < 5; ++i) {
        if (kinds[i] == immediates) return i;
    }
    return -1;
}

consteval QuickRow find_quick_row(const InstrInfo& row, Instr op)
{
    if (op == Instr::local_get) return {.kind = Quick::local_get};
    if (op == Instr::local_set) return {.kind = Quick::local_set};
    if (op == Instr::local_tee) return {.kind = Quick::local_tee};
    if (op == Instr::i32_const) return {.kind = Quick::i32_const};
    if (op == Instr::i64_const) return {.kind = Quick::i64_const};
    if (op == Instr::drop) return {.kind = Quick::drop};
    if (op == Instr::block || op == Instr::loop || op == Instr::if_) return {.kind = Quick::block};
    if (op == Instr::else_) return {.kind = Quick::else_};
    if (op == Instr::end) return {.kind = Quick::end};
    if (op == Instr::br) return {.kind = Quick::br};
    if (op == Instr::br_if) return {.kind = Quick::br_if};
    if (op == Instr::return_) return {.kind = Quick::return_};
    if (op == Instr::call) return {.kind = Quick::call};
    if (op == Instr::global_get || op == Instr::global_set) return {.kind = Quick::global};
    const Signature& signature = row.signature;
    const uint32_t count = signature.param_count;
    const int align = natural_align(row.immediates);
    const bool later = row.feature != Feature::mvp;
    if (signature.by_hand) return {};
    if (align >= 0 && count == 1 && !later) {
        return {.kind = Quick::load,
                .result = signature.result.kind(),
                .align = static_cast<uint8_t>(align)};
    }
    if (align >= 0 && count == 2 && !later) {
        return {.kind = Quick::store,
                .operand = signature.params[1].kind(),
                .align = static_cast<uint8_t>(align)};
    }
    if (row.immediates != Immediates::none || signature.result_count != 1 || count < 1 ||
        count > 2) {
        return {};
    }
    // References have more to them than a kind.
    const ValType operand = signature.params[0];
    if (signature.result.is_ref() || operand.is_ref() ||
        (count == 2 && signature.params[1] != operand)) {
        return {};
    }
    const bool binary = count == 2;
    return {.kind = later ? (binary ? Quick::later_binary : Quick::later_unary)
                          : (binary ? Quick::binary : Quick::unary),
            .operand = operand.kind(),
            .result = signature.result.kind()};
}

consteval QuickRow make_quick_row(Instr op)
{
    QuickRow row = find_quick_row(info(op), op);
    row.op = op;
    return row;
}

consteval std::array<QuickRow, instr_count> make_quick_rows()
{
    std::array<QuickRow, instr_count> rows{};
    for (uint32_t i = 0; i < instr_count; ++i) {
        rows[i] = make_quick_row(static_cast<Instr>(i));
    }
    return rows;
}

inline constexpr std::array<QuickRow, instr_count> quick_rows = make_quick_rows();

consteval std::array<QuickRow, 256> make_quick_bytes()
{
    std::array<QuickRow, 256> rows{};
    for (size_t byte = 0; byte < rows.size(); ++byte) {
        const Instr op = opcode_pages.single[byte];
        if (op != Instr::count_) rows[byte] = quick_rows[static_cast<size_t>(op)];
    }
    return rows;
}

/// The same by the only byte of the opcode.
inline constexpr std::array<QuickRow, 256> quick_bytes = make_quick_bytes();

}  // namespace detail

}  // namespace wrt::decoder
