// Type uses (6.4.10): (type x), params and results, and the types that nobody defined.
#include "assembler.hpp"

#include <wrt/foundation/siphash.hpp>

#include <algorithm>

namespace wrt::text {

Status Assembler::signature(KnownType& type, ParamNames names)
{
    while (skip_left("param")) {
        if (at(TokenKind::identifier)) {
            if (names == ParamNames::refused) return unexpected();
            if (names == ParamNames::locals) WRT_CHECK(bind_local(type.params));
            if (names == ParamNames::ignored) advance();
            uint32_t bits = 0;
            WRT_CHECK(value_type(bits));
            WRT_CHECK(values_.push(bits));
            ++type.params;
        } else {
            for (; !at(TokenKind::right); ++type.params) {
                uint32_t bits = 0;
                WRT_CHECK(value_type(bits));
                WRT_CHECK(values_.push(bits));
            }
        }
        WRT_CHECK(expect(TokenKind::right));
    }
    while (skip_left("result")) {
        for (; !at(TokenKind::right); ++type.results) {
            uint32_t bits = 0;
            WRT_CHECK(value_type(bits));
            WRT_CHECK(values_.push(bits));
        }
        WRT_CHECK(expect(TokenKind::right));
    }
    return ok();
}

/// The identifier at the cursor is that of a local of the function that is read; advances.
Status Assembler::bind_local(uint32_t index)
{
    WRT_TRY(const std::string_view text, content(peek()));
    WRT_TRY(uint32_t* const place, names_.place(Space::local, function_, text));
    if (*place != no_index) return error(Errc::duplicate_local);
    *place = index;
    advance();
    WRT_CHECK(name(NameKind::local, function_, index, text));
    return name_annotation(position(), NameKind::local, function_, index);
}

Result<TypeUse> Assembler::type_use(ParamNames names, bool block)
{
    TypeUse use;
    const uint32_t start = position();
    if (skip_left("type")) {
        use.is_index = true;
        WRT_TRY(use.type, resolve(Space::type, 0));
        WRT_CHECK(expect(TokenKind::right));
    }
    KnownType type{.is_func = true, .first = values_.size()};
    WRT_CHECK(signature(type, names));
    // Out of their order.
    if (at_left("type") || at_left("param")) return unexpected_at(position() + 1);
    const bool is_written = type.params + type.results != 0;
    use.params = type.params;
    if (use.is_index) {
        const KnownType known = use.type < types_.size() ? types_[use.type] : KnownType{};
        if (!is_written) {
            use.params = known.params;
            return use;
        }
        if (use.type >= types_.size()) return error_at(Errc::no_such_type, start);
        if (known.is_elsewhere) {
            values_.truncate(type.first);
            return use;
        }
        if (!known.is_func || !same_signature(known, type)) {
            return error_at(Errc::inline_function_type, start);
        }
        values_.truncate(type.first);
        return use;
    }
    if (block && type.params == 0 && type.results <= 1) {
        use.is_short = true;
        use.result = type.results == 0 ? ValType::bot.bits() : values_.back();
        values_.truncate(type.first);
        return use;
    }
    WRT_TRY(use.type, type_of_signature(type));
    return use;
}

bool Assembler::same_signature(const KnownType& a, const KnownType& b) const
{
    return std::ranges::equal(params_of(a), params_of(b)) &&
           std::ranges::equal(results_of(a), results_of(b));
}

uint64_t Assembler::hash_of(const KnownType& type) const
{
    static const SipKey key = SipKey::random();
    const std::span<const uint32_t> values{values_.data() + type.first,
                                           size_t{type.params} + type.results};
    SipKey of_length = key;
    of_length.low ^= type.params;
    return siphash(std::span{reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()},
                   of_length);
}

/// Where the signature is in the table, or the free place where it would be.
size_t Assembler::signature_slot(const KnownType& type) const
{
    const size_t mask = signatures_.size() - 1;
    size_t slot = static_cast<size_t>(hash_of(type)) & mask;
    while (signatures_[slot] != no_index && !same_signature(types_[signatures_[slot]], type)) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

/// A type that type uses may find: the lowest index of a signature stays.
Status Assembler::remember(uint32_t index)
{
    if (size_t{signature_count_} * 2 >= signatures_.size()) WRT_CHECK(grow_signatures());
    const size_t slot = signature_slot(types_[index]);
    if (signatures_[slot] != no_index) return ok();
    signatures_[slot] = index;
    ++signature_count_;
    return ok();
}

Status Assembler::grow_signatures()
{
    constexpr size_t first_size = 32;
    const std::span<const uint32_t> old = signatures_;
    const size_t size = old.empty() ? first_size : old.size() * 2;
    WRT_TRY(signatures_,
            arena_.make_uninitialized_array<uint32_t>(End::scratch, Account::scratch, size));
    std::ranges::fill(signatures_, no_index);
    for (const uint32_t index : old) {
        if (index != no_index) signatures_[signature_slot(types_[index])] = index;
    }
    return ok();
}

/// The index of a signature that lies last in values_: of the first definition of it, or of a new
/// one behind all others.
Result<uint32_t> Assembler::type_of_signature(const KnownType& type)
{
    if (!signatures_.empty()) {
        const uint32_t found = signatures_[signature_slot(type)];
        if (found != no_index) {
            values_.truncate(type.first);
            return found;
        }
    }
    const uint32_t index = types_.size();
    WRT_CHECK(types_.push(type));
    WRT_CHECK(remember(index));
    write_function_type(params_of(type), results_of(type));
    ++type_entries_;
    WRT_CHECK(type_section_.status());
    return index;
}

}  // namespace wrt::text
