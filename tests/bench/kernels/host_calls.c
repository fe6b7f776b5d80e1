/* From the guest to the host and back: a function of WASI that does next to nothing, over and over. */
#include <stdint.h>
#include <stdio.h>

#include "kernel.h"

__attribute__((import_module("wasi_snapshot_preview1"), import_name("args_sizes_get"))) int32_t
args_sizes(uint32_t *count, uint32_t *bytes);

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    uint32_t sum = 0;
    for (unsigned i = 0; i < iterations * 1000; ++i) {
        uint32_t count = 0, bytes = 0;
        sum += (uint32_t)args_sizes(&count, &bytes) + count;
    }
    printf("host_calls %u\n", sum);
    return 0;
}
