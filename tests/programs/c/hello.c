/* The sample that `tools/dev run` runs: a little of everything a first program does. */
#include <stdio.h>

static unsigned collatz_steps(unsigned long long n) {
    unsigned steps = 0;
    for (; n != 1; ++steps)
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    return steps;
}

int main(void) {
    puts("Hello from WebAssembly.");
    unsigned best = 1, most = 0;
    for (unsigned n = 1; n < 1000; ++n) {
        const unsigned steps = collatz_steps(n);
        if (steps > most) {
            most = steps;
            best = n;
        }
    }
    printf("Below 1000, %u takes the most steps to reach 1: %u.\n", best, most);
    return 0;
}
