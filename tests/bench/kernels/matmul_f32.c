/* Single precision: a matrix product and a convolution. */
#include <stdio.h>

#include "kernel.h"

enum { n = 48 };

static float a[n][n], b[n][n], c[n][n];

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    uint32_t state = 41;
    for (int i = 0; i < n; ++i) {
        for (int k = 0; k < n; ++k) {
            a[i][k] = (float)(next_number(&state) % 17) / 16.0f - 0.5f;
            b[i][k] = (float)(next_number(&state) % 19) / 16.0f - 0.5f;
        }
    }
    for (unsigned round = 0; round < iterations; ++round) {
        for (int i = 0; i < n; ++i) {
            for (int k = 0; k < n; ++k) {
                float sum = 0;
                for (int m = 0; m < n; ++m)
                    sum += a[i][m] * b[m][k];
                c[i][k] = sum;
            }
        }
        for (int i = 1; i + 1 < n; ++i)
            for (int k = 1; k + 1 < n; ++k)
                a[i][k] = (c[i][k] * 0.5f + (c[i - 1][k] + c[i + 1][k] + c[i][k - 1] + c[i][k + 1]) * 0.125f) * 0.25f;
    }
    float sum = 0;
    for (int i = 0; i < n; ++i)
        for (int k = 0; k < n; ++k)
            sum += c[i][k];
    printf("matmul_f32 %.6g\n", (double)sum);
    return 0;
}
