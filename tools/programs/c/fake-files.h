/*
 * Put before the parser of file changes, so that it never touches a file: its
 * calls go to fuzz-edit.c, which answers as the input says.
 */
#ifndef JOEY_FAKE_FILES_H
#define JOEY_FAKE_FILES_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int fake_open(const char *path, int flags);
int fake_openat(int folder, const char *name, int flags, ...);
int fake_fstatat(int folder, const char *name, struct stat *is, int flags);
int fake_fstat(int file, struct stat *is);
int fake_close(int file);
ssize_t fake_read(int file, void *into, size_t length);
ssize_t fake_write(int file, const void *bytes, size_t length);
off_t fake_lseek(int file, off_t by, int whence);
int fake_result(void);

#define open(path, flags) fake_open(path, flags)
#define openat fake_openat
#define fstatat fake_fstatat
#define fstat fake_fstat
#define close fake_close
#define read fake_read
#define write fake_write
#define lseek fake_lseek
#define ftruncate(...) fake_result()
#define fchown(...) fake_result()
#define fchmod(...) fake_result()
#define fchownat(...) fake_result()
#define futimens(...) fake_result()
#define fsync(...) fake_result()
#define renameat(...) fake_result()
#define symlinkat(...) fake_result()
#define syscall(...) fake_result()
#define unlinkat(...) fake_result()
#define setrlimit(which, limit) 0

#endif
