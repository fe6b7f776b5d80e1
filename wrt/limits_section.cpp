#include <wrt/limits_section.hpp>

#include <algorithm>

#include <wrt/foundation/byte_reader.hpp>

namespace wrt {
namespace {

constexpr uint32_t preamble_bytes = 8;
constexpr std::string_view section_name = "wrt.limits";

Error malformed(uint32_t offset, uint8_t expected, uint8_t actual) noexcept
{
    return {.code = Errc::malformed_limits_section,
            .detail = Detail::hex,
            .offset = offset,
            .expected = expected,
            .actual = actual};
}

Status read_entries(ByteReader reader, ModuleLimits& limits) noexcept
{
    constexpr uint8_t version = 1;
    std::optional<uint64_t>* const entries[] = {&limits.budget,       &limits.stack_bytes,
                                                &limits.memory_bytes, &limits.table_elements,
                                                &limits.heap_bytes,   &limits.fuel};
    const uint32_t start = reader.offset();
    WRT_TRY(const uint8_t found, reader.byte());
    if (found != version) return malformed(start, version, found);
    uint8_t previous = 0;
    while (!reader.at_end()) {
        const uint32_t place = reader.offset();
        WRT_TRY(const uint8_t key, reader.byte());
        if (key <= previous || key > std::size(entries)) return malformed(place, 0, key);
        WRT_TRY(*entries[key - 1], reader.u64());
        previous = key;
    }
    return ok();
}

uint64_t lower(uint64_t bound, const std::optional<uint64_t>& limit) noexcept
{
    return limit ? std::min(bound, *limit) : bound;
}

/// Where 0 stands for what there is.
uint64_t lower_or_given(uint64_t bound, const std::optional<uint64_t>& limit) noexcept
{
    return bound == 0 ? limit.value_or(0) : lower(bound, limit);
}

}  // namespace

Result<ModuleLimits> read_limits(std::span<const uint8_t> binary) noexcept
{
    ModuleLimits limits;
    bool seen = false;
    ByteReader reader{binary};
    if (!reader.skip(preamble_bytes)) return limits;
    while (!reader.at_end()) {
        const uint32_t place = reader.offset();
        const Result<uint8_t> id = reader.byte();
        const Result<uint32_t> size = id ? reader.u32() : Result<uint32_t>{id.error()};
        if (!size) return limits;
        Result<ByteReader> contents = reader.sub_reader(*size);
        if (!contents) return limits;
        if (*id != 0) continue;
        const Result<std::string_view> name = contents->name();
        if (!name || *name != section_name) continue;
        if (seen) return Error{.code = Errc::malformed_limits_section, .offset = place};
        seen = true;
        WRT_CHECK(read_entries(*contents, limits));
    }
    return limits;
}

StoreConfig restricted(const StoreConfig& config, const ModuleLimits& limits) noexcept
{
    StoreConfig bounded = config;
    bounded.stack_bytes =
        static_cast<size_t>(lower_or_given(config.stack_bytes, limits.stack_bytes));
    bounded.max_memory_bytes = lower(config.max_memory_bytes, limits.memory_bytes);
    bounded.max_table_elements = lower(config.max_table_elements, limits.table_elements);
    if (config.heap_bytes != StoreConfig::no_heap && limits.heap_bytes) {
        bounded.heap_bytes = *limits.heap_bytes == 0
                                 ? StoreConfig::no_heap
                                 : lower_or_given(config.heap_bytes, limits.heap_bytes);
    }
    return bounded;
}

}  // namespace wrt
