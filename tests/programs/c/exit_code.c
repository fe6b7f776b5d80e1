/* exit() runs the handlers in reverse order, flushes what is buffered, and hands its status to the host. */
#include <stdio.h>
#include <stdlib.h>

static void first(void) { puts("registered first, runs last"); }
static void second(void) { puts("registered second, runs first"); }

static _Noreturn void leave(int depth) {
    if (depth == 0)
        exit(42);
    leave(depth - 1);
}

int main(void) {
    atexit(first);
    atexit(second);
    printf("leaving from ten calls deep, without a newline...");
    leave(10);
}
