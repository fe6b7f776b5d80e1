// The name section, read when somebody asks. It is a custom section: whatever is wrong with it is
// silence, not an error. https://webassembly.github.io/spec/core/appendix/custom.html#name-section
#include <wrt/decoder/names.hpp>

namespace wrt::decoder {

std::string_view module_name(const Module& module)
{
    NameReader names{module, NameReader::Kind::module};
    NameReader::Entry entry;
    return names.next(entry) ? entry.name : std::string_view{};
}

std::string_view function_name(const Module& module, uint32_t function)
{
    NameReader names{module, NameReader::Kind::functions};
    NameReader::Entry entry;
    while (names.next(entry)) {
        if (entry.index == function) return entry.name;
    }
    return {};
}

std::string_view local_name(const Module& module, uint32_t function, uint32_t local)
{
    NameReader names{module, NameReader::Kind::locals};
    NameReader::Entry entry;
    while (names.next(entry)) {
        if (entry.outer == function && entry.index == local) return entry.name;
    }
    return {};
}

namespace {

std::span<const uint8_t> name_section(const Module& module)
{
    const CustomSection* const section = module.find_custom("name");
    return section != nullptr ? module.bytes(*section) : std::span<const uint8_t>{};
}

}  // namespace

NameReader::NameReader(const Module& module, Kind kind) : NameReader{name_section(module), kind} {}

NameReader::NameReader(std::span<const uint8_t> section, Kind kind)
    : reader_{std::span<const uint8_t>{}}, kind_{kind}
{
    ByteReader sections{section};
    while (!sections.at_end()) {
        const auto id = sections.byte();
        const auto size = sections.u32();
        if (!id || !size) return;
        const auto contents = sections.sub_reader(*size);
        if (!contents) return;
        if (*id != static_cast<uint8_t>(kind)) continue;
        reader_ = *contents;
        left_ = 1;
        if (kind == Kind::module) return;
        const auto count = reader_.count();
        left_ = count.value_or(0u);
        if (kind == Kind::locals || kind == Kind::labels || kind == Kind::fields) {
            outer_left_ = left_;
            left_ = 0;
        }
        return;
    }
}

bool NameReader::next(Entry& entry)
{
    while (left_ == 0) {
        if (outer_left_ == 0) return false;
        --outer_left_;
        const auto outer = reader_.u32();
        const auto count = reader_.count();
        if (!outer || !count) return stop();
        outer_ = *outer;
        left_ = *count;
    }
    --left_;
    entry.outer = outer_;
    entry.index = 0;
    if (kind_ != Kind::module) {
        const auto index = reader_.u32();
        if (!index) return stop();
        entry.index = *index;
    }
    const auto name = reader_.name();
    if (!name) return stop();
    entry.name = *name;
    return true;
}

bool NameReader::stop()
{
    left_ = 0;
    outer_left_ = 0;
    return false;
}

}  // namespace wrt::decoder
