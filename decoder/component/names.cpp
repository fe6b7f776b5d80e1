#include "component/names.hpp"

#include <wrt/decoder/types.hpp>

#include <algorithm>

namespace wrt::decoder {

namespace {

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}
constexpr char folded(char c)
{
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

/// A fragment: digits and letters of one case.
bool is_fragment(std::string_view text, bool first)
{
    if (text.empty() || (first && is_digit(text.front()))) return false;
    const bool upper = std::ranges::any_of(text, is_upper);
    return std::ranges::all_of(
        text, [upper](char c) { return is_digit(c) || (upper ? is_upper(c) : is_lower(c)); });
}

/// Takes what stands before the first `separator`, which goes too; everything where there is none.
std::string_view take(std::string_view& text, char separator)
{
    const size_t end = text.find(separator);
    const std::string_view taken = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return taken;
}

bool is_number(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, is_digit) &&
           (text.size() == 1 || text.front() != '0');
}

/// Identifiers of letters, digits and dashes between dots; numbers without leading zeros where
/// `numbers`.
bool is_identifiers(std::string_view text, bool numbers)
{
    for (bool more = true; more;) {
        more = text.find('.') != std::string_view::npos;
        const std::string_view part = take(text, '.');
        if (part.empty()) return false;
        if (!std::ranges::all_of(part, [](char c) {
                return is_digit(c) || is_lower(c) || is_upper(c) || c == '-';
            })) {
            return false;
        }
        if (numbers && std::ranges::all_of(part, is_digit) && !is_number(part)) return false;
    }
    return true;
}

bool starts_with_take(std::string_view& text, std::string_view prefix)
{
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

ExternName parse_member(std::string_view text, ExternName::Form form)
{
    const size_t dot = text.find('.');
    if (dot == std::string_view::npos) return {};
    const std::string_view resource = text.substr(0, dot);
    if (!is_label(resource) || !is_label(text.substr(dot + 1))) return {};
    return {.form = form, .resource = resource, .version = {}};
}

ExternName parse_interface(std::string_view text)
{
    ExternName name{.form = ExternName::Form::interface, .resource = {}, .version = {}};
    if (const size_t at = text.find('@'); at != std::string_view::npos) {
        name.version = text.substr(at + 1);
        text = text.substr(0, at);
        if (!is_semver(name.version) && !is_canonical_version(name.version)) return {};
    }
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) return {};
    if (!is_words(text.substr(0, colon))) return {};
    text.remove_prefix(colon + 1);
    const size_t slash = text.find('/');
    if (slash == std::string_view::npos) return {};
    if (!is_words(text.substr(0, slash)) || !is_label(text.substr(slash + 1))) return {};
    return name;
}

}  // namespace

bool is_label(std::string_view text)
{
    for (bool first = true, more = true; more; first = false) {
        more = text.find('-') != std::string_view::npos;
        if (!is_fragment(take(text, '-'), first)) return false;
    }
    return true;
}

bool is_words(std::string_view text)
{
    return is_label(text) && std::ranges::none_of(text, is_upper);
}

bool is_semver(std::string_view text)
{
    const size_t plus = text.find('+');
    if (plus != std::string_view::npos) {
        if (!is_identifiers(text.substr(plus + 1), false)) return false;
        text = text.substr(0, plus);
    }
    const size_t dash = text.find('-');
    if (dash != std::string_view::npos) {
        if (!is_identifiers(text.substr(dash + 1), true)) return false;
        text = text.substr(0, dash);
    }
    if (std::ranges::count(text, '.') != 2) return false;
    const std::string_view major = take(text, '.');
    const std::string_view minor = take(text, '.');
    return is_number(major) && is_number(minor) && is_number(text);
}

bool is_canonical_version(std::string_view text)
{
    if (text == "0.0.0") return true;
    if (starts_with_take(text, "0.")) starts_with_take(text, "0.");
    return is_number(text) && text != "0";
}

ExternName parse_extern_name(std::string_view text)
{
    if (starts_with_take(text, "[constructor]")) {
        if (!is_label(text)) return {};
        return {.form = ExternName::Form::constructor, .resource = text, .version = {}};
    }
    if (starts_with_take(text, "[method]")) return parse_member(text, ExternName::Form::method);
    if (starts_with_take(text, "[static]")) return parse_member(text, ExternName::Form::static_);
    if (text.find(':') != std::string_view::npos) return parse_interface(text);
    if (!is_label(text)) return {};
    return {.form = ExternName::Form::label, .resource = {}, .version = {}};
}

NameTable::Entry NameTable::make_entry(uint32_t scope, Mode mode, std::string_view module,
                                       std::string_view name, uint32_t value) const
{
    bool constructor = false;
    if (mode == Mode::extern_name) {
        constructor = starts_with_take(name, "[constructor]");
        if (starts_with_take(name, "[method]") || starts_with_take(name, "[static]")) {
            // `a.a` counts as `a`.
            const size_t dot = name.find('.');
            if (dot != std::string_view::npos) {
                const std::string_view own = name.substr(dot + 1);
                if (std::ranges::equal(name.substr(0, dot), own, {}, folded, folded)) name = own;
            }
        }
    }
    // The hash so far is the key of the next piece, so no copy of the name is made.
    uint64_t hash = scope ^ (constructor ? 1ull << 40 : 0) ^ uint64_t { module.size() } << 41;
    const auto add = [&hash, mode, this](std::string_view text) {
        while (!text.empty()) {
            uint8_t piece[64];
            const std::string_view part = text.substr(0, sizeof piece);
            std::ranges::transform(part, piece, [mode](char c) {
                return static_cast<uint8_t>(mode == Mode::exact ? c : folded(c));
            });
            hash = siphash(std::span<const uint8_t>{piece, part.size()},
                           SipKey{.low = key_.low ^ hash, .high = key_.high});
            text.remove_prefix(part.size());
        }
    };
    add(module);
    add(name);
    return {.module = module,
            .name = name,
            .hash = hash,
            .scope = scope,
            .value = value,
            .mode = mode,
            .constructor = constructor};
}

bool NameTable::alike(const Entry& left, const Entry& right)
{
    if (left.hash != right.hash || left.scope != right.scope) return false;
    if (left.constructor != right.constructor || left.module != right.module) return false;
    if (left.mode == Mode::exact) return left.name == right.name;
    return std::ranges::equal(left.name, right.name, {}, folded, folded);
}

/// Where in places_ the entry or one like it is, or would be.
uint32_t NameTable::place_of(const Entry& entry) const
{
    const uint32_t mask = places_.size() - 1;
    auto place = static_cast<uint32_t>(entry.hash) & mask;
    while (places_[place] != no_index && !alike(entries_[places_[place]], entry)) {
        place = (place + 1) & mask;
    }
    return place;
}

Status NameTable::grow()
{
    constexpr uint32_t first_size = 64;
    const uint32_t size = places_.empty() ? first_size : places_.size() * 2;
    WRT_CHECK(places_.reserve(size - places_.size()));
    places_.resize_unchecked(size);
    std::ranges::fill(places_, no_index);
    for (uint32_t i = 0; i < entries_.size(); ++i)
        places_[place_of(entries_[i])] = i;
    return ok();
}

Result<bool> NameTable::insert_entry(const Entry& entry)
{
    if ((entries_.size() + 1) * 2 > places_.size()) WRT_CHECK(grow());
    const uint32_t place = place_of(entry);
    if (places_[place] != no_index) return false;
    WRT_CHECK(entries_.push(entry));
    places_[place] = entries_.size() - 1;
    return true;
}

Result<bool> NameTable::insert(uint32_t scope, Mode mode, std::string_view name, uint32_t value)
{
    return insert_entry(make_entry(scope, mode, {}, name, value));
}

Result<bool> NameTable::insert(uint32_t scope, std::string_view module, std::string_view name)
{
    return insert_entry(make_entry(scope, Mode::exact, module, name, 0));
}

const uint32_t* NameTable::find(uint32_t scope, Mode mode, std::string_view name) const
{
    if (places_.empty()) return nullptr;
    const uint32_t place = place_of(make_entry(scope, mode, {}, name, 0));
    return places_[place] == no_index ? nullptr : &entries_[places_[place]].value;
}

}  // namespace wrt::decoder
