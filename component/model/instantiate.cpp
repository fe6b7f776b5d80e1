// Instantiation: the definitions of a component are carried out in their order. Instantiating a
// component in it puts an instance on a work list; nothing recurses.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#instance-definitions
#include <wrt/component/component.hpp>

#include <algorithm>
#include <utility>

#include <wrt/foundation/growing_stack.hpp>
#include <wrt/runtime/instantiate.hpp>

#include "model/async.hpp"
#include "model/call.hpp"
#include "model/import_resolver.hpp"
#include "model/instance.hpp"
#include "model/interface_names.hpp"

namespace wrt::component {

namespace {

/// An instance that is being made.
struct Step {
    Instance* instance = nullptr;
    uint32_t next = 0;  ///< Of its definitions.
    // Where its imports come from: arguments of a definition of the parent, told by the names of
    // the type that the parent knows the component by.
    const Definition* definition = nullptr;
};

/// Two instances' types to be walked together: what is known of an instance, and what it has.
struct TypedExports {
    uint32_t node = 0;
    const InstanceExports* exports = nullptr;
};

class Builder {
public:
    Builder(World& world, const Imports* imports, LinkFault* fault)
        : world_{world},
          resolver_{world, imports, fault},
          store_{*world.store},
          arena_{store_.arena()},
          steps_{arena_},
          typed_{arena_},
          started_{arena_}
    {
    }

    /// The first phase: everything is made and linked, and nothing of the guest's runs.
    Result<Instance*> build(const Component& component)
    {
        WRT_TRY(Closure* const closure, make<Closure>());
        closure->component = &component;
        closure->def = &component.syntax.outermost();
        WRT_TRY(Instance* const outermost, open(*closure, nullptr, nullptr));
        while (!steps_.empty()) {
            Step& step = steps_.back();
            Instance& instance = *step.instance;
            if (step.next == instance.def->count) {
                WRT_CHECK(close());
                continue;
            }
            const Definition& definition =
                instance.component->syntax.definitions[instance.def->first + step.next++];
            WRT_CHECK(carry_out(instance, definition));
        }
        return outermost;
    }

    /// The second phase: segments are copied and start functions run, in the order in which their
    /// core instances were defined.
    Status perform_effects() { return runtime::perform_effects(store_, started_.as_span()); }

    /// As much of it as runs no code.
    Status perform_effects_before_code(Instance& instance)
    {
        WRT_TRY(const size_t complete,
                runtime::perform_effects_before_code(store_, started_.as_span()));
        const std::span<runtime::ModuleInstance* const> rest = started_.as_span().subspan(complete);
        WRT_TRY(instance.unstarted, arena_.copy(End::retained, Account::component, rest));
        return ok();
    }

private:
    template <class T>
    Result<T*> make()
    {
        return arena_.make<T>(End::retained, Account::component);
    }

    template <class T>
    Status reserve(static_vector<T>& to, const Instance& instance, Sort sort)
    {
        WRT_TRY(to, static_vector<T>::make(arena_, End::retained, Account::component,
                                           instance.def->sizes[static_cast<size_t>(sort)]));
        return ok();
    }

    /// A new instance with room for all that it will hold, on top of the work list.
    Result<Instance*> open(const Closure& closure, Instance* parent, const Definition* definition)
    {
        WRT_TRY(Instance* const instance, make<Instance>());
        instance->world = &world_;
        instance->component = closure.component;
        instance->def = closure.def;
        instance->parent = parent;
        instance->outer = closure.outer;
        instance->older = std::exchange(world_.newest, instance);
        WRT_TRY(instance->resources,
                arena_.make_array<ResourceType*>(End::retained, Account::component,
                                                 closure.def->resources));
        WRT_CHECK(reserve(instance->core_funcs, *instance, Sort::core_func));
        WRT_CHECK(reserve(instance->core_tables, *instance, Sort::core_table));
        WRT_CHECK(reserve(instance->core_memories, *instance, Sort::core_memory));
        WRT_CHECK(reserve(instance->core_globals, *instance, Sort::core_global));
        WRT_CHECK(reserve(instance->core_tags, *instance, Sort::core_tag));
        WRT_CHECK(reserve(instance->core_modules, *instance, Sort::core_module));
        WRT_CHECK(reserve(instance->core_instances, *instance, Sort::core_instance));
        WRT_CHECK(reserve(instance->funcs, *instance, Sort::func));
        WRT_CHECK(reserve(instance->components, *instance, Sort::component));
        WRT_CHECK(reserve(instance->instances, *instance, Sort::instance));
        const ComponentTypes& types = instance->types();
        instance->exports.types = &types;
        instance->exports.names = types.components[types[closure.def->type].a].exports;
        WRT_TRY(instance->exports.items, arena_.make_array<Item>(End::retained, Account::component,
                                                                 instance->exports.names.count));
        WRT_CHECK(steps_.push({.instance = instance, .next = 0, .definition = definition}));
        return instance;
    }

    /// The instance on top is complete: its parent goes on with it.
    Status close()
    {
        const Step step = steps_.pop();
        if (step.definition == nullptr) return ok();
        return push_instance(*step.instance->parent, step.instance->exports, step.definition->b);
    }

    /// The next instance of an index space, and what its types are.
    Status push_instance(Instance& instance, const InstanceExports& exports, uint32_t node)
    {
        instance.instances.push_back_unchecked(&exports);
        return learn_types(instance, exports, node);
    }

    /// Fills in the resources that the type of an instance introduces in `instance`.
    Status learn_types(Instance& instance, const InstanceExports& exports, uint32_t root)
    {
        const ComponentTypes& types = instance.types();
        typed_.clear();
        WRT_CHECK(typed_.push({root, &exports}));
        while (!typed_.empty()) {
            const TypedExports typed = typed_.pop();
            const ComponentTypeNode& node = types[types.resolve(typed.node)];
            if ((node.flags & ComponentTypeNode::has_resource) == 0) continue;
            for (const decoder::ExternDecl& declaration :
                 types.list(types.instances[node.a].exports)) {
                if (declaration.sort != Sort::type && declaration.sort != Sort::instance) continue;
                const Item* const item = typed.exports->find(declaration.name);
                WRT_ASSERT(item != nullptr);  // validated
                if (declaration.sort == Sort::instance) {
                    WRT_CHECK(typed_.push({declaration.type, item->instance}));
                } else {
                    learn_type(instance, declaration.type, item->resource);
                }
            }
        }
        return ok();
    }

    std::span<const decoder::Argument> arguments_of(const Instance& instance,
                                                    const Definition& definition) const
    {
        return instance.component->syntax.arguments.subspan(definition.first, definition.count);
    }

    Item item_of(const Instance& instance, Sort sort, uint32_t index) const
    {
        Item item;
        item.sort = sort;
        switch (sort) {
        case Sort::func: item.func = instance.funcs[index]; break;
        case Sort::instance: item.instance = instance.instances[index]; break;
        case Sort::component: item.component = instance.components[index]; break;
        case Sort::core_module: item.module = instance.core_modules[index]; break;
        case Sort::type: {
            // Types are told by their node.
            const ComponentTypes& types = instance.types();
            const uint32_t node = types.resolve(index);
            item.resource = types[node].kind == ComponentTypeKind::resource
                                ? instance.resource_of(node)
                                : nullptr;
            break;
        }
        case Sort::core_func:
        case Sort::core_table:
        case Sort::core_memory:
        case Sort::core_global:
        case Sort::core_tag:
        case Sort::core_type:
        case Sort::core_instance:
        case Sort::value: break;
        }
        return item;
    }

    /// The next item of the index space of its sort.
    static void push_item(Instance& instance, const Item& item)
    {
        switch (item.sort) {
        case Sort::func: instance.funcs.push_back_unchecked(item.func); break;
        case Sort::instance: instance.instances.push_back_unchecked(item.instance); break;
        case Sort::component: instance.components.push_back_unchecked(item.component); break;
        case Sort::core_module: instance.core_modules.push_back_unchecked(item.module); break;
        case Sort::type:
        case Sort::core_func:
        case Sort::core_table:
        case Sort::core_memory:
        case Sort::core_global:
        case Sort::core_tag:
        case Sort::core_type:
        case Sort::core_instance:
        case Sort::value: break;
        }
    }

    Status carry_out(Instance& instance, const Definition& definition)
    {
        const decoder::Component& syntax = instance.component->syntax;
        switch (definition.kind) {
        case Definition::Kind::core_module:
            instance.core_modules.push_back_unchecked(instance.component->modules[definition.a]);
            return ok();
        case Definition::Kind::core_instantiate: return instantiate_core(instance, definition);
        case Definition::Kind::core_exports:
            instance.core_instances.push_back_unchecked(
                CoreInstance{.module = nullptr,
                             .owner = &instance,
                             .exports = arguments_of(instance, definition)});
            return ok();
        case Definition::Kind::component: {
            WRT_TRY(Closure* const closure, make<Closure>());
            *closure = {instance.component, &syntax.components[definition.a], &instance};
            instance.components.push_back_unchecked(closure);
            return ok();
        }
        case Definition::Kind::instantiate: {
            const Closure& closure = *instance.components[definition.a];
            WRT_CHECK(open(closure, &instance, &definition));
            return ok();
        }
        case Definition::Kind::exports: return make_exports(instance, definition);
        case Definition::Kind::alias_export: {
            const Item* const item = instance.instances[definition.a]->find(definition.name);
            WRT_ASSERT(item != nullptr);  // validated
            push_item(instance, *item);
            return ok();
        }
        case Definition::Kind::alias_core_export:
            push_core(instance, definition.sort,
                      instance.core_instances[definition.a].find(definition.name));
            return ok();
        case Definition::Kind::alias_outer: {
            const Instance* outer = &instance;
            for (uint32_t i = 0; i < definition.a; ++i)
                outer = outer->outer;
            if (definition.sort == Sort::component || definition.sort == Sort::core_module) {
                push_item(instance, item_of(*outer, definition.sort, definition.b));
            }
            return ok();
        }
        case Definition::Kind::resource: {
            WRT_TRY(ResourceType* const type, make<ResourceType>());
            type->impl = &instance;
            if (definition.b != no_index) type->destructor = instance.core_funcs[definition.b];
            instance.resources[syntax.types.resources[definition.a].slot] = type;
            return ok();
        }
        case Definition::Kind::lift: {
            WRT_TRY(Func* const func, make<Func>());
            *func = {&instance, instance.core_funcs[definition.a], definition.b,
                     options_of(instance, definition)};
            instance.funcs.push_back_unchecked(func);
            return ok();
        }
        case Definition::Kind::lower: return lower(instance, definition);
        case Definition::Kind::builtin: return builtin(instance, definition);
        case Definition::Kind::import: return import(instance, definition);
        case Definition::Kind::export_: return export_item(instance, definition);
        }
        WRT_UNREACHABLE();
    }

    CanonicalOptions options_of(const Instance& instance, const Definition& definition) const
    {
        CanonicalOptions options;
        if (definition.options == no_index) return options;
        const decoder::CanonOptions& from = instance.component->syntax.options[definition.options];
        const auto func = [&](uint32_t index) {
            return index == no_index ? nullptr : instance.core_funcs[index];
        };
        options.encoding = from.encoding;
        options.async = from.async;
        if (from.memory != no_index) options.memory = instance.core_memories[from.memory].memory;
        options.realloc = func(from.realloc);
        options.post_return = func(from.post_return);
        options.callback = func(from.callback);
        return options;
    }

    static void push_core(Instance& instance, Sort sort, const runtime::Extern& item)
    {
        WRT_ASSERT(item);  // validated
        if (sort == Sort::core_func) {
            instance.core_funcs.push_back_unchecked(item.func);
        } else if (sort == Sort::core_table) {
            instance.core_tables.push_back_unchecked(item);
        } else if (sort == Sort::core_memory) {
            instance.core_memories.push_back_unchecked(item);
        } else if (sort == Sort::core_global) {
            instance.core_globals.push_back_unchecked(item);
        } else {
            instance.core_tags.push_back_unchecked(item);
        }
    }

    /// The module may have other imports than the type that it is known by, so each is looked up by
    /// its name.
    Status instantiate_core(Instance& instance, const Definition& definition)
    {
        const ComponentTypes& types = instance.types();
        const decoder::CoreExternList& known = types.modules[definition.c].imports;
        const auto arguments = arguments_of(instance, definition);
        const runtime::Module& module = *instance.core_modules[definition.a];
        WRT_CHECK(started_.reserve(1));
        WRT_TRY(ScopeGuard scope,
                arena_.enter(LibraryId::component, "core imports",
                             arena_.full_budget(LibraryId::component), End::scratch));
        WRT_TRY(const std::span<runtime::Extern> imports,
                arena_.make_array<runtime::Extern>(End::scratch, Account::scratch,
                                                   module.imports.size()));
        for (uint32_t i = 0; i < module.imports.size(); ++i) {
            const runtime::Import& wanted = module.imports[i];
            const decoder::CoreExternDecl* const found =
                types.find(known, wanted.module, wanted.name);
            WRT_ASSERT(found != nullptr);  // validated
            const auto place = static_cast<size_t>(found - &types.core_externs[known.first]);
            const CoreInstance& from = instance.core_instances[arguments[place].index];
            imports[i] = from.find(wanted.name);
        }
        WRT_TRY(runtime::ModuleInstance* const made,
                runtime::instantiate_without_effects(store_, module, imports));
        started_.push_unchecked(made);
        instance.core_instances.push_back_unchecked(CoreInstance{made, nullptr, {}});
        return scope.exit();
    }

    Status make_exports(Instance& instance, const Definition& definition)
    {
        const ComponentTypes& types = instance.types();
        const auto arguments = arguments_of(instance, definition);
        WRT_TRY(InstanceExports* const exports, make<InstanceExports>());
        exports->types = &types;
        exports->names = types.instances[types[definition.b].a].exports;
        WRT_TRY(exports->items,
                arena_.make_array<Item>(End::retained, Account::component, arguments.size()));
        for (size_t i = 0; i < arguments.size(); ++i) {
            exports->items[i] = item_of(instance, arguments[i].sort, arguments[i].index);
        }
        instance.instances.push_back_unchecked(exports);
        return ok();
    }

    Status make_function(Instance& instance, const Definition& definition,
                         runtime::HostFunction function, void* context)
    {
        std::array<ValType, decoder::CoreSignature::max_params> params{};
        const decoder::CoreSignature& signature = definition.signature;
        for (uint32_t i = 0; i < signature.params; ++i)
            params[i] = signature.type(i);
        const ValType result = signature.type(signature.params);
        WRT_TRY(FuncInstance* const func,
                store_.make_function(std::span{params}.first(signature.params),
                                     {&result, signature.results}, function, context));
        instance.core_funcs.push_back_unchecked(func);
        return ok();
    }

    Status lower(Instance& instance, const Definition& definition)
    {
        WRT_TRY(LoweredFunc* const lowered, make<LoweredFunc>());
        *lowered = {instance.funcs[definition.a], &instance, options_of(instance, definition),
                    definition.signature.params};
        return make_function(instance, definition, &call_lowered, lowered);
    }

    /// Whether it takes or gives indices of threads.
    static bool names_threads(decoder::CanonBuiltin code)
    {
        using enum decoder::CanonBuiltin;
        return code == thread_index || code == thread_new_indirect || code == thread_resume_later ||
               code == thread_suspend_then_resume || code == thread_yield_then_resume ||
               code == thread_suspend_then_promote || code == thread_yield_then_promote;
    }

    Status builtin(Instance& instance, const Definition& definition)
    {
        WRT_TRY(BuiltinFunc* const made, make<BuiltinFunc>());
        made->instance = &instance;
        made->definition = &definition;
        const auto code = definition.builtin;
        if (code == decoder::CanonBuiltin::resource_new ||
            code == decoder::CanonBuiltin::resource_drop ||
            code == decoder::CanonBuiltin::resource_rep) {
            made->resource = instance.resource_of(definition.a);
        }
        if (code == decoder::CanonBuiltin::waitable_set_wait ||
            code == decoder::CanonBuiltin::waitable_set_poll) {
            made->memory = instance.core_memories[definition.a].memory;
        }
        if (code == decoder::CanonBuiltin::thread_new_indirect)
            made->table = instance.core_tables[definition.b].table;
        instance.has_threads = instance.has_threads || names_threads(code);
        made->options = options_of(instance, definition);
        return make_function(instance, definition, &call_builtin, made);
    }

    Status import(Instance& instance, const Definition& definition)
    {
        const Definition* const from = steps_.back().definition;
        if (from == nullptr) {
            WRT_TRY(const Item item, resolver_.resolve(instance, definition));
            push_item(instance, item);
            return ok();
        }
        // Arguments are in the order of the imports of the type that the parent knows.
        const Instance& parent = *instance.parent;
        const ComponentTypes& types = parent.types();
        const decoder::ExternList& known = types.components[types[from->c].a].imports;
        const decoder::ExternDecl* const found = types.find(known, definition.name);
        WRT_ASSERT(found != nullptr);  // validated
        const auto place = static_cast<size_t>(found - &types.externs[known.first]);
        const decoder::Argument& argument = arguments_of(parent, *from)[place];
        const Item item = item_of(parent, argument.sort, argument.index);
        return learn(instance, item, definition.b);
    }

    /// Adds an item to its index space, and what is known of its types by its declaration.
    Status learn(Instance& instance, const Item& item, uint32_t type)
    {
        push_item(instance, item);
        if (item.sort == Sort::type) learn_type(instance, type, item.resource);
        if (item.sort == Sort::instance) return learn_types(instance, *item.instance, type);
        return ok();
    }

    Status export_item(Instance& instance, const Definition& definition)
    {
        const Item item = item_of(instance, definition.sort, definition.a);
        instance.exports.items[instance.exported++] = item;
        return learn(instance, item, definition.b);
    }

    World& world_;
    ImportResolver resolver_;
    runtime::Store& store_;
    Arena& arena_;
    GrowingStack<Step> steps_;
    GrowingStack<TypedExports> typed_;
    GrowingStack<runtime::ModuleInstance*> started_;
};

}  // namespace

runtime::Extern CoreInstance::find(std::string_view name) const
{
    if (module != nullptr) return runtime::find_export(*module, name);
    const auto found = std::ranges::lower_bound(exports, name, {}, &decoder::Argument::name);
    if (found == exports.end() || found->name != name) return {};
    switch (found->sort) {
    case Sort::core_func: return owner->core_funcs[found->index];
    case Sort::core_table: return owner->core_tables[found->index];
    case Sort::core_memory: return owner->core_memories[found->index];
    case Sort::core_global: return owner->core_globals[found->index];
    case Sort::core_tag: return owner->core_tags[found->index];
    case Sort::core_type:
    case Sort::core_module:
    case Sort::core_instance:
    case Sort::func:
    case Sort::value:
    case Sort::type:
    case Sort::component:
    case Sort::instance: return {};
    }
    return {};
}

namespace {

template <class P>
Status make_pool(Arena& arena, P& pool, size_t entries)
{
    using Entry = typename decltype(pool.entries)::element_type;
    WRT_TRY(pool.entries,
            arena.make_uninitialized_array<Entry>(End::retained, Account::component, entries));
    return ok();
}

}  // namespace

Result<World*> make_world(runtime::Store& store, const WorldOptions& options) noexcept
{
    Arena& arena = store.arena();
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::component, "make_world",
                                          arena.full_budget(LibraryId::component), End::retained));
    WRT_TRY(World* const world, arena.make<World>(End::retained, Account::component));
    world->store = &store;
    WRT_TRY(const std::span<Handle> handles,
            arena.make_array<Handle>(End::retained, Account::component, options.handles));
    world->handle_pool = HandlePool{handles};
    WRT_TRY(world->lend_pool.entries,
            arena.make_array<Lend>(End::retained, Account::component, options.lends));
    world->host.world = world;
    // 16 bytes each: offsets are aligned as addresses are.
    struct alignas(16) Block {
        uint8_t bytes[16];
    };
    WRT_TRY(const std::span<Block> room,
            arena.make_uninitialized_array<Block>(End::retained, Account::component,
                                                  options.host_bytes / sizeof(Block)));
    world->memory =
        HostMemory{{reinterpret_cast<uint8_t*>(room.data()), room.size() * sizeof(Block)}};
    world->call_base = world->memory.mark();
    WRT_TRY(world->scheduler, arena.make<Scheduler>(End::retained, Account::component));
    WRT_CHECK(make_pool(arena, world->scheduler->tasks, options.tasks));
    WRT_CHECK(make_pool(arena, world->scheduler->subtasks, options.tasks));
    WRT_CHECK(make_pool(arena, world->scheduler->sets, options.tasks));
    WRT_CHECK(make_pool(arena, world->scheduler->shared, options.streams));
    WRT_CHECK(make_pool(arena, world->scheduler->ends, size_t{2} * options.streams));
    WRT_CHECK(make_stacks(*world, options.threads, options.tasks, arena));
    scope.commit();
    return world;
}

namespace {

/// When the memory of instances goes, the world forgets them.
struct Undo {
    World* world = nullptr;
    Instance* before = nullptr;

    static void run(void* undo) noexcept
    {
        const Undo& self = *static_cast<Undo*>(undo);
        forget_newer(*self.world, self.before);
    }
};

enum class Code : bool { is_left, runs };

Result<Instance*> build(World& world, const Component& component, const Imports* imports,
                        LinkFault* fault, Code code)
{
    Arena& arena = world.store->arena();
    // Work lists go when it is done, what was made stays.
    WRT_TRY(ScopeGuard scratch, arena.enter(LibraryId::component, "instantiation",
                                            arena.full_budget(LibraryId::component), End::scratch));
    Builder builder{world, imports, fault};
    WRT_TRY(Instance* const instance, builder.build(component));
    if (code == Code::runs) {
        WRT_CHECK(builder.perform_effects());
    } else {
        WRT_CHECK(builder.perform_effects_before_code(*instance));
    }
    WRT_CHECK(scratch.exit());
    return instance;
}

/// A scope's budget, or what the arena's table grants.
size_t budget_or_all(const Arena& arena, size_t budget)
{
    return budget != 0 ? budget : arena.full_budget(LibraryId::component);
}

}  // namespace

namespace {

Result<Instance*> make_instance(World& world, const Component& component, const Imports* imports,
                                LinkFault* fault, size_t budget, Code code)
{
    Arena& arena = world.store->arena();
    // What is added to the store and the world meanwhile is taken out again when this scope is left
    // without commit().
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::component, "instantiate_component",
                                          budget_or_all(arena, budget), End::retained));
    WRT_TRY(Undo* const undo,
            arena.make<Undo>(End::retained, Account::component, &world, world.newest));
    WRT_CHECK(arena.on_release(&Undo::run, undo));
    const Result<Instance*> instance =
        from_host(world, [&] { return build(world, component, imports, fault, code); });
    if (!instance) return instance;
    // Once more, so that it comes before the store forgets the core instances: no frames of theirs
    // must lie on stacks then.
    WRT_CHECK(arena.on_release(&Undo::run, undo));
    scope.commit();
    return instance;
}

}  // namespace

Result<Instance*> instantiate(World& world, const Component& component, const Imports* imports,
                              LinkFault* fault, size_t budget) noexcept
{
    return make_instance(world, component, imports, fault, budget, Code::runs);
}

Result<Instance*> prepare(World& world, const Component& component, const Imports* imports,
                          LinkFault* fault, size_t budget) noexcept
{
    return make_instance(world, component, imports, fault, budget, Code::is_left);
}

Status start(World& world, Instance& instance) noexcept
{
    const auto rest = std::exchange(instance.unstarted, {});
    if (rest.empty()) return ok();
    return from_host(world, [&] { return runtime::perform_effects_from_code(*world.store, rest); });
}

Result<Instance*> load_and_instantiate(World& world, std::span<const uint8_t> binary,
                                       const ComponentLoadOptions& options, const Imports* imports,
                                       LinkFault* fault) noexcept
{
    Arena& arena = world.store->arena();
    WRT_TRY(ScopeGuard scope,
            arena.enter(LibraryId::component, "load_and_instantiate",
                        budget_or_all(arena, options.total_budget), End::retained));
    WRT_TRY(const Component* const component, load_component_from_binary(binary, arena, options));
    WRT_TRY(Instance* const instance,
            instantiate(world, *component, imports, fault, options.instance_budget));
    scope.commit();
    return instance;
}

namespace {

/// The instance that is exported under that name, or in a compatible version, the newest.
const InstanceExports* find_instance(const Instance& instance, std::string_view name)
{
    const InterfaceName wanted = InterfaceName::of(name);
    const auto names = instance.exports.types->list(instance.exports.names);
    const InstanceExports* best = nullptr;
    std::string_view version;
    for (size_t i = 0; i < names.size(); ++i) {
        const Item& item = instance.exports.items[i];
        if (item.sort != Sort::instance) continue;
        if (names[i].name == name) return item.instance;
        const InterfaceName other = InterfaceName::of(names[i].name);
        if (other.base != wanted.base || !is_compatible(wanted.version, other.version)) continue;
        if (best != nullptr && !is_newer(other.version, version)) continue;
        best = item.instance;
        version = other.version;
    }
    return best;
}

}  // namespace

std::optional<ExportedFunc> exported_func(const Instance& instance, size_t i) noexcept
{
    const auto names = instance.exports.types->list(instance.exports.names);
    for (size_t at = 0; at < names.size(); ++at) {
        const Item& item = instance.exports.items[at];
        if (item.sort == Sort::func && i-- == 0) return ExportedFunc{{}, names[at].name, item.func};
        if (item.sort != Sort::instance) continue;
        const auto inner = item.instance->types->list(item.instance->names);
        for (size_t j = 0; j < inner.size(); ++j) {
            const Item& nested = item.instance->items[j];
            if (nested.sort != Sort::func || i-- != 0) continue;
            return ExportedFunc{names[at].name, inner[j].name, nested.func};
        }
    }
    return std::nullopt;
}

const Func* find_function(const Instance& instance, std::string_view interface,
                          std::string_view name) noexcept
{
    const InstanceExports* const exports =
        interface.empty() ? &instance.exports : find_instance(instance, interface);
    if (exports == nullptr) return nullptr;
    const Item* const item = exports->find(name);
    return item != nullptr && item->sort == Sort::func ? item->func : nullptr;
}

const Func* find_function(const Instance& instance, std::string_view name) noexcept
{
    if (const Func* const func = find_function(instance, {}, name)) return func;
    size_t split = name.rfind('#');
    if (split == std::string_view::npos) split = name.rfind('.');
    if (split == std::string_view::npos) return nullptr;
    return find_function(instance, name.substr(0, split), name.substr(split + 1));
}

}  // namespace wrt::component
