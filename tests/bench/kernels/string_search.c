/* Words looked for in text: by first character, by Horspool's table, and by counting with a rolling sum. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

enum { size = 8192 };

static char text[size + 1];

static int plain(const char *word, int n) {
    int found = 0;
    for (int i = 0; i + n <= size; ++i) {
        if (text[i] != word[0]) continue;
        int k = 1;
        while (k < n && text[i + k] == word[k])
            ++k;
        found += k == n;
    }
    return found;
}

static int horspool(const char *word, int n) {
    int skip[256], found = 0;
    for (int i = 0; i < 256; ++i)
        skip[i] = n;
    for (int i = 0; i + 1 < n; ++i)
        skip[(uint8_t)word[i]] = n - 1 - i;
    for (int i = 0; i + n <= size; i += skip[(uint8_t)text[i + n - 1]]) {
        int k = n - 1;
        while (k >= 0 && text[i + k] == word[k])
            --k;
        found += k < 0;
    }
    return found;
}

static int rolling(const char *word, int n) {
    uint32_t wanted = 0, sum = 0, power = 1;
    int found = 0;
    for (int i = 0; i < n; ++i)
        wanted = wanted * 257 + (uint8_t)word[i], power *= i ? 257 : 1;
    for (int i = 0; i < size; ++i) {
        if (i >= n) sum -= power * (uint8_t)text[i - n];
        sum = sum * 257 + (uint8_t)text[i];
        found += i + 1 >= n && sum == wanted;
    }
    return found;
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    static const char *const words[] = {"ab", "baba", "abcab", "cabbage", "aabbccdd", "bcabcabc"};
    uint32_t state = 23, sum = 0;
    for (int i = 0; i < size; ++i)
        text[i] = "aaabbcdeg"[next_number(&state) % 9];
    for (unsigned round = 0; round < iterations; ++round) {
        const char *const word = words[round % 6];
        const int n = (int)strlen(word);
        sum = sum * 31 + (uint32_t)(plain(word, n) + horspool(word, n) + rolling(word, n));
    }
    printf("string_search %u\n", sum);
    return 0;
}
