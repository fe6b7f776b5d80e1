#include "wave.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <wrt/component/wit_text.hpp>
#include <wrt/foundation/utf8.hpp>

namespace wrtd {
namespace {

using wrt::component::Value;
using wrt::decoder::ComponentTypeKind;
using wrt::decoder::ComponentValType;
using wrt::decoder::PrimitiveType;

/// What types may nest, and then some.
constexpr unsigned max_depth = 256;

std::string type_text(const Value& value)
{
    std::array<char, 120> buffer;
    wrt::TextSink sink{buffer};
    wrt::component::append_wit(sink, value.types(), value.type());
    return std::string{sink.view()} + (sink.truncated() ? "..." : "");
}

void append_utf8(std::string& to, uint32_t code)
{
    if (code < 0x80) {
        to += static_cast<char>(code);
    } else if (code < 0x800) {
        to += static_cast<char>(0xc0 | code >> 6);
        to += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        to += static_cast<char>(0xe0 | code >> 12);
        to += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        to += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        to += static_cast<char>(0xf0 | code >> 18);
        to += static_cast<char>(0x80 | (code >> 12 & 0x3f));
        to += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        to += static_cast<char>(0x80 | (code & 0x3f));
    }
}

/// The one character that a text consists of.
std::optional<uint32_t> only_character(std::string_view text)
{
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
    if (text.empty()) return std::nullopt;
    const uint8_t lead = byte(0);
    const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (text.size() != size) return std::nullopt;
    if (!wrt::is_valid_utf8({reinterpret_cast<const uint8_t*>(text.data()), text.size()})) {
        return std::nullopt;
    }
    uint32_t code = size == 1 ? lead : lead & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; ++i)
        code = code << 6 | (byte(i) & 0x3fu);
    return code;
}

template <class T>
bool number(std::string_view text, uint64_t& bits)
{
    T value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || text.empty()) return false;
    bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    return true;
}

bool number(std::string_view text, PrimitiveType type, uint64_t& bits)
{
    switch (type) {
    case PrimitiveType::s8: return number<int8_t>(text, bits);
    case PrimitiveType::u8: return number<uint8_t>(text, bits);
    case PrimitiveType::s16: return number<int16_t>(text, bits);
    case PrimitiveType::u16: return number<uint16_t>(text, bits);
    case PrimitiveType::s32: return number<int32_t>(text, bits);
    case PrimitiveType::u32: return number<uint32_t>(text, bits);
    case PrimitiveType::s64: return number<int64_t>(text, bits);
    case PrimitiveType::u64: return number<uint64_t>(text, bits);
    case PrimitiveType::f32: return number<float>(text, bits);
    case PrimitiveType::f64: return number<double>(text, bits);
    case PrimitiveType::bool_:
    case PrimitiveType::char_:
    case PrimitiveType::string:
    case PrimitiveType::error_context: return false;
    }
    return false;
}

bool is_option_or_result(const wrt::decoder::ComponentTypes& types, ComponentValType type)
{
    type = types.plain(type);
    if (!type.is_node()) return false;
    const ComponentTypeKind kind = types[type.node()].kind;
    return kind == ComponentTypeKind::option || kind == ComponentTypeKind::result;
}

}  // namespace

bool WaveReader::fail(std::string what)
{
    if (what_.empty()) what_ = std::move(what);
    return false;
}

void WaveReader::skip_space()
{
    while (at_ < text_.size()) {
        if (text_.substr(at_).starts_with("//")) {
            while (at_ < text_.size() && text_[at_] != '\n')
                ++at_;
        } else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
            ++at_;
        } else {
            return;
        }
    }
}

bool WaveReader::at_end()
{
    skip_space();
    return at_ == text_.size();
}

bool WaveReader::take(char symbol)
{
    skip_space();
    if (at_ == text_.size() || text_[at_] != symbol) return false;
    ++at_;
    return true;
}

/// A label, with the % that may stand before it left out.
std::string_view WaveReader::word()
{
    skip_space();
    if (at_ < text_.size() && text_[at_] == '%') ++at_;
    const size_t start = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '-')) {
        ++at_;
    }
    return text_.substr(start, at_ - start);
}

std::string_view WaveReader::number_word()
{
    skip_space();
    const size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == '-' || text_[at_] == '+' || text_[at_] == '.')) {
        ++at_;
    }
    return text_.substr(start, at_ - start);
}

std::optional<uint32_t> WaveReader::escape()
{
    if (at_ == text_.size()) return std::nullopt;
    switch (const char c = text_[at_++]) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '\\':
    case '"':
    case '\'': return static_cast<uint32_t>(c);
    case 'u': {
        const size_t end = text_.find('}', at_);
        if (at_ == text_.size() || text_[at_] != '{' || end == std::string_view::npos) {
            return std::nullopt;
        }
        uint32_t code = 0;
        const auto [last, problem] =
            std::from_chars(text_.data() + at_ + 1, text_.data() + end, code, 16);
        if (problem != std::errc{} || last != text_.data() + end || code >= 0x110000 ||
            (code >= 0xd800 && code <= 0xdfff)) {
            return std::nullopt;
        }
        at_ = end + 1;
        return code;
    }
    default: return std::nullopt;
    }
}

std::optional<std::string> WaveReader::quoted(char quote)
{
    if (!take(quote)) return std::nullopt;
    std::string text;
    while (at_ < text_.size() && text_[at_] != quote) {
        const char c = text_[at_++];
        if (c != '\\') {
            text += c;
            continue;
        }
        const std::optional<uint32_t> code = escape();
        if (!code) return std::nullopt;
        append_utf8(text, *code);
    }
    if (at_ == text_.size()) return std::nullopt;
    ++at_;
    return text;
}

bool WaveReader::read(Value into)
{
    if (depth_ == max_depth) return fail("nested too deep");
    ++depth_;
    const auto dispatch = [&] {
        if (into.is_primitive()) return read_primitive(into);
        switch (into.kind()) {
        case ComponentTypeKind::record: return read_record(into);
        case ComponentTypeKind::tuple: return read_tuple(into);
        case ComponentTypeKind::list:
        case ComponentTypeKind::fixed_list: return read_list(into);
        case ComponentTypeKind::map: return read_map(into);
        case ComponentTypeKind::flags: return read_flags(into);
        case ComponentTypeKind::variant:
        case ComponentTypeKind::enum_:
        case ComponentTypeKind::option:
        case ComponentTypeKind::result: return read_case(into);
        case ComponentTypeKind::own:
        case ComponentTypeKind::borrow:
        case ComponentTypeKind::stream:
        case ComponentTypeKind::future:
        case ComponentTypeKind::alias:
        case ComponentTypeKind::primitive:
        case ComponentTypeKind::resource:
        case ComponentTypeKind::func:
        case ComponentTypeKind::instance:
        case ComponentTypeKind::component: break;
        }
        return fail(fmt::format("a {} cannot be written as text", type_text(into)));
    };
    const bool good = dispatch();
    --depth_;
    return good;
}

bool WaveReader::read_primitive(Value into)
{
    const PrimitiveType type = into.primitive();
    const std::string wanted = type_text(into);
    if (type == PrimitiveType::string) {
        const std::optional<std::string> text = quoted('"');
        if (!text) return fail("expected a string in double quotes");
        if (!wrt::is_valid_utf8({reinterpret_cast<const uint8_t*>(text->data()), text->size()})) {
            return fail("the string is not UTF-8");
        }
        return into.set_text(*text) || fail("the string is too long");
    }
    if (type == PrimitiveType::char_) {
        const std::optional<std::string> text = quoted('\'');
        const std::optional<uint32_t> code = text ? only_character(*text) : std::nullopt;
        if (!code) return fail("expected a character in single quotes");
        into.set_bits(*code);
        return true;
    }
    const std::string_view text = number_word();
    if (type == PrimitiveType::bool_) {
        if (text != "true" && text != "false") return fail("expected true or false");
        into.set_bits(text == "true" ? 1 : 0);
        return true;
    }
    uint64_t bits = 0;
    if (!number(text, type, bits)) return fail(fmt::format("'{}' is no {}", text, wanted));
    into.set_bits(bits);
    return true;
}

/// How many elements come before the bracket that closes what is open: those that commas tell
/// apart.
uint32_t WaveReader::count_ahead() const
{
    uint32_t count = 1;
    unsigned depth = 0;
    for (size_t i = at_; i < text_.size(); ++i) {
        const char c = text_[i];
        if (c == '"' || c == '\'') {
            for (++i; i < text_.size() && text_[i] != c; ++i)
                i += text_[i] == '\\' ? 1 : 0;
        } else if (c == '[' || c == '(' || c == '{') {
            ++depth;
        } else if (c == ']' || c == ')' || c == '}') {
            if (depth-- == 0) return count;
        } else if (c == ',' && depth == 0) {
            ++count;
        }
    }
    return count;
}

/// What comes between brackets and is separated by commas, one behind the last allowed.
template <class ReadItem>
bool WaveReader::read_items(Value into, char close, const char* too_long, const ReadItem& read_item)
{
    const uint32_t most = count_ahead();
    if (take(close)) return into.resize(0) || fail(too_long);
    if (!into.resize(most)) return fail(too_long);
    uint32_t count = 0;
    for (;;) {
        if (count == most) return fail(fmt::format("expected {}", close));
        if (!read_item(count)) return false;
        ++count;
        if (take(close)) break;
        if (!take(',')) return fail(fmt::format("expected , or {}", close));
        if (take(close)) break;
    }
    into.shrink(count);
    return true;
}

bool WaveReader::read_list(Value into)
{
    if (!take('[')) return fail("expected [");
    if (into.kind() == ComponentTypeKind::fixed_list) {
        for (uint32_t i = 0; i < into.size(); ++i) {
            if (i != 0 && !take(',')) return fail(fmt::format("expected {} elements", into.size()));
            if (!read(into.part(i))) return false;
        }
        static_cast<void>(take(','));
        return take(']') || fail("expected ]");
    }
    return read_items(into, ']', "the list is too long",
                      [&](uint32_t i) { return read(into.part(i)); });
}

bool WaveReader::read_map(Value into)
{
    if (!take('{')) return fail("expected {");
    return read_items(into, '}', "the map is too long", [&](uint32_t i) {
        if (!read(into.key(i))) return false;
        if (!take(':')) return fail("expected :");
        return read(into.item(i));
    });
}

bool WaveReader::read_tuple(Value into)
{
    if (!take('(')) return fail("expected (");
    for (uint32_t i = 0; i < into.size(); ++i) {
        if (i != 0 && !take(',')) return fail(fmt::format("expected {} values", into.size()));
        if (!read(into.part(i))) return false;
    }
    static_cast<void>(take(','));
    return take(')') || fail("expected )");
}

bool WaveReader::read_record(Value into)
{
    if (!take('{')) return fail("expected {");
    if (take(':')) {
        if (!take('}')) return fail("expected }");
    }
    std::vector<bool> given(into.size());
    for (bool first = true; !take('}'); first = false) {
        if (!first && !take(',')) return fail("expected , or }");
        if (!first && take('}')) break;
        const std::string_view name = word();
        uint32_t i = 0;
        while (i < into.size() && into.name(i) != name)
            ++i;
        if (i == into.size()) return fail(fmt::format("there is no field '{}'", name));
        if (given[i]) return fail(fmt::format("field '{}' is given twice", name));
        given[i] = true;
        if (!take(':')) return fail("expected :");
        if (!read(into.part(i))) return false;
    }
    for (uint32_t i = 0; i < into.size(); ++i) {
        // Fields that are options may be left out: none, which is what zero bytes are.
        const Value field = into.part(i);
        const bool optional = !field.is_primitive() && field.kind() == ComponentTypeKind::option;
        if (!given[i] && !optional) return fail(fmt::format("field '{}' is missing", into.name(i)));
    }
    return true;
}

bool WaveReader::read_flags(Value into)
{
    if (!take('{')) return fail("expected {");
    into.set_bits(0);
    for (bool first = true; !take('}'); first = false) {
        if (!first && !take(',')) return fail("expected , or }");
        if (!first && take('}')) break;
        const std::string_view name = word();
        uint32_t i = 0;
        while (i < into.size() && into.name(i) != name)
            ++i;
        if (i == into.size()) return fail(fmt::format("there is no flag '{}'", name));
        into.set(i);
    }
    return true;
}

bool WaveReader::read_case(Value into)
{
    const size_t start = at_;
    const std::string_view name = word();
    uint32_t i = 0;
    while (i < into.size() && into.name(i) != name)
        ++i;
    if (i < into.size()) {
        into.set_case(i);
        return read_payload(into, name);
    }
    at_ = start;
    // `7` is short for some(7) or ok(7), where 7 is neither option nor result itself.
    const bool shorthand =
        into.kind() == ComponentTypeKind::option || into.kind() == ComponentTypeKind::result;
    const uint32_t meant = into.kind() == ComponentTypeKind::option ? 1 : 0;
    if (!shorthand) return fail(fmt::format("there is no case '{}'", name));
    const ComponentValType type = into.payload_type(meant);
    if (type.is_none() || is_option_or_result(into.types(), type)) {
        return fail(into.kind() == ComponentTypeKind::option ? "expected some(...) or none"
                                                             : "expected ok or err");
    }
    into.set_case(meant);
    return read(*into.payload());
}

bool WaveReader::read_payload(Value into, std::string_view name)
{
    const std::optional<Value> payload = into.payload();
    if (!payload) return true;
    if (!take('(')) return fail(fmt::format("'{}' wants a value in parentheses", name));
    if (!read(*payload)) return false;
    return take(')') || fail("expected )");
}

namespace {

template <class T>
T as(uint64_t bits)
{
    T value{};
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

template <class T>
std::string float_text(T value)
{
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    return fmt::format("{}", value);
}

void append_escaped(std::string& to, std::string_view text, char quote)
{
    for (const char c : text) {
        switch (c) {
        case '\n': to += "\\n"; break;
        case '\r': to += "\\r"; break;
        case '\t': to += "\\t"; break;
        case '\\': to += "\\\\"; break;
        default:
            if (c == quote) {
                to += '\\';
                to += c;
            } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
                to += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(c));
            } else {
                to += c;
            }
        }
    }
}

std::string primitive_text(const Value& value)
{
    const uint64_t bits = value.bits();
    switch (value.primitive()) {
    case PrimitiveType::bool_: return bits != 0 ? "true" : "false";
    case PrimitiveType::s8: return fmt::format("{}", as<int8_t>(bits));
    case PrimitiveType::s16: return fmt::format("{}", as<int16_t>(bits));
    case PrimitiveType::s32: return fmt::format("{}", as<int32_t>(bits));
    case PrimitiveType::s64: return fmt::format("{}", as<int64_t>(bits));
    case PrimitiveType::u8:
    case PrimitiveType::u16:
    case PrimitiveType::u32:
    case PrimitiveType::u64: return fmt::format("{}", bits);
    case PrimitiveType::f32: return float_text(as<float>(bits));
    case PrimitiveType::f64: return float_text(as<double>(bits));
    case PrimitiveType::char_: {
        std::string character;
        append_utf8(character, static_cast<uint32_t>(bits));
        std::string text = "'";
        append_escaped(text, character, '\'');
        return text + "'";
    }
    case PrimitiveType::string: return wave_quoted(value.text());
    case PrimitiveType::error_context: break;
    }
    return "?";
}

/// Words that stand for something else where a label is wanted.
bool is_keyword(std::string_view name)
{
    return name == "true" || name == "false" || name == "none" || name == "some" || name == "ok" ||
           name == "err" || name == "inf" || name == "nan";
}

std::string case_text(const Value& value)
{
    std::string text{value.name(value.case_index())};
    const bool own_words =
        value.kind() == ComponentTypeKind::option || value.kind() == ComponentTypeKind::result;
    if (!own_words && is_keyword(text)) text.insert(0, "%");
    if (const std::optional<Value> payload = value.payload()) {
        text += "(" + wave_text(*payload) + ")";
    }
    return text;
}

/// `count` parts with commas between them.
template <class Part>
std::string joined(char open, uint32_t count, char close, Part&& part)
{
    std::string text{open};
    for (uint32_t i = 0; i < count; ++i) {
        if (i != 0) text += ", ";
        text += part(i);
    }
    return text + close;
}

}  // namespace

std::string wave_quoted(std::string_view text)
{
    std::string quoted = "\"";
    append_escaped(quoted, text, '"');
    return quoted + "\"";
}

std::string wave_text(const Value& value)
{
    if (value.type().is_none()) return {};
    if (value.is_primitive()) return primitive_text(value);
    const auto element = [&](uint32_t i) { return wave_text(value.part(i)); };
    switch (value.kind()) {
    case ComponentTypeKind::list:
    case ComponentTypeKind::fixed_list: return joined('[', value.size(), ']', element);
    case ComponentTypeKind::tuple: return joined('(', value.size(), ')', element);
    case ComponentTypeKind::record:
        return joined('{', value.size(), '}', [&](uint32_t i) {
            return fmt::format("{}: {}", value.name(i), wave_text(value.part(i)));
        });
    case ComponentTypeKind::map:
        return joined('{', value.size(), '}', [&](uint32_t i) {
            return fmt::format("{}: {}", wave_text(value.key(i)), wave_text(value.item(i)));
        });
    case ComponentTypeKind::flags: {
        std::string text = "{";
        for (uint32_t i = 0; i < value.size(); ++i) {
            if (value.has(i)) text += (text.size() > 1 ? ", " : "") + std::string{value.name(i)};
        }
        return text + "}";
    }
    case ComponentTypeKind::variant:
    case ComponentTypeKind::enum_:
    case ComponentTypeKind::option:
    case ComponentTypeKind::result: return case_text(value);
    case ComponentTypeKind::own:
    case ComponentTypeKind::borrow: return fmt::format("<{} {}>", type_text(value), value.bits());
    case ComponentTypeKind::stream:
    case ComponentTypeKind::future:
    case ComponentTypeKind::alias:
    case ComponentTypeKind::primitive:
    case ComponentTypeKind::resource:
    case ComponentTypeKind::func:
    case ComponentTypeKind::instance:
    case ComponentTypeKind::component: break;
    }
    return fmt::format("<{}>", type_text(value));
}

nlohmann::json json_of(const Value& value)
{
    using nlohmann::json;
    if (value.type().is_none()) return nullptr;
    if (value.is_primitive()) {
        const uint64_t bits = value.bits();
        switch (value.primitive()) {
        case PrimitiveType::bool_: return bits != 0;
        case PrimitiveType::s8: return as<int8_t>(bits);
        case PrimitiveType::s16: return as<int16_t>(bits);
        case PrimitiveType::s32: return as<int32_t>(bits);
        case PrimitiveType::s64: return as<int64_t>(bits);
        case PrimitiveType::u8:
        case PrimitiveType::u16:
        case PrimitiveType::u32:
        case PrimitiveType::u64: return bits;
        case PrimitiveType::f32:
            if (!std::isfinite(as<float>(bits))) return float_text(as<float>(bits));
            return as<float>(bits);
        case PrimitiveType::f64:
            if (!std::isfinite(as<double>(bits))) return float_text(as<double>(bits));
            return as<double>(bits);
        case PrimitiveType::char_: {
            std::string character;
            append_utf8(character, static_cast<uint32_t>(bits));
            return character;
        }
        case PrimitiveType::string: return value.text();
        case PrimitiveType::error_context: return nullptr;
        }
    }
    json document;
    const std::string_view name = value.kind() == ComponentTypeKind::variant ||
                                          value.kind() == ComponentTypeKind::enum_ ||
                                          value.kind() == ComponentTypeKind::result
                                      ? value.name(value.case_index())
                                      : std::string_view{};
    switch (value.kind()) {
    case ComponentTypeKind::list:
    case ComponentTypeKind::fixed_list:
    case ComponentTypeKind::tuple:
        document = json::array();
        for (uint32_t i = 0; i < value.size(); ++i)
            document.push_back(json_of(value.part(i)));
        return document;
    case ComponentTypeKind::record:
        document = json::object();
        for (uint32_t i = 0; i < value.size(); ++i)
            document[std::string{value.name(i)}] = json_of(value.part(i));
        return document;
    case ComponentTypeKind::map:
        document = json::array();
        for (uint32_t i = 0; i < value.size(); ++i)
            document.push_back(json::array({json_of(value.key(i)), json_of(value.item(i))}));
        return document;
    case ComponentTypeKind::flags:
        document = json::array();
        for (uint32_t i = 0; i < value.size(); ++i) {
            if (value.has(i)) document.push_back(value.name(i));
        }
        return document;
    case ComponentTypeKind::enum_: return name;
    case ComponentTypeKind::variant:
        document["tag"] = name;
        if (const auto payload = value.payload()) document["val"] = json_of(*payload);
        return document;
    case ComponentTypeKind::result: {
        const auto payload = value.payload();
        document[std::string{name}] = payload ? json_of(*payload) : json{};
        return document;
    }
    case ComponentTypeKind::option: {
        const auto payload = value.payload();
        if (!payload) return nullptr;
        // Of an option in an option, null would say too little.
        if (!is_option_or_result(payload->types(), payload->type())) return json_of(*payload);
        document["some"] = json_of(*payload);
        return document;
    }
    case ComponentTypeKind::own:
    case ComponentTypeKind::borrow: document["handle"] = value.bits(); return document;
    case ComponentTypeKind::stream:
    case ComponentTypeKind::future:
    case ComponentTypeKind::alias:
    case ComponentTypeKind::primitive:
    case ComponentTypeKind::resource:
    case ComponentTypeKind::func:
    case ComponentTypeKind::instance:
    case ComponentTypeKind::component: break;
    }
    return nullptr;
}

}  // namespace wrtd
