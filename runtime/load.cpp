// Loading: the decoded module, which lies on the scratch end, becomes a runtime Module on the
// retained end. Two passes wherever a size is not known: measure, then fill arrays that fit
// exactly.
#include <wrt/runtime/load.hpp>

#include <algorithm>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/field_layout.hpp>
#include <wrt/runtime/value.hpp>

#include "const_expr.hpp"
#include "lazy_code.hpp"
#include "load_recorded.hpp"
#include "translate.hpp"

namespace wrt::runtime {
namespace {

class Converter {
public:
    Converter(const decoder::Module& syntax, Arena& arena, Module& module) noexcept
        : syntax_(syntax), arena_(arena), module_(module)
    {
    }

    Status run() noexcept
    {
        module_.binary = syntax_.binary;
        if (const decoder::CustomSection* const names = syntax_.find_custom("name"))
            module_.names = syntax_.bytes(*names);
        module_.imported_functions = syntax_.imported_functions;
        module_.imported_tables = syntax_.imported_tables;
        module_.imported_memories = syntax_.imported_memories;
        module_.imported_globals = syntax_.imported_globals;
        module_.imported_tags = syntax_.imported_tags;
        module_.start = syntax_.start == no_index ? no_function : syntax_.start;
        WRT_CHECK(types());
        WRT_CHECK(names());
        WRT_CHECK(functions());
        WRT_CHECK(measure_constants());
        WRT_CHECK(tables_and_memories());
        WRT_CHECK(globals());
        WRT_CHECK(elements());
        WRT_CHECK(data());
        module_.has_references = has_references();
        WRT_ASSERT(module_.const_ops.full() && module_.element_items.full() &&
                   module_.element_functions.full());
        return ok();
    }

private:
    template <class T>
    Status make(static_vector<T>& to, Account account, size_t capacity) noexcept
    {
        WRT_TRY(to, static_vector<T>::make(arena_, End::retained, account, capacity));
        return ok();
    }

    template <class T>
    Status copy(static_vector<T>& to, Account account, std::span<const T> from) noexcept
    {
        WRT_CHECK(make(to, account, from.size()));
        for (const T& item : from)
            to.push_back_unchecked(item);
        return ok();
    }

    Status types() noexcept
    {
        WRT_CHECK(copy<TypeDef>(module_.types, Account::types, syntax_.types.defs));
        WRT_CHECK(copy<RecGroup>(module_.groups, Account::types, syntax_.types.groups));
        WRT_CHECK(copy<ValType>(module_.type_values, Account::types, syntax_.types.values));
        return aggregates();
    }

    /// Fields, and where they lie in objects.
    Status aggregates() noexcept
    {
        const auto is_struct = [](const TypeDef& type) {
            return type.kind == CompositeKind::struct_;
        };
        const auto is_function = [](const TypeDef& type) {
            return type.kind == CompositeKind::func;
        };
        if (std::ranges::all_of(module_.types, is_function)) return ok();
        WRT_TRY(Aggregates* const made, arena_.make<Aggregates>(End::retained, Account::types));
        module_.aggregates = made;
        WRT_CHECK(copy<FieldType>(made->fields, Account::types, syntax_.types.fields));
        WRT_CHECK(make(made->field_offsets, Account::types, made->fields.size()));
        if (std::ranges::any_of(module_.types, is_struct))
            WRT_CHECK(make(made->structs, Account::types, module_.types.size()));
        for (const TypeDef& type : module_.types) {
            FieldPlacer placer;
            bool words = true;
            if (type.kind != CompositeKind::func) {
                WRT_ASSERT(type.first == made->field_offsets.size());  // in the types' order
                for (uint32_t i = 0; i < type.params; ++i) {
                    const ValType storage = made->fields[type.first + i].storage;
                    words = words && field_bytes(storage) == sizeof(Slot);
                    made->field_offsets.push_back_unchecked(placer.place(storage));
                }
            }
            if (!made->structs.full())
                made->structs.push_back_unchecked(placer.object_bytes(), words);
        }
        return ok();
    }

    /// Whether a reference to an object of the heap can get into it: made here, or from outside.
    bool has_references() const noexcept
    {
        const auto is_aggregate = [](const TypeDef& type) {
            return type.kind != CompositeKind::func;
        };
        return !module_.tags.empty() || std::ranges::any_of(module_.types, is_aggregate) ||
               std::ranges::any_of(module_.type_values, is_traced) ||
               std::ranges::any_of(
                   module_.tables,
                   [](const Table& table) { return is_traced(table.type.element); }) ||
               std::ranges::any_of(module_.globals, [](const Global& global) {
                   return is_traced(global.type.type);
               });
    }

    Status names() noexcept
    {
        WRT_CHECK(make(module_.imports, Account::names, syntax_.imports.size()));
        for (const decoder::Import& import : syntax_.imports) {
            module_.imports.push_back_unchecked(import.module, import.name, import.kind,
                                                import.index);
        }
        WRT_CHECK(make(module_.exports, Account::names, syntax_.exports.size()));
        for (const decoder::Export& item : syntax_.exports) {
            module_.exports.push_back_unchecked(item.name, item.kind, item.index);
        }
        return copy<uint32_t>(module_.export_order, Account::names, syntax_.exports_by_name);
    }

    Status functions() noexcept
    {
        WRT_CHECK(make(module_.functions, Account::functions, syntax_.functions.size()));
        for (uint32_t i = 0; i < syntax_.functions.size(); ++i) {
            Function& function = module_.functions.push_back_unchecked();
            function.type = syntax_.functions[i];
            if (!syntax_.is_imported_function(i)) function.body_offset = syntax_.body_of(i).offset;
        }
        WRT_CHECK(make(module_.tags, Account::functions, syntax_.tags.size()));
        for (const TagType& tag : syntax_.tags)
            module_.tags.push_back_unchecked(tag.type);
        return ok();
    }

    /// Adds what `expr` takes to the sums.
    void add(const decoder::ConstExpr& expr) noexcept
    {
        const ConstSize size = measure(syntax_, expr);
        const_ops_ += size.ops;
        module_.const_depth = std::max(module_.const_depth, size.depth);
    }

    /// Finds out how long const_ops, element_functions and element_items are, and makes them.
    Status measure_constants() noexcept
    {
        for (const decoder::ConstExpr& init : syntax_.table_inits) {
            if (init) add(init);
        }
        for (const decoder::ConstExpr& init : syntax_.global_inits)
            add(init);
        for (const decoder::DataSegment& segment : syntax_.data) {
            if (segment.active) add(segment.offset);
        }
        uint64_t functions = 0;
        uint64_t items = 0;
        for (const decoder::ElementSegment& segment : syntax_.elements) {
            if (segment.mode == decoder::ElementSegment::active) add(segment.offset);
            const bool simple = is_simple(segment);
            (simple ? functions : items) += segment.count;
            if (!simple) add_items(segment);
        }
        WRT_CHECK(make(module_.const_ops, Account::elements, const_ops_));
        WRT_CHECK(make(module_.element_functions, Account::elements, functions));
        return make(module_.element_items, Account::elements, items);
    }

    /// Whether all items are functions and nulls.
    bool is_simple(const decoder::ElementSegment& segment) noexcept
    {
        if (!segment.expressions) return true;
        bool simple = true;
        decoder::ElementItems items{syntax_, segment};
        decoder::ElementItems::Item item;
        while (items.next(item)) {
            simple = simple && measure(syntax_, item.expression).is_function;
        }
        return simple;
    }

    void add_items(const decoder::ElementSegment& segment) noexcept
    {
        decoder::ElementItems items{syntax_, segment};
        decoder::ElementItems::Item item;
        while (items.next(item))
            add(item.expression);
    }

    ConstCode constant(const decoder::ConstExpr& expr) noexcept
    {
        return convert(syntax_, expr, module_.const_ops);
    }

    Status tables_and_memories() noexcept
    {
        WRT_CHECK(make(module_.tables, Account::tables, syntax_.tables.size()));
        for (uint32_t i = 0; i < syntax_.tables.size(); ++i) {
            Table& table = module_.tables.push_back_unchecked();
            table.type = syntax_.tables[i];
            if (i < syntax_.imported_tables) continue;
            const decoder::ConstExpr& init = syntax_.table_inits[i - syntax_.imported_tables];
            if (init) table.init = constant(init);
        }
        return copy<MemoryType>(module_.memories, Account::memory, syntax_.memories);
    }

    Status globals() noexcept
    {
        WRT_CHECK(make(module_.globals, Account::globals, syntax_.globals.size()));
        for (uint32_t i = 0; i < syntax_.globals.size(); ++i) {
            Global& global = module_.globals.push_back_unchecked();
            global.type = syntax_.globals[i];
            if (i < syntax_.imported_globals) continue;
            global.init = constant(syntax_.global_inits[i - syntax_.imported_globals]);
            global.slot = module_.own_global_slots;
            module_.own_global_slots += slots_of(global.type.type);
        }
        return ok();
    }

    Status elements() noexcept
    {
        WRT_CHECK(make(module_.elements, Account::elements, syntax_.elements.size()));
        for (const decoder::ElementSegment& from : syntax_.elements) {
            const bool simple = is_simple(from);
            ElementSegment& to = module_.elements.push_back_unchecked();
            to.expressions = !simple;
            to.type = from.type;
            to.count = from.count;
            to.first = simple ? module_.element_functions.size() : module_.element_items.size();
            switch (from.mode) {
            case decoder::ElementSegment::active:
                to.mode = ElementSegment::Mode::active;
                to.table = from.table;
                to.offset = constant(from.offset);
                break;
            case decoder::ElementSegment::passive: to.mode = ElementSegment::Mode::passive; break;
            case decoder::ElementSegment::declarative:
                to.mode = ElementSegment::Mode::declarative;
                break;
            }
            element_items(from, simple);
        }
        return ok();
    }

    void element_items(const decoder::ElementSegment& segment, bool simple) noexcept
    {
        decoder::ElementItems items{syntax_, segment};
        decoder::ElementItems::Item item;
        while (items.next(item)) {
            if (!simple) {
                module_.element_items.push_back_unchecked(constant(item.expression));
            } else if (!segment.expressions) {
                module_.element_functions.push_back_unchecked(item.function);
            } else {
                module_.element_functions.push_back_unchecked(
                    measure(syntax_, item.expression).function);
            }
        }
    }

    Status data() noexcept
    {
        WRT_CHECK(make(module_.data, Account::data, syntax_.data.size()));
        for (const decoder::DataSegment& from : syntax_.data) {
            DataSegment& to = module_.data.push_back_unchecked();
            to.active = from.active;
            to.memory = from.memory;
            to.bytes = from.bytes;
            if (from.active) to.offset = constant(from.offset);
        }
        return ok();
    }

    const decoder::Module& syntax_;
    Arena& arena_;
    Module& module_;
    size_t const_ops_ = 0;
};

}  // namespace

Result<Module*> load_module_from_binary(std::span<const uint8_t> binary, Arena& arena,
                                        const LoadOptions& options) noexcept
{
    return load_recorded(binary, arena, options, nullptr);
}

Result<Module*> load_recorded(std::span<const uint8_t> binary, Arena& arena,
                              const LoadOptions& options, Recording* recording) noexcept
{
    const size_t budget =
        options.budget != 0 ? options.budget : arena.full_budget(LibraryId::runtime);
    WRT_TRY(ScopeGuard scope,
            arena.enter(LibraryId::runtime, "load_module", budget, End::retained));
    if (options.lifetime == BinaryLifetime::copied) {
        WRT_TRY(binary, arena.copy(End::retained, Account::data, binary));
    }
    WRT_TRY(Module* const module, arena.make<Module>(End::retained, Account::functions));

    module->metered = options.translate.fuel;

    decoder::DecodeOptions decode = options.decode;
    decode.defer_bodies = true;
    const auto consume = [&](const decoder::Module& syntax) -> Status {
        WRT_CHECK(Converter{syntax, arena, *module}.run());
        if (options.code == CodeMode::lazy) {
            WRT_CHECK(decoder::detail::validate_bodies_in_scope(syntax, arena));
            return LazyCode::open(syntax, arena, *module, options.translate, options.code_cache);
        }
        if (recording == nullptr)
            return translate_bodies(syntax, arena, *module, options.translate);
        CodeRecorder recorder{arena};
        WRT_CHECK(translate_bodies(syntax, arena, *module, options.translate, &recorder));
        return recording->done(recording->context, *module, recorder);
    };
    WRT_CHECK(decoder::decode_module_streaming(binary, arena, decode, consume));
    scope.commit();
    return module;
}

}  // namespace wrt::runtime
