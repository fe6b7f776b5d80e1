// Programs of gc/*.wat in a store whose heap is as small, or as often collected, as a test wants.
#pragma once

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <vector>

#include <wrt/runtime/heap.hpp>
#include <wrt/runtime/rooted.hpp>
#include <wrt/text/assemble.hpp>

#include "world.hpp"

namespace wrt::test {

inline Bytes assembled(const std::string& title)
{
    std::ifstream file{std::string{WRT_GC_PROGRAMS "/"} + title + ".wat", std::ios::binary};
    EXPECT_TRUE(file) << title;
    const std::string source{std::istreambuf_iterator<char>{file}, {}};
    Arena arena{Backing::reserve(size_t{1} << 28).value()};
    const auto binary = text::assemble(source, arena);
    EXPECT_EQ(text_of(binary), "ok") << title;
    return {binary.value().begin(), binary.value().end()};
}

/// How a program is run: none of it may make a difference to what it computes.
struct HeapMode {
    uint64_t heap_bytes = uint64_t{1} << 24;
    bool collect_always = false;
    bool slots_only = false;
};

class GcWorld : public World {
public:
    explicit GcWorld(HeapMode mode = {}) : World{options_of(mode)}, mode_{mode} {}

    runtime::ModuleInstance& program(const std::string& title)
    {
        runtime::LoadOptions options;
        options.translate.slots_only = mode_.slots_only;
        const auto module = load(assembled(title), options);
        EXPECT_EQ(text_of(module), "ok") << title;
        const auto instance = runtime::instantiate(store(), *module.value());
        EXPECT_EQ(text_of(instance), "ok") << title;
        return *instance.value();
    }

    /// Calls an export; the sum of its results, which are integers, or the error.
    Result<int64_t> call(runtime::ModuleInstance& instance, std::string_view name,
                         std::initializer_list<runtime::Value> args = {})
    {
        runtime::FuncInstance& callee = func(instance, name);
        std::vector<runtime::Value> results(store().types()[callee.type].result_count);
        WRT_CHECK(runtime::call(store(), callee, std::span{args.begin(), args.size()}, results));
        int64_t sum = 0;
        for (const runtime::Value& result : results)
            sum += result.type == ValType::i32 ? result.i32 : result.i64;
        return sum;
    }

    const runtime::Heap& heap() { return store().heap(); }

private:
    static runtime::StoreOptions options_of(HeapMode mode)
    {
        runtime::StoreOptions options;
        options.limits.stack_slots = 1u << 16;
        options.limits.heap_bytes = mode.heap_bytes;
        options.collect_always = mode.collect_always;
        return options;
    }

    HeapMode mode_;
};

}  // namespace wrt::test
