// print(): the sections found, then written in their order.
#include "printer.hpp"

#include "custom_places.hpp"

#include <wrt/decoder/decode.hpp>
#include <wrt/foundation/utf8.hpp>

#include <algorithm>
#include <charconv>

namespace wrt::text {

namespace {

constexpr uint8_t custom_id = 0;
constexpr uint8_t start_id = 8;
constexpr uint8_t data_count_id = 12;
constexpr uint32_t preamble_bytes = 8;

}  // namespace

Printer::Printer(std::span<const uint8_t> binary, Arena& arena, const PrintOptions& options)
    : binary_{binary},
      arena_{arena},
      options_{options},
      out_{arena},
      names_{arena},
      sections_{arena},
      types_{arena},
      function_types_{arena},
      named_{GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena},
             GrowingStack<NamedIndex>{arena}, GrowingStack<NamedIndex>{arena}},
      labels_{arena}
{
}

// Pieces of text

void Printer::number(uint64_t value)
{
    char digits[24];
    const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, value);
    text({digits, static_cast<size_t>(end - digits)});
}

void Printer::signed_number(int64_t value)
{
    char digits[24];
    const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, value);
    text({digits, static_cast<size_t>(end - digits)});
}

void Printer::hex(uint64_t value)
{
    char digits[24];
    const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, value, 16);
    text("0x");
    text({digits, static_cast<size_t>(end - digits)});
}

/// A new line. However deep a module nests, its text is in proportion to its bytes.
void Printer::line(uint32_t depth)
{
    constexpr uint32_t deepest = 32;
    text("\n");
    for (uint32_t i = 0; i < std::min(depth, deepest); ++i)
        text("  ");
}

ByteReader Printer::reader_at(uint32_t offset) const
{
    return ByteReader{binary_.subspan(offset), offset, Errc::unexpected_end_of_section_or_function};
}

// Sections

Status Printer::find_sections()
{
    ByteReader reader{binary_};
    WRT_CHECK(reader.skip(preamble_bytes));
    while (!reader.at_end()) {
        Section found;
        WRT_TRY(found.id, reader.byte());
        WRT_TRY(const uint32_t size, reader.u32());
        found.offset = reader.offset();
        WRT_TRY(found.contents, reader.bytes(size));
        WRT_CHECK(sections_.push(found));
        if (found.id != custom_id) continue;
        ByteReader contents{found.contents, found.offset};
        WRT_TRY(const std::string_view name, contents.name());
        if (name == "name" && name_section_.empty()) {
            name_section_ = {contents.position(), contents.remaining()};
        }
    }
    return ok();
}

/// What there is, so that nothing is called by a name that no definition has.
Status Printer::count_definitions()
{
    const auto count = [this](NameKind kind, ByteReader& reader) -> Status {
        WRT_TRY(const uint32_t more, reader.count());
        counts_[static_cast<size_t>(kind)] += more;
        return ok();
    };
    for (uint32_t i = 0; i < sections_.size(); ++i) {
        ByteReader reader{sections_[i].contents, sections_[i].offset,
                          Errc::unexpected_end_of_section_or_function};
        switch (sections_[i].id) {
        case 1: WRT_CHECK(types(reader)); break;
        case 2: WRT_CHECK(imports(reader)); break;
        case 3: WRT_CHECK(count(NameKind::func, reader)); break;
        case 4: WRT_CHECK(count(NameKind::table, reader)); break;
        case 5: WRT_CHECK(count(NameKind::memory, reader)); break;
        case 6: WRT_CHECK(count(NameKind::global, reader)); break;
        case 9: WRT_CHECK(count(NameKind::elem, reader)); break;
        case 11: WRT_CHECK(count(NameKind::data, reader)); break;
        case 13: WRT_CHECK(count(NameKind::tag, reader)); break;
        default: break;
        }
    }
    // Types and imports were written to be counted, and are written again.
    for (uint32_t i = 0; i < name_kinds; ++i) {
        counts_[i] += met_[i];
        met_[i] = 0;
    }
    types_known_ = true;
    WRT_CHECK(out_.status());
    out_.truncate(0);
    return ok();
}

uint32_t Printer::begin(std::string_view keyword, NameKind kind)
{
    const uint32_t index_of_it = met_[static_cast<size_t>(kind)]++;
    text("(");
    text(keyword);
    if (name_of(kind, 0, index_of_it).empty()) {
        text(" (;");
        number(index_of_it);
        text(";)");
    } else {
        identifier(kind, 0, index_of_it);
    }
    return index_of_it;
}

Status Printer::print_sections()
{
    text("(module");
    identifier(NameKind::module, 0, 0);
    uint8_t last = custom_id;
    for (uint32_t i = 0; i < sections_.size(); ++i) {
        const Section found = sections_[i];
        if (found.id == custom_id) {
            WRT_CHECK(custom(found, last));
        } else {
            // An empty section is not written, and nothing can stand behind it.
            const bool is_empty = found.contents.empty() || found.contents.front() == 0;
            if ((!is_empty || found.id == start_id) && found.id != data_count_id) last = found.id;
            WRT_CHECK(section(found));
        }
        WRT_CHECK(out_.status());
    }
    text(")\n");
    return out_.status();
}

Status Printer::section(const Section& section)
{
    ByteReader reader{section.contents, section.offset,
                      Errc::unexpected_end_of_section_or_function};
    switch (section.id) {
    case 1: WRT_CHECK(types(reader)); break;
    case 2: WRT_CHECK(imports(reader)); break;
    case 3: WRT_CHECK(functions(reader)); break;
    case 4: WRT_CHECK(tables(reader)); break;
    case 5: WRT_CHECK(memories(reader)); break;
    case 6: WRT_CHECK(globals(reader)); break;
    case 7: WRT_CHECK(exports(reader)); break;
    case 8: {
        WRT_TRY(const uint32_t start, reader.u32());
        line(1);
        text("(start");
        index(NameKind::func, 0, start);
        text(")");
        break;
    }
    case 9: WRT_CHECK(elements(reader)); break;
    case 10: WRT_CHECK(code(reader)); break;
    case 11: WRT_CHECK(data(reader)); break;
    case 12: return ok();  // assemble() knows when it is needed
    case 13: WRT_CHECK(tags(reader)); break;
    default:
        return Error{.code = Errc::malformed_section_id,
                     .detail = Detail::hex,
                     .offset = section.offset,
                     .actual = section.id};
    }
    if (reader.at_end()) return ok();
    return Error{.code = Errc::section_size_mismatch, .offset = reader.offset()};
}

/// (@custom "name" (after section) "bytes"). The first and the last need no place.
Status Printer::custom(const Section& section, uint8_t after)
{
    ByteReader contents{section.contents, section.offset};
    WRT_TRY(const std::string_view name, contents.name());
    if (name == "name" || !options_.customs) return ok();
    line(1);
    text("(@custom ");
    string(name);
    if (after == custom_id) text(" (before first)");
    for (const SectionWord& candidate : section_order) {
        if (candidate.id != after) continue;
        text(" (after ");
        text(candidate.word);
        text(")");
    }
    text(" ");
    string(std::span{contents.position(), contents.remaining()});
    text(")");
    return ok();
}

Status Printer::module()
{
    WRT_TRY(const decoder::BinaryKind kind, decoder::detect_kind(binary_));
    if (kind == decoder::BinaryKind::component) return Error{.code = Errc::not_a_module};
    WRT_CHECK(find_sections());
    WRT_CHECK(count_definitions());
    if (options_.names) WRT_CHECK(load_names());
    return print_sections();
}

Result<std::string_view> print(std::span<const uint8_t> binary, Arena& arena,
                               const PrintOptions& options) noexcept
{
    const size_t budget = options.scope_budget != 0 ? options.scope_budget : arena.available();
    WRT_TRY(const ScopeGuard scope, arena.enter(LibraryId::decoder, "print", budget, End::scratch));
    Printer printer{binary, arena, options};
    WRT_CHECK(printer.module());
    const std::span<const uint8_t> bytes = printer.out().bytes();
    return arena.copy_text(End::retained, Account::code,
                           {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace wrt::text
