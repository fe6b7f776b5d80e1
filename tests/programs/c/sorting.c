/* qsort and bsearch: comparison functions called back through the table, elements of several sizes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct person {
    char name[12];
    short age;
    double height;
};

static unsigned comparisons;

static int by_value(const void *a, const void *b) {
    ++comparisons;
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static int by_value_reversed(const void *a, const void *b) { return by_value(b, a); }

static int by_age_then_name(const void *a, const void *b) {
    const struct person *p = a, *q = b;
    return p->age != q->age ? p->age - q->age : strcmp(p->name, q->name);
}

static int by_height(const void *a, const void *b) {
    const double p = ((const struct person *)a)->height, q = ((const struct person *)b)->height;
    return (p > q) - (p < q);
}

int main(void) {
    enum { count = 2000 };
    static int32_t numbers[count];
    uint32_t state = 12345;
    for (int i = 0; i < count; ++i) {
        state = state * 1664525u + 1013904223u;
        numbers[i] = (int32_t)state;
    }
    qsort(numbers, count, sizeof *numbers, by_value);
    int ordered = 1;
    for (int i = 1; i < count; ++i)
        ordered = ordered && numbers[i - 1] <= numbers[i];
    printf("ascending: %s, %s comparisons\n", ordered ? "yes" : "no", comparisons > count ? "enough" : "too few");
    printf("lowest %d, middle %d, highest %d\n", numbers[0], numbers[count / 2], numbers[count - 1]);
    int found = 0;
    for (int i = 0; i < count; i += 7)
        found += bsearch(&numbers[i], numbers, count, sizeof *numbers, by_value) == &numbers[i];
    printf("found %d of %d\n", found, (count + 6) / 7);
    const int32_t absent = numbers[10] + 1;
    printf("absent: %s\n", bsearch(&absent, numbers, count, sizeof *numbers, by_value) ? "found" : "not found");
    qsort(numbers, count, sizeof *numbers, by_value_reversed);
    printf("descending: %d first\n", numbers[0]);

    struct person people[] = {{"Mary", 41, 1.62}, {"Ada", 36, 1.65}, {"Charles", 79, 1.70},
                              {"Alan", 41, 1.78}, {"Grace", 85, 1.58}, {"Edsger", 72, 1.85}};
    const size_t size = sizeof people / sizeof *people;
    qsort(people, size, sizeof *people, by_age_then_name);
    for (size_t i = 0; i < size; ++i)
        printf("%s(%d) ", people[i].name, people[i].age);
    putchar('\n');
    qsort(people, size, sizeof *people, by_height);
    for (size_t i = 0; i < size; ++i)
        printf("%s(%.2f) ", people[i].name, people[i].height);
    putchar('\n');
    return 0;
}
