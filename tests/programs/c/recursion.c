/* Recursion in its shapes: double, mutual, nested, backtracking, and a few thousand frames deep. */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static int ackermann(int m, int n) {
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

__attribute__((noinline)) static int is_odd(int n);
__attribute__((noinline)) static int is_even(int n) { return n == 0 ? 1 : is_odd(n - 1); }
__attribute__((noinline)) static int is_odd(int n) { return n == 0 ? 0 : is_even(n - 1); }

static unsigned long moves;
static void hanoi(int discs, int from, int to) {
    if (discs == 0)
        return;
    hanoi(discs - 1, from, 6 - from - to);
    ++moves;
    hanoi(discs - 1, 6 - from - to, to);
}

static int queens(int size, unsigned columns, unsigned left, unsigned right) {
    const unsigned all = (1u << size) - 1;
    if (columns == all)
        return 1;
    int found = 0;
    for (unsigned free = all & ~(columns | left | right); free != 0; free &= free - 1) {
        const unsigned bit = free & -free;
        found += queens(size, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return found;
}

struct tree {
    struct tree *left, *right;
    int key;
};

static struct tree *insert(struct tree *tree, int key) {
    if (!tree) {
        tree = calloc(1, sizeof *tree);
        tree->key = key;
    } else if (key < tree->key) {
        tree->left = insert(tree->left, key);
    } else if (key > tree->key) {
        tree->right = insert(tree->right, key);
    }
    return tree;
}

static int depth(const struct tree *tree) {
    if (!tree)
        return 0;
    const int left = depth(tree->left), right = depth(tree->right);
    return 1 + (left > right ? left : right);
}

static long long in_order(const struct tree *tree, long long sum) {
    return tree ? in_order(tree->right, in_order(tree->left, sum) * 3 % 1000003 + tree->key) : sum;
}

/* Many parameters and live values across the call, so that a frame holds more than registers could. */
__attribute__((noinline)) static double deep(int n, double a, float b, long long c, unsigned d) {
    if (n == 0)
        return a + b + (double)c + d;
    const double below = deep(n - 1, a + 1, b * 0.5f, c ^ n, d + 3);
    return below + a - b + (double)(c & 1) - d % 5;
}

int main(void) {
    printf("ackermann(2, 9) = %d, ackermann(3, 4) = %d\n", ackermann(2, 9), ackermann(3, 4));
    printf("1501 is %s\n", is_even(1501) ? "even" : "odd");
    hanoi(10, 1, 3);
    printf("hanoi: %lu moves\n", moves);
    printf("queens: %d ways\n", queens(7, 0, 0, 0));
    struct tree *tree = NULL;
    unsigned state = 7;
    for (int i = 0; i < 500; ++i) {
        state = state * 1103515245u + 12345u;
        tree = insert(tree, (int)(state >> 16 & 0xfff));
    }
    printf("tree: depth %d, walk %lld\n", depth(tree), in_order(tree, 1));
    printf("deep: %.6f\n", deep(1000, 0.5, 8, 12345678901234, 1));
    return 0;
}
