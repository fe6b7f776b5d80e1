// Components: loading, instantiating and calling.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <wrt/decoder/component.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::component {

/// A component that instances can be made of. Lies on the retained end of an arena; never changed.
struct Component {
    decoder::Component syntax;
    std::span<runtime::Module* const> modules;  ///< Its core modules, by their number in `syntax`.
};

struct ComponentLoadOptions {
    runtime::BinaryLifetime lifetime = runtime::BinaryLifetime::borrowed;
    runtime::TranslateOptions translate = {};
    decoder::DecodeOptions decode = {};  ///< `defer_bodies` does not matter.
    runtime::CodeMode code = runtime::CodeMode::eager;
    size_t code_cache = 0;  ///< Of each core module, as in runtime::LoadOptions.
    // Bytes that the Component scopes may take; 0: what the arena's table grants. MemoryFactory's
    // default, and what the presets seed and tiny grant, is limits::module_scope_bytes (64 KiB).
    size_t budget = 0;           ///< Loading: what is kept and what decoding takes meanwhile.
    size_t instance_budget = 0;  ///< Instantiation, linear memories of a fixed arena included.
    size_t total_budget = 0;     ///< Both, in load_and_instantiate().
};

/// Decodes, validates and translates a component and the core modules in it under a Component
/// scope, the scopes of the decoder and the runtime nested in it. What remains lies on the retained
/// end of `arena`. On refusal (malformed, invalid, unsupported, exhaustion; usage: a core module)
/// the arena is as it was.
Result<Component*> load_component_from_binary(std::span<const uint8_t> binary, Arena& arena,
                                              const ComponentLoadOptions& options = {}) noexcept;

struct WorldOptions {
    uint32_t handles = 16'384;  ///< Entries of the handle tables of all instances together.
    uint32_t lends = 4'096;     ///< Handles that may be lent at one time.
    uint32_t tasks =
        256;  ///< Calls that may be open at one time; subtasks and waitable sets, each.
    uint32_t streams = 256;  ///< Streams and futures.
    /// Asynchronous calls and threads of guests that may wait in the middle of core code at one
    /// time, each on stacks of its own: 576 KiB, of which only what is used is touched. Where there
    /// are none left, a task that has to give the stack back to its caller is refused
    /// (component_async_unsupported), and a thread does not begin. With 0 guests make no threads.
    uint32_t threads = threads_by_arena;

    /// 8 in an arena of address space, none in a fixed one.
    static constexpr uint32_t threads_by_arena = ~uint32_t{0};
    /// Bytes for the values of calls of host functions and of typed calls. Only what is used is
    /// touched.
    uint32_t host_bytes = 256 * 1024;
};

struct Instance;
struct Func;
struct World;
class Imports;
struct LinkFault;

/// What component instances of one store share: the room for their handles, and the host's own
/// handles. Lies on the retained end of the store's arena; trivially destructible.
Result<World*> make_world(runtime::Store& store, const WorldOptions& options = {}) noexcept;

/// An instance of a component, whose imports `imports` has (imports.hpp). Two phases: first all of
/// it, nested instances and core instances, is made and linked; then segments are copied and start
/// functions run, in order. All or nothing: what a failed attempt made is gone, memory and all.
/// Errors: unlinkable (an import is missing or of another type; `fault`, if given, tells which),
/// exhaustion, unsupported: all before anything of the guest runs; trap (the second phase).
/// `budget`: ComponentLoadOptions::instance_budget.
///
/// The instance lies in the scope that is open, and is gone with it: instances of a world end in
/// the reverse order of their making. What the world kept for them (handles, tasks, streams) is
/// free again then; resources of the host that they still owned stay the host's unless close()
/// came before.
Result<Instance*> instantiate(World& world, const Component& component,
                              const Imports* imports = nullptr, LinkFault* fault = nullptr,
                              size_t budget = 0) noexcept;

/// The same as far as no code of the guest runs: what is left of the second phase, from the first
/// start function on, is start()'s. Nobody may call the instance, or use what it exports but for
/// linking, before that.
Result<Instance*> prepare(World& world, const Component& component,
                          const Imports* imports = nullptr, LinkFault* fault = nullptr,
                          size_t budget = 0) noexcept;
/// Errors: trap, exhaustion: the instance is of no use then.
Status start(World& world, Instance& instance) noexcept;

/// Ends an instance: what its tables, and those of instances in it, own of the host's resources is
/// dropped as if the guest had done it, and nobody enters it any more. Its memory goes with its
/// scope.
void close(World& world, Instance& instance) noexcept;

/// Takes away what guards the stacks of threads, until they next run: for who looks at the bytes of
/// the arena as they are, or puts others there (ArenaImage). Nothing runs meanwhile.
void release_stacks(World& world) noexcept;

/// load_component_from_binary() and instantiate() into the arena of the world's store, under one
/// Component scope: a phase that fails takes the one before with it.
Result<Instance*> load_and_instantiate(World& world, std::span<const uint8_t> binary,
                                       const ComponentLoadOptions& options = {},
                                       const Imports* imports = nullptr,
                                       LinkFault* fault = nullptr) noexcept;

/// The function that the instance exports under that name, or null. `instance#name` looks in an
/// instance that it exports, and so does `instance.name` (with the last dot). An interface that is
/// not exported in the version asked for is taken in a compatible one (same_interface()).
const Func* find_function(const Instance& instance, std::string_view name) noexcept;

/// The same where the interface ("" for none) and the function have been told apart.
const Func* find_function(const Instance& instance, std::string_view interface,
                          std::string_view name) noexcept;

/// A function that an instance exports, and the interface that it is in ("" for none).
struct ExportedFunc {
    std::string_view interface;
    std::string_view name;
    const Func* func = nullptr;
};
/// The `i`th of them in the order of the exports; nothing behind the last one.
std::optional<ExportedFunc> exported_func(const Instance& instance, size_t i) noexcept;

/// Whether both name the same interface in compatible versions: `ns:pkg/iface@1.2.0` and `@1.7.0`,
/// or `@0.2.0` and `@0.2.12`; 0.0.x and pre-releases are compatible with themselves only.
bool same_interface(std::string_view left, std::string_view right) noexcept;

/// The type of a function: a node of kind func, and the pools it lies in.
struct FuncType {
    const decoder::ComponentTypes& types;
    const decoder::ComponentTypeNode& node;

    std::span<const decoder::ComponentField> params() const { return types.fields_of(node); }
    decoder::ComponentValType result() const { return decoder::ComponentValType::of_bits(node.a); }
};
FuncType type_of(const Func& func) noexcept;

/// The host's side of a call: values as the canonical ABI lays them out in a memory of its own,
/// strings in UTF-8, pointers as offsets of 32 bits, resources as indices of the host's handle
/// table.
class HostMemory {
public:
    /// Room that the caller keeps; its first bytes are never handed out, so that no offset is 0.
    explicit HostMemory(std::span<uint8_t> room) noexcept : room_(room) {}

    /// The offset of `size` bytes at a multiple of `align`. Errc::arena_exhausted where there is no
    /// room.
    Result<uint32_t> allocate(uint32_t align, uint64_t size) noexcept;
    std::span<uint8_t> bytes() const noexcept { return room_; }
    /// The memory of who calls a host function that asks for it (HostFunctionRow::lends_bytes).
    std::span<const uint8_t> lent() const noexcept { return lent_; }
    void lend(std::span<const uint8_t> bytes) noexcept { lent_ = bytes; }
    void clear() noexcept { used_ = reserved; }

    /// What was allocated after mark() is free again after release(mark).
    uint32_t mark() const noexcept { return used_; }
    void release(uint32_t mark) noexcept { used_ = mark; }

private:
    static constexpr uint32_t reserved = 8;

    std::span<uint8_t> room_;
    std::span<const uint8_t> lent_;
    uint32_t used_ = reserved;
};

runtime::Store& store_of(World& world) noexcept;

/// The memory of the world itself: what calls of host functions and typed calls lie in.
HostMemory& memory_of(World& world) noexcept;
/// The same, with what the last typed call left in it, but none before that.
HostMemory& begin_typed_call(World& world) noexcept;

/// How the params of a function lie in memory one behind the other: as a tuple of them would.
decoder::ValueLayout params_layout(const FuncType& type) noexcept;

/// Calls `func`: its params lie at `args` in `memory` (params_layout), its result is put at
/// `result`, for which there must be room. A trap comes back as the Error and leaves the instance
/// unusable, as the specification asks; but not where the host's arguments cannot be given (a
/// handle that it does not have or of another type, a case that there is not, no UTF-8: the Error
/// is that of such a trap) or the instance is entered already: then nothing has happened. Errors:
/// trap, exhaustion, host (interrupted), usage (a place that is not inside `memory`).
Status call(World& world, const Func& func, HostMemory& memory, uint32_t args,
            uint32_t result) noexcept;

/// Drops a handle of the host's own table: the destructor of an owned resource runs.
Status drop_host_handle(World& world, uint32_t handle) noexcept;

}  // namespace wrt::component
