/* Bytes of a text, sixteen at a time: sums, extremes, lines and a checksum by shuffling; i8x16 and its widenings. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <wasm_simd128.h>

enum { size = 16384 };

static uint8_t text[size];

__attribute__((noinline)) static uint32_t reduce(const uint8_t *bytes, int count) {
    v128_t sums = wasm_i32x4_splat(0), most = wasm_i8x16_splat(0), least = wasm_u8x16_splat(255);
    v128_t mixed = wasm_i64x2_splat(0);
    uint32_t lines = 0;
    for (int i = 0; i < count; i += 16) {
        const v128_t block = wasm_v128_load(bytes + i);
        sums = wasm_i32x4_add(sums, wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(block)));
        most = wasm_u8x16_max(most, block);
        least = wasm_u8x16_min(least, block);
        lines += (uint32_t)__builtin_popcount(wasm_i8x16_bitmask(wasm_i8x16_eq(block, wasm_i8x16_splat('\n'))));
        const v128_t turned = wasm_i8x16_shuffle(mixed, mixed, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        mixed = wasm_v128_xor(wasm_i8x16_add(turned, block), wasm_u8x16_shr(turned, 3));
    }
    const uint32_t sum = (uint32_t)(wasm_i32x4_extract_lane(sums, 0) + wasm_i32x4_extract_lane(sums, 1) +
                                    wasm_i32x4_extract_lane(sums, 2) + wasm_i32x4_extract_lane(sums, 3));
    const uint64_t folded = (uint64_t)(wasm_i64x2_extract_lane(mixed, 0) ^ wasm_i64x2_extract_lane(mixed, 1));
    return sum + lines * 7 + wasm_u8x16_extract_lane(most, 3) * 3 + wasm_u8x16_extract_lane(least, 5) +
           (uint32_t)(folded ^ folded >> 32);
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    uint32_t state = 12345;
    for (int i = 0; i < size; ++i) {
        state = state * 1664525 + 1013904223;
        text[i] = state >> 24 < 8 ? '\n' : (uint8_t)(32 + (state >> 24) % 90);
    }
    uint32_t sum = 0;
    for (unsigned round = 0; round < iterations; ++round) {
        sum = sum * 31 + reduce(text, size);
        text[round % size] = (uint8_t)sum;
    }
    printf("simd_bytes %u\n", sum);
    return 0;
}
