/* Calls through pointers: tables of operations, callbacks with state, pointers compared and kept in structures. */
#include <stdio.h>
#include <string.h>

typedef double (*binary)(double, double);

static double add(double a, double b) { return a + b; }
static double subtract(double a, double b) { return a - b; }
static double multiply(double a, double b) { return a * b; }
static double divide(double a, double b) { return b != 0 ? a / b : 0; }

static const struct {
    const char *name;
    binary function;
} operations[] = {{"add", add}, {"subtract", subtract}, {"multiply", multiply}, {"divide", divide}};

struct visitor {
    void (*visit)(struct visitor *self, long long value, float weight);
    long long total;
    float heaviest;
};

static void sum(struct visitor *self, long long value, float weight) {
    self->total += value;
    self->heaviest = weight > self->heaviest ? weight : self->heaviest;
}

static void alternate(struct visitor *self, long long value, float weight);

static void back(struct visitor *self, long long value, float weight) {
    self->total -= value * (long long)weight;
    self->visit = alternate;
}

static void alternate(struct visitor *self, long long value, float weight) {
    self->total += value * (long long)weight;
    self->visit = back;
}

static void walk(struct visitor *visitor, int steps) {
    for (int i = 1; i <= steps; ++i)
        visitor->visit(visitor, (long long)i << 33, (float)(i % 7) * 0.5f);
}

/* A state machine whose states are functions that return the next function. */
typedef struct state {
    struct state (*next)(const char **text, int *words);
} state;

static state in_space(const char **text, int *words);

static state in_word(const char **text, int *words) {
    const char c = *(*text)++;
    (void)words;
    return c == '\0' ? (state){0} : c == ' ' ? (state){in_space} : (state){in_word};
}

static state in_space(const char **text, int *words) {
    const char c = *(*text)++;
    if (c == '\0')
        return (state){0};
    if (c == ' ')
        return (state){in_space};
    ++*words;
    return (state){in_word};
}

typedef int (*unary)(int);
static int twice(int x) { return 2 * x; }
static int increment(int x) { return x + 1; }
static int compose(unary f, unary g, int x) { return f(g(x)); }
static unary choose(int which) { return which ? twice : increment; }

int main(void) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations; ++i)
        printf("%s: %g\n", operations[i].name, operations[i].function(7, 4));
    struct visitor summing = {sum, 0, 0}, alternating = {alternate, 0, 0};
    walk(&summing, 100);
    walk(&alternating, 101);
    printf("sum %lld, heaviest %g\n", summing.total, summing.heaviest);
    printf("alternating %lld, %s next\n", alternating.total, alternating.visit == back ? "back" : "forth");
    const char *text = "  how many words  are in this text ";
    int words = 0;
    for (state now = {in_space}; now.next;)
        now = now.next(&text, &words);
    printf("%d words\n", words);
    printf("compose: %d %d\n", compose(choose(0), choose(1), 20), compose(choose(1), choose(0), 20));
    printf("same pointer: %s\n", choose(1) == twice && choose(0) != twice ? "yes" : "no");
    int (*volatile late)(const char *, const char *) = strcmp;
    printf("library: %d\n", late("same", "same"));
    return 0;
}
