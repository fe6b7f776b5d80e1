// Bounds a guest that never ends: by fuel, which is the same on every machine, and by time.
#include <iostream>
#include <wrt/deadline.hpp>
#include <wrt/wrt.hpp>

#include "read_file.hpp"

int main(int, char** argv)
{
    wrt::Engine engine;
    wrt::Store store{engine};
    wrt::Linker linker{store};
    const auto module = engine.load_module(read_file(argv[1]), {.fuel = true}).value();
    const auto instance = linker.instantiate(module).value();
    const auto forever = instance.func<void()>("forever").value();

    store.set_fuel(1'000'000);
    const auto starved = forever();
    std::cout << wrt::describe(starved.error()).view() << ", fuel left: " << store.fuel() << '\n';

    store.set_fuel(INT64_MAX);
    const wrt::Deadline deadline{store, std::chrono::milliseconds{20}};
    const auto interrupted = forever();
    std::cout << wrt::phrase(interrupted.error().code)
              << (deadline.expired() ? ", because time was up\n" : ", not by the deadline\n");
}
