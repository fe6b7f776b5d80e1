/* SHA-256 (FIPS 180-4) of a buffer, again and again: long chains of 32-bit shifts, rotations and additions. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t constants[64], state[8];

static uint32_t rotate(uint32_t x, int by) { return x >> by | x << (32 - by); }

/* The constants are the first 32 bits of the fractions of roots of primes; integers suffice to find them. */
static uint32_t root_fraction(uint64_t prime, int cube) {
    unsigned __int128 low = 0, high = (unsigned __int128)20 << 32;
    while (high - low > 1) {
        const unsigned __int128 middle = (low + high) >> 1;
        /* middle is below 2^37, so its cube needs 111 bits. */
        const unsigned __int128 power = cube ? middle * middle * middle : middle * middle;
        if (power <= (unsigned __int128)prime << (cube ? 96 : 64))
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static void prepare(void) {
    int found = 0;
    for (uint64_t n = 2; found < 64; ++n) {
        int prime = 1;
        for (uint64_t d = 2; d * d <= n; ++d)
            prime = prime && n % d != 0;
        if (!prime)
            continue;
        constants[found] = root_fraction(n, 1);
        if (found < 8)
            state[found] = root_fraction(n, 0);
        ++found;
    }
}

__attribute__((noinline)) static void compress(const uint8_t *block) {
    uint32_t w[64];
    for (int i = 0; i < 16; ++i)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
               block[4 * i + 3];
    for (int i = 16; i < 64; ++i) {
        const uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        const uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; ++i) {
        const uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        const uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + constants[i] + w[i];
        const uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        const uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    static uint8_t message[4096 + 64];
    for (int i = 0; i < 4096; ++i)
        message[i] = (uint8_t)(i * 13);
    prepare();
    for (unsigned round = 0; round < iterations; ++round)
        for (int i = 0; i < 4096; i += 64)
            compress(message + i);
    /* The padding of a message of that length, so that the digest can be compared with any other implementation. */
    const uint64_t bits = (uint64_t)iterations * 4096 * 8;
    message[4096] = 0x80;
    for (int i = 0; i < 8; ++i)
        message[4096 + 63 - i] = (uint8_t)(bits >> (8 * i));
    compress(message + 4096);
    printf("sha256 ");
    for (int i = 0; i < 8; ++i)
        printf("%08x", state[i]);
    printf("\n");
    return 0;
}
