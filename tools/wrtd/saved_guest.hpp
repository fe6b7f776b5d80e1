// What wrtd adds to a snapshot: how the guest was started, and what it had open.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wrtd {

struct SavedGuest {
    std::string path;               ///< What the module was called, for messages.
    std::vector<std::string> args;  ///< argv[0] first.
    std::vector<std::string> env;
    std::vector<std::string> directories;  ///< The guest's names of its preopens, in their order.
    std::vector<uint8_t> wasi;             ///< See wasi/context_snapshot.hpp; empty without WASI.
};

[[nodiscard]] std::vector<uint8_t> encode(const SavedGuest& guest);
/// Nothing where the bytes are none of encode().
[[nodiscard]] std::optional<SavedGuest> decode(std::span<const uint8_t> bytes);

}  // namespace wrtd
