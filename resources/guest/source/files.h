/* Small files of the kernel's file systems. */
#ifndef JOEY_FILES_H
#define JOEY_FILES_H

#include <sys/types.h>

/* The text of a small file with a terminating zero, cut to size; the length, or -1. */
ssize_t read_small(const char *path, char *buffer, size_t size);
/* Returns an errno, or 0. */
int write_small(const char *path, const char *text);

#endif
