// An arena, a store in it, and modules loaded from bytes: what nearly every test of the runtime
// needs.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/decoder/types.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/call.hpp>
#include <wrt/runtime/imports.hpp>
#include <wrt/runtime/instantiate.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/store.hpp>

#include "binary.hpp"

namespace wrt::test {

/// The error's whole sentence, or "ok".
template <class T>
std::string text_of(const Result<T>& result)
{
    if (result) return "ok";
    return std::string{describe(result.error(), &write_type_name).view()};
}

/// Address space for many memories, committed on demand.
class World {
public:
    explicit World(runtime::StoreOptions options = {.limits = {.stack_slots = 1u << 14}},
                   Backing backing = Backing::reserve(size_t{1} << 32).value())
        : arena_{std::move(backing)}, store_{runtime::Store::make(arena_, options).value()}
    {
    }

    /// In `bytes` bytes instead.
    static std::unique_ptr<World> in(std::span<std::byte> bytes, runtime::StoreOptions options)
    {
        return std::make_unique<World>(options, Backing::over(bytes));
    }

    Arena& arena() { return arena_; }
    runtime::Store& store() { return *store_; }

    /// The binary stays until the end.
    Result<runtime::Module*> load(const Bytes& binary, const runtime::LoadOptions& options = {})
    {
        return runtime::load_module_from_binary(binaries_.emplace_back(binary), arena_, options);
    }
    runtime::Module& module(const Bytes& binary)
    {
        const Result<runtime::Module*> module = load(binary);
        EXPECT_EQ(text_of(module), "ok");
        return *module.value();
    }
    Result<runtime::ModuleInstance*> instantiate(const Bytes& binary)
    {
        return runtime::instantiate(*store_, module(binary));
    }
    runtime::ModuleInstance& instance(const Bytes& binary)
    {
        const Result<runtime::ModuleInstance*> instance = instantiate(binary);
        EXPECT_EQ(text_of(instance), "ok");
        return *instance.value();
    }
    /// What importing `what` as module "m", name "x" says.
    std::string import(const Bytes& what, const Bytes& type_section = types({}))
    {
        return text_of(instantiate(wasm({type_section, imports({test::import("m", "x", what)})})));
    }

private:
    Arena arena_;
    runtime::Store* store_;
    std::deque<Bytes> binaries_;
};

/// Exports that exist.
inline runtime::FuncInstance& func(const runtime::ModuleInstance& instance, std::string_view name)
{
    return *runtime::find_export(instance, name).func;
}
inline runtime::GlobalInstance& global_of(const runtime::ModuleInstance& instance,
                                          std::string_view name)
{
    return *runtime::find_export(instance, name).global;
}

}  // namespace wrt::test
