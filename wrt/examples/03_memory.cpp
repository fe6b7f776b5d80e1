// Puts data into a guest's memory and lets the guest work on it. Every access is checked.
#include <array>
#include <iostream>
#include <wrt/wrt.hpp>

#include "read_file.hpp"

int main(int, char** argv)
{
    wrt::Engine engine;
    wrt::Store store{engine};
    wrt::Linker linker{store};
    const auto module = engine.load_module(read_file(argv[1])).value();
    const auto instance = linker.instantiate(module).value();
    const auto memory = instance.memory().value();

    const std::array<int32_t, 5> numbers{1, 2, 3, 4, 32};
    const auto alloc = instance.func<uint32_t(uint32_t)>("alloc").value();
    const uint32_t address = alloc(sizeof(numbers)).value();
    memory.write(address, std::as_bytes(std::span{numbers})).value();

    const auto sum = instance.func<int32_t(uint32_t, uint32_t)>("sum").value();
    std::cout << "the guest's sum: " << sum(address, numbers.size()).value() << '\n';

    // A view lasts until the next call into the store, which may grow the memory.
    const auto view = memory.slice<int32_t>(address, numbers.size()).value();
    std::cout << "the last number, as the guest has it: " << view.back() << '\n';

    const auto beyond = memory.read<uint64_t>(memory.size() - 4);
    std::cout << wrt::describe(beyond.error()).view() << '\n';
}
