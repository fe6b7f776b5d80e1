/* CRC-32 of a buffer three ways: a table of 256, one of 4 x 256, and bit by bit. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

enum { size = 4096 };

static uint8_t buffer[size];
static uint32_t table[4][256];

static void fill_tables(void) {
    for (uint32_t i = 0; i < 256; ++i) {
        uint32_t c = i;
        for (int k = 0; k < 8; ++k)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        table[0][i] = c;
    }
    for (int t = 1; t < 4; ++t)
        for (int i = 0; i < 256; ++i)
            table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 255];
}

static uint32_t bytewise(uint32_t c, const uint8_t *p, int n) {
    for (c = ~c; n-- > 0; ++p)
        c = table[0][(c ^ *p) & 255] ^ c >> 8;
    return ~c;
}

static uint32_t wordwise(uint32_t c, const uint8_t *p, int n) {
    for (c = ~c; n >= 4; n -= 4, p += 4) {
        uint32_t word;
        memcpy(&word, p, 4);
        c ^= word;
        c = table[3][c & 255] ^ table[2][c >> 8 & 255] ^ table[1][c >> 16 & 255] ^ table[0][c >> 24];
    }
    return ~c;
}

static uint32_t bitwise(uint32_t c, const uint8_t *p, int n) {
    for (c = ~c; n-- > 0; ++p) {
        c ^= *p;
        for (int k = 0; k < 8; ++k)
            c = c >> 1 ^ (0xedb88320u & -(c & 1));
    }
    return ~c;
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    uint32_t state = 3, sum = 0;
    fill_tables();
    for (int i = 0; i < size; ++i)
        buffer[i] = (uint8_t)next_number(&state);
    for (unsigned round = 0; round < iterations; ++round) {
        sum = bytewise(sum, buffer, size);
        sum = wordwise(sum, buffer, size);
        sum = bitwise(sum, buffer, size / 8);
    }
    printf("crc32 %u\n", sum);
    return 0;
}
