/* What is mounted into the sandbox's file system. */
#ifndef JOEY_TREE_H
#define JOEY_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern bool mask_paths;
int mount_kernel_trees(uint64_t shm_bytes);
int mount_share(const char *spec, size_t length);
int mount_tmpfs(const char *spec, size_t length);
int put_file(const char *name, const char *content, size_t length);
int bind_files(void);
/* In the child, once it has its own namespaces: /proc, cgroup, masks. Returns an errno. */
int mount_process_trees(void);
int open_terminal(int *master, int *slave);

#endif
