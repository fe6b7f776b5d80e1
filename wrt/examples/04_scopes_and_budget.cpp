// Everything stays inside a buffer of ours; a scope gives back what was made in it, in constant
// time.
#include <iostream>
#include <wrt/wrt.hpp>

#include "read_file.hpp"

alignas(64) std::byte buffer[512 * 1024];

wrt::Result<int32_t> handle_request(wrt::Engine& engine, wrt::Module module, int32_t n)
{
    WRT_TRY(const auto scope, engine.enter("request"));  // ends with this function
    wrt::Store store{engine, {.stack_bytes = 16 * 1024}};
    wrt::Linker linker{store};
    WRT_TRY(const auto instance, linker.instantiate(module));
    WRT_TRY(const auto fib, instance.func<int32_t(int32_t)>("fib"));
    return fib(n);
}

int main(int, char** argv)
{
    wrt::Engine engine{buffer};
    const auto binary = read_file(argv[1]);
    const auto module = engine.load_module(binary).value();
    const size_t before = engine.arena().used();
    for (const int32_t n : {10, 20}) {
        std::cout << "fib(" << n << ") = " << handle_request(engine, module, n).value() << '\n';
        std::cout << "bytes left behind: " << engine.arena().used() - before << '\n';
    }

    const auto refused = engine.load_module(binary, {.budget = 100});
    std::cout << "in 100 bytes: " << wrt::phrase(refused.error().code) << '\n';
    std::cout << "bytes left behind: " << engine.arena().used() - before << '\n';
}
