// Two exits of one operation.
#pragma once

#include <array>
#include <utility>

#include "handler_tables.hpp"

/// Traps where someone has asked the run to stop.
#define WRT_POLL()                                                                                 \
    if (ex->interrupt.load(std::memory_order_relaxed) != 0) [[unlikely]]                           \
        WRT_TRAP(interrupted)

/// Goes to the target in word `word` where `condition` holds, else `words` cells on. Two exits with
/// a jump each: choosing the target without a branch makes the processor wait for the condition.
/// The taken exit's handler is loaded before the condition is known. With `polls` the taken exit
/// looks for an interrupt.
#define WRT_BRANCH(condition, polls, word, words)                                                  \
    WRT_BRANCH_OR(condition, polls, word, words, (void)0)

/// The same where a loop goes round. Where it ends, a mark: without one, loops around recursion
/// guess wrong.
#define WRT_LOOP_BRANCH(condition, polls, word, words)                                             \
    WRT_BRANCH_OR(condition, polls, word, words, WRT_MARK_PATH())

#if WRT_DISPATCH == WRT_DISPATCH_TAIL_FORM
#define WRT_BRANCH_OR(condition, polls, word, words, otherwise)                                    \
    do {                                                                                           \
        const Cell* const taken_ = target_at(pc, word);                                            \
        Handler handler_ = handler_of(taken_);                                                     \
        asm volatile("" : "+r"(handler_));                                                         \
        if (condition) {                                                                           \
            if constexpr (polls) WRT_POLL();                                                       \
            [[clang::musttail]] return handler_(WRT_PASS(taken_));                                 \
        }                                                                                          \
        otherwise;                                                                                 \
        WRT_NEXT(words);                                                                           \
    } while (0)
#else
#define WRT_BRANCH_OR(condition, polls, word, words, otherwise)                                    \
    do {                                                                                           \
        if (condition) {                                                                           \
            if constexpr (polls) WRT_POLL();                                                       \
            WRT_GOTO(target_at(pc, word));                                                         \
        }                                                                                          \
        otherwise;                                                                                 \
        WRT_NEXT(words);                                                                           \
    } while (0)
#endif
