/* Text: the string functions, overlapping moves, formatting with truncation, parsing, characters beyond ASCII. */
#include <ctype.h>
#include <inttypes.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

int main(void) {
    char text[] = "alpha,beta;gamma,,delta";
    for (char *word = strtok(text, ",;"); word; word = strtok(NULL, ",;"))
        printf("<%s>", word);
    putchar('\n');

    char moved[] = "0123456789";
    memmove(moved + 2, moved, 6);
    printf("%s ", moved);
    strcpy(moved, "0123456789");
    memmove(moved, moved + 3, 7);
    printf("%s\n", moved);

    char small[8];
    const int wanted = snprintf(small, sizeof small, "%s-%d", "truncated", 12345);
    printf("[%s] of %d\n", small, wanted);
    printf("%s %s %s\n", strstr("the needle is here", "needle"), strrchr("a/b/c", '/'), strpbrk("key=value", "=:"));
    printf("%d %d %d\n", strcmp("abc", "abd") < 0, strncmp("abcx", "abcy", 3), memcmp("\xff", "\x01", 1) > 0);
    printf("%zu %zu %zu\n", strlen(""), strspn("aabbc", "ab"), strcspn("hello", "l"));

    printf("[%5d] [%-5d] [%05d] [%+d] [%x] [%#o] [%c] [%.3s] [%*d] [%%]\n", 42, 42, 42, 42, 255, 8, 'z', "abcdef", 6, -1);
    printf("%" PRId64 " %" PRIu64 " %" PRIx64 "\n", INT64_MIN, UINT64_MAX, UINT64_C(0xfedcba9876543210));
    int day, month, year;
    char name[8];
    printf("%d: ", sscanf("24 12 1999 eve", "%d %d %d %7s", &day, &month, &year, name));
    printf("%d.%d.%d %s\n", day, month, year, name);
    char *end;
    printf("%ld ", strtol("-0x1fz", &end, 16));
    printf("%s %llu %d\n", end, strtoull("18446744073709551615", NULL, 10), atoi("  77 bottles"));

    char shout[] = "Mixed Case 123";
    for (char *c = shout; *c; ++c)
        *c = (char)(isupper((unsigned char)*c) ? tolower((unsigned char)*c) : toupper((unsigned char)*c));
    puts(shout);

    setlocale(LC_ALL, "C.UTF-8");
    wchar_t wide[16];
    const size_t characters = mbstowcs(wide, "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x8c\x8d", 16);
    printf("%zu characters, the third U+%04X, the last U+%04X\n", characters, (unsigned)wide[2],
           (unsigned)wide[characters - 1]);
    char back[32];
    printf("%zu bytes: ", wcstombs(back, wide, sizeof back));
    puts(back);

    char *large = malloc(100001);
    memset(large, 'x', 100000);
    large[100000] = '\0';
    large[77777] = 'y';
    printf("%zu %td %td\n", strlen(large), strchr(large, 'y') - large, (char *)memchr(large, 0, 100001) - large);
    free(large);
    return 0;
}
