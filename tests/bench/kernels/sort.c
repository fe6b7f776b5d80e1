/* Quicksort of random integers: unpredictable branches, loads and stores through two running indices. */
#include <stdio.h>
#include <stdlib.h>

enum { count = 50000 };

static int numbers[count];

__attribute__((noinline)) static void quicksort(int *a, int low, int high) {
    while (low < high) {
        const int pivot = a[low + (high - low) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (a[i] < pivot)
                ++i;
            while (a[j] > pivot)
                --j;
            if (i <= j) {
                const int t = a[i];
                a[i++] = a[j];
                a[j--] = t;
            }
        }
        if (j - low < high - i) { /* the smaller part by a call, the larger by the loop */
            quicksort(a, low, j);
            low = i;
        } else {
            quicksort(a, i, high);
            high = j;
        }
    }
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    unsigned state = 12345, sum = 0;
    for (unsigned round = 0; round < iterations; ++round) {
        for (int i = 0; i < count; ++i) {
            state = state * 1664525u + 1013904223u;
            numbers[i] = (int)(state >> 3);
        }
        quicksort(numbers, 0, count - 1);
        for (int i = 0; i < count; i += 97)
            sum = sum * 31 + (unsigned)numbers[i];
    }
    printf("sort %u\n", sum);
    return 0;
}
