/* Mandelbrot's set, four points at a time: f32x4 multiply, add, compare, and one branch on all lanes. */
#include <stdio.h>
#include <stdlib.h>
#include <wasm_simd128.h>

enum { size = 64, limit = 100 };

__attribute__((noinline)) static unsigned inside(float left, float top, float step) {
    v128_t total = wasm_i32x4_splat(0);
    for (int row = 0; row < size; ++row) {
        const v128_t ci = wasm_f32x4_splat(top + (float)row * step);
        for (int column = 0; column < size; column += 4) {
            const float x = left + (float)column * step;
            const v128_t cr = wasm_f32x4_make(x, x + step, x + 2 * step, x + 3 * step);
            v128_t zr = cr, zi = ci, rounds = wasm_i32x4_splat(0);
            for (int i = 0; i < limit; ++i) {
                const v128_t rr = wasm_f32x4_mul(zr, zr), ii = wasm_f32x4_mul(zi, zi);
                const v128_t near = wasm_f32x4_le(wasm_f32x4_add(rr, ii), wasm_f32x4_splat(4));
                if (!wasm_v128_any_true(near))
                    break;
                rounds = wasm_i32x4_sub(rounds, near);
                const v128_t ri = wasm_f32x4_mul(zr, zi);
                zr = wasm_f32x4_add(wasm_f32x4_sub(rr, ii), cr);
                zi = wasm_f32x4_add(wasm_f32x4_add(ri, ri), ci);
            }
            total = wasm_i32x4_add(total, rounds);
        }
    }
    return (unsigned)(wasm_i32x4_extract_lane(total, 0) + wasm_i32x4_extract_lane(total, 1) +
                      wasm_i32x4_extract_lane(total, 2) + wasm_i32x4_extract_lane(total, 3));
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    unsigned sum = 0;
    for (unsigned round = 0; round < iterations; ++round)
        sum = sum * 31 + inside(-2.0f + (float)(round % 8) / 64, -1.25f, 2.5f / size);
    printf("simd_mandelbrot %u\n", sum);
    return 0;
}
