/* The ChaCha20 stream cipher (RFC 8439) over a buffer: additions, exclusive or, rotations by constants. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

enum { size = 4096 };

static uint8_t buffer[size];

#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define QUARTER(a, b, c, d)                                                                                            \
    (a += b, d = ROTATE(d ^ a, 16), c += d, b = ROTATE(b ^ c, 12), a += b, d = ROTATE(d ^ a, 8), c += d,               \
     b = ROTATE(b ^ c, 7))

static void block(const uint32_t in[16], uint8_t out[64]) {
    uint32_t x[16];
    memcpy(x, in, sizeof x);
    for (int i = 0; i < 10; ++i) {
        QUARTER(x[0], x[4], x[8], x[12]);
        QUARTER(x[1], x[5], x[9], x[13]);
        QUARTER(x[2], x[6], x[10], x[14]);
        QUARTER(x[3], x[7], x[11], x[15]);
        QUARTER(x[0], x[5], x[10], x[15]);
        QUARTER(x[1], x[6], x[11], x[12]);
        QUARTER(x[2], x[7], x[8], x[13]);
        QUARTER(x[3], x[4], x[9], x[14]);
    }
    for (int i = 0; i < 16; ++i)
        x[i] += in[i];
    memcpy(out, x, sizeof x);
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 10, 11};
    for (unsigned round = 0; round < iterations; ++round) {
        for (int at = 0; at < size; at += 64) {
            uint8_t stream[64];
            block(state, stream);
            ++state[12];
            for (int i = 0; i < 64; ++i)
                buffer[at + i] ^= stream[i];
        }
    }
    uint32_t sum = 0;
    for (int i = 0; i < size; ++i)
        sum = sum * 31 + buffer[i];
    printf("chacha %u\n", sum);
    return 0;
}
