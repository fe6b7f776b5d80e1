// Runs a WASI command: it gets arguments and a standard output, and nothing else.
#include <array>
#include <iostream>
#include <string_view>
#include <wrt/wasi.hpp>
#include <wrt/wrt.hpp>

#include "read_file.hpp"

int main(int, char** argv)
{
    wrt::Engine engine;
    wrt::Store store{engine};

    const std::array<std::string_view, 3> arguments{"guest", "one", "two"};
    wrt::WasiConfig config;
    config.args = arguments;
    config.standard_output.source = wrt::wasi::Stdio::Source::inherit;
    wrt::Linker linker{store};
    linker.wasi(config);

    const auto module = engine.load_module(read_file(argv[1])).value();
    const auto instance = linker.instantiate(module).value();
    const auto start = instance.func<void()>("_start").value();
    const wrt::Status ended = start();
    if (ended) {
        std::cout << "the guest returned\n";
    } else if (const auto status = wrt::exit_status(ended.error())) {
        std::cout << "the guest exited with " << *status << '\n';
    }
}
