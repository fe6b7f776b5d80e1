/* Division by zero stops the program. */
#include <stdio.h>

int main(int argc, char **argv) {
    (void)argv;
    volatile int zero = argc - 1;
    puts("dividing");
    fflush(stdout);
    printf("%d\n", 10 / zero);
    return 0;
}
