// What calls through the canonical ABI cost, in nanoseconds: from the host into a component,
// between components, and out to the host, with nothing, a record and a string, bytes, and lists.
// The arena is sealed: nothing is allocated. The component is WRT_BENCH_COMPONENT in the
// environment, which run.mjs assembles. Arguments are Google Benchmark's.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include <benchmark/benchmark.h>
#include <wrt/component.hpp>
#include <wrt/component/value.hpp>

namespace {

using wrt::component::DynamicCall;
using wrt::component::Value;

constexpr uint32_t turns = 1000;
constexpr uint32_t many_bytes = 64 * 1024;
constexpr uint32_t records = 1000;
constexpr std::string_view label = "a label of 24 characters";

struct Point {
    uint32_t x, y;
    std::string_view label;
};
struct Plain {
    uint32_t x;
    double y;
    uint8_t kind;
};

std::vector<uint8_t> read_component()
{
    const char* const name = std::getenv("WRT_BENCH_COMPONENT");
    std::ifstream file{name != nullptr ? name : "", std::ios::binary};
    if (!file) {
        std::fputs("WRT_BENCH_COMPONENT names no file: tests/bench/components/run.mjs makes it\n",
                   stderr);
        std::exit(1);
    }
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

struct World {
    std::vector<uint8_t> binary = read_component();
    wrt::Engine engine;
    wrt::Store store{engine};
    wrt::ComponentLinker linker{store, {.host_bytes = 1u << 20}};
    std::optional<wrt::ComponentInstance> instance;

    World()
    {
        linker.func("", "host-nothing", [] {});
        linker.func("", "host-place", [](Point at) { return Point{at.x + 1, at.y, at.label}; });
        linker.func("", "host-bytes",
                    [](wrt::LentBytes bytes) { return static_cast<uint32_t>(bytes.view.size()); });
        instance.emplace(
            linker.instantiate(wrt::load_component(engine, binary, {.borrow = true}).value())
                .value());
    }
    template <class Signature>
    auto func(const char* name)
    {
        const auto bound = instance->func<Signature>("", name).value();
        engine.arena().seal();
        return bound;
    }
    /// Arguments are to be written before each call, as a host would.
    DynamicCall begin(const char* name)
    {
        const auto* const found = wrt::component::find_function(instance->instance(), name);
        return DynamicCall::begin(instance->world(), *found).value();
    }
};

template <class T>
void expect(const T& got, const T& wanted)
{
    if (got != wanted) std::abort();
}

// From the host, by C++ types.

void host_nothing(benchmark::State& state)
{
    World world;
    const auto nothing = world.func<void()>("nothing");
    for (auto turn : state)
        nothing().value();
}
BENCHMARK(host_nothing);

void host_add(benchmark::State& state)
{
    World world;
    const auto add = world.func<uint32_t(uint32_t, uint32_t)>("add");
    uint32_t sum = 0;
    for (auto turn : state)
        sum = add(sum, 1u).value();
    expect(sum, static_cast<uint32_t>(state.iterations()));
}
BENCHMARK(host_add);

void host_place(benchmark::State& state)
{
    World world;
    const auto place = world.func<Point(Point)>("place");
    uint32_t x = 0;
    for (auto turn : state)
        x = place(Point{x, 2, label}).value().x;
    expect(x, static_cast<uint32_t>(state.iterations()));
    expect(place(Point{1, 2, label}).value().label, label);
}
BENCHMARK(host_place);

void host_take_bytes(benchmark::State& state)
{
    World world;
    const auto take = world.func<uint32_t(std::span<const uint8_t>)>("take-bytes");
    const std::vector<uint8_t> bytes(many_bytes);
    for (auto turn : state)
        expect(take(bytes).value(), many_bytes);
}
BENCHMARK(host_take_bytes);

void host_give_bytes(benchmark::State& state)
{
    World world;
    const auto give = world.func<std::span<const uint8_t>(uint32_t)>("give-bytes");
    for (auto turn : state)
        expect(give(many_bytes).value().size(), size_t{many_bytes});
}
BENCHMARK(host_give_bytes);

void host_take_records(benchmark::State& state)
{
    World world;
    const auto take = world.func<uint32_t(std::span<const Plain>)>("take-plain");
    const std::vector<Plain> values(records, Plain{1, 2, 3});
    for (auto turn : state)
        expect(take(values).value(), records);
}
BENCHMARK(host_take_records);

void host_take_records_with_strings(benchmark::State& state)
{
    World world;
    const auto take = world.func<uint32_t(std::span<const Point>)>("take-points");
    const std::vector<Point> values(records, Point{1, 2, label});
    for (auto turn : state)
        expect(take(values).value(), records);
}
BENCHMARK(host_take_records_with_strings);

// From the host, by types that are learned at run time.

void value_nothing(benchmark::State& state)
{
    World world;
    for (auto turn : state)
        world.begin("nothing").run(world.instance->world()).value();
}
BENCHMARK(value_nothing);

void value_place(benchmark::State& state)
{
    World world;
    uint64_t x = 0;
    const auto* const place = wrt::component::find_function(world.instance->instance(), "place");
    for (auto turn : state) {
        const DynamicCall call = DynamicCall::begin(world.instance->world(), *place).value();
        const Value at = call.param(0);
        at.part(0).set_bits(x);
        at.part(1).set_bits(2);
        at.part(2).set_text(label).value();
        call.run(world.instance->world()).value();
        x = call.returned().part(0).bits();
    }
    expect(x, static_cast<uint64_t>(state.iterations()));
}
BENCHMARK(value_place);

// In the guest, in a loop; one item is one call.

void loop(benchmark::State& state, const char* name)
{
    World world;
    const auto run = world.func<uint32_t(uint32_t)>(name);
    for (auto turn : state)
        expect(run(turns).value(), turns);
    state.counters["per_call"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * turns,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(loop, component_place, "call-component-place")->Name("component_place");
BENCHMARK_CAPTURE(loop, to_host_place, "call-host-place")->Name("to_host_place");

void loop_nothing(benchmark::State& state, const char* name)
{
    World world;
    const auto run = world.func<void(uint32_t)>(name);
    for (auto turn : state)
        run(turns).value();
    state.counters["per_call"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * turns,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(loop_nothing, component, "call-component-nothing")->Name("component_nothing");
BENCHMARK_CAPTURE(loop_nothing, to_host, "call-host-nothing")->Name("to_host_nothing");

void loop_bytes(benchmark::State& state, const char* name)
{
    World world;
    const auto run = world.func<uint32_t(uint32_t, uint32_t)>(name);
    for (auto turn : state)
        expect(run(turns, many_bytes).value(), turns * many_bytes);
    state.counters["per_call"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * turns,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(loop_bytes, component, "call-component-bytes")->Name("component_bytes");
BENCHMARK_CAPTURE(loop_bytes, to_host, "call-host-bytes")->Name("to_host_bytes");

}  // namespace

BENCHMARK_MAIN();
