#include "wasi/p2/state.hpp"

#include <wrt/runtime/store.hpp>

namespace wrt::wasi {

namespace p2 {

Result<uint32_t> State::add(const Resource& resource) noexcept
{
    uint32_t rep = free_;
    if (rep != no_resource) {
        free_ = resources_[rep].next_free;
    } else {
        if (used_ == resources_.size()) {
            if (resource.owned) context.descriptors.close(resource.fd);
            return Error{.code = Errc::handle_table_full};
        }
        rep = used_++;
    }
    resources_[rep] = resource;
    return rep;
}

void State::remove(uint32_t rep) noexcept
{
    Resource& resource = at(rep);
    if (resource.owned) context.descriptors.close(resource.fd);
    resource = Resource{};
    resource.next_free = free_;
    free_ = rep;
}

void drop_resource(void* state, uint32_t rep) noexcept
{
    static_cast<State*>(state)->remove(rep);
}

namespace {

bool is_interrupted(const void* execution) noexcept
{
    return static_cast<const runtime::Execution*>(execution)->interrupt.load(
               std::memory_order_relaxed) != 0;
}

}  // namespace

}  // namespace p2

Status add_p2(component::Imports& imports, runtime::Store& store, Context& context,
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
    WRT_CHECK(p2::add_io(imports, *state));
    WRT_CHECK(p2::add_poll(imports, *state));
    WRT_CHECK(p2::add_cli(imports, *state));
    WRT_CHECK(p2::add_clocks(imports, *state));
    WRT_CHECK(p2::add_filesystem(imports, *state));
    WRT_CHECK(p2::add_random(imports, *state));
    return p2::add_sockets(imports, *state);
}

}  // namespace wrt::wasi
