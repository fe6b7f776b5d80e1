// Numbers as people write them on a command line: sizes with units, durations, counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wrtd {

/// "65536", "64KiB", "64K", "1.5 MiB", "2GB": bytes. K, M, G, T and KiB... are powers of 1024; KB,
/// MB, GB, TB powers of 1000. Nothing for any other text and for what does not fit in 64 bits.
[[nodiscard]] std::optional<uint64_t> parse_size(std::string_view text);

/// "2", "2s", "1.5s", "250ms", "10us", "3m", "1h": nanoseconds; a bare number means seconds.
[[nodiscard]] std::optional<uint64_t> parse_duration(std::string_view text);

/// "1000000", "1_000_000", "1M" (thousands here: K, M, G).
[[nodiscard]] std::optional<uint64_t> parse_count(std::string_view text);

/// "812 B", "64.0 KiB", "1.5 MiB".
[[nodiscard]] std::string size_text(uint64_t bytes);

/// "1,204".
[[nodiscard]] std::string count_text(uint64_t count);

}  // namespace wrtd
