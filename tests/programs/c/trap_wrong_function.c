/* A function called through a pointer of another type stops the program. */
#include <stdio.h>

__attribute__((noinline)) static double half(double x) { return x / 2; }

int main(void) {
    double (*volatile right)(double) = half;
    printf("as what it is: %g\n", right(3));
    fflush(stdout);
    int (*volatile wrong)(int, int) = (int (*)(int, int))(void (*)(void))half;
    printf("as what it is not: %d\n", wrong(1, 2));
    return 0;
}
