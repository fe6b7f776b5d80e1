// Moves values from one memory to another as a call between two components does, for cases that a
// script made (compare.py, which judges the results by the specification's executable model).
//
//     canonical_compare TYPES.wasm CASES RESULTS
//
// TYPES.wasm exports the types t0, t1, ...; a case is a type, two string encodings and a memory
// with a value in it.
#include <wrt/component/component.hpp>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "model/async.hpp"

using namespace wrt;
using namespace wrt::component;

namespace {

std::vector<uint8_t> read_file(const char* path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Numbers and bytes of the file of cases, one behind the other.
class Cases {
public:
    explicit Cases(std::vector<uint8_t> bytes) : bytes_{std::move(bytes)} {}

    bool empty() const { return at_ == bytes_.size(); }
    uint32_t number()
    {
        uint32_t value = 0;
        std::memcpy(&value, bytes_.data() + at_, 4);
        at_ += 4;
        return value;
    }
    std::vector<uint8_t> block()
    {
        const uint32_t size = number();
        std::vector<uint8_t> block(bytes_.begin() + static_cast<std::ptrdiff_t>(at_),
                                   bytes_.begin() + static_cast<std::ptrdiff_t>(at_ + size));
        at_ += size;
        return block;
    }

private:
    std::vector<uint8_t> bytes_;
    size_t at_ = 0;
};

/// Errc::none and the bytes of the second memory, or the trap.
struct Moved {
    Errc code = Errc::none;
    uint32_t at = 0;
    std::vector<uint8_t> bytes;
};

Moved move(World& world, Instance& instance, uint32_t type, StringEncoding from_encoding,
           StringEncoding to_encoding, std::vector<uint8_t> memory, uint32_t at)
{
    HostMemory source{memory};
    std::vector<uint8_t> room(1u << 20);
    HostMemory target{room};
    Side from;
    from.instance = &world.host;
    from.host = &source;
    from.encoding = from_encoding;
    Side to;
    to.instance = &world.host;
    to.host = &target;
    to.encoding = to_encoding;
    Task task;
    Lends lends;
    const auto value_type = ComponentValType::of_node(type);
    const decoder::ValueLayout layout = instance.types().layout_of(value_type);
    Moved moved;
    moved.at = target.allocate(layout.align, layout.size).value();
    Transfer transfer{world, instance, task, lends};
    const Status status = transfer.run(value_type, from, {at, false}, to, {moved.at, false});
    if (!status) moved.code = status.error().code;
    room.resize(target.mark());
    moved.bytes = std::move(room);
    return moved;
}

void write_number(std::ofstream& to, uint32_t value)
{
    to.write(reinterpret_cast<const char*>(&value), 4);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4) return 2;
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    runtime::Store* const store = runtime::Store::make(arena).value();
    World* const world = make_world(*store).value();
    const std::vector<uint8_t> binary = read_file(argv[1]);
    const Result<Instance*> instance = load_and_instantiate(*world, binary);
    if (!instance) {
        std::fprintf(stderr, "%s\n", std::string{describe(instance.error()).view()}.c_str());
        return 2;
    }
    const ComponentTypes& types = (*instance)->types();
    Cases cases{read_file(argv[2])};
    std::ofstream results{argv[3], std::ios::binary};
    while (!cases.empty()) {
        const std::string name = "t" + std::to_string(cases.number());
        const auto from = static_cast<StringEncoding>(cases.number());
        const auto to = static_cast<StringEncoding>(cases.number());
        const uint32_t at = cases.number();
        const auto* const declared = types.find((*instance)->exports.names, name);
        if (declared == nullptr) return 2;
        const Moved moved =
            move(*world, **instance, types.resolve(declared->type), from, to, cases.block(), at);
        write_number(results, moved.code == Errc::none ? 0 : 1);
        write_number(results, moved.at);
        write_number(results, static_cast<uint32_t>(moved.bytes.size()));
        results.write(reinterpret_cast<const char*>(moved.bytes.data()),
                      static_cast<std::streamsize>(moved.bytes.size()));
    }
    return results ? 0 : 2;
}
