#include <cstdio>
#include <wrt/wrt.hpp>

// (module (func (export "add") (param i32 i32) (result i32)  local.get 0  local.get 1  i32.add))
constexpr uint8_t wasm[] = {0,    'a', 's',  'm', 1, 0, 0, 0,    1, 7,    1, 0x60, 2,   0x7f,
                            0x7f, 1,   0x7f, 3,   2, 1, 0, 7,    7, 1,    3, 'a',  'd', 'd',
                            0,    0,   10,   9,   1, 7, 0, 0x20, 0, 0x20, 1, 0x6a, 0x0b};

int main()
{
    wrt::Engine engine;  // the memory that everything below lives in
    wrt::Store store{engine};
    wrt::Linker linker{store};  // what imports are resolved with: this module has none
    const auto module = engine.load_module(wasm).value();  // or says why not, and aborts
    const auto instance = linker.instantiate(module).value();
    const auto add = instance.func<int32_t(int32_t, int32_t)>("add").value();
    const wrt::Result<int32_t> sum = add(20, 22);
    if (!sum) return 1;  // a trap, for one; sum.error() knows
    std::printf("20 + 22 = %d\n", *sum);
}
