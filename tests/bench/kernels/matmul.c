/* Product of two matrices of doubles, row by column: loads with two strides, multiply, add. */
#include <stdio.h>
#include <stdlib.h>

enum { size = 64 };

static double a[size][size], b[size][size], c[size][size];

__attribute__((noinline)) static void multiply(void) {
    for (int i = 0; i < size; ++i)
        for (int j = 0; j < size; ++j) {
            double sum = 0;
            for (int k = 0; k < size; ++k)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    for (int i = 0; i < size; ++i)
        for (int j = 0; j < size; ++j) {
            a[i][j] = (i * 7 + j * 3) % 11 * 0.25 - 1;
            b[i][j] = (i * 5 + j * 2) % 13 * 0.125 - 0.75;
        }
    double trace = 0;
    for (unsigned round = 0; round < iterations; ++round) {
        multiply();
        for (int i = 0; i < size; ++i)
            trace += c[i][(i + (int)round) % size];
        a[round % size][3] = trace / 1024;
    }
    printf("matmul %.17g\n", trace);
    return 0;
}
