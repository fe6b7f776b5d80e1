// Snapshots: the state of a store whose run was stopped at a fuel check point, as bytes without
// addresses; and back into another store that holds instances of the same modules.
//
// Numbers stand for everything: instances count in the order in which they were made; functions,
// tags and types count through all instances' index spaces; memories, tables and globals that the
// host made count in the order in which instances meet them. A place in code is an instruction of
// the module (stop_point.hpp). So a snapshot depends on the modules and what they import, and on
// nothing of this process, this build or its translation.
//
//     u32 instances, each:  two u64 digest of the binary | u32 imports, each: u8 kind, u32 number
//     u32 memories, each:   u64 bytes | runs: u64 from, u64 bytes, the bytes; ended by two ~0
//     u64 heap bytes | objects back to back: u64 header with numbers for ids, then its bytes
//     u32 tables, each:     u64 elements, the references
//     u32 globals of the host, each: its value
//     for each instance: its globals | u8 for each element segment (1: and its references) |
//                        u8 for each data segment (1: not dropped)
//     u64 fuel
//     u32 frames, outermost first, each: u32 instance, function, byte offset; u8 kind, u8 linked
//     for each frame: its locals, then its operands
//
// A value is eight bytes, a v128 sixteen. A reference is 0 for null; i31 and host values as they
// are; number + 1 of a function shifted left by 3; a word of the heap shifted left by 3, and 4.
//
// What is read is checked as if an enemy had written it: numbers, sizes, the shapes of objects, and
// each reference against the type that validation gives its place. A stack is not read but built
// anew, frame by frame, from values. So what a snapshot can do to the host is what a valid module
// can. (Host values in externrefs are the host's own to judge.)
#pragma once

#include <cstdint>
#include <span>

#include <wrt/foundation/byte_writer.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

/// Writes the state of `store`, whose run is_stopped(). The store stays as it is and may go on.
/// Errors: unsupported, with the reason (Errc::snapshot_*); exhaustion (scratch memory).
/// The writer's own error is in the writer.
Status write_snapshot(Store& store, ByteWriter& to) noexcept;

/// Makes the state of `store` what the snapshot says: it then is_stopped(), and resume() goes on.
/// `store` has instances of the same modules, made in the same order with the same imports (without
/// effects: InstantiateOptions). Errors: malformed, unlinkable, exhaustion; after an error the
/// store is good for nothing but being left.
Status read_snapshot(Store& store, std::span<const uint8_t> snapshot) noexcept;

/// The function whose results resume() hands out: the outermost one of the run that is_stopped().
const FuncInstance& stopped_function(const Execution& execution) noexcept;

}  // namespace wrt::runtime
