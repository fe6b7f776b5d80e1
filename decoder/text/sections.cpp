// The sections put together, names and custom sections among them (5.5, 7.4).
#include "assembler.hpp"
#include "custom_places.hpp"

#include <algorithm>

namespace wrt::text {

Assembler::Assembler(const Tokens& tokens, Arena& arena, const AssembleOptions& options)
    : TokenCursor{tokens, arena},
      options_{options},
      names_{arena},
      fields_{arena},
      values_{arena},
      types_{arena},
      pending_{arena},
      open_{arena},
      type_section_{arena},
      import_section_{arena},
      function_section_{arena},
      table_section_{arena},
      memory_section_{arena},
      tag_section_{arena},
      global_section_{arena},
      export_section_{arena},
      elem_section_{arena},
      code_section_{arena},
      data_section_{arena},
      body_{arena},
      items_{arena},
      scratch_{arena},
      used_{arena},
      customs_{arena},
      custom_bytes_{arena},
      hints_{arena},
      hint_section_{arena},
      named_{GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena}}
{
}

/// Remembers what something is called. A later name of the same thing overrules.
Status Assembler::name(NameKind kind, uint32_t outer, uint32_t index, std::string_view text)
{
    if (!options_.names) return ok();
    GrowingStack<NamedIndex>& names = named_[static_cast<size_t>(kind)];
    if (!names.empty() && names.back().outer == outer && names.back().index == index) {
        names.back().name = text;
        return ok();
    }
    return names.push({.outer = outer, .index = index, .name = text});
}

void Assembler::write_section(ByteBuffer& out, uint8_t id, uint32_t entries,
                              const ByteBuffer& contents)
{
    if (entries == 0) return;
    scratch_.truncate(0);
    scratch_.u32(entries);
    out.byte(id);
    out.u64(size_t{scratch_.size()} + contents.size());
    out.append(scratch_.bytes());
    out.append(contents.bytes());
}

void Assembler::write_customs(ByteBuffer& out, uint32_t place)
{
    for (const CustomSection& section : customs_.as_span()) {
        if (section.place != place) continue;
        out.byte(0);
        out.sized(custom_bytes_.bytes().subspan(section.first, section.size));
    }
}

/// The section of branch hints, which stands before the code.
void Assembler::write_hints(ByteBuffer& out)
{
    if (hinted_functions_ == 0) return;
    items_.truncate(0);
    items_.name("metadata.code.branch_hint");
    items_.u32(hinted_functions_);
    items_.append(hint_section_.bytes());
    out.byte(0);
    out.sized(items_.bytes());
}

void Assembler::write_name_map(ByteBuffer& out, std::span<const NamedIndex> names) const
{
    out.u64(names.size());
    for (const NamedIndex& named : names) {
        out.u32(named.index);
        out.name(named.name);
    }
}

/// Names of locals, labels and fields: a map for each function or type.
void Assembler::write_indirect_map(ByteBuffer& out, std::span<const NamedIndex> names)
{
    uint32_t groups = 0;
    for (size_t i = 0; i < names.size(); ++i) {
        if (i == 0 || names[i].outer != names[i - 1].outer) ++groups;
    }
    out.u32(groups);
    size_t first = 0;
    while (first < names.size()) {
        size_t stop = first + 1;
        while (stop < names.size() && names[stop].outer == names[first].outer)
            ++stop;
        out.u32(names[first].outer);
        write_name_map(out, names.subspan(first, stop - first));
        first = stop;
    }
}

/// Everything is named in the order of its index, except where imports stand behind definitions of
/// their kind inside of other fields.
void Assembler::sort_names(NameKind kind)
{
    std::ranges::sort(named_[static_cast<size_t>(kind)].as_span(),
                      [](const NamedIndex& a, const NamedIndex& b) {
                          return a.outer != b.outer ? a.outer < b.outer : a.index < b.index;
                      });
}

void Assembler::write_names(ByteBuffer& out)
{
    items_.truncate(0);
    items_.name("name");
    const uint32_t empty = items_.size();
    for (uint32_t i = 0; i < name_kinds; ++i) {
        const auto kind = static_cast<NameKind>(i);
        if (named_[i].empty()) continue;
        sort_names(kind);
        const std::span<const NamedIndex> names = named_[i].as_span();
        body_.truncate(0);
        if (kind == NameKind::module) {
            body_.name(names.front().name);
        } else if (kind == NameKind::local || kind == NameKind::label || kind == NameKind::field) {
            write_indirect_map(body_, names);
        } else {
            write_name_map(body_, names);
        }
        items_.byte(static_cast<uint8_t>(i));
        items_.sized(body_.bytes());
    }
    if (items_.size() == empty) return;
    out.byte(0);
    out.sized(items_.bytes());
}

Status Assembler::write(ByteBuffer& out)
{
    constexpr uint8_t preamble[] = {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};
    constexpr uint8_t start_id = 8;
    constexpr uint8_t data_count_id = 12;
    constexpr uint8_t code_id = 10;
    out.append(preamble);
    write_customs(out, 0);
    for (uint32_t i = 0; i < section_order.size(); ++i) {
        const uint8_t id = section_order[i].id;
        write_customs(out, place_before(i));
        if (id == code_id) write_hints(out);
        switch (id) {
        case 1: write_section(out, id, type_entries_, type_section_); break;
        case 2: write_section(out, id, imports_, import_section_); break;
        case 3: write_section(out, id, functions_, function_section_); break;
        case 4: write_section(out, id, tables_, table_section_); break;
        case 5: write_section(out, id, memories_, memory_section_); break;
        case 13: write_section(out, id, tags_, tag_section_); break;
        case 6: write_section(out, id, globals_, global_section_); break;
        case 7: write_section(out, id, exports_, export_section_); break;
        case 9: write_section(out, id, elems_, elem_section_); break;
        case 10: write_section(out, id, functions_, code_section_); break;
        case 11: write_section(out, id, datas_, data_section_); break;
        case start_id:
            if (start_function_ == no_index) break;
            items_.truncate(0);
            items_.u32(start_function_);
            out.byte(id);
            out.sized(items_.bytes());
            break;
        case data_count_id:
            if (!needs_data_count_) break;
            items_.truncate(0);
            items_.u32(datas_);
            out.byte(id);
            out.sized(items_.bytes());
            break;
        default: WRT_UNREACHABLE();
        }
        write_customs(out, place_after(i));
    }
    write_names(out);
    write_customs(out, last_place);
    WRT_CHECK(scratch_.status());
    WRT_CHECK(items_.status());
    WRT_CHECK(body_.status());
    return out.status();
}

Result<std::span<const uint8_t>> Assembler::finish()
{
    ByteBuffer out{arena_};
    WRT_CHECK(write(out));
    return arena_.copy<uint8_t>(End::retained, Account::code, out.bytes());
}

}  // namespace wrt::text
