/* 64-bit integers: xorshift, multiplication, rotation, comparison and the high half of a product. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static uint64_t high_half(uint64_t a, uint64_t b) {
    const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    return a1 * b1 + (middle >> 32) + (((uint32_t)middle + a0 * b1) >> 32);
}

__attribute__((noinline)) static uint64_t mix(uint64_t x, unsigned steps) {
    uint64_t sum = 0, low = UINT64_MAX;
    for (unsigned i = 0; i < steps; ++i) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        const uint64_t scrambled = rotate(x * UINT64_C(0x9e3779b97f4a7c15), 31);
        sum = rotate(sum + scrambled, 5);
        sum ^= high_half(scrambled, x | 1);
        low = scrambled < low ? scrambled : low;
    }
    return sum ^ low;
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    uint64_t sum = UINT64_C(88172645463325252);
    for (unsigned round = 0; round < iterations; ++round)
        sum = mix(sum | 1, 10000);
    printf("i64_mix %016llx\n", (unsigned long long)sum);
    return 0;
}
