// A value lifted from a guest's memory with any bytes in it is a value or a trap.
#include <cstdlib>
#include <cstring>

#include <wrt/component/component.hpp>

#include "component/host_components.hpp"
#include "fuzz/fuzz_target.hpp"
#include "model/async.hpp"

using namespace wrt;
using namespace wrt::component;

namespace {

struct Guest {
    Guest()
        : arena{Backing::reserve(size_t{1} << 30).value()},
          store{runtime::Store::make(arena, {.limits = {.stack_slots = 4096}}).value()},
          world{make_world(*store).value()},
          instance{load_and_instantiate(*world, wrt::test::values_component).value()}
    {
    }

    Arena arena;
    runtime::Store* store;
    World* world;
    Instance* instance;
};

}  // namespace

/// A list with one record in it, as `items` takes it: its fields zero, some of them, or large.
std::vector<std::span<const uint8_t>> wrt::test::seeds()
{
    static constexpr uint8_t zero[128] = {8, 0, 0, 0, 1, 0, 0, 0};
    static constexpr uint8_t some[160] = {
        16, 0, 0, 0, 2, 0, 0, 0, 0,   0, 0,   0,  0,   0, 0, 0,  // two records from 16 on
        2,  3, 0, 0, 0, 0, 0, 0, 1,   0, 0,   0,  0,   0, 0, 0,  // color, marks, shape
        0,  0, 0, 0, 0, 0, 0, 0, 228, 0, 0,   0,  0,   0, 0, 0,  // payload, letter
        1,  2, 3, 4, 5, 6, 7, 8, 0,   0, 128, 63, 1,   1, 7, 0,  // big, small, maybe
        1,  0, 0, 0, 1, 0, 0, 0, 4,   0, 0,   0,  128, 0, 0, 0,  // done, list
        3,  0, 0, 0, 0, 0, 0, 0};
    static constexpr uint8_t large[64] = {8, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255};
    return {zero, some, large};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    static Guest& all = *new Guest;
    const Func* const func = find_function(*all.instance, "items");
    if (func == nullptr) std::abort();
    MemoryInstance& memory = *all.instance->core_memories[0].memory;
    std::memset(memory.base, 0, 4096);
    std::memcpy(memory.base, data, std::min<size_t>(size, 4096));

    std::vector<uint8_t> room(1u << 16);  // of its own, so that a sanitizer sees what is outside
    HostMemory host{room};
    Side from{.instance = all.instance,
              .memory = &memory,
              .host = nullptr,
              .realloc = nullptr,
              .encoding = size % 3 == 0   ? StringEncoding::utf8
                          : size % 3 == 1 ? StringEncoding::utf16
                                          : StringEncoding::latin1_utf16,
              .flat = {}};
    Side to;
    to.instance = &all.world->host;
    to.host = &host;
    Task task;
    Lends lends;
    Transfer transfer{*all.world, *all.instance, task, lends};
    const uint32_t at = host.allocate(4, 8).value();
    const Status status = transfer.run(type_of(*func).result(), from, {0, false}, to, {at, false});
    if (!status) {
        const ErrorKind kind = kind_of(status.error().code);
        if (kind != ErrorKind::trap && kind != ErrorKind::exhaustion) std::abort();
    }
    return 0;
}
