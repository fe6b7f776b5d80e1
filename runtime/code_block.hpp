// CodeBlock: the code of a module while it grows, as one block at the retained end of an arena.
#pragma once

#include <span>
#include <utility>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/runtime/module.hpp>

#include "translator.hpp"

namespace wrt::runtime {

class CodeRecorder;

class CodeBlock {
public:
    /// All functions of a module, one after the other. For each function `waiting` has 0.
    /// `recorder`: who is told which cells hold addresses, or null.
    CodeBlock(Arena& arena, Module& module, GrowingStack<uint32_t>& waiting, CodeRecorder* recorder)
        : arena_{arena}, module_{module}, waiting_{&waiting}, recorder_{recorder}
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
    /// What there is becomes the module's code.
    void close() { module_.code = static_vector<Cell>::of({cells_, size_}); }

private:
    Status grow(uint32_t cells);
    /// The function that is being written.
    struct Written {
        const Translator& translator;
        std::span<const Operation> operations;
        Cell* code;
    };
    template <Family Known>
    void write(const Operation& o, const Written& function, Cell* at);
    template <size_t... Families>
    static consteval auto make_writers(std::index_sequence<Families...>);
    void write_call(const Operation& o, Cell* at);
    uint64_t entry_of(uint32_t function, const Cell* word);
    void resolve(uint32_t function);

    Arena& arena_;
    Module& module_;
    /// For each function: the last cell that waits for its entry, or 0. Such cells name the one
    /// before them. Null where functions are translated when first called.
    GrowingStack<uint32_t>* waiting_ = nullptr;
    CodeRecorder* recorder_ = nullptr;
    Cell* cells_ = nullptr;
    uint32_t size_ = 0;
    uint32_t capacity_ = 0;
};

}  // namespace wrt::runtime
