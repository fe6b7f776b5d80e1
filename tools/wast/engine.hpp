// What a script needs of the runtime: modules, instances under names, calls. The rest of this
// folder knows no more of wrt than this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <wrt/decoder/features.hpp>
#include <wrt/foundation/result.hpp>

#include "value.hpp"

namespace wrt::runtime {
struct Value;
}

namespace wrt::wast {

struct EngineOptions {
    FeatureSet features = {};  ///< What modules may use.
    /// Where everything of the engine lies; none: address space, committed on need.
    std::span<std::byte> buffer = {};
    /// Bytes that a memory may grow to in a buffer.
    uint64_t memory_bytes = 0;
    /// Told when the engine hands over to the runtime, and when it has come back. For tests that
    /// count what happens there.
    void (*watch)(bool inside) = nullptr;
};

/// The world of one script, or of one thread of it: a store, the spectest module, and what the
/// script loads. Modules and instances live as long as their engine and are known by the numbers
/// that they were given.
class Engine {
public:
    enum class ModuleId : uint32_t {};
    enum class InstanceId : uint32_t {};

    explicit Engine(const EngineOptions& options = {});
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    Result<ModuleId> load(std::span<const uint8_t> binary);
    Result<InstanceId> instantiate(ModuleId module);
    /// Makes the calling thread the one that uses this engine.
    void adopt();
    /// An instance here that exports the shared memories of `instance`, which is `other`'s. While
    /// this engine lives, so does `other`; calling both from two threads is fine.
    InstanceId share(Engine& other, InstanceId instance);
    /// Lets later modules import the instance's exports from `name`.
    Status register_as(std::string_view name, InstanceId instance);

    /// Errc::not_found and the like where there is nothing to call; otherwise what the call
    /// came to.
    Result<std::vector<Value>> invoke(InstanceId instance, std::string_view field,
                                      std::span<const Value> args);
    Result<Value> get(InstanceId instance, std::string_view field);

private:
    struct State;

    Status go_on_elsewhere(std::span<runtime::Value> results);
    static Status make_again(const State& old, State& made);
    static Status try_mutant(const State& old, std::span<const uint8_t> snapshot);

    std::unique_ptr<State> state_;
};

}  // namespace wrt::wast
