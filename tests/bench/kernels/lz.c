/* LZ77 with a hash table of positions: compressed, decompressed, compared. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

enum { size = 16384, table_bits = 12 };

static uint8_t input[size], packed[size * 2], output[size];
static uint16_t table[1 << table_bits];

static uint32_t read32(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, 4);
    return value;
}

static uint8_t *literals(uint8_t *out, const uint8_t *from, unsigned count) {
    while (count > 0) {
        const unsigned some = count < 128 ? count : 128;
        *out++ = (uint8_t)(some - 1);
        for (unsigned i = 0; i < some; ++i)
            *out++ = *from++;
        count -= some;
    }
    return out;
}

static unsigned compress(void) {
    uint8_t *out = packed;
    unsigned at = 0, start = 0;
    memset(table, 0, sizeof table);
    while (at + 4 < size) {
        const uint32_t word = read32(input + at);
        uint16_t *const entry = &table[word * 2654435761u >> (32 - table_bits)];
        const unsigned before = *entry;
        *entry = (uint16_t)at;
        if (before >= at || read32(input + before) != word) {
            ++at;
            continue;
        }
        unsigned length = 4;
        while (at + length < size && length < 130 && input[before + length] == input[at + length])
            ++length;
        out = literals(out, input + start, at - start);
        *out++ = (uint8_t)(0x80 | (length - 4));
        *out++ = (uint8_t)(at - before);
        *out++ = (uint8_t)((at - before) >> 8);
        at += length;
        start = at;
    }
    return (unsigned)(literals(out, input + start, size - start) - packed);
}

static unsigned decompress(unsigned length) {
    const uint8_t *in = packed, *const end = packed + length;
    uint8_t *out = output;
    while (in < end) {
        const unsigned head = *in++;
        if (head < 0x80) {
            for (unsigned i = 0; i <= head; ++i)
                *out++ = *in++;
        } else {
            const uint8_t *from = out - (in[0] | in[1] << 8);
            in += 2;
            for (unsigned i = 0; i < (head & 0x7f) + 4; ++i)
                *out++ = *from++;
        }
    }
    return (unsigned)(out - output);
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    uint32_t state = 31, sum = 0;
    for (unsigned i = 0; i < size; ++i) {
        const uint32_t number = next_number(&state);
        input[i] = i > 300 && number % 16 ? input[i - 1 - number / 16 % 4 * 70] : (uint8_t)(number % 29 + 'a');
    }
    for (unsigned round = 0; round < iterations; ++round) {
        input[round * 37 % size] ^= 1;
        const unsigned length = compress();
        sum = sum * 31 + length + decompress(length);
        if (memcmp(input, output, size) != 0) return 1;
    }
    printf("lz %u\n", sum);
    return 0;
}
