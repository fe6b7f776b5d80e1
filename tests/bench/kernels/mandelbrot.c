/* The Mandelbrot set: chains of multiplications and additions in double precision, a loop that ends early. */
#include <stdio.h>

#include "kernel.h"

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    enum { width = 32, height = 24, limit = 60 };
    uint32_t sum = 0;
    for (unsigned round = 0; round < iterations; ++round) {
        const double zoom = 1.0 / (1 + round % 8);
        for (int row = 0; row < height; ++row) {
            for (int column = 0; column < width; ++column) {
                const double cr = (column - width * 0.7) * 3.0 / width * zoom, ci = (row - height / 2) * 2.4 / height * zoom;
                double r = 0, i = 0;
                uint32_t n = 0;
                while (n < limit && r * r + i * i < 4) {
                    const double next = r * r - i * i + cr;
                    i = 2 * r * i + ci;
                    r = next;
                    ++n;
                }
                sum = sum * 31 + n;
            }
        }
    }
    printf("mandelbrot %u\n", sum);
    return 0;
}
