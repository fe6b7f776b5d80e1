// Identifiers out of the name section: what is said of one thing only.
#include "printer.hpp"

#include "characters.hpp"

#include <algorithm>
#include <tuple>

namespace wrt::text {

namespace {

constexpr Space spaces[name_kinds] = {
    Space::field,  // module: one of its kind
    Space::func,   Space::local, Space::label, Space::type,  Space::table, Space::memory,
    Space::global, Space::elem,  Space::data,  Space::field, Space::tag,
};

bool less(const NamedIndex& a, const NamedIndex& b)
{
    return std::tie(a.outer, a.index) < std::tie(b.outer, b.index);
}

}  // namespace

Status Printer::load_names()
{
    for (uint32_t i = 0; i < name_kinds; ++i) {
        WRT_CHECK(load_names(static_cast<NameKind>(i), spaces[i]));
    }
    return ok();
}

Status Printer::load_names(NameKind kind, Space space)
{
    GrowingStack<NamedIndex>& names = named_[static_cast<size_t>(kind)];
    decoder::NameReader reader{name_section_,
                               static_cast<decoder::NameReader::Kind>(static_cast<uint8_t>(kind))};
    decoder::NameReader::Entry entry;
    while (reader.next(entry)) {
        if (entry.name.empty() || !is_defined(kind, entry.outer, entry.index)) continue;
        // Labels may be called the same, and the inner one is meant.
        if (kind != NameKind::label && kind != NameKind::module) {
            WRT_TRY(uint32_t* const place, names_.place(space, entry.outer, entry.name));
            if (*place != no_index) continue;
            *place = entry.index;
        }
        WRT_CHECK(names.push({.outer = entry.outer, .index = entry.index, .name = entry.name}));
    }
    std::ranges::sort(names.as_span(), less);
    return ok();
}

/// Locals and labels are met with their function, and asked about there.
bool Printer::is_defined(NameKind kind, uint32_t outer, uint32_t index) const
{
    switch (kind) {
    case NameKind::module:
    case NameKind::local:
    case NameKind::label: return true;
    case NameKind::field:
        return outer < types_.size() && !types_[outer].is_func && index < types_[outer].params;
    case NameKind::func:
    case NameKind::type:
    case NameKind::table:
    case NameKind::memory:
    case NameKind::global:
    case NameKind::elem:
    case NameKind::data:
    case NameKind::tag: return index < counts_[static_cast<size_t>(kind)];
    }
    return false;
}

std::string_view Printer::name_of(NameKind kind, uint32_t outer, uint32_t index) const
{
    if (kind == NameKind::local && index >= local_count_) return {};
    const std::span<const NamedIndex> names = named_[static_cast<size_t>(kind)].as_span();
    const NamedIndex wanted{.outer = outer, .index = index, .name = {}};
    const auto found = std::ranges::lower_bound(names, wanted, less);
    const bool is_there = found != names.end() && found->outer == outer && found->index == index;
    return is_there ? found->name : std::string_view{};
}

void Printer::write_identifier(std::string_view name)
{
    text(" $");
    if (std::ranges::all_of(name, is_id_character)) {
        text(name);
    } else {
        string(name);
    }
}

void Printer::identifier(NameKind kind, uint32_t outer, uint32_t index)
{
    const std::string_view name = name_of(kind, outer, index);
    if (!name.empty()) write_identifier(name);
}

void Printer::index(NameKind kind, uint32_t outer, uint32_t index)
{
    const std::string_view name = name_of(kind, outer, index);
    if (!name.empty()) {
        write_identifier(name);
        return;
    }
    text(" ");
    number(index);
}

}  // namespace wrt::text
