/* Base64 there and back: bytes, small tables, shifts and masks. */
#include <stdint.h>
#include <stdio.h>

#include "kernel.h"

enum { size = 3072 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t values[256], bytes[size];
static char text[size / 3 * 4];

static int encode(const uint8_t *in, int n, char *out) {
    char *const start = out;
    for (int i = 0; i < n; i += 3) {
        const uint32_t word = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
        *out++ = digits[word >> 18];
        *out++ = digits[word >> 12 & 63];
        *out++ = digits[word >> 6 & 63];
        *out++ = digits[word & 63];
    }
    return (int)(out - start);
}

static int decode(const char *in, int n, uint8_t *out) {
    uint8_t *const start = out;
    for (int i = 0; i < n; i += 4) {
        uint32_t word = 0;
        for (int k = 0; k < 4; ++k) {
            const uint8_t value = values[(uint8_t)in[i + k]];
            if (value == 255) return -1;
            word = word << 6 | value;
        }
        *out++ = (uint8_t)(word >> 16);
        *out++ = (uint8_t)(word >> 8);
        *out++ = (uint8_t)word;
    }
    return (int)(out - start);
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    uint32_t state = 5, sum = 0;
    for (int i = 0; i < 256; ++i)
        values[i] = 255;
    for (int i = 0; i < 64; ++i)
        values[(uint8_t)digits[i]] = (uint8_t)i;
    for (int i = 0; i < size; ++i)
        bytes[i] = (uint8_t)next_number(&state);
    for (unsigned round = 0; round < iterations; ++round) {
        const int length = encode(bytes, size, text);
        sum = sum * 31 + (uint8_t)text[round % sizeof text];
        sum += (uint32_t)decode(text, length, bytes);
        bytes[round % size] ^= (uint8_t)sum;
    }
    printf("base64 %u\n", sum);
    return 0;
}
