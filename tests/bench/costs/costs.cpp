// What crossing from host to guest and back costs, and instantiating, in nanoseconds: through the
// public interface, as a host pays it. Arguments are Google Benchmark's (--benchmark_filter, ...).
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <wrt/wrt.hpp>

namespace {

constexpr uint32_t turns = 10000;

std::vector<uint8_t> read_file(const std::string& name)
{
    std::ifstream file{std::string{WRT_FIXTURES} + "/" + name, std::ios::binary};
    if (!file) std::abort();
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

/// An engine with a store, and a linker that knows ten functions.
struct World {
    wrt::Engine engine;
    wrt::Store store{engine};
    wrt::Linker linker{store};
    std::vector<uint8_t> binary;
    wrt::Module module;

    explicit World(const std::string& name, wrt::LoadOptions options = {})
        : binary{read_file(name)}, module{engine.load_module(binary, options).value()}
    {
        for (const char* const function :
             {"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9"})
            linker.func("env", function, [](int32_t a, int32_t b) { return a + b; });
    }
};

void host_to_guest(benchmark::State& state)
{
    World world{"costs.wasm"};
    const auto instance = world.linker.instantiate(world.module).value();
    const auto add = instance.func<int32_t(int32_t, int32_t)>("add").value();
    int32_t sum = 0;
    for (auto turn : state)
        sum = add(sum, 1).value();
    benchmark::DoNotOptimize(sum);
}
BENCHMARK(host_to_guest);

/// A loop in the guest; one item is one turn, so subtract `empty` for the operation alone.
void loop(benchmark::State& state, const char* name, wrt::LoadOptions options)
{
    World world{"costs.wasm", options};
    if (options.fuel) world.store.set_fuel(INT64_MAX);
    const auto instance = world.linker.instantiate(world.module).value();
    const auto run = instance.func<int32_t(int32_t)>(name).value();
    for (auto turn : state)
        benchmark::DoNotOptimize(run(turns).value());
    state.SetItemsProcessed(state.iterations() * turns);
    state.counters["per_turn"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * turns,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(loop, empty, "empty", {});
BENCHMARK_CAPTURE(loop, guest_to_host, "call_host", {});
BENCHMARK_CAPTURE(loop, guest_to_guest, "call_guest", {});
BENCHMARK_CAPTURE(loop, load, "load", {});
BENCHMARK_CAPTURE(loop, store, "store", {});
BENCHMARK_CAPTURE(loop, empty_with_fuel, "empty", {.fuel = true});
BENCHMARK_CAPTURE(loop, guest_to_guest_with_fuel, "call_guest", {.fuel = true});

/// One after the other in one store, which keeps them: so their number is fixed.
void instantiate(benchmark::State& state, const char* file)
{
    World world{file};
    for (auto turn : state) {
        benchmark::DoNotOptimize(world.linker.instantiate(world.module).has_value());
    }
}
BENCHMARK_CAPTURE(instantiate, ten_imports, "minimal.wasm")->Iterations(20000);
BENCHMARK_CAPTURE(instantiate, ten_imports_and_a_memory, "costs.wasm")->Iterations(2000);

void load(benchmark::State& state)
{
    wrt::Engine engine;
    const std::vector<uint8_t> binary = read_file("costs.wasm");
    for (auto turn : state) {
        const auto scope = engine.enter("module").value();
        benchmark::DoNotOptimize(engine.load_module(binary).has_value());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(binary.size()));
}
BENCHMARK(load);

}  // namespace

BENCHMARK_MAIN();
