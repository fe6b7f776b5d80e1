/* A fast Fourier transform there and back: strides that double, tables of sines, a bit reversal. */
#include <math.h>
#include <stdio.h>

#include "kernel.h"

enum { bits = 9, n = 1 << bits };

static double re[n], im[n], cosines[n / 2], sines[n / 2];

static void transform(double sign) {
    for (unsigned i = 0, k = 0; i < n; ++i) {
        if (i < k) {
            const double r = re[i], m = im[i];
            re[i] = re[k], im[i] = im[k];
            re[k] = r, im[k] = m;
        }
        unsigned bit = n >> 1;
        for (; k & bit; bit >>= 1)
            k ^= bit;
        k |= bit;
    }
    for (unsigned half = 1; half < n; half *= 2) {
        const unsigned stride = n / 2 / half;
        for (unsigned start = 0; start < n; start += half * 2) {
            for (unsigned i = 0; i < half; ++i) {
                const unsigned a = start + i, b = a + half;
                const double c = cosines[i * stride], s = sines[i * stride] * sign;
                const double r = re[b] * c - im[b] * s, m = re[b] * s + im[b] * c;
                re[b] = re[a] - r, im[b] = im[a] - m;
                re[a] += r, im[a] += m;
            }
        }
    }
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    uint32_t state = 47;
    for (int i = 0; i < n / 2; ++i) {
        cosines[i] = cos(i * 3.14159265358979323846 / (n / 2));
        sines[i] = sin(i * 3.14159265358979323846 / (n / 2));
    }
    for (int i = 0; i < n; ++i)
        re[i] = (double)(next_number(&state) % 1000) / 500 - 1;
    for (unsigned round = 0; round < iterations; ++round) {
        transform(1);
        re[round % n] *= 0.5;
        transform(-1);
        for (int i = 0; i < n; ++i)
            re[i] /= n, im[i] /= n;
    }
    double sum = 0;
    for (int i = 0; i < n; ++i)
        sum += re[i] * (i % 7 - 3) + im[i];
    printf("fft %.9g\n", sum);
    return 0;
}
