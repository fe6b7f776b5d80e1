// The runtime structure of the specification (4.2): function, table, memory, global and module
// instances. Everything here lies in the store's arena, has its final size when instantiation ends
// and is reached by plain pointers; the handlers read these fields directly.
// https://webassembly.github.io/spec/core/exec/runtime.html
#pragma once

#include <wrt/decoder/types.hpp>
#include <wrt/foundation/linear_region.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/foundation/static_vector.hpp>
#include <wrt/runtime/cell.hpp>
#include <wrt/runtime/slot.hpp>

namespace wrt::runtime {

struct Module;
struct ModuleInstance;
class Store;
class SharedMemory;
struct Caller;

/// A host function. Arguments lie in `slots` from 0 on, results are written from 0 on (a v128 takes
/// two slots each). Returning an error stops the guest; the error reaches whoever called it.
using HostFunction = Status (*)(Caller& caller, void* context, Slot* slots);

/// A function of a module or of the host. Its address is its identity (`ref.func`).
struct FuncInstance {
    const Cell* entry = nullptr;  ///< First cell of the translated body; null for a host function.
    ModuleInstance* instance =
        nullptr;  ///< The module instance it belongs to; null for a host function.
    /// Of a function of a module: where its instance keeps the id of its type. Who finds the place
    /// that the caller names there knows type and instance by one comparison.
    const uint32_t* type_place = nullptr;
    uint32_t type = 0;            ///< Type id in the store's registry: equal ids, equal types.
    uint16_t param_slots = 0;     ///< Slots its arguments take.
    uint16_t result_slots = 0;    ///< Slots its results take.
    HostFunction host = nullptr;  ///< Set for a host function.
    void* context = nullptr;      ///< Handed to `host`.
    uint32_t index = 0;           ///< Function index in its module; for messages.
    Store* store = nullptr;

    /// Slots of the window that arguments and results share at the bottom of a frame.
    [[nodiscard]] uint32_t window() const noexcept
    {
        return param_slots > result_slots ? param_slots : result_slots;
    }
};

struct TableInstance {
    Slot* elements = nullptr;  ///< References; never moves.
    uint64_t size = 0;
    uint64_t capacity = 0;  ///< table.grow past this many elements gives -1.
    TableType type;  ///< As declared; the element type names types by their ids in the store.
    LinearRegion
        region;  ///< Holds the elements of a table that can grow far; else they lie in the arena.
    Store* store = nullptr;          ///< Whose limits growing counts against.
    TableInstance* older = nullptr;  ///< The store's tables, newest first.
};

struct MemoryInstance {
    uint8_t* base = nullptr;  ///< Never moves: growing commits what is reserved behind it.
    uint64_t size = 0;        ///< In bytes.
    uint64_t limit = 0;       ///< memory.grow past this many bytes gives -1.
    MemoryType type;          ///< As declared.
    SharedMemory* shared =
        nullptr;  ///< Of a shared memory: the bytes; `size` may lag behind its own.
    LinearRegion region;
    Store* store = nullptr;           ///< Whose limits growing counts against.
    MemoryInstance* older = nullptr;  ///< The store's memories, newest first.
};

struct GlobalInstance {
    Slot* value = nullptr;  ///< One slot, two for a v128.
    GlobalType type;        ///< Names types by their ids in the store.
    Store* store = nullptr;
    GlobalInstance* older = nullptr;  ///< The globals that the host made, newest first.
};

/// The address is the identity that handlers compare.
struct TagInstance {
    uint32_t type = 0;                         ///< Type id in the store's registry.
    uint32_t slots = 0;                        ///< Slots its values take.
    const ModuleInstance* instance = nullptr;  ///< That defines it; null where the host did.
    uint32_t index = 0;                        ///< Tag index in its module; for messages.
    Store* store = nullptr;
};

/// An element segment after instantiation: its references, or none once dropped.
struct ElementInstance {
    Slot* items = nullptr;
    uint32_t count = 0;
};

/// A data segment after instantiation: its bytes, or none once dropped.
struct DataInstance {
    const uint8_t* bytes = nullptr;
    uint32_t size = 0;
};

/// A module instance (4.2.5). Index spaces have imports first, as in the module.
struct ModuleInstance {
    const Module* module = nullptr;
    Store* store = nullptr;
    Slot* own_globals = nullptr;         ///< Values of the globals defined here, back to back.
    const uint32_t* type_ids = nullptr;  ///< Registry id of each type of the module.
    static_vector<FuncInstance*> functions;
    static_vector<TableInstance*> tables;
    static_vector<MemoryInstance*> memories;
    static_vector<GlobalInstance*> globals;
    static_vector<TagInstance*> tags;
    static_vector<ElementInstance> elements;
    static_vector<DataInstance> data;
    MemoryInstance* exported_memory =
        nullptr;                      ///< What it exports as "memory": where host functions look.
    ModuleInstance* older = nullptr;  ///< The store's instances, newest first.
};

}  // namespace wrt::runtime
