/* Integer arithmetic of 32 and 64 bits, and products of 128, at its edges. */
#include <stdint.h>
#include <stdio.h>

static const uint64_t edges[] = {0, 1, 2, 3, 0x7f, 0x80, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
                                 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffffe, 0xffffffffffffffff,
                                 0x0123456789abcdef};
enum { edge_count = sizeof edges / sizeof *edges };

static uint64_t hash = 14695981039346656037u;

static void mix(uint64_t value) {
    for (int i = 0; i < 8; ++i) {
        hash = (hash ^ (value & 0xff)) * 1099511628211u;
        value >>= 8;
    }
}

static void report(const char *what) { printf("%-12s %016llx\n", what, (unsigned long long)hash); }

static uint64_t rotate(uint64_t value, unsigned by) { return value << (by & 63) | value >> (-by & 63); }
static uint32_t rotate32(uint32_t value, unsigned by) { return value << (by & 31) | value >> (-by & 31); }

int main(void) {
    for (int i = 0; i < edge_count; ++i)
        for (int j = 0; j < edge_count; ++j) {
            const volatile uint64_t a = edges[i], b = edges[j];
            mix(a + b);
            mix(a - b);
            mix(a * b);
            mix(a & b);
            mix(a | ~b);
            mix(a ^ b);
            mix((uint32_t)a * (uint32_t)b);
            mix((uint64_t)((unsigned __int128)a * b >> 64));
        }
    report("arithmetic");
    for (int i = 0; i < edge_count; ++i)
        for (int j = 0; j < edge_count; ++j) {
            const volatile uint64_t a = edges[i], b = edges[j];
            if (b != 0) {
                mix(a / b);
                mix(a % b);
                if (a != 0x8000000000000000 || b != UINT64_MAX) {
                    mix((uint64_t)((int64_t)a / (int64_t)b));
                    mix((uint64_t)((int64_t)a % (int64_t)b));
                }
            }
            if ((uint32_t)b != 0) {
                mix((uint32_t)a / (uint32_t)b);
                mix((uint32_t)a % (uint32_t)b);
                if ((uint32_t)a != 0x80000000 || (uint32_t)b != UINT32_MAX) {
                    mix((uint32_t)((int32_t)a / (int32_t)b));
                    mix((uint32_t)((int32_t)a % (int32_t)b));
                }
            }
        }
    report("division");
    for (int i = 0; i < edge_count; ++i)
        for (unsigned by = 0; by < 64; ++by) {
            const volatile uint64_t a = edges[i];
            mix(a << by);
            mix(a >> by);
            mix((uint64_t)((int64_t)a >> by));
            mix(rotate(a, by));
            mix(rotate32((uint32_t)a, by));
            mix((uint32_t)a << (by & 31));
            mix((uint32_t)((int32_t)(uint32_t)a >> (by & 31)));
        }
    report("shifts");
    for (int i = 0; i < edge_count; ++i) {
        const volatile uint64_t a = edges[i];
        mix((uint64_t)__builtin_popcountll(a));
        mix((uint64_t)__builtin_popcount((uint32_t)a));
        if (a != 0) {
            mix((uint64_t)__builtin_clzll(a));
            mix((uint64_t)__builtin_ctzll(a));
        }
        if ((uint32_t)a != 0) {
            mix((uint64_t)__builtin_clz((uint32_t)a));
            mix((uint64_t)__builtin_ctz((uint32_t)a));
        }
        mix((uint64_t)(int64_t)(int8_t)a);
        mix((uint64_t)(int64_t)(int16_t)a);
        mix((uint64_t)(int64_t)(int32_t)a);
        mix((uint64_t)(uint32_t)(int32_t)(int8_t)a);
        mix(__builtin_bswap64(a));
    }
    report("bits");
    for (int i = 0; i < edge_count; ++i)
        for (int j = 0; j < edge_count; ++j) {
            const volatile uint64_t a = edges[i], b = edges[j];
            mix((uint64_t)(a < b) | (uint64_t)(a <= b) << 1 | (uint64_t)((int64_t)a < (int64_t)b) << 2 |
                (uint64_t)((int64_t)a >= (int64_t)b) << 3 | (uint64_t)((uint32_t)a > (uint32_t)b) << 4 |
                (uint64_t)((int32_t)(uint32_t)a <= (int32_t)(uint32_t)b) << 5 | (uint64_t)(a == b) << 6);
            int64_t sum, product;
            mix((uint64_t)__builtin_add_overflow((int64_t)a, (int64_t)b, &sum));
            mix((uint64_t)__builtin_mul_overflow((int64_t)a, (int64_t)b, &product));
        }
    report("comparisons");
    return 0;
}
