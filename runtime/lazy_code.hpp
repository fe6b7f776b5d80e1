// LazyCode: translation of a module's functions when they are first called.
//
// Loading validates every body, keeps what typing them again takes, and sets a code cache aside: an
// arena of its own, so that calls allocate nothing elsewhere. Code grows at its retained end, and
// what translating one function takes lies at its scratch end meanwhile.
//
// A function without code has a stub, one cell, which is what its instances' entries and direct
// calls name. Running the stub translates the function, makes the code the entry of the instance,
// and goes on there. A direct call is encoded as an unbound one where its callee has no code; it
// turns itself into an ordinary call when it is first made. So what is called again costs what it
// would cost if everything had been translated at once.
//
// Code that changes belongs to one thread at a time, as the arena does: such a module can be
// instantiated in the stores of the arena it was loaded in, and nowhere else.
#pragma once

#include <cstddef>

#include <wrt/decoder/module.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/sub_arena.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/translate_options.hpp>

#include "handler_tables.hpp"

namespace wrt::runtime {

class LazyCode : public LazyFunctions {
public:
    /// Of a module that has such functions.
    static LazyCode& of(const Module& module) noexcept
    {
        return static_cast<LazyCode&>(*module.lazy);
    }

    /// Prepares `module`, whose bodies are valid and whose functions have their types, to be
    /// translated lazily. `cache_bytes`: of the code cache; 0: the default (default_cache_bytes()).
    static Status open(const decoder::Module& syntax, Arena& arena, Module& module,
                       const TranslateOptions& options, size_t cache_bytes) noexcept;

    /// First cell of function `index`, which is translated if it was not yet. Errors:
    /// code_cache_exhausted, account_limit_exceeded, commit_failed, frame_too_large; nothing has
    /// changed then.
    Result<const Cell*> translate(uint32_t index) noexcept;

    /// Where instances may be made.
    [[nodiscard]] bool belongs_to(const Arena& arena) const noexcept
    {
        return &cache_->outer() == &arena;
    }
    /// Code and what is set aside for it, in bytes.
    [[nodiscard]] size_t capacity() const noexcept;

    LazyCode(const decoder::Module& syntax, Module& module, SubArena& cache,
             const TranslateOptions& options) noexcept
        : syntax_{&syntax}, module_{&module}, cache_{&cache}, options_{options}
    {
        options_.bound_later = true;
    }

private:
    Status translate_in(Arena& cache, uint32_t index) noexcept;
    void forget(Arena& cache, uint32_t index, uint32_t cells) noexcept;

    const decoder::Module* syntax_;
    Module* module_;
    SubArena* cache_;
    TranslateOptions options_;
};

/// The handler of a direct call whose callee has no code yet: Plain::call or Plain::tail_call.
Handler unbound_call_handler(Plain plain);
/// What a stub runs.
Handler stub_handler();

}  // namespace wrt::runtime
