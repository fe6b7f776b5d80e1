/* A hash table with open addressing, filled with words, searched, thinned and rebuilt: byte loops and random access. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { slots = 1 << 14, words = 6000, longest = 12 };

struct entry {
    const char *key; /* null: never used */
    uint32_t length, hash, count;
};

static struct entry table[slots];
static char text[words * longest];
static uint32_t starts[words], lengths[words];

static uint32_t hash_of(const char *key, uint32_t length) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < length; ++i)
        hash = (hash ^ (unsigned char)key[i]) * 16777619u;
    return hash;
}

__attribute__((noinline)) static struct entry *find(const char *key, uint32_t length) {
    const uint32_t hash = hash_of(key, length);
    for (uint32_t at = hash % slots;; at = (at + 1) % slots) {
        struct entry *entry = &table[at];
        if (!entry->key) {
            entry->length = length;
            entry->hash = hash;
            return entry;
        }
        if (entry->hash == hash && entry->length == length) {
            uint32_t i = 0;
            while (i < length && entry->key[i] == key[i])
                ++i;
            if (i == length)
                return entry;
        }
    }
}

int main(int argc, char **argv) {
    const unsigned iterations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    uint32_t state = 2463534242u, used = 0, sum = 0;
    for (uint32_t i = 0; i < words; ++i) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        starts[i] = used;
        lengths[i] = 3 + state % (longest - 3);
        for (uint32_t j = 0; j < lengths[i]; ++j)
            text[used++] = (char)('a' + (state >> j) % (j < 2 ? 26 : 5));
    }
    for (unsigned round = 0; round < iterations; ++round) {
        memset(table, 0, sizeof table);
        for (uint32_t pass = 0; pass < 4; ++pass)
            for (uint32_t i = pass; i < words; i += 1 + pass) {
                struct entry *entry = find(text + starts[i], lengths[i]);
                entry->key = text + starts[i];
                entry->count += pass + 1;
            }
        for (uint32_t at = 0; at < slots; ++at)
            if (table[at].key)
                sum += table[at].count * table[at].hash + round;
    }
    printf("hash %u\n", sum);
    return 0;
}
