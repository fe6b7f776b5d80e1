// What wasi-libc lacks and the SQLite shell calls. Force-included into the amalgamation when it is compiled for WASI.
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

// WASI has no permission bits.
static inline int chmod(const char *path, mode_t mode) {
    (void)path, (void)mode;
    errno = ENOTSUP;
    return -1;
}

// Nor a working directory: a path is already as real as it gets.
static inline char *realpath(const char *path, char *resolved) {
    return resolved ? strcpy(resolved, path) : strdup(path);
}

static inline int getpagesize(void) { return 65536; }
