// What wc prints for the files of a preopened directory and its subdirectories, sorted by name.
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct counts {
    unsigned long lines, words, bytes;
};

static struct counts total;

static void write_file(const char* path, const char* text, unsigned times)
{
    FILE* file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    for (unsigned i = 0; i < times; ++i)
        fputs(text, file);
    if (fclose(file) != 0) perror(path);
}

static void print(const struct counts* counts, const char* name)
{
    printf("%7lu %7lu %7lu %s\n", counts->lines, counts->words, counts->bytes, name);
}

static void count_file(const char* path)
{
    FILE* file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    struct counts counts = {0, 0, 0};
    int in_word = 0;
    for (int c; (c = getc(file)) != EOF;) {
        ++counts.bytes;
        if (c == '\n') ++counts.lines;
        if (isspace(c)) {
            in_word = 0;
        } else if (!in_word) {
            in_word = 1;
            ++counts.words;
        }
    }
    fclose(file);
    print(&counts, path);
    total.lines += counts.lines;
    total.words += counts.words;
    total.bytes += counts.bytes;
}

static int by_name(const void* a, const void* b)
{
    return strcmp(*(char* const*)a, *(char* const*)b);
}

static void count_directory(const char* path)
{
    DIR* directory = opendir(path);
    if (directory == NULL) {
        perror(path);
        exit(1);
    }
    char* names[64];
    size_t count = 0;
    for (struct dirent* entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] != '.' && count < 64) names[count++] = strdup(entry->d_name);
    }
    closedir(directory);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; ++i) {
        char full[256];
        struct stat status;
        snprintf(full, sizeof full, "%s/%s", path, names[i]);
        free(names[i]);
        if (stat(full, &status) != 0) {
            perror(full);
            exit(1);
        }
        if (S_ISDIR(status.st_mode)) {
            count_directory(full);
        } else {
            count_file(full);
        }
    }
}

int main(void)
{
    write_file("/data/empty", "", 1);
    write_file("/data/poem", "so much depends\nupon\n\na red wheel\nbarrow\n", 1);
    write_file("/data/no_newline", "  one\ttwo  three", 1);
    mkdir("/data/more", 0777);
    write_file("/data/more/long", "0123456789 abcdef\n", 20000);
    write_file("/data/more/spaces", " \n\t \n", 3);
    count_directory("/data");
    print(&total, "total");
    return 0;
}
