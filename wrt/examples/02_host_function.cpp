// Gives a module functions of the host: lambdas, whose WebAssembly types are read off their C++
// types.
#include <iostream>
#include <wrt/report.hpp>
#include <wrt/wrt.hpp>

#include "read_file.hpp"

int main(int, char** argv)
{
    wrt::Engine engine;
    wrt::Store store{engine};
    wrt::Linker linker{store};
    int calls = 0;
    linker
        .func("env", "print",  // (param i32 i32): address and size, checked before the lambda runs
              [&calls](wrt::GuestString text) {
                  ++calls;
                  std::cout << "the guest says: " << text.view << '\n';
              })
        .func("env", "divide",  // may fail: the guest stops, and its caller gets the error
              [](wrt::Caller& caller, int32_t a, int32_t b) -> wrt::Result<int32_t> {
                  if (b == 0) return caller.error("this host does not divide by zero");
                  return a / b;
              });

    const auto module = engine.load_module(read_file(argv[1])).value();
    const auto instance = linker.instantiate(module).value();
    const auto divide = instance.func<int32_t(int32_t, int32_t)>("divide").value();
    const int32_t half = divide(42, 2).value();
    std::cout << "42 / 2 = " << half << '\n';
    const auto failed = divide(42, 0);
    std::cout << wrt::report(store, failed.error()).view() << '\n';
    std::cout << "print was called " << calls << " times\n";
}
