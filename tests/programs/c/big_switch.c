/* A switch over 256 cases becomes one br_table; sparse, negative and 64-bit cases become other shapes. */
#include <stdint.h>
#include <stdio.h>

#define CASE(n) \
    case (n): return (x * (2 * (n) + 1)) ^ (x >> ((n) % 31)) ^ (uint32_t)(n) * 0x9e3779b9u;
#define CASES4(n) CASE(n) CASE((n) + 1) CASE((n) + 2) CASE((n) + 3)
#define CASES16(n) CASES4(n) CASES4((n) + 4) CASES4((n) + 8) CASES4((n) + 12)
#define CASES64(n) CASES16(n) CASES16((n) + 16) CASES16((n) + 32) CASES16((n) + 48)

static uint32_t dense(unsigned which, uint32_t x) {
    switch (which) {
        CASES64(0)
        CASES64(64)
        CASES64(128)
        CASES64(192)
    default: return ~x;
    }
}

static int sparse(int64_t which) {
    switch (which) {
    case -1: return 1;
    case 0: return 2;
    case 1000: return 3;
    case INT64_MAX: return 4;
    case INT64_MIN: return 5;
    case 1000000007: return 6;
    case -7: return 7;
    case 0x100000000: return 8;
    default: return 0;
    }
}

static int falls_through(int from) {
    int passed = 0;
    switch (from) {
    case 5: passed += 1; /* fall through */
    case 4: passed += 10; /* fall through */
    case 3: passed += 100; break;
    case 2: passed += 1000; /* fall through */
    case -3: passed += 10000; /* fall through */
    default: passed += 100000;
    }
    return passed;
}

int main(void) {
    uint32_t x = 1, others = 0;
    for (uint32_t i = 0; i < 30000; ++i) {
        const unsigned which = (x >> 7 ^ i) % 260;
        others += which > 255;
        x = dense(which, x) + i;
    }
    printf("dense: %08x, %u times no case\n", x, others);
    uint32_t all = 0;
    for (unsigned which = 0; which < 300; ++which)
        all = all * 31 + dense(which, 0xdeadbeef);
    printf("each once: %08x\n", all);
    const int64_t probes[] = {-1, 0, 1000, INT64_MAX, INT64_MIN, 1000000007, -7, 0x100000000, 1, -2, 0x100000001};
    for (unsigned i = 0; i < sizeof probes / sizeof *probes; ++i)
        printf("%d", sparse(probes[i]));
    putchar('\n');
    for (int from = -4; from < 7; ++from)
        printf("%d ", falls_through(from));
    putchar('\n');
    return 0;
}
