/* memcpy, memmove, memset and memcmp of lengths from a few bytes to a page, by the bulk instructions where there are any. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

enum { size = 65536 };

static uint8_t a[size], b[size];

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    uint32_t state = 53, sum = 0;
    for (int i = 0; i < size; ++i)
        a[i] = (uint8_t)next_number(&state);
    for (unsigned round = 0; round < iterations; ++round) {
        for (int k = 0; k < 64; ++k) {
            const uint32_t number = next_number(&state);
            const uint32_t length = 1u + number % (k % 8 ? 120 : 4000), from = number >> 8 & 32767, to = number >> 4 & 32767;
            memcpy(b + to, a + from, length);
            memmove(b + to + 3, b + to, length);
            memset(a + from, (int)(number & 255), length / 4);
            sum = sum * 31 + b[to + length / 2] + (memcmp(a + from, b + to, length) < 0);
        }
    }
    printf("memory %u\n", sum);
    return 0;
}
