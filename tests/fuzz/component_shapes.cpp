// A value of every shape of type, lifted from a memory with any bytes in it into a guest's memory
// with any realloc: a value or a trap, never more.
//
// An input is eight bytes that choose (type, encodings, whether values are flat, the reallocs) and
// the bytes of the memory that is read.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include <wrt/component/component.hpp>

#include "fuzz/fuzz_target.hpp"
#include "model/async.hpp"
#include "support/bytes.hpp"

using namespace wrt;
using namespace wrt::component;
using wrt::test::Bytes;
using wrt::test::bytes;
using wrt::test::leb;

namespace {

Bytes labels(uint32_t count)
{
    Bytes out = leb(count);
    for (uint32_t i = 0; i < count; ++i)
        test::append(out, test::sized(bytes("l" + std::to_string(i))));
    return out;
}

/// A variant whose every third case has no payload.
Bytes variant(uint32_t cases, uint8_t payload)
{
    Bytes out = bytes(0x71, leb(cases));
    for (uint32_t i = 0; i < cases; ++i) {
        test::append(out, test::sized(bytes("l" + std::to_string(i))));
        test::append(out, i % 3 == 2 ? bytes(0x00, 0x00) : bytes(0x01, payload, 0x00));
    }
    return out;
}

/// Types, each exported as t0, t1, ...: those with names of their own may be used by others only
/// so.
struct Types {
    Bytes sections;
    uint32_t count = 0;
    uint32_t next = 0;  ///< Type index.

    uint32_t add(const Bytes& type)
    {
        test::append(sections, test::section(7, bytes(leb(1), type)));
        const Bytes name = test::sized(bytes("t" + std::to_string(count++)));
        test::append(sections, test::section(11, bytes(leb(1), 0x00, name, 0x03, leb(next), 0x00)));
        next += 2;
        return next - 1;
    }
};

constexpr uint8_t u8 = 0x7d, string = 0x73, character = 0x74;

Types all_types()
{
    Types types;
    const auto of = [](uint32_t type) { return test::signed_leb(type); };
    const uint32_t resource = types.add(bytes(0x3f, 0x7f, 0x00));
    // bool to string, and lists of them.
    for (uint8_t primitive = 0x7f; primitive >= 0x73; --primitive) {
        types.add(bytes(0x6f, 1, primitive));
        types.add(bytes(0x70, primitive));
    }
    for (const uint32_t count : {1u, 7u, 8u, 9u, 16u, 17u, 32u})
        types.add(bytes(0x6e, labels(count)));
    for (const uint32_t count : {1u, 3u, 256u, 257u})
        types.add(bytes(0x6d, labels(count)));
    for (const uint32_t count : {1u, 5u, 257u})
        types.add(variant(count, string));
    types.add(variant(4, 0x77));
    const uint32_t record =
        types.add(bytes(0x72, 4, test::sized(bytes("a")), string, test::sized(bytes("b")), u8,
                        test::sized(bytes("c")), character, test::sized(bytes("d")), 0x75));
    const uint32_t list = types.add(bytes(0x70, of(record)));
    const uint32_t option = types.add(bytes(0x6b, of(list)));
    types.add(bytes(0x6b, 0x77));
    const uint32_t result = types.add(bytes(0x6a, 1, of(option), 1, string));
    types.add(bytes(0x6a, 0, 0));
    types.add(bytes(0x70, of(result)));
    types.add(bytes(0x6f, 3, of(result), 0x7e, of(option)));
    uint32_t deep = types.add(bytes(0x70, string));
    for (int i = 0; i < 8; ++i)
        deep = types.add(bytes(0x70, of(deep)));
    const uint32_t own = types.add(bytes(0x69, leb(resource)));
    types.add(bytes(0x68, leb(resource)));
    types.add(bytes(0x70, of(own)));
    types.add(bytes(0x6f, 2, of(own), of(own)));
    types.add(bytes(0x66, 1, u8));
    types.add(bytes(0x65, 1, string));
    types.add(bytes(0x63, string, of(record)));
    types.add(bytes(0x63, 0x79, string));
    return types;
}

/// (memory 1) and a realloc that gives what the memory's first word says, and puts it behind that:
/// anywhere, over anything, at no multiple of anything.
Bytes guest_module()
{
    const Bytes body = bytes(0x00,                          // no locals
                             0x41, 0x00,                    // (i32.store 0
                             0x41, 0x00, 0x28, 0x02, 0x00,  //   (i32.add (i32.load 0)
                             0x20, 0x03, 0x6a,              //     (local.get 3))
                             0x36, 0x02, 0x00,              // )
                             0x41, 0x00, 0x28, 0x02, 0x00,  // (i32.sub (i32.load 0)
                             0x20, 0x03, 0x6b, 0x0b);       //   (local.get 3))
    return bytes(
        test::preamble(), test::section(1, bytes(1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f)),
        test::section(3, bytes(1, 0)), test::section(5, bytes(1, 0, 1)),
        test::section(7, bytes(2, test::sized(bytes("m")), 2, 0, test::sized(bytes("r")), 0, 0)),
        test::section(10, bytes(1, test::sized(body))));
}

struct Guest {
    Guest()
        : types{all_types()},
          arena{Backing::reserve(size_t{1} << 30).value()},
          store{runtime::Store::make(arena, {.limits = {.stack_slots = 4096}}).value()},
          world{make_world(*store, {.handles = 1024, .lends = 64}).value()}
    {
        binary = bytes(0x00, "asm", 0x0d, 0x00, 0x01, 0x00, test::section(1, guest_module()),
                       test::section(2, bytes(2, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00)),
                       test::section(6, bytes(4, alias(0, 0x02, "m"), alias(0, 0x00, "r"),
                                              alias(1, 0x02, "m"), alias(1, 0x00, "r"))),
                       types.sections);
        const auto made = load_and_instantiate(*world, binary);
        if (!made) {
            std::fprintf(stderr, "%s\n", std::string{describe(made.error()).view()}.c_str());
            std::abort();
        }
        instance = *made;
    }

    static Bytes alias(uint8_t core_instance, uint8_t sort, std::string_view name)
    {
        return bytes(0x00, sort, 0x01, core_instance, test::sized(bytes(name)));
    }

    Types types;
    Bytes binary;
    Arena arena;
    runtime::Store* store;
    World* world;
    Instance* instance = nullptr;
};

Guest& guest()
{
    static Guest& all = *new Guest;
    return all;
}

constexpr size_t header = 8;

ComponentValType type_of_shape(const Guest& all, uint32_t shape)
{
    const ComponentTypes& types = all.instance->types();
    // Type 0 is the resource.
    const std::string name = "t" + std::to_string(1 + shape % (all.types.count - 1));
    const auto* const declared = types.find(all.instance->exports.names, name);
    if (declared == nullptr) std::abort();
    return ComponentValType::of_node(types.resolve(declared->type));
}

Side side_of(Guest& all, uint32_t index, uint8_t encoding, std::span<Slot> flat)
{
    return {.instance = all.instance,
            .memory = all.instance->core_memories[index].memory,
            .host = nullptr,
            .realloc = all.instance->core_funcs[index],
            .encoding = static_cast<StringEncoding>(encoding % 3),
            .flat = flat};
}

}  // namespace

/// Of every shape: zeros, and what looks like places and short lengths.
std::vector<std::span<const uint8_t>> wrt::test::seeds()
{
    static const std::vector<Bytes> made = [] {
        std::vector<Bytes> all;
        for (size_t shape = 0; shape < guest().types.count; ++shape) {
            const Bytes choice = bytes(shape, shape % 3, shape / 3 % 3, shape % 2, 64, 0, 0, 0);
            all.push_back(bytes(choice, Bytes(96, 0)));
            Bytes places = choice;
            for (uint32_t i = 0; i < 16; ++i)
                append(places, bytes(32 + 8 * (i % 4), 0, 0, 0, 1 + i % 3, 0, 0, 0));
            all.push_back(places);
        }
        return all;
    }();
    return {made.begin(), made.end()};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    if (size < header) return 0;
    Guest& all = guest();
    const ComponentTypes& types = all.instance->types();
    const auto type = type_of_shape(all, data[0]);
    const decoder::ValueLayout layout = types.layout_of(type);
    std::array<Slot, 16> source_flat{};
    std::array<Slot, 16> target_flat{};
    Side from = side_of(all, 0, data[1], source_flat);
    Side to = side_of(all, 1, data[2], target_flat);
    MemoryInstance& memory = *from.memory;
    std::memset(memory.base, 0, 4096);
    std::memcpy(memory.base, data + header, std::min<size_t>(size - header, 4096));
    for (size_t i = 0; i < source_flat.size(); ++i)
        std::memcpy(&source_flat[i], memory.base + 8 * i, 8);
    // Where the other memory's realloc begins, anywhere in it or outside.
    uint32_t first = 0;
    std::memcpy(&first, data + 4, 4);
    std::memcpy(to.memory->base, &first, 4);

    const bool flat = (data[3] & 1) != 0 && layout.flat_count <= source_flat.size();
    const bool flat_target = (data[3] & 2) != 0 && layout.flat_count <= target_flat.size();
    // A few handles that are good.
    HandleTable& handles = all.instance->handles;
    if ((data[3] & 4) != 0) {
        Handle handle{.kind = Handle::Kind::own, .rep = 7};
        handle.type = all.instance->resources[0];
        static_cast<void>(handles.add(all.world->handle_pool, handle));
    }
    Task task;
    Lends lends;
    Transfer transfer{*all.world, *all.instance, task, lends};
    const Status status =
        transfer.run(type, from, {0, flat}, to, {flat_target ? 0u : 1024u, flat_target});
    lends.release(all.world->lend_pool);
    handles.release(all.world->handle_pool);
    all.instance->may_leave = true;
    if (!status) {
        const ErrorKind kind = kind_of(status.error().code);
        if (kind != ErrorKind::trap && kind != ErrorKind::exhaustion) std::abort();
    }
    return 0;
}
