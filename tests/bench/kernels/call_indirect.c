/* Calls through a table: a tree of closures evaluated, and a chain of filters chosen by the data. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
    uint32_t (*evaluate)(const struct node *, uint32_t x);
    const struct node *left, *right;
    uint32_t value;
};

#define CALL(node, x) (node)->evaluate((node), (x))

static uint32_t constant(const struct node *n, uint32_t x) { return (void)x, n->value; }
static uint32_t variable(const struct node *n, uint32_t x) { return x + n->value; }
static uint32_t sum(const struct node *n, uint32_t x) { return CALL(n->left, x) + CALL(n->right, x); }
static uint32_t product(const struct node *n, uint32_t x) { return CALL(n->left, x) * CALL(n->right, x); }
static uint32_t either(const struct node *n, uint32_t x) { return x & n->value ? CALL(n->left, x) : CALL(n->right, x); }
static uint32_t nested(const struct node *n, uint32_t x) { return CALL(n->left, CALL(n->right, x) + 1); }

static struct node nodes[1024];
static unsigned used;

static const struct node *build(unsigned depth, uint32_t *seed) {
    static uint32_t (*const inner[])(const struct node *, uint32_t) = {sum, product, either, nested, sum};
    static uint32_t (*const leaf[])(const struct node *, uint32_t) = {constant, variable};
    struct node *node = &nodes[used++];
    *seed = *seed * 1664525u + 1013904223u;
    node->value = *seed >> 16 & 63;
    if (depth == 0) {
        node->evaluate = leaf[*seed >> 30 & 1];
        return node;
    }
    node->evaluate = inner[(*seed >> 24) % 5];
    node->left = build(depth - 1, seed);
    node->right = build(depth - 1, seed);
    return node;
}

typedef uint32_t filter(uint32_t);
static uint32_t plus(uint32_t x) { return x + 0x9e3779b9u; }
static uint32_t twist(uint32_t x) { return x << 7 | x >> 25; }
static uint32_t fold(uint32_t x) { return x ^ x >> 15; }
static uint32_t scale(uint32_t x) { return x * 2654435761u; }

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    static filter *volatile const filters[] = {plus, twist, fold, scale};
    uint32_t seed = 7, x = 1;
    const struct node *root = build(8, &seed);
    for (unsigned round = 0; round < iterations; ++round) {
        x = CALL(root, x) + round;
        for (int i = 0; i < 64; ++i)
            x = filters[(x >> i % 5) & 3](x);
    }
    printf("call_indirect %u\n", x);
    return 0;
}
