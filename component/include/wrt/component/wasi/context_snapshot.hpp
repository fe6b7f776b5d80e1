// What a guest has open, as a part of a snapshot, and how it is opened again.
//
// Nothing is granted by a snapshot: the embedder makes the Context anew from a Config, with the
// same directories under the same names, and what the snapshot lists is opened below these, as the
// sandbox opens anything, with no more rights than they hand on. Standard streams are those of the
// new Context. Arguments and environment are the embedder's to keep.
//
//     u64 ns of the monotonic clock | u32 descriptors, each:
//     u32 number, u8 what (0 a standard stream, 1 a preopen, 2 a file or directory below one),
//     u16 fdflags, u64 base rights, u64 inheriting rights
//     1: its guest name    2: u32 number of the preopen; u8 1: a directory; u32 access mode;
//     u64 position; its path        (a text: u32 bytes, the bytes)
#pragma once

#include <cstdint>
#include <span>

#include <wrt/component/wasi/context.hpp>
#include <wrt/foundation/byte_writer.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt::wasi {

/// Errors: snapshot_descriptor with the guest's number of what cannot be opened again: a pipe, a
/// terminal or a socket that is no standard stream; a file that has been deleted or renamed away
/// from below its directory; a descriptor that took another one's number.
Status write_context(Context& context, ByteWriter& to) noexcept;

/// Opens what the snapshot had open, under the same numbers, at the same positions. Errors:
/// malformed_snapshot; snapshot_descriptor_gone with the guest's number of what is not there or not
/// granted any more.
Status read_context(Context& context, std::span<const uint8_t> snapshot) noexcept;

}  // namespace wrt::wasi
