/* Dot products of floats and of 16-bit integers: two loads, a multiply and an add for each step. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <wasm_simd128.h>

enum { size = 4096 };

static float a[size], b[size];
static int16_t c[size], d[size];

__attribute__((noinline)) static float dot_f32(const float *x, const float *y, int count) {
    v128_t even = wasm_f32x4_splat(0), odd = wasm_f32x4_splat(0);
    for (int i = 0; i < count; i += 8) {
        even = wasm_f32x4_add(even, wasm_f32x4_mul(wasm_v128_load(x + i), wasm_v128_load(y + i)));
        odd = wasm_f32x4_add(odd, wasm_f32x4_mul(wasm_v128_load(x + i + 4), wasm_v128_load(y + i + 4)));
    }
    const v128_t sum = wasm_f32x4_add(even, odd);
    return (wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1)) +
           (wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3));
}

__attribute__((noinline)) static int32_t dot_i16(const int16_t *x, const int16_t *y, int count) {
    v128_t sum = wasm_i32x4_splat(0);
    for (int i = 0; i < count; i += 8)
        sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_v128_load(x + i), wasm_v128_load(y + i)));
    return wasm_i32x4_extract_lane(sum, 0) + wasm_i32x4_extract_lane(sum, 1) + wasm_i32x4_extract_lane(sum, 2) +
           wasm_i32x4_extract_lane(sum, 3);
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    for (int i = 0; i < size; ++i) {
        a[i] = (float)(i * 7 % 11) * 0.25f - 1;
        b[i] = (float)(i * 5 % 13) * 0.125f - 0.75f;
        c[i] = (int16_t)(i * 37 % 2001 - 1000);
        d[i] = (int16_t)(i * 91 % 1999 - 999);
    }
    double sum = 0;
    for (unsigned round = 0; round < iterations; ++round) {
        sum += dot_f32(a, b, size) + dot_i16(c, d, size) % 1000;
        a[round % size] = (float)(round % 9) - 4;
        d[round % size] = (int16_t)round;
    }
    printf("simd_dot %.9g\n", sum);
    return 0;
}
