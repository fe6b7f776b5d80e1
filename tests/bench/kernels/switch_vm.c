/* An interpreter in the interpreter: a register machine whose loop is one switch, running a sieve and a checksum. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum operation { set, move, add, subtract, multiply, exclusive_or, shift_right, load, store, jump_if_less, jump_if_zero, jump, halt };

struct instruction {
    uint8_t operation, a, b, c;
    int32_t value;
};

enum { limit = 2000 };

static int32_t registers[16], memory[limit];

/* r0 sum, r1 i, r2 j, r3 limit, r4 one, r5 scratch, r6 zero, r7 factor */
static const struct instruction program[] = {
    {set, 1, 0, 0, 0},            /*  0 i = 0 */
    {set, 3, 0, 0, limit},        /*  1 */
    {set, 4, 0, 0, 1},            /*  2 */
    {set, 6, 0, 0, 0},            /*  3 */
    {set, 7, 0, 0, 31},           /*  4 */
    {store, 1, 4, 0, 0},          /*  5 memory[i] = 1 */
    {add, 1, 1, 4, 0},            /*  6 ++i */
    {jump_if_less, 1, 3, 0, 5},   /*  7 */
    {set, 1, 0, 0, 2},            /*  8 i = 2 */
    {load, 5, 1, 0, 0},           /*  9 scratch = memory[i] */
    {jump_if_zero, 5, 0, 0, 20},  /* 10 */
    {multiply, 0, 0, 7, 0},       /* 11 sum = sum * 31 ^ i */
    {exclusive_or, 0, 0, 1, 0},   /* 12 */
    {add, 2, 1, 1, 0},            /* 13 j = i + i */
    {jump_if_less, 2, 3, 0, 16},  /* 14 */
    {jump, 0, 0, 0, 20},          /* 15 */
    {store, 2, 6, 0, 0},          /* 16 memory[j] = 0 */
    {add, 2, 2, 1, 0},            /* 17 j += i */
    {jump_if_less, 2, 3, 0, 16},  /* 18 */
    {shift_right, 5, 0, 0, 3},    /* 19 */
    {add, 1, 1, 4, 0},            /* 20 ++i */
    {jump_if_less, 1, 3, 0, 9},   /* 21 */
    {subtract, 0, 0, 5, 0},       /* 22 */
    {halt, 0, 0, 0, 0},           /* 23 */
};

__attribute__((noinline)) static int32_t run(const struct instruction *code) {
    int32_t pc = 0;
    for (;;) {
        const struct instruction *i = &code[pc++];
        switch ((enum operation)i->operation) {
        case set: registers[i->a] = i->value; break;
        case move: registers[i->a] = registers[i->b]; break;
        case add: registers[i->a] = (int32_t)((uint32_t)registers[i->b] + (uint32_t)registers[i->c]); break;
        case subtract: registers[i->a] = (int32_t)((uint32_t)registers[i->b] - (uint32_t)registers[i->c]); break;
        case multiply: registers[i->a] = (int32_t)((uint32_t)registers[i->b] * (uint32_t)registers[i->c]); break;
        case exclusive_or: registers[i->a] = registers[i->b] ^ registers[i->c]; break;
        case shift_right: registers[i->a] = registers[i->b] >> (i->value & 31); break;
        case load: registers[i->a] = memory[registers[i->b]]; break;
        case store: memory[registers[i->a]] = registers[i->b]; break;
        case jump_if_less:
            if (registers[i->a] < registers[i->b])
                pc = i->value;
            break;
        case jump_if_zero:
            if (registers[i->a] == 0)
                pc = i->value;
            break;
        case jump: pc = i->value; break;
        case halt: return registers[0];
        }
    }
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    for (unsigned round = 0; round < iterations; ++round)
        run(program);
    printf("switch_vm %u\n", (unsigned)registers[0]);
    return 0;
}
