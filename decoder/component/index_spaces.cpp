// The thirteen index spaces of a scope. Those of all open scopes lie on one stack a sort, the
// innermost on top.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#index-spaces
#include "component/component_decoder.hpp"

#include <wrt/foundation/limits.hpp>

namespace wrt::decoder {

uint32_t ComponentDecoder::space_size(Sort sort, uint32_t scope) const
{
    const auto space = static_cast<size_t>(sort);
    const uint32_t end =
        scope + 1 < scopes_.size() ? scopes_[scope + 1].spaces[space] : spaces_[space].size();
    return end - scopes_[scope].spaces[space];
}

uint32_t ComponentDecoder::entry(Sort sort, uint32_t index, uint32_t scope) const
{
    const auto space = static_cast<size_t>(sort);
    return spaces_[space][scopes_[scope].spaces[space] + index];
}

Status ComponentDecoder::push_entry(Sort sort, uint32_t entry)
{
    const bool counted = sort == Sort::component || sort == Sort::instance ||
                         sort == Sort::core_instance || sort == Sort::core_module;
    if (counted && space_size(sort) >= limits::component_items) {
        return Error{.code = Errc::too_many_component_items,
                     .detail = Detail::count,
                     .offset = at_,
                     .expected = limits::component_items,
                     .actual = space_size(sort) + 1};
    }
    return spaces_[static_cast<size_t>(sort)].push(entry);
}

Errc ComponentDecoder::unknown(Sort sort)
{
    switch (sort) {
    case Sort::core_func: return Errc::unknown_function;
    case Sort::core_table: return Errc::unknown_table;
    case Sort::core_memory: return Errc::unknown_memory;
    case Sort::core_global: return Errc::unknown_global;
    case Sort::core_tag: return Errc::unknown_tag;
    case Sort::core_type: return Errc::unknown_type;
    case Sort::core_module: return Errc::unknown_module;
    case Sort::core_instance: return Errc::unknown_core_instance;
    case Sort::func: return Errc::unknown_component_function;
    case Sort::value: return Errc::component_values_unsupported;
    case Sort::type: return Errc::unknown_component_type;
    case Sort::component: return Errc::unknown_component;
    case Sort::instance: return Errc::unknown_instance;
    }
    WRT_UNREACHABLE();
}

Result<uint32_t> ComponentDecoder::decode_index(Sort sort)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint32_t index, reader().u32());
    if (index < space_size(sort)) return index;
    return Error{.code = unknown(sort),
                 .detail = sort == Sort::value ? Detail::none : Detail::index,
                 .offset = offset,
                 .expected = sort == Sort::value ? 0 : space_size(sort),
                 .actual = index};
}

Result<Sort> ComponentDecoder::decode_core_sort(uint8_t code, uint32_t offset, Errc malformed) const
{
    switch (code) {
    case 0x00: return Sort::core_func;
    case 0x01: return Sort::core_table;
    case 0x02: return Sort::core_memory;
    case 0x03: return Sort::core_global;
    case 0x04: return Sort::core_tag;
    case 0x10: return Sort::core_type;
    case 0x11: return Sort::core_module;
    case 0x12: return Sort::core_instance;
    default: return fail_byte(malformed, offset, code);
    }
}

Result<Sort> ComponentDecoder::decode_sort(Errc malformed)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    switch (code) {
    case 0x00: {
        const uint32_t core_offset = reader().offset();
        WRT_TRY(const uint8_t core, reader().byte());
        return decode_core_sort(core, core_offset, malformed);
    }
    case 0x01: return Sort::func;
    case 0x02: return Sort::value;
    case 0x03: return Sort::type;
    case 0x04: return Sort::component;
    case 0x05: return Sort::instance;
    default: return fail_byte(malformed, offset, code);
    }
}

/// Keeps a step of instantiation; declarators of types are none.
Status ComponentDecoder::define(Definition definition)
{
    if (!top().is_component()) return ok();
    return open_definitions_.push(definition);
}

Result<bool> ComponentDecoder::decode_flag()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t flag, reader().byte());
    if (flag > 1) return fail_byte(Errc::malformed_component_flag, offset, flag);
    return flag == 1;
}

/// The length of a vector, held against the bytes that are left and against our own bound.
Result<uint32_t> ComponentDecoder::count_of(uint32_t limit, Errc too_many)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint32_t count, reader().u32());
    if (count > reader().remaining()) {
        return Error{.code = Errc::unexpected_end_of_section_or_function, .offset = offset};
    }
    if (count > limit) {
        return Error{.code = too_many,
                     .detail = Detail::count,
                     .offset = offset,
                     .expected = limit,
                     .actual = count};
    }
    return count;
}

}  // namespace wrt::decoder
