// Exceptions: thrown through some frames and caught by the type of what is thrown, rethrown, or not
// thrown at all. The C++ runtime is the few functions below: what is measured is the interpreter's
// part, and the distribution's C++ library for WASI has none.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

namespace {

alignas(16) char storage[64];

struct LandingPad {
    uint32_t index;
    void* lsda;
    uint32_t selector;
};

}  // namespace

extern "C" {
LandingPad __wasm_lpad_context;

void* __cxa_allocate_exception(size_t) noexcept
{
    return storage;
}
void __cxa_free_exception(void*) noexcept {}
[[noreturn]] void __cxa_throw(void* object, void*, void (*)(void*))
{
    __builtin_wasm_throw(0, object);
}
// Every handler of a type takes what comes: only one is thrown.
int _Unwind_CallPersonality(void*)
{
    __wasm_lpad_context.selector = 1;
    return 0;
}
void* __cxa_begin_catch(void* object) noexcept
{
    return object;
}
void __cxa_end_catch() {}
}

namespace {

uint32_t state = 1;

uint32_t next()
{
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

[[gnu::noinline]] uint32_t descend(uint32_t depth, uint32_t value)
{
    if (depth == 0) {
        if ((value & 3) != 0) throw value;
        return value;
    }
    return descend(depth - 1, value * 2654435761u + depth) + 1;
}

[[gnu::noinline]] uint32_t guarded(uint32_t depth, uint32_t value)
{
    try {
        return descend(depth, value);
    } catch (uint32_t thrown) {
        return thrown ^ depth;
    }
}

}  // namespace

int main(int argc, char** argv)
{
    const int rounds = argc > 1 ? atoi(argv[1]) : 1;
    uint32_t sum = 0;
    for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < 1000; ++i) {
            const uint32_t value = next();
            sum = sum * 31 + guarded(value >> 8 & 7, value);
        }
    }
    printf("exceptions %u\n", sum);
}
