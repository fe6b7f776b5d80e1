// Loading: the decoded component, which lies on the scratch end, is copied to the retained end, and
// its core modules are loaded there.
#include <wrt/component/component.hpp>

#include <array>

namespace wrt::component {

namespace {

template <class T>
Status keep(Arena& arena, Account account, std::span<const T>& pool)
{
    WRT_TRY(pool, arena.copy<T>(End::retained, account, pool));
    return ok();
}

Status keep_pools(Arena& arena, decoder::Component& syntax)
{
    decoder::ComponentTypes& types = syntax.types;
    WRT_CHECK(keep(arena, Account::types, types.nodes));
    WRT_CHECK(keep(arena, Account::types, types.fields));
    WRT_CHECK(keep(arena, Account::types, types.externs));
    WRT_CHECK(keep(arena, Account::types, types.orders));
    WRT_CHECK(keep(arena, Account::types, types.instances));
    WRT_CHECK(keep(arena, Account::types, types.components));
    WRT_CHECK(keep(arena, Account::types, types.resources));
    WRT_CHECK(keep(arena, Account::types, types.resource_lists));
    WRT_CHECK(keep(arena, Account::types, types.modules));
    WRT_CHECK(keep(arena, Account::types, types.core_externs));
    WRT_CHECK(keep(arena, Account::component, syntax.components));
    WRT_CHECK(keep(arena, Account::component, syntax.modules));
    WRT_CHECK(keep(arena, Account::component, syntax.definitions));
    WRT_CHECK(keep(arena, Account::component, syntax.arguments));
    return keep(arena, Account::component, syntax.options);
}

}  // namespace

Result<Component*> load_component_from_binary(std::span<const uint8_t> binary, Arena& arena,
                                              const ComponentLoadOptions& options) noexcept
{
    const size_t budget =
        options.budget != 0 ? options.budget : arena.full_budget(LibraryId::component);
    WRT_TRY(ScopeGuard scope,
            arena.enter(LibraryId::component, "load_component", budget, End::retained));
    if (options.lifetime == runtime::BinaryLifetime::copied) {
        WRT_TRY(binary, arena.copy(End::retained, Account::data, binary));
    }
    WRT_TRY(Component* const component, arena.make<Component>(End::retained, Account::component));
    // Bodies are validated when core modules are loaded.
    decoder::DecodeOptions decode = options.decode;
    decode.defer_bodies = true;
    const auto consume = [&](const decoder::Component& syntax) -> Status {
        component->syntax = syntax;
        WRT_CHECK(keep_pools(arena, component->syntax));
        WRT_TRY(const std::span<runtime::Module*> modules,
                arena.make_array<runtime::Module*>(End::retained, Account::component,
                                                   syntax.modules.size()));
        for (size_t i = 0; i < modules.size(); ++i) {
            const decoder::CoreModuleDef& def = syntax.modules[i];
            const runtime::LoadOptions load{.lifetime = runtime::BinaryLifetime::borrowed,
                                            .translate = options.translate,
                                            .decode = options.decode,
                                            .code = options.code,
                                            .code_cache = options.code_cache};
            const auto module =
                runtime::load_module_from_binary(binary.subspan(def.offset, def.size), arena, load);
            if (!module) {
                Error error = module.error();
                if (error.offset != no_offset) error.offset += def.offset;
                return error;
            }
            modules[i] = *module;
        }
        component->modules = modules;
        return ok();
    };
    WRT_CHECK(decoder::decode_component_streaming(binary, arena, decode, consume));
    scope.commit();
    return component;
}

}  // namespace wrt::component
