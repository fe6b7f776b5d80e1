/* A little of everything that integer programs on small machines do, in equal measure: a linked list that is searched,
   reversed and sorted; matrices of small integers; a state machine that recognises numbers in text; a checksum over
   the results of each. The mix is that of well-known embedded benchmarks; the code and its numbers are our own. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint16_t crc16(uint16_t crc, uint32_t value) {
    for (int bit = 0; bit < 32; ++bit) {
        const unsigned carry = (crc ^ value) & 1;
        crc = (uint16_t)(crc >> 1 ^ (carry ? 0xa001 : 0));
        value >>= 1;
    }
    return crc;
}

/* --- list --- */

struct item {
    struct item *next;
    int16_t key;
    uint16_t payload;
};

enum { items = 100 };
static struct item pool[items];

static struct item *list_of(uint32_t seed) {
    for (int i = 0; i < items; ++i) {
        seed = seed * 1103515245u + 12345u;
        pool[i].key = (int16_t)(seed >> 16 & 0x3ff);
        pool[i].payload = (uint16_t)(seed >> 8);
        /* Neighbours in the list do not lie side by side in memory. */
        const int next = (i + 37) % items;
        pool[i].next = next == 0 ? NULL : &pool[next];
    }
    return &pool[0];
}

static struct item *reversed(struct item *list) {
    struct item *done = NULL;
    while (list) {
        struct item *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static const struct item *find(const struct item *list, int16_t key) {
    while (list && list->key != key)
        list = list->next;
    return list;
}

typedef int order(const struct item *, const struct item *);
static int by_key(const struct item *a, const struct item *b) { return a->key - b->key; }
static int by_payload(const struct item *a, const struct item *b) { return (int)a->payload - (int)b->payload; }

static struct item *merged(struct item *a, struct item *b, order *compare) {
    struct item head = {NULL, 0, 0}, *last = &head;
    while (a && b) {
        struct item **from = compare(a, b) <= 0 ? &a : &b;
        last = last->next = *from;
        *from = (*from)->next;
    }
    last->next = a ? a : b;
    return head.next;
}

/* Merge sort without recursion: runs[k] holds a sorted list of 2^k items or nothing. */
static struct item *sorted(struct item *list, order *compare) {
    struct item *runs[16] = {NULL};
    while (list) {
        struct item *carried = list;
        list = list->next;
        carried->next = NULL;
        int k = 0;
        for (; runs[k]; ++k) {
            carried = merged(runs[k], carried, compare);
            runs[k] = NULL;
        }
        runs[k] = carried;
    }
    struct item *all = NULL;
    for (int k = 0; k < 16; ++k)
        all = merged(runs[k], all, compare);
    return all;
}

__attribute__((noinline)) static uint16_t list_part(uint16_t crc, uint32_t seed) {
    struct item *list = list_of(seed);
    for (int16_t i = 0; i < 24; ++i) {
        list = reversed(list);
        const struct item *found = find(list, (int16_t)((seed >> i & 0x1ff) + i));
        crc = crc16(crc, found ? found->payload : (uint16_t)i);
    }
    list = sorted(list, by_key);
    crc = crc16(crc, (uint32_t)list->key << 16 | list->next->payload);
    list = sorted(list, by_payload);
    for (const struct item *item = list; item; item = item->next ? item->next->next : NULL)
        crc = crc16(crc, (uint16_t)item->key);
    return crc;
}

/* --- matrix --- */

enum { side = 10 };
static int16_t left[side][side], right[side][side];
static int32_t result[side][side];

__attribute__((noinline)) static uint16_t matrix_part(uint16_t crc, uint32_t seed) {
    for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) {
            seed = seed * 1103515245u + 12345u;
            left[i][j] = (int16_t)(seed >> 20 & 0xff);
            right[i][j] = (int16_t)((int)(seed >> 12 & 0xff) - 128);
        }
    for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) {
            int32_t sum = 0;
            for (int k = 0; k < side; ++k)
                sum += left[i][k] * right[k][j];
            result[i][j] = sum;
        }
    int32_t running = 0, last = 0;
    for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) {
            const int32_t value = result[i][j];
            running += value > last ? 10 : value & 0xf;
            running = running > 4000 ? 0 : running;
            last = value;
            left[i][j] = (int16_t)(left[i][j] + running);
            result[i][j] = (value >> 2 & 0xf) * (value >> 5 & 0x7f);
        }
    for (int i = 0; i < side; ++i) {
        int32_t sum = 0;
        for (int j = 0; j < side; ++j)
            sum += result[i][j] * right[j][i] - left[j][i];
        crc = crc16(crc, (uint32_t)sum);
    }
    return crc16(crc, (uint32_t)running);
}

/* --- state machine --- */

enum state { start, sign, integer, point, fraction, exponent, exponent_sign, scientific, other, states };

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static enum state next_state(enum state now, char c) {
    switch (now) {
    case start:
        if (is_digit(c))
            return integer;
        return c == '+' || c == '-' ? sign : c == '.' ? point : other;
    case sign: return is_digit(c) ? integer : c == '.' ? point : other;
    case integer:
        if (is_digit(c))
            return integer;
        return c == '.' ? point : c == 'e' || c == 'E' ? exponent : other;
    case point: return is_digit(c) ? fraction : other;
    case fraction:
        if (is_digit(c))
            return fraction;
        return c == 'e' || c == 'E' ? exponent : other;
    case exponent: return c == '+' || c == '-' ? exponent_sign : is_digit(c) ? scientific : other;
    case exponent_sign:
    case scientific: return is_digit(c) ? scientific : other;
    default: return other;
    }
}

__attribute__((noinline)) static uint16_t state_part(uint16_t crc, uint32_t seed) {
    static const char *const samples[] = {"5012", "-874", "+122", "35.54400", ".1234500", "-110.700", "+0.64400",
                                          "5.500e+3", "-.123e-2", "-87e+832", "+0.6e-12", "T0.3e-1F", "-T.T++Tq",
                                          "1T3.4e4z", "34.0e-T^", "7.e1"};
    static char text[256];
    uint32_t entered[states] = {0}, ended[states] = {0};
    unsigned length = 0;
    while (length + 12 < sizeof text) {
        seed = seed * 1103515245u + 12345u;
        for (const char *c = samples[seed >> 27 & 15]; *c; ++c)
            text[length++] = *c;
        text[length++] = ',';
    }
    for (int pass = 0; pass < 2; ++pass) {
        enum state now = start;
        for (unsigned i = 0; i < length; ++i) {
            if (text[i] == ',') {
                ++ended[now];
                now = start;
                continue;
            }
            const enum state next = now == other ? other : next_state(now, text[i]);
            entered[next] += next != now;
            now = next;
        }
        /* The second pass sees damaged text. */
        for (unsigned i = seed & 15; pass == 0 && i < length; i += 17)
            if (text[i] != ',')
                text[i] ^= (char)(seed >> 16 & 3);
    }
    for (int i = 0; i < states; ++i)
        crc = crc16(crc, entered[i] << 16 | ended[i]);
    return crc;
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    uint16_t crc = 0xffff;
    uint32_t seed = 0x3415;
    for (unsigned round = 0; round < iterations; ++round) {
        crc = list_part(crc, seed);
        crc = matrix_part(crc, seed ^ crc);
        crc = state_part(crc, seed + crc);
        seed = seed * 1664525u + 1013904223u;
    }
    printf("coremark_like %04x\n", crc);
    return 0;
}
