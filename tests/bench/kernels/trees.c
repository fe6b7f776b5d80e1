/* Binary trees made and dropped: malloc, free, pointers, recursion. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel.h"

struct tree {
    struct tree *left, *right;
};

static struct tree *make(unsigned depth) {
    struct tree *const t = malloc(sizeof *t);
    t->left = depth ? make(depth - 1) : NULL;
    t->right = depth ? make(depth - 1) : NULL;
    return t;
}

static unsigned count(const struct tree *t) { return t->left ? 1 + count(t->left) + count(t->right) : 1; }

static void drop(struct tree *t) {
    if (t->left) drop(t->left), drop(t->right);
    free(t);
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    struct tree *const kept = make(12);
    unsigned sum = 0;
    for (unsigned round = 0; round < iterations; ++round) {
        for (unsigned depth = 4; depth <= 10; depth += 2) {
            struct tree *const t = make(depth);
            sum = sum * 31 + count(t);
            drop(t);
        }
    }
    printf("trees %u\n", sum + count(kept));
    return 0;
}
