/* Standard input is read to its end, by lines, by characters and by blocks; output is buffered as asked. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    char line[16];
    if (!fgets(line, sizeof line, stdin))
        return 1;
    line[strcspn(line, "\n")] = '\0';
    printf("first line: [%s]\n", line);

    int number = 0;
    char word[16] = "";
    const int got = scanf("%d %15s", &number, word);
    printf("scanf: %d fields, %d and %s\n", got, number, word);

    int c = getchar();
    while (c != EOF && isspace(c))
        c = getchar();
    ungetc('<', stdin);
    printf("pushed back: %c%c\n", getchar(), c);

    char rest[64];
    const size_t count = fread(rest, 1, sizeof rest, stdin);
    printf("then %zu bytes, end of file: %s\n", count, feof(stdin) ? "yes" : "no");
    unsigned sum = 0;
    for (size_t i = 0; i < count; ++i)
        sum = sum * 31 + (unsigned char)rest[i];
    printf("their hash: %08x\n", sum);
    printf("again: %d\n", getchar());

    fflush(stdout);
    setvbuf(stdout, NULL, _IONBF, 0);
    fputs("unbuffered, ", stdout);
    fputs("complaint on the other stream\n", stderr);
    puts("done");
    return 0;
}
