/* A million calls in tail position take no stack: direct, mutual and through a pointer (return_call, return_call_indirect). */
#include <stdint.h>
#include <stdio.h>

#define TAIL __attribute__((musttail)) return
#define OUT_OF_LINE __attribute__((noinline)) static

OUT_OF_LINE uint64_t count(uint32_t n, uint64_t sum) {
    if (n == 0)
        return sum;
    TAIL count(n - 1, sum * 3 + n);
}

OUT_OF_LINE uint64_t pong(uint32_t n, uint64_t hits);
OUT_OF_LINE uint64_t ping(uint32_t n, uint64_t hits) {
    if (n == 0)
        return hits;
    TAIL pong(n - 1, hits + 2);
}
OUT_OF_LINE uint64_t pong(uint32_t n, uint64_t hits) {
    if (n == 0)
        return hits + 1;
    TAIL ping(n - 1, hits + 3);
}

/* A threaded interpreter: each operation tail-calls the next one through the table. */
struct machine;
typedef uint64_t operation(struct machine *machine, uint32_t pc, uint64_t accumulator);
struct machine {
    uint32_t steps;
    operation *program[4];
};

OUT_OF_LINE uint64_t add(struct machine *m, uint32_t pc, uint64_t a) { TAIL m->program[(pc + 1) % 4](m, pc + 1, a + pc); }
OUT_OF_LINE uint64_t twist(struct machine *m, uint32_t pc, uint64_t a) {
    TAIL m->program[(pc + 1) % 4](m, pc + 1, a << 7 | a >> 57);
}
OUT_OF_LINE uint64_t scale(struct machine *m, uint32_t pc, uint64_t a) {
    TAIL m->program[(pc + 1) % 4](m, pc + 1, a * 0x9e3779b97f4a7c15);
}
OUT_OF_LINE uint64_t stop_or_go(struct machine *m, uint32_t pc, uint64_t a) {
    if (m->steps-- == 0)
        return a;
    TAIL m->program[(pc + 1) % 4](m, pc + 1, a);
}

int main(void) {
    printf("%llu\n", (unsigned long long)count(1000000, 1));
    printf("%llu\n", (unsigned long long)ping(1000001, 0));
    struct machine machine = {50000, {add, twist, scale, stop_or_go}};
    printf("%016llx\n", (unsigned long long)machine.program[0](&machine, 0, 1));
    return 0;
}
