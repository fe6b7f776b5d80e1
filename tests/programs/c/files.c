/* Files in a preopened directory: create, write, seek, append, truncate, rename, remove, and what is refused. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *outcome(int result) {
    if (result >= 0)
        return "ok";
    switch (errno) {
    case ENOENT: return "no such file";
    case EEXIST: return "exists already";
    case EISDIR: return "is a directory";
    case ENOTDIR: return "not a directory";
    case EBADF: return "bad descriptor";
    case EINVAL: return "invalid";
    case ENOTCAPABLE:
    case EPERM:
    case EACCES: return "not permitted";
    default: return strerror(errno);
    }
}

static void show(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        printf("%s: %s\n", path, outcome(-1));
        return;
    }
    char text[128];
    const size_t count = fread(text, 1, sizeof text, file);
    printf("%s: %zu bytes [", path, count);
    for (size_t i = 0; i < count; ++i)
        putchar(text[i] == '\0' ? '.' : text[i]);
    puts("]");
    fclose(file);
}

int main(void) {
    FILE *file = fopen("/data/note.txt", "wb");
    if (!file) {
        printf("cannot create a file: %s\n", outcome(-1));
        return 1;
    }
    fputs("one two three", file);
    printf("position after writing: %ld\n", ftell(file));
    fseek(file, 4, SEEK_SET);
    fputs("TWO", file);
    fseek(file, 3, SEEK_END);
    fputs("!", file);
    fclose(file);
    show("/data/note.txt");

    file = fopen("/data/note.txt", "ab");
    fputs(" and four", file);
    fclose(file);
    show("/data/note.txt");

    int fd = open("/data/note.txt", O_RDWR);
    char piece[6] = "";
    const ssize_t count = pread(fd, piece, 5, 8);
    printf("pread: %zd [%s], position still %lld\n", count, piece, (long long)lseek(fd, 0, SEEK_CUR));
    printf("pwrite: %zd\n", pwrite(fd, "XYZ", 3, 0));
    printf("truncate to 7: %s\n", outcome(ftruncate(fd, 7)));
    struct stat status;
    printf("fstat: %s", outcome(fstat(fd, &status)));
    printf(", size %lld, %s\n", (long long)status.st_size, S_ISREG(status.st_mode) ? "regular" : "other");
    printf("sync: %s\n", outcome(fsync(fd)));
    printf("close: %s\n", outcome(close(fd)));
    printf("close again: %s\n", outcome(close(fd)));
    show("/data/note.txt");

    printf("create exclusively: %s\n", outcome(open("/data/note.txt", O_CREAT | O_EXCL | O_WRONLY, 0600)));
    printf("open a missing file: %s\n", outcome(open("/data/absent", O_RDONLY)));
    printf("open a directory to write: %s\n", outcome(open("/data", O_WRONLY)));
    printf("a file as a directory: %s\n", outcome(open("/data/note.txt/x", O_RDONLY)));
    fd = open("/data/note.txt", O_RDONLY);
    printf("write to what is open for reading: %s\n", outcome((int)write(fd, "x", 1)));
    close(fd);
    printf("seek before the start: ");
    fd = open("/data/note.txt", O_RDONLY);
    printf("%s\n", outcome((int)lseek(fd, -1, SEEK_SET)));
    close(fd);

    printf("climb out of the directory: %s\n", outcome(open("/data/../../secret", O_RDONLY)));
    printf("rename: %s\n", outcome(rename("/data/note.txt", "/data/renamed.txt")));
    show("/data/note.txt");
    show("/data/renamed.txt");
    printf("remove: %s\n", outcome(unlink("/data/renamed.txt")));
    printf("remove again: %s\n", outcome(unlink("/data/renamed.txt")));

    file = fopen("/data/large.bin", "w+b");
    unsigned state = 1, written = 0, read = 0;
    for (int i = 0; i < 100000; ++i) {
        state = state * 1103515245u + 12345u;
        const unsigned char byte = (unsigned char)(state >> 16);
        written = written * 33 + byte;
        putc(byte, file);
    }
    rewind(file);
    for (int c = getc(file); c != EOF; c = getc(file))
        read = read * 33 + (unsigned char)c;
    printf("100000 bytes come back %s\n", written == read ? "the same" : "different");
    fclose(file);
    printf("remove: %s\n", outcome(unlink("/data/large.bin")));
    return 0;
}
