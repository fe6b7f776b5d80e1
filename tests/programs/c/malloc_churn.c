/* An allocator under load: blocks of many sizes live and die in a fixed random order and keep their contents. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { slots = 256, rounds = 20000 };

static struct {
    unsigned char *bytes;
    size_t size;
    unsigned char fill;
} blocks[slots];

static uint32_t state = 2463534242u;

static uint32_t random32(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static int intact(int slot) {
    for (size_t i = 0; i < blocks[slot].size; ++i)
        if (blocks[slot].bytes[i] != blocks[slot].fill)
            return 0;
    return 1;
}

int main(void) {
    unsigned allocated = 0, resized = 0, freed = 0, damaged = 0, misaligned = 0;
    uint64_t total = 0;
    for (int round = 0; round < rounds; ++round) {
        const int slot = (int)(random32() % slots);
        const size_t size = random32() % 8 == 0 ? random32() % 5000 : 1 + random32() % 100;
        if (!blocks[slot].bytes) {
            blocks[slot].bytes = malloc(size ? size : 1);
            if (!blocks[slot].bytes)
                return 1;
            ++allocated;
        } else if (random32() % 3 == 0) {
            if (!intact(slot))
                ++damaged;
            unsigned char *moved = realloc(blocks[slot].bytes, size ? size : 1);
            if (!moved)
                return 1;
            const size_t kept = size < blocks[slot].size ? size : blocks[slot].size;
            for (size_t i = 0; i < kept; ++i)
                if (moved[i] != blocks[slot].fill)
                    ++damaged;
            blocks[slot].bytes = moved;
            ++resized;
        } else {
            if (!intact(slot))
                ++damaged;
            free(blocks[slot].bytes);
            blocks[slot].bytes = NULL;
            ++freed;
            continue;
        }
        misaligned += (uintptr_t)blocks[slot].bytes % 8 != 0;
        blocks[slot].size = size;
        blocks[slot].fill = (unsigned char)random32();
        total += size;
        memset(blocks[slot].bytes, blocks[slot].fill, size);
    }
    printf("%u allocated, %u resized, %u freed, %llu bytes in all\n", allocated, resized, freed,
           (unsigned long long)total);
    printf("%u damaged, %u misaligned\n", damaged, misaligned);

    unsigned char *zeroed = calloc(1000, 37);
    unsigned nonzero = 0;
    for (int i = 0; zeroed && i < 37000; ++i)
        nonzero += zeroed[i];
    printf("calloc: %u bytes that are not zero\n", nonzero);
    void *aligned = aligned_alloc(4096, 8192);
    printf("aligned_alloc: %s\n", (uintptr_t)aligned % 4096 == 0 ? "aligned" : "not aligned");
    volatile size_t everything = (size_t)-64;
    void *volatile given = malloc(everything);
    printf("more than can be: %s\n", given ? "given" : "refused");
    return 0;
}
