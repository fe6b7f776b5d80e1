/* A load beyond the end of memory stops the program. */
#include <stdint.h>
#include <stdio.h>

int main(void) {
    volatile uintptr_t address = __builtin_wasm_memory_size(0) * 65536;
    const volatile uint32_t *last = (const volatile uint32_t *)(address - 4);
    printf("the last word can be read: %u\n", *last);
    fflush(stdout);
    const volatile uint32_t *beyond = (const volatile uint32_t *)(address - 3);
    printf("so can the next: %u\n", *beyond);
    return 0;
}
