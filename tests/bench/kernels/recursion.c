/* Calls and returns, little else: Fibonacci by its definition. */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static unsigned fibonacci(unsigned n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    unsigned sum = 0;
    for (unsigned i = 0; i < iterations; ++i)
        sum = sum * 31 + fibonacci(20 + i % 3);
    printf("recursion %u\n", sum);
    return 0;
}
