/* Regular expressions by backtracking over a small compiled form, searched for in generated text. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

enum kind { one, any, set, end_of_text, done };

struct piece {
    enum kind kind;
    char least, most; /* repetitions; most < 0: as many as there are */
    char character;
    uint32_t members[8];
};

static char text[4096];

static int compile(const char *pattern, struct piece *out) {
    int count = 0;
    for (; *pattern; ++pattern) {
        struct piece *p = &out[count++];
        memset(p, 0, sizeof *p);
        p->least = p->most = 1;
        if (*pattern == '.') {
            p->kind = any;
        } else if (*pattern == '$') {
            p->kind = end_of_text;
        } else if (*pattern == '[') {
            p->kind = set;
            for (++pattern; *pattern != ']'; ++pattern) {
                int low = (uint8_t)*pattern, high = low;
                if (pattern[1] == '-') high = (uint8_t) * (pattern += 2);
                for (; low <= high; ++low)
                    p->members[low / 32] |= 1u << low % 32;
            }
        } else {
            p->kind = one;
            p->character = *pattern;
        }
        if (pattern[1] == '*') p->least = 0, p->most = -1, ++pattern;
        if (pattern[1] == '+') p->most = -1, ++pattern;
        if (pattern[1] == '?') p->least = 0, ++pattern;
    }
    out[count].kind = done;
    return count;
}

static int accepts(const struct piece *p, char c) {
    switch (p->kind) {
    case one: return c == p->character;
    case any: return c != 0;
    case set: return p->members[(uint8_t)c / 32] >> (uint8_t)c % 32 & 1;
    default: return 0;
    }
}

/* The end of the longest match of `p` at `s`, or null. */
static const char *match(const struct piece *p, const char *s) {
    if (p->kind == done) return s;
    if (p->kind == end_of_text) return *s ? NULL : s;
    int count = 0;
    while (count != p->most && accepts(p, s[count]))
        ++count;
    for (; count >= p->least; --count) {
        const char *const rest = match(p + 1, s + count);
        if (rest) return rest;
    }
    return NULL;
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    static const char *const patterns[] = {"[a-z]+@[a-z]+.com", "[0-9]+-[0-9]+", "a.*b.?c", "q[^x]*x+y", "[A-Z][a-z]*ing"};
    uint32_t state = 17, sum = 0;
    for (unsigned i = 0; i + 1 < sizeof text; ++i) {
        static const char letters[] = "aaabbcdeefghiilmnnoopqrsttuvxyz  @.-0123456789AB";
        text[i] = letters[next_number(&state) % (sizeof letters - 1)];
    }
    for (unsigned i = 64; i + 64 < sizeof text; i += 97)
        text[i] = '\n';
    for (unsigned round = 0; round < iterations; ++round) {
        for (unsigned k = 0; k < sizeof patterns / sizeof *patterns; ++k) {
            struct piece pieces[32];
            compile(patterns[k], pieces);
            char line[256];
            const char *s = text;
            while (*s) {
                unsigned length = 0;
                while (s[length] && s[length] != '\n' && length < sizeof line - 1)
                    line[length] = s[length], ++length;
                line[length] = 0;
                for (const char *p = line; *p; ++p) {
                    const char *const found = match(pieces, p);
                    if (found) {
                        sum = sum * 31 + (uint32_t)(found - p);
                        break;
                    }
                }
                s += length;
                s += *s == '\n';
            }
        }
    }
    printf("regex %u\n", sum);
    return 0;
}
