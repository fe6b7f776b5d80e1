// wasi:http/types: fields, which are headers and trailers.
// https://www.rfc-editor.org/rfc/rfc9110#name-fields
#include "wasi/p2/http_objects.hpp"

namespace wrt::wasi::p2 {

namespace {

using FieldValue = std::span<const uint8_t>;
using Entry = std::tuple<std::string_view, FieldValue>;
template <class T = void>
using HeaderOutcome = Outcome<T, HeaderError>;

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view left, std::string_view right) noexcept
{
    return std::ranges::equal(left, right, {}, &lower, &lower);
}

/// What the wire says itself, about the connection and not the message.
bool is_forbidden(std::string_view name) noexcept
{
    static constexpr std::string_view names[] = {
        "connection",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "upgrade",
        "proxy-authorization",
        "transfer-encoding",
    };
    return std::ranges::any_of(names,
                               [&](std::string_view other) { return same_name(name, other); });
}

/// field-value: no controls but tabs.
bool is_value(std::string_view text) noexcept
{
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<uint8_t>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

std::string_view text_of(FieldValue value) noexcept
{
    return {reinterpret_cast<const char*>(value.data()), value.size()};
}

FieldValue bytes_of(const Field& field) noexcept
{
    return {reinterpret_cast<const uint8_t*>(field.value().data()), field.value_size};
}

/// False: no room.
bool append_field(BlockPool& pool, Fields& fields, std::string_view name,
                  std::string_view value) noexcept
{
    const size_t bytes = sizeof(Field) + name.size() + value.size();
    void* const block = pool.take(bytes);
    if (block == nullptr) return false;
    Field* const field = std::construct_at(
        static_cast<Field*>(block),
        Field{nullptr, static_cast<uint32_t>(name.size()), static_cast<uint32_t>(value.size())});
    char* const text = reinterpret_cast<char*>(field + 1);
    std::ranges::copy(value, std::ranges::copy(name, text).out);
    (fields.last != nullptr ? fields.last->next : fields.first) = field;
    fields.last = field;
    ++fields.count;
    return true;
}

void delete_named(BlockPool& pool, Fields& fields, std::string_view name) noexcept
{
    Field** at = &fields.first;
    fields.last = nullptr;
    while (*at != nullptr) {
        Field* const field = *at;
        if (!same_name(field->name(), name)) {
            fields.last = field;
            at = &field->next;
            continue;
        }
        *at = field->next;
        --fields.count;
        pool.give(field, field->block_bytes());
    }
}

void delete_all(BlockPool& pool, Fields& fields) noexcept
{
    while (Field* const field = fields.first) {
        fields.first = field->next;
        pool.give(field, field->block_bytes());
    }
}

/// Why an entry may not be in fields that a guest makes; none if it may.
std::optional<HeaderError> fault_of(std::string_view name, std::string_view value) noexcept
{
    if (!is_token(name) || !is_value(value)) return invalid_syntax;
    if (is_forbidden(name)) return forbidden;
    return std::nullopt;
}

Result<Own<Fields>> construct(State& state) noexcept
{
    return make_resource(state, Resource::Kind::fields, state.http->pool.make<Fields>());
}

Result<HeaderOutcome<Own<Fields>>> from_list(State& state, std::span<const Entry> entries) noexcept
{
    for (const auto& [name, value] : entries) {
        if (const auto fault = fault_of(name, text_of(value))) {
            return HeaderOutcome<Own<Fields>>{Failure<HeaderError>{*fault}};
        }
    }
    WRT_TRY(const Own<Fields> made, construct(state));
    for (const auto& [name, value] : entries) {
        if (append_field(state.http->pool, object_of<Fields>(state, made.rep), name,
                         text_of(value))) {
            continue;
        }
        state.remove(made.rep);
        return out_of_http_bytes();
    }
    return HeaderOutcome<Own<Fields>>{made};
}

Result<std::span<const FieldValue>> get(State& state, HostCall& call, Borrow<Fields> self,
                                        std::string_view name) noexcept
{
    const Fields& fields = object_of<Fields>(state, self.rep);
    WRT_TRY(const std::span<FieldValue> values, take_list<FieldValue>(call, fields.count));
    size_t count = 0;
    for (const Field* field = fields.first; field != nullptr; field = field->next) {
        if (same_name(field->name(), name)) values[count++] = bytes_of(*field);
    }
    return std::span<const FieldValue>{values.first(count)};
}

bool has(State& state, Borrow<Fields> self, std::string_view name) noexcept
{
    const Fields& fields = object_of<Fields>(state, self.rep);
    for (const Field* field = fields.first; field != nullptr; field = field->next) {
        if (same_name(field->name(), name)) return true;
    }
    return false;
}

/// Why what is under a name may not be changed; none if it may.
std::optional<HeaderError> fault_of_change(const Fields& fields, std::string_view name) noexcept
{
    if (fields.is_immutable) return immutable;
    return fault_of(name, {});
}

Result<HeaderOutcome<>> set(State& state, Borrow<Fields> self, std::string_view name,
                            std::span<const FieldValue> values) noexcept
{
    Fields& fields = object_of<Fields>(state, self.rep);
    std::optional<HeaderError> fault = fault_of_change(fields, name);
    for (const FieldValue value : values) {
        if (!fault && !is_value(text_of(value))) fault = invalid_syntax;
    }
    if (fault) return HeaderOutcome<>{Failure<HeaderError>{*fault}};
    delete_named(state.http->pool, fields, name);
    for (const FieldValue value : values) {
        if (!append_field(state.http->pool, fields, name, text_of(value))) {
            return out_of_http_bytes();
        }
    }
    return HeaderOutcome<>{};
}

HeaderOutcome<> delete_(State& state, Borrow<Fields> self, std::string_view name) noexcept
{
    Fields& fields = object_of<Fields>(state, self.rep);
    if (const auto fault = fault_of_change(fields, name)) return Failure<HeaderError>{*fault};
    delete_named(state.http->pool, fields, name);
    return {};
}

Result<HeaderOutcome<>> append(State& state, Borrow<Fields> self, std::string_view name,
                               FieldValue value) noexcept
{
    Fields& fields = object_of<Fields>(state, self.rep);
    std::optional<HeaderError> fault = fault_of_change(fields, name);
    if (!fault && !is_value(text_of(value))) fault = invalid_syntax;
    if (fault) return HeaderOutcome<>{Failure<HeaderError>{*fault}};
    if (!append_field(state.http->pool, fields, name, text_of(value))) return out_of_http_bytes();
    return HeaderOutcome<>{};
}

Result<std::span<const Entry>> entries(State& state, HostCall& call, Borrow<Fields> self) noexcept
{
    const Fields& fields = object_of<Fields>(state, self.rep);
    WRT_TRY(const std::span<Entry> list, take_list<Entry>(call, fields.count));
    size_t i = 0;
    for (const Field* field = fields.first; field != nullptr; field = field->next)
        list[i++] = {field->name(), bytes_of(*field)};
    return std::span<const Entry>{list};
}

Result<Own<Fields>> clone(State& state, Borrow<Fields> self) noexcept
{
    WRT_TRY(const Own<Fields> made, construct(state));
    const Fields& from = object_of<Fields>(state, self.rep);
    for (const Field* field = from.first; field != nullptr; field = field->next) {
        if (append_field(state.http->pool, object_of<Fields>(state, made.rep), field->name(),
                         field->value())) {
            continue;
        }
        state.remove(made.rep);
        return out_of_http_bytes();
    }
    return made;
}

constexpr HostFunctionRow functions[] = {
    row<&construct>("[constructor]fields"), row<&from_list>("[static]fields.from-list"),
    row<&get>("[method]fields.get"),        row<&has>("[method]fields.has"),
    row<&set>("[method]fields.set"),        row<&delete_>("[method]fields.delete"),
    row<&append>("[method]fields.append"),  row<&entries>("[method]fields.entries"),
    row<&clone>("[method]fields.clone"),
};
constexpr HostResourceRow resources[] = {resource_row<Fields>("fields")};

}  // namespace

bool is_token(std::string_view text) noexcept
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        const char small = lower(c);
        return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

void release(HttpState& http, Fields* fields) noexcept
{
    if (fields == nullptr || --fields->users != 0) return;
    delete_all(http.pool, *fields);
    http.pool.destroy(fields);
}

Fields* make_fields(HttpState& http, http::HeaderList entries, bool keep_forbidden) noexcept
{
    Fields* const fields = http.pool.make<Fields>();
    if (fields == nullptr) return nullptr;
    fields->is_immutable = true;
    for (const http::Header& entry : entries) {
        if (!keep_forbidden && is_forbidden(entry.name)) continue;
        if (append_field(http.pool, *fields, entry.name, entry.value)) continue;
        release(http, fields);
        return nullptr;
    }
    return fields;
}

Fields* take_fields(State& state, Own<Fields> own) noexcept
{
    Fields* const fields = share(&object_of<Fields>(state, own.rep));
    fields->is_immutable = true;
    state.retire(own.rep);
    return fields;
}

Result<Outcome<http::HeaderList, http::ErrorCode>>
list_fields(HostCall& call, const Fields& fields, std::optional<uint64_t>& declared) noexcept
{
    using Listed = Outcome<http::HeaderList, http::ErrorCode>;
    WRT_TRY(const std::span<http::Header> list, take_list<http::Header>(call, fields.count));
    size_t count = 0;
    for (const Field* field = fields.first; field != nullptr; field = field->next) {
        if (!same_name(field->name(), "content-length")) {
            list[count++] = {field->name(), field->value()};
            continue;
        }
        const std::optional<uint64_t> length = decimal(field->value());
        if (!length || declared) {
            return Listed{
                Failure<http::ErrorCode>{{.which = http::ErrorCode::Case::http_protocol_error}}};
        }
        declared = length;
    }
    return Listed{http::HeaderList{list.first(count)}};
}

std::optional<uint64_t> content_length(const Fields& fields) noexcept
{
    for (const Field* field = fields.first; field != nullptr; field = field->next) {
        if (same_name(field->name(), "content-length")) return decimal(field->value());
    }
    return std::nullopt;
}

std::optional<uint64_t> decimal(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 19) return std::nullopt;
    uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    return value;
}

Status define_fields(component::Imports& imports, State& state) noexcept
{
    return imports.define("wasi:http/types@0.2.12", functions, resources, &state);
}

}  // namespace wrt::wasi::p2
