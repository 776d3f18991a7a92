/* The sandbox's file system. */
#ifndef JOEY_ROOT_H
#define JOEY_ROOT_H

#include <stdbool.h>
#include <stddef.h>

struct layers {
	char *lowers[64];
	size_t lower_count;
	char *upper;
	bool read_only;
};
extern int root_fd;
int mount_root(const struct layers *layers);
int finish_root(bool read_only);
/* Mounts in the sandbox's root, whatever links are in the way; makes the target. Returns an errno. */
struct mounting {
	const char *source, *type, *target, *options;
	unsigned long flags;
	bool is_file;
};
int mount_in_root(const struct mounting *mounting);
int make_folder_in_root(const char *path);
void unmount_all(void);

#endif
