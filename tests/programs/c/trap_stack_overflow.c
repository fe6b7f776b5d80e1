/* Recursion without end stops the program, not the runtime. */
#include <stdio.h>

__attribute__((noinline)) static unsigned down(volatile unsigned *counter, unsigned n) {
    ++*counter;
    return n == 0xffffffffu ? n : down(counter, n + 1) * 3 + n;
}

int main(void) {
    volatile unsigned counter = 0;
    puts("falling");
    fflush(stdout);
    printf("landed: %u\n", down(&counter, 0));
    return 0;
}
