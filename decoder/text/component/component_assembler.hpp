// ComponentAssembler: a component's tokens to its sections, in one pass: what text writes in place
// (types, instances, aliases) is a definition in front of the one that it is written in. Whatever
// nests is a frame on a stack, so nothing recurses.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#grammar
#pragma once

#include "text/byte_buffer.hpp"
#include "text/name_table.hpp"
#include "text/token_cursor.hpp"

#include <wrt/decoder/component_types.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/text/assemble.hpp>
#include <wrt/text/tokens.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace wrt::text {

using decoder::Sort;

class CoreTypes;

class ComponentAssembler : private TokenCursor {
    friend class CoreTypes;

public:
    ComponentAssembler(const Tokens& tokens, Arena& arena, const AssembleOptions& options);

    /// Assembles the fields from a token on; `id` is the token of the component's identifier, or
    /// no_index.
    Status fields(uint32_t first_token, uint32_t id);
    /// The token behind the last field.
    uint32_t end_token() const { return end_token_; }
    /// Writes the binary to the retained end.
    Result<std::span<const uint8_t>> finish();

private:
    /// What a scope is a list of, by the number of its section in a component.
    enum class Item : uint8_t {
        none = 0,
        core_instance = 2,
        core_type = 3,
        instance = 5,
        alias = 6,
        type = 7,
        canon = 8,
        import = 10,
        export_ = 11,
    };

    /// Index spaces of their own: a component, or a type of one, of an instance or of a module.
    struct Scope {
        enum class Kind : uint8_t { component, component_type, instance_type, module_type };

        Kind kind = Kind::component;
        Item section = Item::none;  ///< Of a component: the section that is being written.
        uint32_t id = no_index;     ///< Token of the identifier that outer aliases call it by.
        uint32_t serial = 0;        ///< Its names' `outer`.
        uint32_t start = 0;         ///< In sections_.
        uint32_t section_start = 0;
        uint32_t items = 0;           ///< Of the section; of a type: all.
        uint32_t inline_exports = 0;  ///< Where its own begin.
        uint32_t named = 0;           ///< Likewise.
        uint32_t counts[decoder::sort_count] = {};
    };

    /// A form that is read while others are read inside of it.
    struct Frame {
        enum class Kind : uint8_t {
            // Fields.
            component,
            type_scope,
            type_field,
            import,
            inline_import,
            export_,
            lift,
            core_function,
            // What an import or export says of its item: (func ...), (type (eq $t)).
            extern_type,
            // Types.
            fields,    ///< Of a record.
            cases,     ///< Of a variant.
            values,    ///< Of a tuple or map: as many as there are.
            list,      ///< One, and a length if it has one.
            optional,  ///< One or none: of a stream or future.
            result,
            function,
            leaf,  ///< All of it is there.
        };
        /// What becomes of a type.
        enum class Then : uint8_t {
            index,  ///< type_ is its index.
            value,  ///< Its index is written, as that of a value type.
        };

        Kind kind = Kind::component;
        Then then = Then::index;
        uint8_t phase = 0;
        bool closes = false;          ///< Of a type: a `)` behind it belongs to it.
        Sort sort = Sort::type;       ///< Of what is imported, exported or described.
        uint32_t start = 0;           ///< In pending_.
        uint32_t id = no_index;       ///< Token of its identifier.
        uint32_t form = no_index;     ///< Token of its parenthesis.
        uint32_t exports = no_index;  ///< Token of its first inline export, or behind them.
        uint32_t place = no_index;    ///< By kind.
    };

    /// An export that is written at its item, and goes behind all fields.
    struct InlineExport {
        uint32_t name = 0;  ///< Token.
        Sort sort = Sort::func;
        uint32_t index = 0;
    };

    struct Named {
        Sort sort = Sort::func;
        uint32_t index = 0;
        std::string_view name;
    };

    // assemble_component.cpp
    Status step();
    Status field();
    Status core_field();
    Status declarator();
    Status nested_component();
    Status close_component();
    Error unexpected() const { return unexpected_at(position()); }
    Error unexpected_at(uint32_t index) const;
    Status expect(TokenKind kind) { return skip(kind) ? ok() : Status{unexpected()}; }

    // items.cpp
    Status open_scope(Scope::Kind kind, uint32_t id);
    void begin_item(Item item);
    void emit(Item item, uint32_t pending_start);
    void flush();
    Status write_inline_exports();
    Status write_names(uint32_t id, const Scope& scope);
    void write_sort(ByteBuffer& out, Sort sort) const;

    // annotations.cpp
    uint32_t annotation_at(uint32_t token) const;
    Status custom_annotations();
    Result<std::string_view> name_of(uint32_t id);
    bool at_name_annotation() const;
    std::span<const Annotation> take_annotations(uint32_t first, uint32_t last);
    Status check_annotations() const;

    // resolve.cpp
    uint32_t optional_id();
    bool at_index() const { return at(TokenKind::natural) || at(TokenKind::identifier); }
    bool is_identifier(uint32_t id) const
    {
        return id != no_index && token(id).kind == TokenKind::identifier;
    }
    Result<uint32_t> bind(Sort sort, uint32_t id);
    Result<uint32_t> index(Sort sort);
    Result<uint32_t> find(Sort sort, uint32_t id);
    Result<uint32_t> find_in(const Scope& scope, Sort sort, uint32_t id);
    Result<uint32_t> outer_item(Sort sort, uint32_t depth, uint32_t outer, uint32_t id);
    Result<uint32_t> item(Sort sort);
    Result<uint32_t> index_or_item(Sort sort);
    Result<uint32_t> core_item(Sort sort);
    Result<uint32_t> core_index_or_item(Sort sort);
    Result<uint32_t> any_item(Sort& sort);
    Result<Sort> sort_word();
    Result<Sort> core_sort_word();
    uint32_t& count(Sort sort) { return scopes_.back().counts[static_cast<size_t>(sort)]; }

    // aliases.cpp
    Status alias();
    Status outer_alias();
    Result<uint32_t> alias_outer(Sort sort, uint32_t depth, uint32_t outer, uint32_t id);
    Status alias_in_place(Sort sort, uint32_t id);
    Result<uint32_t> outer_count();
    enum class AliasTarget : uint8_t { export_ = 0x00, core_export = 0x01 };
    Result<uint32_t> alias_named(AliasTarget target, Sort sort, uint32_t instance,
                                 std::string_view name, uint32_t id);
    Result<uint32_t> alias_export(Sort sort, uint32_t instance, std::string_view name,
                                  uint32_t id = no_index);
    Result<uint32_t> alias_core_export(Sort sort, uint32_t instance, std::string_view name,
                                       uint32_t id = no_index);

    // types.cpp
    Status value_type();
    Status open_type(Frame::Then then, uint32_t id);
    Status open_labels(Frame& frame, std::string_view word);
    Status type_use(Sort sort, uint32_t id = no_index);
    Status type_step();
    Status finish_type();
    Status type_field();
    Status type_field_step();
    Status type_scope_step();
    Status fields_step(bool cases);
    Status result_step();
    Status function_step();
    Status open_function(Frame frame);
    Status open_type_scope(Sort sort, Frame frame);
    Status resource_type();
    Status label();
    uint32_t operands() const;
    Error unexpected_behind(uint32_t count) const;

    // externs.cpp
    Status extern_name(ByteBuffer& out);
    bool at_inline(std::string_view word) const;
    bool is_only_a_name(uint32_t form) const;
    uint32_t skip_inline_exports();
    Status add_inline_exports(uint32_t first, Sort sort, uint32_t index);
    Status import_field(Item item);
    Status import_step();
    Status inline_import(Sort sort, uint32_t form, uint32_t id, uint32_t exports);
    Status inline_import_step();
    Status export_field();
    Status export_step();
    Status extern_type(bool named);
    Status extern_type_step();
    Status extern_bound(Frame& frame);
    void write_description(Sort sort);

    // instances.cpp
    Status core_instance();
    Status core_instantiate();
    Status core_exports();
    Status instance();
    Status instantiate();
    Status bundle();
    Status bundles_of_arguments(uint32_t arguments, bool core);
    Status start();

    // canon.cpp
    Status canon();
    Status function_field();
    Status lift_step();
    Status core_function(uint32_t form, uint32_t id, bool in_place);
    Status core_function_step();
    Status builtin();
    Status options();
    Result<uint32_t> option_operand(Sort sort);

    // core_definitions.cpp
    Status core_module();
    Status core_type();
    Status core_rec();
    Status core_value_type();
    Status module_declarator(CoreTypes& types);
    Status core_type_use();
    Status module_type(uint32_t id);

    const AssembleOptions& options_;
    NameTable names_;
    GrowingStack<Scope> scopes_;
    GrowingStack<Frame> frames_;
    GrowingStack<InlineExport> inline_exports_;
    GrowingStack<Named> named_;
    GrowingStack<bool> used_;         ///< For each annotation: it was where it belongs.
    GrowingStack<uint32_t> bundles_;  ///< Instances written in place, of the arguments being read.
    ByteBuffer sections_;  ///< Of the scopes that are open: what is finished of each, one behind
                           ///< the other.
    ByteBuffer pending_;   ///< Definitions that are begun, likewise.
    ByteBuffer scratch_;
    uint32_t serials_ = 0;
    uint32_t end_token_ = 0;

    // What a frame leaves to the one below it.
    uint32_t type_ = 0;
    Sort extern_sort_ = Sort::func;
    uint32_t extern_id_ = no_index;
};

}  // namespace wrt::text
