// Instances, core and other: instantiations, and bundles of exports. A bundle that is written as an
// argument is an instance in front of the one that takes it.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#instance-definitions
#include "component_assembler.hpp"

namespace wrt::text {

namespace {

constexpr uint8_t core_instance_sort = 0x12;

}  // namespace

/// (core instance $i (instantiate ...)) or (core instance $i (export ...)*), behind its keywords.
Status ComponentAssembler::core_instance()
{
    const uint32_t id = optional_id();
    const uint32_t start = pending_.size();
    if (skip_left("instantiate")) {
        WRT_CHECK(core_instantiate());
        WRT_CHECK(expect(TokenKind::right));
    } else if (at_left("alias")) {
        return unexpected_at(position() + 1);
    } else {
        WRT_CHECK(core_exports());
    }
    emit(Item::core_instance, start);
    WRT_CHECK(bind(Sort::core_instance, id));
    return expect(TokenKind::right);
}

/// (export "name" (func $f))*
Status ComponentAssembler::core_exports()
{
    pending_.byte(0x01);
    pending_.u32(operands());
    while (!at(TokenKind::right)) {
        if (!skip_left("export")) {
            return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
        }
        WRT_TRY(const std::string_view name, name_string());
        WRT_CHECK(expect(TokenKind::left));
        skip_keyword("core");
        const uint32_t word = position();
        WRT_TRY(const Sort sort, core_sort_word());
        if (sort > Sort::core_tag) return unexpected_at(word);
        WRT_TRY(const uint32_t index, core_item(sort));
        WRT_CHECK(expect(TokenKind::right));
        WRT_CHECK(expect(TokenKind::right));
        pending_.name(name);
        pending_.byte(static_cast<uint8_t>(sort));
        pending_.u32(index);
    }
    return ok();
}

/// Defines the bundles among the arguments that begin at a token, in their order in bundles_.
Status ComponentAssembler::bundles_of_arguments(uint32_t arguments, bool core)
{
    bundles_.clear();
    const uint32_t back = position();
    for (uint32_t at = arguments; is_left(at, "with"); at = token(at).partner + 1) {
        // (with "name" (instance (export ...)*))
        const TokenKind inside = token(at + 5).kind;
        if (!is_left(at + 3, "instance")) continue;
        if (inside != TokenKind::left && inside != TokenKind::right) continue;
        move_to(at + 5);
        const uint32_t start = pending_.size();
        WRT_CHECK(core ? core_exports() : bundle());
        emit(core ? Item::core_instance : Item::instance, start);
        WRT_TRY(const uint32_t made, bind(core ? Sort::core_instance : Sort::instance, no_index));
        WRT_CHECK(bundles_.push(made));
    }
    move_to(back);
    return ok();
}

/// $module (with "name" (instance $i))*
Status ComponentAssembler::core_instantiate()
{
    uint32_t arguments = position() + 1;
    if (at(TokenKind::left)) arguments = peek().partner + 1;
    WRT_CHECK(bundles_of_arguments(arguments, true));
    WRT_TRY(const uint32_t module, index_or_item(Sort::core_module));
    pending_.byte(0x00);
    pending_.u32(module);
    pending_.u32(operands());
    uint32_t next_bundle = 0;
    while (!at(TokenKind::right)) {
        if (!skip_left("with")) {
            return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
        }
        WRT_TRY(const std::string_view name, name_string());
        const uint32_t form = position();
        if (!skip_left("instance")) return unexpected();
        uint32_t instance = 0;
        if (at_index()) {
            WRT_TRY(instance, index(Sort::core_instance));
        } else {
            if (next_bundle == bundles_.size()) return unexpected();
            instance = bundles_[next_bundle++];
            move_to(token(form).partner);
        }
        WRT_CHECK(expect(TokenKind::right));
        WRT_CHECK(expect(TokenKind::right));
        pending_.name(name);
        pending_.byte(core_instance_sort);
        pending_.u32(instance);
    }
    return ok();
}

/// (instance $i (export "i")* (instantiate ...)) and its other forms, behind its keyword.
Status ComponentAssembler::instance()
{
    const uint32_t form = position() - 2;
    const uint32_t id = optional_id();
    const uint32_t exports = skip_inline_exports();
    if (at_inline("import")) return inline_import(Sort::instance, form, id, exports);
    if (at_left("alias")) {
        WRT_CHECK(alias_in_place(Sort::instance, id));
        return add_inline_exports(exports, Sort::instance, count(Sort::instance) - 1);
    }
    const uint32_t start = pending_.size();
    if (skip_left("instantiate")) {
        WRT_CHECK(instantiate());
        WRT_CHECK(expect(TokenKind::right));
    } else {
        WRT_CHECK(bundle());
    }
    emit(Item::instance, start);
    WRT_TRY(const uint32_t made, bind(Sort::instance, id));
    WRT_CHECK(add_inline_exports(exports, Sort::instance, made));
    return expect(TokenKind::right);
}

/// (export "name" (func $f))*
Status ComponentAssembler::bundle()
{
    pending_.byte(0x01);
    pending_.u32(operands());
    while (!at(TokenKind::right)) {
        if (!skip_left("export")) {
            return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
        }
        WRT_CHECK(extern_name(pending_));
        Sort sort = Sort::func;
        WRT_TRY(const uint32_t index, any_item(sort));
        WRT_CHECK(expect(TokenKind::right));
        write_sort(pending_, sort);
        pending_.u32(index);
    }
    return ok();
}

/// $component (with "name" (func $f))*
Status ComponentAssembler::instantiate()
{
    uint32_t arguments = position() + 1;
    if (at(TokenKind::left)) arguments = peek().partner + 1;
    WRT_CHECK(bundles_of_arguments(arguments, false));
    WRT_TRY(const uint32_t component, index_or_item(Sort::component));
    pending_.byte(0x00);
    pending_.u32(component);
    pending_.u32(operands());
    uint32_t next_bundle = 0;
    while (!at(TokenKind::right)) {
        if (!skip_left("with")) {
            return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
        }
        WRT_TRY(const std::string_view name, name_string());
        const uint32_t form = position();
        Sort sort = Sort::instance;
        uint32_t given = 0;
        const TokenKind inside = peek(2).kind;
        const bool is_bundle =
            at_left("instance") && (inside == TokenKind::left || inside == TokenKind::right);
        if (is_bundle && next_bundle < bundles_.size()) {
            given = bundles_[next_bundle++];
            move_to(token(form).partner + 1);
        } else {
            WRT_TRY(given, any_item(sort));
        }
        WRT_CHECK(expect(TokenKind::right));
        pending_.name(name);
        write_sort(pending_, sort);
        pending_.u32(given);
    }
    return ok();
}

/// (start $f (value $v)* (result (value $id?))*), behind its keyword.
Status ComponentAssembler::start()
{
    constexpr uint8_t start_section = 9;
    const uint32_t begin = pending_.size();
    WRT_TRY(const uint32_t function, index(Sort::func));
    pending_.u32(function);
    uint32_t arguments = 0;
    for (uint32_t at = position(); is_left(at, "value"); at = token(at).partner + 1)
        ++arguments;
    pending_.u32(arguments);
    while (skip_left("value")) {
        WRT_TRY(const uint32_t value, item(Sort::value));
        WRT_CHECK(expect(TokenKind::right));
        pending_.u32(value);
    }
    uint32_t results = 0;
    while (skip_left("result")) {
        if (!skip_left("value")) return unexpected();
        const uint32_t id = optional_id();
        WRT_CHECK(bind(Sort::value, id));
        WRT_CHECK(expect(TokenKind::right));
        WRT_CHECK(expect(TokenKind::right));
        ++results;
    }
    pending_.u32(results);
    flush();
    sections_.byte(start_section);
    sections_.sized(pending_.bytes().subspan(begin));
    pending_.truncate(begin);
    return expect(TokenKind::right);
}

}  // namespace wrt::text
