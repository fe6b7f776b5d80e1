#include <wrt/component.hpp>

#include <algorithm>

#include "options.hpp"
#include "state.hpp"

namespace wrt {

namespace {

Result<component::World*> world_of(Store& store, const component::WorldOptions& options) noexcept
{
    WRT_CHECK(store.status());
    component::WorldOptions how = options;
    // They would take much of a budget, and few need them.
    if (how.threads == how.threads_by_arena && store.state().budget != UINT64_MAX) how.threads = 0;
    return component::make_world(*store.state().store, how);
}

}  // namespace

component::ComponentLoadOptions detail::component_load_options(const LoadOptions& options,
                                                               const Preset* profile) noexcept
{
    const runtime::LoadOptions module = detail::load_options(options);
    component::ComponentLoadOptions how{.lifetime = module.lifetime,
                                        .translate = module.translate,
                                        .decode = module.decode,
                                        .code = module.code,
                                        .code_cache = module.code_cache,
                                        .budget = options.budget};
    if (how.budget == 0 && profile != nullptr) how.budget = profile->module_scope_bytes;
    return how;
}

Result<Component> load_component(Arena& arena, std::span<const uint8_t> binary,
                                 const LoadOptions& options) noexcept
{
    WRT_TRY(const component::Component* const image,
            component::load_component_from_binary(
                binary, arena, detail::component_load_options(options, nullptr)));
    return Component{*image};
}

Result<Component> load_component(Engine& engine, std::span<const uint8_t> binary,
                                 const LoadOptions& options) noexcept
{
    WRT_CHECK(engine.status());
    LoadOptions how = options;
    how.features = options.features.value_or(engine.features());
    how.code = options.code.value_or(engine.code());
    how.code_cache = options.code_cache.value_or(engine.code_cache());
    if (how.budget == 0 && engine.profile() != nullptr)
        how.budget = engine.profile()->module_scope_bytes;
    return load_component(engine.arena(), binary, how);
}

bool Component::has_references() const noexcept
{
    return std::ranges::any_of(image_->modules, &runtime::Module::has_references);
}

ComponentLinker::ComponentLinker(Store& store, const component::WorldOptions& options) noexcept
{
    const Result<component::World*> world = world_of(store, options);
    if (!world) {
        status_ = world.error();
        return;
    }
    state_ = &store.state();
    world_ = *world;
    imports_ = component::Imports{*world_};
}

Arena& ComponentLinker::arena() noexcept
{
    return state_->arena();
}

ComponentLinker& ComponentLinker::exports(const ComponentInstance& instance) noexcept
{
    if (status_) note(imports_.define_exports(instance.instance()));
    return *this;
}

ComponentLinker& ComponentLinker::wasi(const wasi::Config& config, wasi::ConfigFault* fault,
                                       const wasi::P2Options& options) noexcept
{
    if (!status_) return *this;
    const Result<wasi::Context*> context = wasi::Context::make(arena(), config, fault);
    if (!context) {
        note(context.error());
        return *this;
    }
    const auto added = wasi::add_p2(imports_, *state_->store, **context, options);
    note(added ? ok() : Status{added.error()});
    if (added) wasi_ = *added;
    return *this;
}

Result<ComponentInstance> ComponentLinker::make(Make& how, Component component,
                                                LinkFault* fault) noexcept
{
    WRT_CHECK(status_);
    WRT_CHECK(detail::share_budget(*state_));
    WRT_TRY(component::Instance* const instance,
            how(*world_, component.image(), &imports_, fault, 0));
    WRT_CHECK(detail::share_budget(*state_));
    return ComponentInstance{*world_, *instance};
}

Result<ComponentInstance> ComponentLinker::instantiate(Component component,
                                                       LinkFault* fault) noexcept
{
    return make(component::instantiate, component, fault);
}

Result<ComponentInstance> ComponentLinker::prepare(Component component, LinkFault* fault) noexcept
{
    return make(component::prepare, component, fault);
}

Status ComponentLinker::start(const ComponentInstance& instance) noexcept
{
    WRT_CHECK(status_);
    return component::start(*world_, *instance.instance_);
}

Status ComponentLinker::serve(const ComponentInstance& instance,
                              const wasi::http::RequestHead& request,
                              wasi::http::ServerExchange& exchange) noexcept
{
    WRT_CHECK(status_);
    if (wasi_ == nullptr) return Error{.code = Errc::unknown_import};
    return wasi::handle_request(*wasi_, *world_, instance.instance(), request, exchange);
}

}  // namespace wrt
