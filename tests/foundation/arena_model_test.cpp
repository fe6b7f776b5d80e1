// Every short sequence of operations on an arena of 64 bytes, against a model so plain that it can
// be read: lists of blocks, no frontiers, sums instead of bounds. Checks I1 to I11 after each step.
// I12 is a death test of arena_test. The length is 5 (4 under sanitizers, which are slow), or
// WRT_MODEL_LENGTH.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/static_vector.hpp>

namespace wrt {
namespace {

constexpr size_t model_capacity = 64;

enum class Op : uint8_t {
    low_5_by_1,
    low_8_by_16,
    low_24_by_8,
    high_5_by_1,
    high_24_by_16,
    enter_retained_32,
    enter_retained_unlimited,
    enter_scratch_16,
    exit_top,
    exit_outer,
    commit_top,
    give_back_low,
    give_back_high,
    extend_low_by_9,
    shrink_low_by_3,
    toggle_seal,
    inject,
};
constexpr size_t op_count = 17;
static_assert(static_cast<size_t>(Op::inject) + 1 == op_count);

/// A block and the padding before it (after it, at the high end). A block that was given back
/// leaves its padding.
struct ModelBlock {
    size_t offset = 0;
    size_t size = 0;
    size_t padding = 0;
    Account account = Account::none;
};

struct ModelScope {
    End end = End::retained;
    size_t budget = 0;
    size_t low_blocks = 0;  // how many there were
    size_t high_blocks = 0;
    size_t peak = 0;
};

struct Model {
    static_vector<ModelBlock, 16> low;
    static_vector<ModelBlock, 16> high;
    static_vector<ModelScope, 16> scopes;
    bool sealed = false;
    bool failing = false;
    size_t peak = 0;
    uint32_t generation = 0;

    static size_t sum(const static_vector<ModelBlock, 16>& blocks, size_t from = 0)
    {
        size_t bytes = 0;
        for (size_t i = from; i < blocks.size(); ++i)
            bytes += blocks[i].size + blocks[i].padding;
        return bytes;
    }
    size_t lo() const { return sum(low); }
    size_t hi() const { return model_capacity - sum(high); }
    size_t use(const ModelScope& scope) const
    {
        const size_t scratch = sum(high, scope.high_blocks);
        return scope.end == End::scratch ? scratch : scratch + sum(low, scope.low_blocks);
    }
    size_t charged(Account account) const
    {
        size_t bytes = 0;
        for (const ModelBlock& block : low)
            bytes += block.account == account ? block.size + block.padding : 0;
        for (const ModelBlock& block : high)
            bytes += block.account == account ? block.size + block.padding : 0;
        return bytes;
    }
    /// Blocks before these counts are out of reach of give_back and extend.
    size_t low_floor() const
    {
        size_t floor = 0;
        for (const ModelScope& scope : scopes) {
            if (scope.end == End::retained) floor = scope.low_blocks;
        }
        return floor;
    }
    size_t high_floor() const { return scopes.empty() ? 0 : scopes.back().high_blocks; }

    bool takes(End end, size_t need) const
    {
        if (need > hi() - lo()) return false;
        for (const ModelScope& scope : scopes) {
            if (scope.end == End::scratch && end == End::retained) continue;
            if (use(scope) + need > scope.budget) return false;
        }
        return true;
    }
    size_t available() const
    {
        size_t bytes = hi() - lo();
        for (const ModelScope& scope : scopes) {
            if (scope.end == End::retained) bytes = std::min(bytes, scope.budget - use(scope));
        }
        return bytes;
    }
    void note_peaks()
    {
        peak = std::max(peak, lo() + model_capacity - hi());
        for (ModelScope& scope : scopes)
            scope.peak = std::max(scope.peak, use(scope));
    }
    /// Whether this step is the one that was told to fail.
    bool fails()
    {
        const bool failed = failing;
        failing = false;
        return failed;
    }

    std::optional<size_t> allocate(End end, size_t size, size_t align, Account account)
    {
        if (sealed || fails()) return std::nullopt;
        ModelBlock block{.size = size, .account = account};
        if (end == End::retained) {
            block.padding = (align - lo() % align) % align;
            block.offset = lo() + block.padding;
        } else {
            if (size > hi()) return std::nullopt;
            block.padding = (hi() - size) % align;
            if (size + block.padding > hi()) return std::nullopt;
            block.offset = hi() - size - block.padding;
        }
        if (!takes(end, size + block.padding)) return std::nullopt;
        (end == End::retained ? low : high).push_back_unchecked(block);
        note_peaks();
        return block.offset;
    }
    bool enter(End end, size_t budget)
    {
        if (sealed || fails()) return false;
        ++generation;
        return scopes.try_push_back(ModelScope{end, budget, low.size(), high.size(), 0}) != nullptr;
    }
    void leave(bool keep)
    {
        const ModelScope scope = scopes.back();
        scopes.pop_back();
        while (high.size() > scope.high_blocks)
            high.pop_back();
        if (scope.end == End::scratch || keep) return;
        while (low.size() > scope.low_blocks)
            low.pop_back();
    }
    /// The newest block of an end, unless its scope or a hole of padding forbids.
    ModelBlock* newest(End end)
    {
        auto& blocks = end == End::retained ? low : high;
        const size_t floor = end == End::retained ? low_floor() : high_floor();
        if (blocks.size() <= floor || blocks.back().size == 0) return nullptr;
        return &blocks.back();
    }
};

/// The arena and the model, taken through the same steps.
class Pair {
public:
    Pair() : arena_(Backing::over(storage_)) {}

    /// Takes one step with both and compares what they answer; the description of the first
    /// difference, or empty.
    std::string step(Op op)
    {
        switch (op) {
        case Op::low_5_by_1: return allocate(End::retained, 5, 1, Account::types);
        case Op::low_8_by_16: return allocate(End::retained, 8, 16, Account::code);
        case Op::low_24_by_8: return allocate(End::retained, 24, 8, Account::types);
        case Op::high_5_by_1: return allocate(End::scratch, 5, 1, Account::scratch);
        case Op::high_24_by_16: return allocate(End::scratch, 24, 16, Account::code);
        case Op::enter_retained_32: return enter(End::retained, 32);
        case Op::enter_retained_unlimited: return enter(End::retained, unlimited);
        case Op::enter_scratch_16: return enter(End::scratch, 16);
        case Op::exit_top: return exit_top();
        case Op::exit_outer: return exit_outer();
        case Op::commit_top: return commit_top();
        case Op::give_back_low: return give_back(End::retained);
        case Op::give_back_high: return give_back(End::scratch);
        case Op::extend_low_by_9: return extend(9);
        case Op::shrink_low_by_3: return extend(-3);
        case Op::toggle_seal:
            model_.sealed = !model_.sealed;
            model_.sealed ? arena_.seal() : arena_.unseal();
            return {};
        case Op::inject:
            model_.failing = true;
            arena_.fail_at(1);
            return {};
        }
        return "no such step";
    }

    /// What always holds.
    std::string check() const
    {
        const size_t lo = arena_.bytes(End::retained).size();
        const size_t hi = arena_.capacity() - arena_.bytes(End::scratch).size();
        if (lo > hi || hi > model_capacity) return "I1";
        if (lo != model_.lo() || hi != model_.hi()) return "I2, I8: the frontiers differ";
        if (arena_.depth() != model_.scopes.size()) return "the depths differ";
        if (arena_.peak() != model_.peak) return "the peaks differ";
        if (arena_.available() != model_.available()) return "what is available differs";
        size_t sum = 0;
        for (const Account account :
             {Account::none, Account::types, Account::code, Account::scratch}) {
            const size_t used = arena_.usage(account).used;
            if (used != model_.charged(account)) return "I10: an account differs";
            sum += used;
        }
        if (sum + (hi - lo) != model_capacity) return "I10: bytes without an account";
        for (size_t i = 0; i < model_.scopes.size(); ++i) {
            const ScopeInfo info = arena_.scope(i + 1);
            if (info.allocated != model_.use(model_.scopes[i]))
                return "I4, I6: a scope's use differs";
            if (info.allocated > info.budget) return "I5";
            if (info.peak != model_.scopes[i].peak) return "a scope's peak differs";
            if (i > 0 && info.generation <= arena_.scope(i).generation) return "I9";
        }
        if (!model_.scopes.empty() &&
            arena_.scope(model_.scopes.size()).generation > model_.generation) {
            return "I9: generations";
        }
        return contents();
    }

private:
    /// I2 for real: each block still holds what was written into it when it was made.
    std::string contents() const
    {
        for (const auto* blocks : {&model_.low, &model_.high}) {
            for (const ModelBlock& block : *blocks) {
                for (size_t i = 0; i < block.size; ++i) {
                    if (storage_[block.offset + i] != pattern(block))
                        return "I2: a block was overwritten";
                }
            }
        }
        return {};
    }
    static std::byte pattern(const ModelBlock& block) { return std::byte(block.offset * 3 + 1); }
    void fill(const ModelBlock& block)
    {
        std::memset(storage_ + block.offset, static_cast<int>(pattern(block)), block.size);
    }

    std::string allocate(End end, size_t size, size_t align, Account account)
    {
        const bool probed =
            model_.failing || arena_.can_allocate(end, size, align, account).has_value();
        const bool was_failing = model_.failing;
        const auto expected = model_.allocate(end, size, align, account);
        const AllocResult block = arena_.try_allocate(end, size, align, account);
        if (expected.has_value() != bool(block)) return "I7: one allocates, the other refuses";
        if (!was_failing && probed != bool(block)) return "the probe was wrong";
        if (!block) return {};
        if (block.pointer != storage_ + *expected) return "the places differ";
        if (reinterpret_cast<uintptr_t>(block.pointer) % align != 0) return "I3";
        fill((end == End::retained ? model_.low : model_.high).back());
        return {};
    }
    std::string enter(End end, size_t budget)
    {
        auto guard = arena_.enter(LibraryId::test_registry, "model", budget, end);
        if (model_.enter(end, budget) != guard.has_value()) return "one enters, the other refuses";
        if (guard) guards_.push_back_unchecked(std::move(*guard));
        return {};
    }
    std::string exit_top()
    {
        if (guards_.empty()) return {};
        if (!guards_.back().exit()) return "the innermost scope could not be left";
        if (guards_.back().exit().error().code != Errc::scope_left) return "I9: left twice";
        guards_.pop_back();
        model_.leave(false);
        return {};
    }
    std::string exit_outer()
    {
        if (guards_.size() < 2) return {};
        const Status status = guards_.front().exit();
        if (status || status.error().code != Errc::scope_not_top) return "an outer scope was left";
        return {};
    }
    std::string commit_top()
    {
        if (guards_.empty()) return {};
        guards_.back().commit();
        guards_.pop_back();
        model_.leave(true);
        return {};
    }
    std::string give_back(End end)
    {
        auto& blocks = end == End::retained ? model_.low : model_.high;
        if (blocks.empty() || blocks.back().size == 0) return {};
        const ModelBlock last = blocks.back();
        ModelBlock* const newest = model_.newest(end);
        // At the high end the padding lies beyond the block, so that the block is at the frontier
        // only without it.
        const bool gone = arena_.give_back(end, storage_ + last.offset, last.size, last.account);
        if (gone != (newest != nullptr)) return "one gives back, the other does not";
        if (!gone) return {};
        if (newest->padding == 0) {
            blocks.pop_back();
        } else {
            newest->size = 0;
        }
        return {};
    }
    std::string extend(int by)
    {
        if (model_.low.empty() || model_.low.back().size == 0) return {};
        const ModelBlock last = model_.low.back();
        const size_t size = last.size + static_cast<size_t>(by);
        if (by < 0 && last.size <= 3) return {};
        bool expected = model_.newest(End::retained) != nullptr;
        if (expected && by > 0) {
            expected = !model_.sealed && !model_.fails() &&
                       model_.takes(End::retained, static_cast<size_t>(by));
        }
        const bool done =
            arena_.try_extend(End::retained, storage_ + last.offset, last.size, size, last.account);
        if (done != expected) return "one extends, the other does not";
        if (!done) return {};
        model_.low.back().size = size;
        model_.note_peaks();
        fill(model_.low.back());
        return {};
    }

    alignas(Backing::alignment) std::byte storage_[model_capacity]{};
    Model model_;
    Arena arena_;
    static_vector<ScopeGuard, 16>
        guards_;  // the newest ends first: clear() must not be trusted with the order

public:
    ~Pair()
    {
        while (!guards_.empty())
            guards_.pop_back();
    }
};

size_t sequence_length()
{
    if (const char* length = std::getenv("WRT_MODEL_LENGTH"))
        return std::strtoul(length, nullptr, 10);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 4;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return 4;
#else
    return 5;
#endif
#else
    return 5;
#endif
}

TEST(arena_model, agrees_with_the_arena_over_every_short_sequence)
{
    const size_t length = sequence_length();
    std::vector<size_t> digits(length, 0);
    uint64_t sequences = 0;
    size_t changed = 0;  // the first step that differs from the previous sequence
    while (true) {
        Pair pair;
        for (size_t i = 0; i < length; ++i) {
            std::string wrong = pair.step(static_cast<Op>(digits[i]));
            if (wrong.empty() && i >= changed) wrong = pair.check();
            if (!wrong.empty()) {
                std::string steps;
                for (size_t j = 0; j <= i; ++j)
                    steps += " " + std::to_string(digits[j]);
                FAIL() << wrong << " after" << steps;
            }
        }
        ++sequences;
        size_t place = length;
        while (place > 0 && digits[place - 1] == op_count - 1)
            digits[--place] = 0;
        if (place == 0) break;
        ++digits[place - 1];
        changed = place - 1;
    }
    uint64_t expected = 1;
    for (size_t i = 0; i < length; ++i)
        expected *= op_count;
    EXPECT_EQ(sequences, expected);
}

}  // namespace
}  // namespace wrt
