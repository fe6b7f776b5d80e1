#include "wasi/p2/state.hpp"

#include <wrt/runtime/store.hpp>

#include "wasi/p2/http_objects.hpp"

namespace wrt::wasi {

namespace p2 {

Result<uint32_t> State::add(const Resource& resource) noexcept
{
    uint32_t rep = free_;
    if (rep != no_resource) {
        free_ = resources_[rep].next_free;
    } else {
        if (used_ == resources_.size()) {
            let_go(resource);
            return Error{.code = Errc::handle_table_full};
        }
        rep = used_++;
    }
    resources_[rep] = resource;
    if (resource.parent != Resource::no_parent) ++at(resource.parent).children;
    return rep;
}

void State::let_go(const Resource& resource) noexcept
{
    if (resource.owned) context.descriptors.close(resource.fd);
    // A pollable only waits for it.
    if (resource.place == Resource::no_place || resource.kind == Resource::Kind::pollable) return;
    if (resource.kind == Resource::Kind::resolve_address_stream) {
        release_lookup(*this, resource.place);
    } else {
        release_socket(*this, resource.place);
    }
}

void State::remove(uint32_t rep) noexcept
{
    Resource& resource = at(rep);
    let_go(resource);
    if (resource.object != nullptr) release_http(*http, resource);
    const uint32_t parent = resource.parent;
    resource = Resource{};
    resource.next_free = free_;
    free_ = rep;
    if (parent == Resource::no_parent || --at(parent).children != 0) return;
    if (at(parent).kind == Resource::Kind::gone) remove(parent);
}

Status State::drop(uint32_t rep) noexcept
{
    if (at(rep).children != 0) return Error{.code = Errc::handle_lent};
    remove(rep);
    return ok();
}

void State::retire(uint32_t rep) noexcept
{
    Resource& resource = at(rep);
    if (resource.children == 0) return remove(rep);
    release_http(*http, resource);
    resource.object = nullptr;
    resource.kind = Resource::Kind::gone;
}

Status drop_resource(void* state, uint32_t rep) noexcept
{
    return static_cast<State*>(state)->drop(rep);
}

namespace {

void forget_lookups(void* state) noexcept
{
    State& of = *static_cast<State*>(state);
    for (uint32_t i = 0; i < of.lookups.size(); ++i) {
        if (of.lookups[i].used) release_lookup(of, i);
    }
}

bool is_interrupted(const void* execution) noexcept
{
    return static_cast<const runtime::Execution*>(execution)->interrupt.load(
               std::memory_order_relaxed) != 0;
}

}  // namespace

}  // namespace p2

Result<p2::State*> add_p2(component::Imports& imports, runtime::Store& store, Context& context,
                          const P2Options& options) noexcept
{
    if (context.pace.interrupt.requested == nullptr && context.pace.interrupt.wake_fd < 0) {
        context.pace.interrupt = {
            .requested = &p2::is_interrupted, .data = &store.execution(), .wake_fd = -1};
    }
    Arena& arena = store.arena();
    WRT_TRY(const std::span<p2::Resource> resources,
            arena.make_array<p2::Resource>(End::retained, Account::wasi, options.max_resources));
    WRT_TRY(p2::State* const state,
            arena.make<p2::State>(End::retained, Account::wasi, context, resources));
    if (context.network.allows_any()) {
        WRT_TRY(state->sockets, arena.make_array<p2::Socket>(End::retained, Account::wasi,
                                                             context.network.max_sockets()));
        WRT_TRY(state->lookups,
                arena.make_array<p2::Lookup>(End::retained, Account::wasi, p2::most_lookups));
        // Lookups outlive the guest unless somebody forgets them.
        WRT_CHECK(arena.on_release(&p2::forget_lookups, state));
    }
    WRT_TRY(state->http, p2::make_http_state(arena, options));
    state->granted = context.descriptors.open_count();
    WRT_CHECK(p2::add_io(imports, *state));
    WRT_CHECK(p2::add_poll(imports, *state));
    WRT_CHECK(p2::add_cli(imports, *state));
    WRT_CHECK(p2::add_clocks(imports, *state));
    WRT_CHECK(p2::add_filesystem(imports, *state));
    WRT_CHECK(p2::add_random(imports, *state));
    WRT_CHECK(p2::add_sockets(imports, *state));
    WRT_CHECK(p2::add_http(imports, *state));
    return state;
}

void end_guest(p2::State& state) noexcept
{
    p2::release_clients(*state.http);
    p2::forget_lookups(&state);
    DescriptorTable& descriptors = state.context.descriptors;
    for (uint32_t fd = state.granted; descriptors.open_count() > state.granted; ++fd) {
        WRT_ASSERT(fd < descriptors.capacity());
        descriptors.close(Fd{fd});
    }
}

}  // namespace wrt::wasi
