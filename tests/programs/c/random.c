/* Random bytes are asked from the host: they fill the whole buffer, and no two calls give the same. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    static unsigned char bytes[16][256];
    for (int i = 0; i < 16; ++i)
        if (getentropy(bytes[i], sizeof bytes[i]) != 0)
            return 1;
    int same = 0;
    for (int i = 1; i < 16; ++i)
        same += memcmp(bytes[i], bytes[i - 1], sizeof bytes[i]) == 0;
    printf("equal blocks: %d\n", same);
    /* In 4096 fair bytes a value is missing with probability 256 * exp(-16): one in 35,000 for one, none for eight. */
    int seen[256] = {0}, missing = 0;
    for (int i = 0; i < 16; ++i)
        for (int j = 0; j < 256; ++j)
            seen[bytes[i][j]] = 1;
    for (int value = 0; value < 256; ++value)
        missing += !seen[value];
    printf("every value appears: %s\n", missing < 8 ? "yes" : "no");
    /* The last byte of each block must have been written too. */
    unsigned last = 0;
    for (int i = 0; i < 16; ++i)
        last |= bytes[i][255];
    printf("to the last byte: %s\n", last != 0 ? "yes" : "no");
    return 0;
}
