// Where definitions go: sections of a component, declarators of a type, names.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions
#include "component_assembler.hpp"

#include <wrt/foundation/limits.hpp>

namespace wrt::text {

namespace {

constexpr uint8_t core_sort_code(Sort sort)
{
    if (sort <= Sort::core_tag) return static_cast<uint8_t>(sort);
    constexpr uint8_t type_code = 0x10;
    return static_cast<uint8_t>(type_code + static_cast<uint8_t>(sort) -
                                static_cast<uint8_t>(Sort::core_type));
}

}  // namespace

void ComponentAssembler::write_sort(ByteBuffer& out, Sort sort) const
{
    if (sort < Sort::func) {
        out.byte(0x00);
        out.byte(core_sort_code(sort));
        return;
    }
    out.byte(
        static_cast<uint8_t>(1 + static_cast<uint8_t>(sort) - static_cast<uint8_t>(Sort::func)));
}

Status ComponentAssembler::open_scope(Scope::Kind kind, uint32_t id)
{
    if (scopes_.size() > limits::component_nesting) {
        return Error{.code = Errc::too_many_nested_components,
                     .detail = Detail::count,
                     .offset = peek().offset,
                     .expected = limits::component_nesting,
                     .actual = scopes_.size()};
    }
    return scopes_.push({.kind = kind,
                         .id = id,
                         .serial = serials_++,
                         .start = sections_.size(),
                         .inline_exports = inline_exports_.size(),
                         .named = named_.size()});
}

/// What is written to sections_ from here on is an item of the scope.
void ComponentAssembler::begin_item(Item item)
{
    Scope& scope = scopes_.back();
    switch (scope.kind) {
    case Scope::Kind::component:
        if (scope.section != item) {
            flush();
            scope.section = item;
            scope.section_start = sections_.size();
            scope.items = 0;
        }
        ++scope.items;
        return;
    case Scope::Kind::component_type:
    case Scope::Kind::instance_type:
        ++scope.items;
        switch (item) {
        case Item::core_type: return sections_.byte(0x00);
        case Item::type: return sections_.byte(0x01);
        case Item::alias: return sections_.byte(0x02);
        case Item::import: return sections_.byte(0x03);
        case Item::export_: return sections_.byte(0x04);
        case Item::none:
        case Item::core_instance:
        case Item::instance:
        case Item::canon: break;
        }
        break;
    case Scope::Kind::module_type:
        ++scope.items;
        switch (item) {
        case Item::import: return sections_.byte(0x00);
        case Item::type: return sections_.byte(0x01);
        case Item::alias: return sections_.byte(0x02);
        case Item::export_: return sections_.byte(0x03);
        case Item::none:
        case Item::core_type:
        case Item::core_instance:
        case Item::instance:
        case Item::canon: break;
        }
        break;
    }
    WRT_UNREACHABLE();
}

/// What lies in pending_ from `start` on is an item.
void ComponentAssembler::emit(Item item, uint32_t start)
{
    begin_item(item);
    sections_.append(pending_.bytes().subspan(start));
    pending_.truncate(start);
}

/// Ends the section that is being written.
void ComponentAssembler::flush()
{
    Scope& scope = scopes_.back();
    if (scope.section == Item::none) return;
    scratch_.truncate(0);
    scratch_.u32(scope.items);
    scratch_.append(sections_.bytes().subspan(scope.section_start));
    sections_.truncate(scope.section_start);
    sections_.byte(static_cast<uint8_t>(scope.section));
    sections_.sized(scratch_.bytes());
    scope.section = Item::none;
}

Status ComponentAssembler::write_inline_exports()
{
    const uint32_t back = position();
    for (uint32_t i = scopes_.back().inline_exports; i < inline_exports_.size(); ++i) {
        const InlineExport exported = inline_exports_[i];
        const uint32_t start = pending_.size();
        move_to(exported.name);
        WRT_CHECK(extern_name(pending_));
        write_sort(pending_, exported.sort);
        pending_.u32(exported.index);
        pending_.byte(0x00);
        emit(Item::export_, start);
        WRT_CHECK(bind(exported.sort, no_index));
    }
    inline_exports_.truncate(scopes_.back().inline_exports);
    move_to(back);
    return ok();
}

/// The custom section `component-name` of the scope's end.
Status ComponentAssembler::write_names(uint32_t id, const Scope& scope)
{
    const auto named = named_.as_span().subspan(scope.named);
    WRT_TRY(const std::string_view own, name_of(id));
    if (!options_.names || (named.empty() && id == no_index)) return ok();
    const uint32_t start = pending_.size();
    pending_.name("component-name");
    if (id != no_index) {
        scratch_.truncate(0);
        scratch_.name(own);
        pending_.byte(0x00);
        pending_.sized(scratch_.bytes());
    }
    for (uint32_t i = 0; i < decoder::sort_count; ++i) {
        const auto sort = static_cast<Sort>(i);
        uint32_t entries = 0;
        for (const Named& entry : named)
            entries += entry.sort == sort ? 1 : 0;
        if (entries == 0) continue;
        scratch_.truncate(0);
        write_sort(scratch_, sort);
        scratch_.u32(entries);
        for (const Named& entry : named) {
            if (entry.sort != sort) continue;
            scratch_.u32(entry.index);
            scratch_.name(entry.name);
        }
        pending_.byte(0x01);
        pending_.sized(scratch_.bytes());
    }
    sections_.byte(0x00);
    sections_.sized(pending_.bytes().subspan(start));
    pending_.truncate(start);
    return ok();
}

}  // namespace wrt::text
