// FunctionWriter: the operations of a function as cells, and its source map behind them.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/runtime/cell.hpp>

#include "operation.hpp"

namespace wrt::runtime {

class CodeBlock;
class CodeRecorder;
class Translator;

/// What a function takes, without tables of catches and roots.
struct FunctionSize {
    uint32_t cells = 0;
    uint32_t map_bytes = 0;

    [[nodiscard]] uint32_t map_cells() const
    {
        return static_cast<uint32_t>((uint64_t{map_bytes} + sizeof(Cell) - 1) / sizeof(Cell));
    }
};

class FunctionWriter {
public:
    /// `body_offset`: where the source map begins. `recorder`: who is told which cells hold
    /// addresses, or null.
    FunctionWriter(CodeBlock& block, uint32_t body_offset, Translator& translator,
                   CodeRecorder* recorder);

    /// No function of so many operations takes more.
    [[nodiscard]] size_t most_bytes() const;
    /// Gives every operation its place, and says what all of them take.
    FunctionSize measure();
    /// The same, and writes cells to `code`, where most_bytes() may be written to, and the map
    /// behind them.
    FunctionSize write(Cell* code);
    /// The same where measure() has said what there is to write.
    void write(Cell* code, FunctionSize size);

    enum class Mode : uint8_t { measure, write, record };

private:
    template <Mode M>
    class Cells;

    template <Mode M>
    FunctionSize run(uint8_t* map);
    FunctionSize write_to(Cell* code, uint8_t* map);
    template <Mode M, Family Known>
    uint32_t operation(const Operation& o, Cell* at);
    template <Mode M, size_t... Families>
    static consteval auto make_writers(std::index_sequence<Families...>);
    template <Mode M>
    void call(const Operation& o, Cells<M> cells);
    template <Mode M>
    void target(const Operation& o, Cells<M> cells, uint32_t word, uint32_t label);
    void fill_in_targets();
    [[nodiscard]] size_t most_cells() const;

    static constexpr uint32_t none = 0xffffffffu;

    CodeBlock& block_;
    const Translator& translator_;
    CodeRecorder* recorder_;
    std::span<Operation> operations_;
    const uint32_t* labels_;
    const uint32_t body_offset_;
    Cell* code_ = nullptr;
    /// The last cell that waits for the place of an operation further on. Such cells have the
    /// operation, and the one before them in the upper half.
    uint32_t waiting_ = none;
};

}  // namespace wrt::runtime
