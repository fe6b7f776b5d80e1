// Core modules, core types and types of core modules: what the assembler of modules reads, where a
// component has it.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#core-type-definitions
#include "component_assembler.hpp"
#include "text/assembler.hpp"

namespace wrt::text {

namespace {

constexpr uint8_t module_section = 1;
constexpr uint8_t module_code = 0x50;
constexpr uint8_t rec_code = 0x4e;
constexpr uint8_t sub_code = 0x50;

}  // namespace

/// Core types outside of modules: their names are those of a component's scope.
class CoreTypes : public Assembler {
public:
    /// `aliases`: names of scopes around are good, by an alias.
    CoreTypes(ComponentAssembler& component, bool aliases)
        : Assembler{component.tokens_, component.arena_, component.options_},
          component_{component},
          aliases_{aliases}
    {
        elsewhere_ = {.context = this, .type = &CoreTypes::find};
        move_to(component.position());
    }

    void set_aliases(bool aliases) { aliases_ = aliases; }
    uint32_t count() const { return types_.size(); }
    /// An index that an alias has.
    Status skip_index() { return types_.push({.is_elsewhere = true}); }

    /// `subtype` at the cursor.
    Status sub(bool alone) { return sub_type(types_.size(), alone); }
    /// Makes an identifier name one of the types of this.
    Status name_type(uint32_t id, uint32_t index)
    {
        WRT_TRY(const std::string_view name, content(token(id)));
        WRT_TRY(uint32_t* const place, names_.place(Space::type, 0, name));
        if (*place != no_index) return error_at(Errc::duplicate_type, id);
        *place = index;
        return ok();
    }
    Status value(ByteBuffer& out)
    {
        uint32_t bits = 0;
        WRT_CHECK(value_type(bits));
        write_type(out, bits);
        return ok();
    }
    /// (func (type $t)), (memory 1) and so on, as an import says it.
    Status extern_type(ByteBuffer& out)
    {
        WRT_CHECK(expect(TokenKind::left));
        const std::string_view word = at(TokenKind::keyword) ? text(peek()) : std::string_view{};
        const uint32_t keyword = position();
        advance();
        if (at(TokenKind::identifier)) advance();
        bool is64 = false;
        if (word == "func") {
            WRT_TRY(const TypeUse use, type_use(ParamNames::ignored));
            out.byte(0x00);
            out.u32(use.type);
        } else if (word == "table") {
            out.byte(0x01);
            WRT_CHECK(address_type(is64));
            WRT_CHECK(table_type(is64, out));
        } else if (word == "memory") {
            out.byte(0x02);
            WRT_CHECK(address_type(is64));
            WRT_CHECK(limits(is64, true, out));
        } else if (word == "global") {
            out.byte(0x03);
            WRT_CHECK(global_type(out));
        } else if (word == "tag") {
            out.byte(0x04);
            WRT_CHECK(tag_type(out));
        } else {
            return unexpected_at(keyword);
        }
        return expect(TokenKind::right);
    }
    /// What of types was written since it was last asked for.
    ByteBuffer& types() { return type_section_; }

    using Assembler::TokenCursor::move_to;
    using Assembler::TokenCursor::position;

private:
    static Result<uint32_t> find(void* context, uint32_t id)
    {
        auto& self = *static_cast<CoreTypes*>(context);
        ComponentAssembler& component = self.component_;
        if (!self.aliases_) {
            return component.find_in(component.scopes_.back(), Sort::core_type, id);
        }
        component.count(Sort::core_type) = self.types_.size();
        WRT_TRY(const uint32_t found, component.find(Sort::core_type, id));
        if (component.count(Sort::core_type) != self.types_.size()) WRT_CHECK(self.skip_index());
        return found;
    }

    ComponentAssembler& component_;
    bool aliases_;
};

/// (core module $m (export "m")* ...), behind its keywords.
Status ComponentAssembler::core_module()
{
    const uint32_t form = position() - 3;
    const uint32_t id = optional_id();
    const uint32_t exports = skip_inline_exports();
    if (at_inline("import")) return inline_import(Sort::core_module, form, id, exports);
    WRT_TRY(const std::string_view name, name_of(id));
    Tokens inside = tokens_;
    inside.annotations = take_annotations(position(), token(form).partner);

    Assembler module{inside, arena_, options_};
    WRT_CHECK(module.fields(position(), name));
    move_to(module.end_token());
    if (!at(TokenKind::right)) return unexpected();
    const uint32_t start = pending_.size();
    WRT_CHECK(module.write(pending_));
    flush();
    sections_.byte(module_section);
    sections_.sized(pending_.bytes().subspan(start));
    pending_.truncate(start);
    WRT_TRY(const uint32_t index, bind(Sort::core_module, id));
    WRT_CHECK(add_inline_exports(exports, Sort::core_module, index));
    return expect(TokenKind::right);
}

/// (core type $t (func ...)) or (core type $t (module ...)), behind its keywords.
Status ComponentAssembler::core_type()
{
    const uint32_t id = optional_id();
    const uint32_t start = pending_.size();
    if (skip_left("module")) {
        WRT_CHECK(module_type(id));
        WRT_CHECK(expect(TokenKind::right));
        emit(Item::core_type, start);
        WRT_CHECK(bind(Sort::core_type, id));
        return expect(TokenKind::right);
    }
    // It may mention itself.
    WRT_CHECK(bind(Sort::core_type, id));
    CoreTypes types{*this, false};
    WRT_CHECK(types.sub(false));
    const auto bytes = types.types().bytes();
    if (!bytes.empty() && bytes.front() == sub_code) pending_.byte(0x00);
    pending_.append(bytes);
    move_to(types.position());
    emit(Item::core_type, start);
    return expect(TokenKind::right);
}

/// (core rec (type $t ...)*), behind its keywords.
Status ComponentAssembler::core_rec()
{
    const uint32_t start = pending_.size();
    const uint32_t first = position();
    uint32_t entries = 0;
    for (uint32_t at = first; is_left(at, "type"); at = token(at).partner + 1) {
        ++entries;
        const bool has_id = token(at + 2).kind == TokenKind::identifier;
        WRT_CHECK(bind(Sort::core_type, has_id ? at + 2 : no_index));
    }
    pending_.byte(rec_code);
    pending_.u32(entries);
    CoreTypes types{*this, false};
    for (uint32_t i = 0; i < entries; ++i) {
        advance(2);
        optional_id();
        types.move_to(position());
        WRT_CHECK(types.sub(false));
        move_to(types.position());
        WRT_CHECK(expect(TokenKind::right));
    }
    pending_.append(types.types().bytes());
    emit(Item::core_type, start);
    return expect(TokenKind::right);
}

Status ComponentAssembler::core_value_type()
{
    CoreTypes types{*this, false};
    WRT_CHECK(types.value(pending_));
    move_to(types.position());
    return ok();
}

/// The type of a core module, as a reference or in place; type_ is its index then.
Status ComponentAssembler::core_type_use()
{
    if (at_left("type") && peek(3).kind == TokenKind::right) {
        advance(2);
        WRT_TRY(type_, index(Sort::core_type));
        return expect(TokenKind::right);
    }
    const uint32_t start = pending_.size();
    WRT_CHECK(module_type(no_index));
    emit(Item::core_type, start);
    WRT_TRY(type_, bind(Sort::core_type, no_index));
    return ok();
}

/// `moduledecl*`, to pending_.
Status ComponentAssembler::module_type(uint32_t id)
{
    WRT_CHECK(open_scope(Scope::Kind::module_type, id));
    CoreTypes types{*this, false};
    while (at(TokenKind::left))
        WRT_CHECK(module_declarator(types));
    const Scope scope = scopes_.back();
    pending_.byte(module_code);
    pending_.u32(scope.items);
    pending_.append(sections_.bytes().subspan(scope.start));
    sections_.truncate(scope.start);
    scopes_.pop();
    return ok();
}

Status ComponentAssembler::module_declarator(CoreTypes& types)
{
    const auto emit_types = [&] {
        const auto bytes = types.types().bytes();
        if (bytes.empty()) return;
        begin_item(Item::type);
        if (bytes.front() == sub_code) sections_.byte(0x00);
        sections_.append(bytes);
        types.types().truncate(0);
    };
    count(Sort::core_type) = types.count();
    if (skip_left("alias")) {
        if (!skip_keyword("outer")) return unexpected();
        WRT_CHECK(outer_alias());
        return types.skip_index();
    }
    types.set_aliases(false);
    if (skip_left("type")) {
        if (const uint32_t id = optional_id(); is_identifier(id)) {
            WRT_CHECK(types.name_type(id, types.count()));
        }
        types.move_to(position());
        WRT_CHECK(types.sub(true));
        move_to(types.position());
        emit_types();
        return expect(TokenKind::right);
    }
    if (skip_left("rec")) {
        uint32_t entries = 0;
        for (uint32_t at = position(); is_left(at, "type"); at = token(at).partner + 1) {
            if (token(at + 2).kind == TokenKind::identifier) {
                WRT_CHECK(types.name_type(at + 2, types.count() + entries));
            }
            ++entries;
        }
        types.types().byte(rec_code);
        types.types().u32(entries);
        for (uint32_t i = 0; i < entries; ++i) {
            advance(2);
            optional_id();
            types.move_to(position());
            WRT_CHECK(types.sub(false));
            move_to(types.position());
            WRT_CHECK(expect(TokenKind::right));
        }
        emit_types();
        return expect(TokenKind::right);
    }
    const bool is_import = at_left("import");
    if (!is_import && !at_left("export")) return unexpected_at(position() + 1);
    advance(2);
    const uint32_t start = pending_.size();
    for (uint32_t i = 0; i < (is_import ? 2U : 1U); ++i) {
        WRT_TRY(const std::string_view name, name_string());
        pending_.name(name);
    }
    types.set_aliases(true);
    types.move_to(position());
    WRT_CHECK(types.extern_type(pending_));
    move_to(types.position());
    emit_types();
    emit(is_import ? Item::import : Item::export_, start);
    return expect(TokenKind::right);
}

}  // namespace wrt::text
