// What a component script needs of wrt: components, instances, calls with the script's values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wrt/foundation/result.hpp>

#include "component_script.hpp"

namespace wrt::wast {

struct ComponentEngineOptions {
    /// Where everything of the engine lies; none: address space, committed on need.
    std::span<std::byte> buffer = {};
    /// Bytes that a memory may grow to in a buffer.
    uint64_t memory_bytes = 0;
    /// Told when the engine hands over to the runtime, and when it has come back.
    void (*watch)(bool inside) = nullptr;
    /// Collect before every allocation in the heap.
    bool collect_always = false;
};

/// One script's world. Components and instances live as long as it does and are known by their
/// numbers.
class ComponentEngine {
public:
    explicit ComponentEngine(const ComponentEngineOptions& options = {});
    ~ComponentEngine();
    ComponentEngine(const ComponentEngine&) = delete;
    ComponentEngine& operator=(const ComponentEngine&) = delete;

    Result<size_t> load(std::span<const uint8_t> binary);
    Result<size_t> instantiate(size_t component);

    /// Calls a function, with the arena sealed meanwhile; `mismatch` says how the result differs
    /// from what is expected, or is empty. Errc::not_found and Errc::signature_mismatch where there
    /// is no such function, or the arguments are none of it.
    Status invoke(size_t instance, std::string_view field, std::span<const ComponentValue> args,
                  const std::vector<ComponentValue>* expected, std::string& mismatch);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace wrt::wast
