// Any bytes are a component, or are refused; and the arena is as it was.
#include <cstdlib>

#include <wrt/component/component.hpp>

#include "component/host_components.hpp"
#include "fuzz/fuzz_target.hpp"

using namespace wrt;

std::vector<std::span<const uint8_t>> wrt::test::seeds()
{
    return {host_calls_component, api_user_component, values_component};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    static Arena& arena = *new Arena{Backing::reserve(size_t{256} << 20).value()};
    const size_t used = arena.used();
    auto scope = arena.enter(LibraryId::host, "fuzz", size_t{64} << 20, End::retained);
    if (!scope) std::abort();
    {
        const auto component = component::load_component_from_binary({data, size}, arena);
        static_cast<void>(component);
    }
    if (!scope->exit()) std::abort();
    if (arena.used() != used) std::abort();
    return 0;
}
