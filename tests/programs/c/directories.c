/* Directories: made, listed over many calls of readdir, refused when not empty, removed; links within the sandbox. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char names[512][32];

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

static int list(const char *path) {
    DIR *directory = opendir(path);
    if (!directory)
        return -1;
    int count = 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(names[count], sizeof names[count], "%c %s", entry->d_type == DT_DIR ? 'd' : '-', entry->d_name);
        ++count;
    }
    closedir(directory);
    qsort(names, (size_t)count, sizeof names[0], by_text);
    return count;
}

int main(void) {
    printf("at first: %d entries\n", list("/data"));
    printf("mkdir: %d\n", mkdir("/data/inner", 0700));
    const int again = mkdir("/data/inner", 0700);
    printf("mkdir again: %d, %s\n", again, errno == EEXIST ? "exists already" : "?");
    for (int i = 0; i < 300; ++i) {
        char path[64];
        snprintf(path, sizeof path, "/data/inner/file-%03d.with-a-longer-name", i * 7 % 300);
        const int fd = open(path, O_CREAT | O_WRONLY, 0600);
        if (fd < 0)
            printf("cannot create %s\n", path);
        else
            close(fd);
    }
    const int count = list("/data/inner");
    printf("created: %d entries, first [%s], last [%s]\n", count, names[0], names[count - 1]);
    int in_order = 1;
    for (int i = 0; i < count; ++i) {
        char expected[32];
        snprintf(expected, sizeof expected, "- file-%03d.with-a-longer-name", i);
        in_order = in_order && strcmp(names[i], expected) == 0;
    }
    printf("every name appears once: %s\n", in_order ? "yes" : "no");
    const int refused = rmdir("/data/inner");
    printf("rmdir of a full directory: %d, %s\n", refused, errno == ENOTEMPTY ? "not empty" : "?");
    for (int i = 0; i < 300; ++i) {
        char path[64];
        snprintf(path, sizeof path, "/data/inner/file-%03d.with-a-longer-name", i);
        if (unlink(path) != 0)
            printf("cannot remove %s\n", path);
    }
    printf("emptied: %d entries\n", list("/data/inner"));

    const int fd = open("/data/inner/target", O_CREAT | O_WRONLY, 0600);
    printf("wrote %zd bytes\n", write(fd, "through a link", 14));
    close(fd);
    printf("symlink: %d\n", symlink("target", "/data/inner/link"));
    char text[32] = "";
    printf("readlink: %zd", readlink("/data/inner/link", text, sizeof text - 1));
    printf(" [%s]\n", text);
    struct stat status;
    printf("stat through the link: %d", stat("/data/inner/link", &status));
    printf(", %lld bytes\n", (long long)status.st_size);
    printf("lstat of the link: %d", lstat("/data/inner/link", &status));
    printf(", %s\n", S_ISLNK(status.st_mode) ? "a link" : "not a link");
    printf("hard link: %d", link("/data/inner/target", "/data/inner/second"));
    printf(", links: %d", stat("/data/inner/second", &status));
    printf(" %d\n", (int)status.st_nlink);
    unlink("/data/inner/link");
    unlink("/data/inner/second");
    unlink("/data/inner/target");
    printf("rmdir: %d\n", rmdir("/data/inner"));
    printf("at last: %d entries\n", list("/data"));
    printf("listing what is gone: %d, %s\n", list("/data/inner"), errno == ENOENT ? "no such file" : "?");
    return 0;
}
