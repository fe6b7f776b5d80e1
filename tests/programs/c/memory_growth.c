/* Memory grows page by page up to the module's own limit, is zero when new, and refuses politely beyond.
   Linked with a maximum of 64 pages. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { page = 65536, limit = 64 };

int main(void) {
    const size_t before = __builtin_wasm_memory_size(0);
    printf("one page more: %s\n", __builtin_wasm_memory_grow(0, 1) == before ? "the former size" : "something else");
    printf("now: %s\n", __builtin_wasm_memory_size(0) == before + 1 ? "one page larger" : "something else");
    const unsigned char *fresh = (const unsigned char *)(before * page);
    unsigned nonzero = 0;
    for (int i = 0; i < page; ++i)
        nonzero += fresh[i] != 0;
    printf("bytes that are not zero: %u\n", nonzero);
    *(volatile uint64_t *)(fresh + page - 8) = 0x1122334455667788;
    printf("its last bytes: %llx\n", (unsigned long long)*(volatile const uint64_t *)(fresh + page - 8));
    printf("growing by nothing: %s\n", __builtin_wasm_memory_grow(0, 0) == before + 1 ? "the size" : "something else");
    printf("far too much: %zd\n", (ssize_t)__builtin_wasm_memory_grow(0, 65536));
    printf("unchanged: %s\n", __builtin_wasm_memory_size(0) == before + 1 ? "yes" : "no");

    /* Through the allocator until it is exhausted; every block keeps its own pattern. */
    static unsigned char *blocks[limit];
    int count = 0;
    while (count < limit && (blocks[count] = malloc(page - 64)) != NULL) {
        memset(blocks[count], count + 1, page - 64);
        ++count;
    }
    printf("the allocator stops %s\n", count < limit ? "before the limit" : "too late");
    printf("more than half of the pages were given: %s\n", count > limit / 2 ? "yes" : "no");
    int damaged = 0;
    for (int i = 0; i < count; ++i)
        for (int j = 0; j < page - 64; ++j)
            damaged += blocks[i][j] != i + 1;
    printf("damaged bytes: %d\n", damaged);
    printf("within the limit: %s\n", __builtin_wasm_memory_size(0) <= limit ? "yes" : "no");
    while (__builtin_wasm_memory_grow(0, 1) != (size_t)-1)
        continue;
    printf("in the end: %zu pages\n", __builtin_wasm_memory_size(0));
    return 0;
}
