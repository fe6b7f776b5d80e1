// Making the memories and tables of a store: what instantiation and the host's own share.
#pragma once

#include <wrt/foundation/result.hpp>

#include <wrt/runtime/instance.hpp>

namespace wrt::runtime {

/// Reserves what `type` may grow to and commits its minimum, zeroed. A shared one becomes a
/// SharedMemory in the store's arena. Refuses (unsupported,
/// exhaustion) what the store's limits or the arena do not grant.
Status open_memory(MemoryInstance& memory, Store& store, const MemoryType& type) noexcept;

/// Makes `memory` the store's way to a shared memory. It counts against no limit of the store: the
/// arena that owns it has paid.
void attach_memory(MemoryInstance& memory, Store& store, SharedMemory& shared) noexcept;

/// The same for a table whose elements are all `init`. `type` is closed.
Status open_table(TableInstance& table, Store& store, const TableType& type, Ref init) noexcept;

}  // namespace wrt::runtime
