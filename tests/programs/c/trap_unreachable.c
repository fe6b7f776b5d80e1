/* abort() is an unreachable instruction: what was flushed before it is seen, and the status is 134. */
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    puts("before");
    fflush(stdout);
    abort();
}
