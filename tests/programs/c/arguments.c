/* Every argument arrives unchanged: empty ones, spaces, bytes beyond ASCII, things that look like options. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    printf("%d arguments\n", argc - 1);
    for (int i = 1; i < argc; ++i)
        printf("%d: [%s] %zu bytes\n", i, argv[i], strlen(argv[i]));
    printf("the list ends with %s\n", argv[argc] == NULL ? "a null pointer" : "something else");
    printf("the program has %s\n", argv[0][0] != '\0' ? "a name" : "no name");
    return 0;
}
