// Store: everything that instances of modules consist of (4.2.3), in one arena. Nothing in it is
// freed before the arena's scope is left; nothing in it moves.
// https://webassembly.github.io/spec/core/exec/runtime.html#store
#pragma once

#include <cstdint>
#include <span>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/limits.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/execution.hpp>
#include <wrt/runtime/heap.hpp>
#include <wrt/runtime/imports.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/rooted.hpp>
#include <wrt/runtime/type_registry.hpp>
#include <wrt/runtime/value.hpp>

namespace wrt::runtime {

class Activation;
class ConstantStack;

/// StoreLimits::heap_bytes: 1 GiB of address space in a reserved arena, a 32nd of what a fixed one
/// has left.
inline constexpr uint64_t default_heap_bytes = ~uint64_t{0};
inline constexpr uint64_t largest_default_heap = uint64_t{1} << 30;

/// What the instances of one store may take together.
struct StoreLimits {
    uint64_t memory_bytes =
        limits::memory64_pages * limits::page_bytes;   ///< Sum of the sizes of all memories.
    uint64_t table_elements = limits::table_elements;  ///< Sum of the sizes of all tables.
    /// Slots of the execution's stack; 0: an eighth of what the arena has left, at most 1 Mi slots
    /// (8 MiB).
    uint32_t stack_slots = 0;
    /// Bytes of garbage-collected objects, exceptions included. The collector takes a 32nd of that
    /// beside them.
    uint64_t heap_bytes = default_heap_bytes;
    /// Native nesting: how many host functions may wait for calls of their own.
    uint32_t host_depth = 64;
};

struct StoreOptions {
    StoreLimits limits = {};
    /// Give each process its own where modules are hostile.
    SipKey hash_key = {0x6b6e6f776e20746f, 0x6576657279626f64};
    /// Collect before every allocation in the heap. For tests.
    bool collect_always = false;
};

/// Confined to the arena's thread. Trivially destructible: leaving the arena's scope ends it.
/// Leaving a scope that was entered after the store was made takes out of the store what was added
/// meanwhile.
class Store {
public:
    /// A store on the retained end of `arena`, with an execution and its stack. The arena must
    /// outlive it.
    static Result<Store*> make(Arena& arena, const StoreOptions& options = {}) noexcept;

    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    Arena& arena() noexcept { return arena_; }
    const StoreLimits& limits() const noexcept { return options_.limits; }
    const SipKey& hash_key() const noexcept { return options_.hash_key; }
    TypeRegistry& types() noexcept { return types_; }
    const TypeRegistry& types() const noexcept { return types_; }
    /// The activation that call() and instantiate() run on.
    Execution& execution() noexcept { return execution_; }
    /// Instances and host definitions that were given a name; what instantiate() asks unless told
    /// otherwise.
    ImportTable& names() noexcept { return names_; }
    const ImportTable& names() const noexcept { return names_; }
    /// The instance made last; `older` leads to the others.
    ModuleInstance* newest_instance() const noexcept { return newest_instance_; }

    // The heap. Every allocation in it may move what it holds: see heap.hpp.

    const Heap& heap() const noexcept { return heap_; }
    Heap& heap() noexcept { return heap_; }
    /// Collects what no root reaches. For hosts that know when it suits; it happens by itself where
    /// the heap is full.
    void collect() noexcept { collect(waiting_); }
    /// The same where the innermost activation stands at `at`.
    void collect(const Safepoint* at) noexcept;
    /// Room for an object of `bytes` bytes (a multiple of eight); false where the heap is full even
    /// after a collection (Errc::gc_heap_exhausted).
    [[nodiscard]] bool make_room(uint64_t bytes, const Safepoint* at) noexcept;
    /// The object, uninitialised but for its header; null where there is no room for it.
    [[nodiscard]] Object* allocate(uint64_t header, uint64_t bytes, const Safepoint* at) noexcept;
    /// The innermost call of a host function that is under way, or null. Whoever calls the host
    /// puts its own in front meanwhile.
    const Safepoint* waiting() const noexcept { return waiting_; }
    void set_waiting(const Safepoint* safepoint) noexcept { waiting_ = safepoint; }
    /// The first of the activations that are not the current one (activation.hpp).
    Activation*& activations() noexcept { return activations_; }
    RootedList& rooted() noexcept { return rooted_; }
    /// What a constant expression that is being evaluated holds, or null.
    void set_constants(ConstantStack* stack) noexcept { constants_ = stack; }

    // What the host adds. Types given here are closed: type indices in them are ids of this store.
    // Each is all or nothing.

    Result<FuncInstance*> make_function(std::span<const ValType> params,
                                        std::span<const ValType> results, HostFunction function,
                                        void* context = nullptr) noexcept;
    Result<GlobalInstance*> make_global(GlobalType type, const Value& value) noexcept;
    Result<TableInstance*> make_table(const TableType& type, Ref init = {}) noexcept;
    Result<MemoryInstance*> make_memory(const MemoryType& type) noexcept;
    /// A memory of this store whose bytes others share; `memory` has to outlive the store.
    Result<MemoryInstance*> make_memory(SharedMemory& memory) noexcept;
    Result<TagInstance*> make_tag(std::span<const ValType> params) noexcept;

    // Growth, counted over all instances. False: the limit of the store is reached.

    [[nodiscard]] bool charge_memory(uint64_t bytes) noexcept;
    [[nodiscard]] bool charge_table(uint64_t elements) noexcept;
    void discharge_memory(uint64_t bytes) noexcept { memory_bytes_ -= bytes; }
    void discharge_table(uint64_t elements) noexcept { table_elements_ -= elements; }
    uint64_t memory_bytes() const noexcept { return memory_bytes_; }
    uint64_t table_elements() const noexcept { return table_elements_; }

    // For what is being instantiated.

    void add(ModuleInstance& instance) noexcept;
    void add(MemoryInstance& memory) noexcept;
    void add(TableInstance& table) noexcept;
    void add(GlobalInstance& global) noexcept;  ///< Of the host; others are their instance's.
    class Transaction;

private:
    friend class Collector;

    /// The scope whose end takes out of the store by itself what was added in it: that which the
    /// store lies in, or that of the innermost open transaction.
    struct Home {
        size_t depth = 0;  ///< Scopes that are open in it, itself included.
        uint32_t generation = 0;

        static Home innermost(const Arena& arena, size_t but = 0) noexcept;
        friend bool operator==(const Home&, const Home&) = default;
    };
    /// What the store links to that was not there from the start.
    struct Mark {
        TypeRegistry::Mark types;
        ImportTable::Mark names = nullptr;
        ModuleInstance* instance = nullptr;
        MemoryInstance* memory = nullptr;
        TableInstance* table = nullptr;
        GlobalInstance* global = nullptr;

        friend bool operator==(const Mark&, const Mark&) = default;
    };
    struct Undo {
        Store* store;
        Mark mark;
    };

    Store(Arena& arena, const StoreOptions& options) noexcept;
    Mark mark() const noexcept;
    /// Forgets what was linked since. `used`: it was there for guests to use, so the heap may hold
    /// objects of types that go.
    void rewind(const Mark& mark, bool used) noexcept;
    void collect(const Safepoint* at, TypeId first_dead_type) noexcept;

    Arena& arena_;
    StoreOptions options_;
    Home home_;
    TypeRegistry types_;
    ImportTable names_;
    Execution execution_;
    ModuleInstance* newest_instance_ = nullptr;
    MemoryInstance* newest_memory_ = nullptr;
    TableInstance* newest_table_ = nullptr;
    GlobalInstance* newest_global_ = nullptr;
    Heap heap_;
    RootedList rooted_;
    const Safepoint* waiting_ = nullptr;
    Activation* activations_ = nullptr;
    ConstantStack* constants_ = nullptr;
    uint64_t memory_bytes_ = 0;
    uint64_t table_elements_ = 0;
};

/// Adds to a store all or nothing. What is allocated and linked while it is open is undone when it
/// ends without commit(). After commit() it is undone when the arena's scope around it is left.
class Store::Transaction {
public:
    static Result<Transaction> begin(Store& store, std::string_view name) noexcept;

    /// From here on nothing of it fails any more; what follows may have effects elsewhere.
    Status prepare() noexcept;
    void commit() noexcept;

    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

private:
    Transaction(Store& store, ScopeGuard scope) noexcept;

    Store* store_;
    Mark mark_;
    Home home_;  ///< The store's, before.
    ScopeGuard scope_;
    bool registered_ = false;
    bool prepared_ = false;
};

}  // namespace wrt::runtime
