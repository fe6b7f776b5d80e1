/* memory.copy, memory.fill and saturating conversions as instructions, instead of loops in the library. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static unsigned char buffer[70000];

static uint32_t checksum(void) {
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < sizeof buffer; ++i) {
        a = (a + buffer[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

int main(void) {
    volatile size_t size = 0;
    memset(buffer, 0xa5, size);
    printf("nothing filled: %08x\n", checksum());
    for (size = 1; size < 40000; size = size * 3 + 1)
        memset(buffer + size, (int)size, size);
    printf("filled: %08x\n", checksum());
    for (size = 1; size < 20000; size = size * 5 + 2) {
        memmove(buffer + size / 2, buffer, size * 2); /* overlapping, upward */
        memmove(buffer, buffer + size / 3, size * 2); /* overlapping, downward */
        memcpy(buffer + 50000, buffer + size, size);
    }
    printf("moved: %08x\n", checksum());
    const volatile double values[] = {1e10, -1e10, 0.0 / 0.0, 2147483647.5, -0.99, 1e300, -1e300, 4294967296.0};
    for (int i = 0; i < 8; ++i) {
        const double v = values[i];
        const int32_t s = __builtin_wasm_trunc_saturate_s_i32_f64(v);
        const uint32_t u = (uint32_t)__builtin_wasm_trunc_saturate_u_i32_f64(v);
        const int64_t l = __builtin_wasm_trunc_saturate_s_i64_f64(v);
        printf("%d %u %lld\n", s, u, (long long)l);
    }
    return 0;
}
