// CodeBlock: the code of a module while it grows, as one block at the retained end of an arena.
#pragma once

#include <cstdint>

#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/module.hpp>

#include "translator.hpp"

namespace wrt::runtime {

class CodeRecorder;

class CodeBlock {
public:
    /// All functions of a module, one after the other. `recorder`: who is told which cells hold
    /// addresses, or null.
    CodeBlock(Arena& arena, Module& module, CodeRecorder* recorder)
        : arena_{arena}, module_{module}, whole_{true}, recorder_{recorder}
    {
    }
    /// Of a module whose functions are translated when they are first called: goes on with the code
    /// there is. Calls of functions that have none go to their stubs.
    CodeBlock(Arena& arena, Module& module)
        : arena_{arena},
          module_{module},
          cells_{module.code.data()},
          size_{module.code.size()},
          capacity_{module.code.size()}
    {
    }

    /// Begins an empty block.
    Status open();
    /// Appends the function that `translator` has just finished; refuses (exhaustion) and changes
    /// nothing where there is no room.
    Status add(uint32_t function, Translator& translator);
    /// What there is becomes the module's code, and is complete.
    void close();

private:
    friend class FunctionWriter;

    Status grow(uint32_t cells);
    /// From the block's first cell.
    [[nodiscard]] uint32_t place_of(const Cell* cell) const
    {
        return static_cast<uint32_t>(cell - cells_);
    }
    uint64_t entry_of(uint32_t function, const Cell* word);
    /// Whether calls of the function find its stub for now.
    [[nodiscard]] bool waits_for_code_of(uint32_t function) const
    {
        return !whole_ && module_.functions[function].code == 0;
    }

    Arena& arena_;
    Module& module_;
    bool whole_ = false;  ///< All functions will be there when the block is closed.
    /// The last cell that waits for the entry of a function further on, or 0. Such cells have the
    /// function, and the one before them in the upper half.
    uint32_t waiting_ = 0;
    CodeRecorder* recorder_ = nullptr;
    Cell* cells_ = nullptr;
    uint32_t size_ = 0;
    uint32_t capacity_ = 0;
};

}  // namespace wrt::runtime
