/* What every kernel needs: how often, and numbers that are the same everywhere. */
#pragma once
#include <stdint.h>
#include <stdlib.h>

static inline unsigned iterations_of(int argc, char **argv) {
    return argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
}

/* The upper bits of a linear congruential generator. */
static inline uint32_t next_number(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}
