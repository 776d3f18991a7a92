#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "outside.h"

/* Of linux/mount.h, which is not among the headers of the C library. */
struct mount_attributes {
	uint64_t set, clear, propagation, user_namespace;
};
enum { OPEN_TREE = 428, MOVE_MOUNT = 429, MOUNT_SETATTR = 442 };
enum { TREE_CLONE = 1, MOVE_FROM_EMPTY_PATH = 4 };
enum { MAP_IDS = 0x100000 };

int clone_tree(const char *path, const char *source)
{
	int descriptor = (int)syscall(OPEN_TREE, AT_FDCWD, path, TREE_CLONE | O_CLOEXEC);
	if (descriptor < 0)
		fail("cannot open", source);
	return descriptor;
}

void set_attributes(int descriptor, uint64_t set, int user_namespace, const char *source)
{
	struct mount_attributes attributes = { .set = set, .propagation = MS_PRIVATE };
	if (user_namespace >= 0) {
		attributes.set |= MAP_IDS;
		attributes.user_namespace = (uint64_t)user_namespace;
	}
	if (syscall(MOUNT_SETATTR, descriptor, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) == 0)
		return;
	/* What the kernel says of a file system that cannot do it, or of a mount that is mapped already. */
	if (user_namespace >= 0 && (errno == EINVAL || errno == EPERM || errno == EOPNOTSUPP))
		fail_with(NOT_MAPPABLE, "joey-not-mappable", source);
	fail("cannot prepare a mount of", source);
}

void mount_tree(int descriptor, const char *place)
{
	if (syscall(MOVE_MOUNT, descriptor, "", AT_FDCWD, place, MOVE_FROM_EMPTY_PATH) < 0)
		fail("cannot mount", place);
	close(descriptor);
}
