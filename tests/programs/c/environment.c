/* The environment holds what was passed and nothing of the host's; it can be changed from inside. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void show(const char *name) {
    const char *value = getenv(name);
    printf("%s = %s%s%s\n", name, value ? "[" : "", value ? value : "(none)", value ? "]" : "");
}

int main(void) {
    size_t count = 0;
    while (environ && environ[count])
        ++count;
    if (count > 0)
        qsort(environ, count, sizeof *environ, by_text);
    for (size_t i = 0; i < count; ++i)
        puts(environ[i]);
    show("COLOUR");
    show("EMPTY");
    show("EQUATION");
    show("PATH");
    setenv("ADDED", "later", 1);
    setenv("COLOUR", "green", 0);
    show("COLOUR");
    setenv("COLOUR", "green", 1);
    show("COLOUR");
    show("ADDED");
    unsetenv("COLOUR");
    show("COLOUR");
    return 0;
}
