/*
 * The sandbox's root at /sandbox: an overlay of disks. Its tree is hostile: a path in it is only ever resolved by the
 * kernel as if /sandbox were the root of everything.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loop.h"
#include "privileges.h"
#include "root.h"

enum { LINKS_MAX = 8, RESOLVE_AS_ROOT = 0x10 /* RESOLVE_IN_ROOT */, OPENAT2 = 437 };

/* Of openat2(2), whose header is not among those of the C library. */
struct how {
	uint64_t flags, mode, resolve;
};

int root_fd = -1;

static int open_in_root(const char *path)
{
	struct how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_AS_ROOT };

	return (int)syscall(OPENAT2, root_fd, path[0] == 0 ? "." : path, &how, sizeof(how));
}

static int open_target(const char *path, bool is_file, int links);

/* What a dangling link at `name` in `parent` points to, made there. */
static int follow_link(int parent, const char *name, const char *path, bool is_file, int links)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t length = readlinkat(parent, name, link, sizeof(link) - 1);
	int written;

	if (length < 0 || links == 0) {
		errno = ELOOP;
		return -1;
	}
	link[length] = 0;
	if (link[0] == '/')
		return open_target(link, is_file, links - 1);
	written = snprintf(target, sizeof(target), "%.*s/%s", (int)(strrchr(path, '/') - path), path, link);
	if (written < 0 || (size_t)written >= sizeof(target)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open_target(target, is_file, links - 1);
}

/* Makes the last part of a path, whose folder is there. */
static int make_last(const char *path, bool is_file, int links)
{
	const char *name = strrchr(path, '/') + 1;
	char folder[PATH_MAX];
	int parent, made, error;

	memcpy(folder, path, (size_t)(name - path));
	folder[name - path] = 0;
	parent = open_in_root(folder);
	if (parent < 0)
		return -1;
	if (is_file) {
		made = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644);
		if (made >= 0)
			close(made);
	} else {
		made = mkdirat(parent, name, 0755);
	}
	if (made < 0 && errno == EEXIST)
		made = follow_link(parent, name, path, is_file, links);
	else if (made >= 0)
		made = open_in_root(path);
	error = errno;
	close(parent);
	errno = error;
	return made;
}

/* Opens what a mount shall cover, and makes it with all its folders where it is not there. `path` begins with a slash. */
static int open_target(const char *path, bool is_file, int links)
{
	char part[PATH_MAX];
	int fd = open_in_root(path);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (strlen(path) >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		memcpy(part, path, (size_t)(slash - path));
		part[slash - path] = 0;
		fd = open_in_root(part);
		if (fd < 0 && errno == ENOENT)
			fd = make_last(part, false, links);
		if (fd < 0)
			return -1;
		close(fd);
	}
	return make_last(path, is_file, links);
}

static bool is_plain(const char *path)
{
	size_t length = strlen(path);

	return path[0] == '/' && length > 1 && path[length - 1] != '/' && strstr(path, "//") == NULL;
}

int make_folder_in_root(const char *path)
{
	int fd;

	if (!is_plain(path))
		return EINVAL;
	fd = open_target(path, false, LINKS_MAX);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int mount_in_root(const struct mounting *mounting)
{
	unsigned long bind = mounting->flags & MS_BIND;
	char place[40];
	int target, error = 0;

	if (!is_plain(mounting->target))
		return EINVAL;
	target = open_target(mounting->target, mounting->is_file, LINKS_MAX);
	if (target < 0)
		return errno;
	snprintf(place, sizeof(place), "/proc/self/fd/%d", target);
	if (mount(mounting->source, place, mounting->type, mounting->flags, mounting->options) < 0) {
		error = errno;
	} else if (bind && (mounting->flags & ~(unsigned long)(MS_BIND | MS_REC)) != 0) {
		/* A bind takes its flags only from a second call, on what is now on top. */
		int top = open_in_root(mounting->target);

		snprintf(place, sizeof(place), "/proc/self/fd/%d", top);
		if (top < 0 || mount(NULL, place, NULL, MS_REMOUNT | MS_BIND | mounting->flags, NULL) < 0)
			error = errno;
		if (top >= 0)
			close(top);
	}
	close(target);
	return error;
}

/* A restored clone may have another disk behind the name than the one that its template saw. */
static void forget_cached(const char *device)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	ioctl(fd, BLKFLSBUF, 0);
	close(fd);
}

static bool is_device_name(const char *name)
{
	size_t letters = strncmp(name, "vd", 2) == 0 ? strspn(name + 2, "abcdefghijklmnopqrstuvwxyz") : 0;

	return letters > 0 && strlen(name) < 48 && (name[2 + letters] == 0 || name[2 + letters] == '@');
}

/* As the kernel takes it (linux/blkpg.h, whose header is not among those of the C library). */
struct partition {
	int64_t start, length;
	int number;
	char names[128];
};

struct partition_call {
	int operation, flags, length;
	const struct partition *partition;
};

enum { ADD_PARTITION = 1, ADD_PARTITION_CALL = 0x1269 /* BLKPG */ };

/* Part of a disk becomes a disk of its own. Nothing is read for it: where it lies is known from the host. */
static int add_partition(const char *device, const struct partition *partition)
{
	struct partition_call call = { ADD_PARTITION, 0, sizeof(*partition), partition };
	int fd = open(device, O_RDONLY | O_CLOEXEC), error;

	if (fd < 0)
		return errno;
	error = ioctl(fd, ADD_PARTITION_CALL, &call) < 0 ? errno : 0;
	close(fd);
	return error;
}

/* Cuts "@START+LENGTH" off the name of a disk, where it is there, and adds the number of the part that it makes. */
static int name_part(char *device, size_t size, int number)
{
	struct partition part = { .number = number };
	char *at = strchr(device, '@'), rest;
	int error;

	if (at == NULL)
		return 0;
	if (sscanf(at, "@%" SCNd64 "+%" SCNd64 "%c", &part.start, &part.length, &rest) != 2)
		return EINVAL;
	*at = 0;
	error = add_partition(device, &part);
	snprintf(at, size - (size_t)(at - device), "%d", number);
	return error;
}

/* `spec` is "erofs:vda", or "erofs:vda@1048576+4096" for that part of the disk, whose number is then `number`. */
static int mount_disk(const char *spec, const char *place, unsigned long flags, int number)
{
	const char *colon = strchr(spec, ':');
	char type[8], device[64];
	int error;

	if (colon == NULL || (size_t)(colon - spec) >= sizeof(type) || !is_device_name(colon + 1))
		return EINVAL;
	memcpy(type, spec, (size_t)(colon - spec));
	type[colon - spec] = 0;
	if (strcmp(type, "erofs") != 0 && strcmp(type, "ext4") != 0)
		return EINVAL;
	snprintf(device, sizeof(device), "/dev/%s", colon + 1);
	error = name_part(device, sizeof(device), number);
	if (error != 0)
		return error;
	forget_cached(device);
	if (mkdir(place, 0755) < 0 && errno != EEXIST)
		return errno;
	return mount(device, place, type, flags, NULL) < 0 ? errno : 0;
}

/*
 * Files, each with a block, beside what the sandbox sees of its disk: overlayfs is mounted only where its work folder can be
 * made, so a full disk would never start again. They are given up before and made again when all is mounted.
 */
enum { SPARE_FILES = 32 };
static bool upper_is_disk;

static void give_up_spare(void)
{
	char path[32];

	for (int i = 0; i < SPARE_FILES; i++) {
		snprintf(path, sizeof(path), "/upper/spare/%d", i);
		unlink(path);
	}
}

static void hold_spare(void)
{
	static const char block[4096];
	char path[32];

	if (mkdir("/upper/spare", 0700) < 0 && errno != EEXIST)
		return;
	for (int i = 0; i < SPARE_FILES; i++) {
		snprintf(path, sizeof(path), "/upper/spare/%d", i);
		int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		bool is_full = fd < 0 || write(fd, block, sizeof(block)) != (ssize_t)sizeof(block);

		if (fd >= 0)
			close(fd);
		if (is_full)
			return;
	}
}

static int mount_upper(const char *spec)
{
	int error;

	upper_is_disk = spec != NULL;
	if (upper_is_disk)
		error = mount_disk(spec, "/upper", MS_NODEV | MS_NOATIME, 0);
	else if (mkdir("/upper", 0755) < 0 && errno != EEXIST)
		error = errno;
	else
		error = mount("upper", "/upper", "tmpfs", MS_NODEV, "mode=755") < 0 ? errno : 0;
	if (error != 0)
		return error;
	if (upper_is_disk)
		give_up_spare();
	if ((mkdir("/upper/upper", 0755) < 0 && errno != EEXIST) || (mkdir("/upper/work", 0755) < 0 && errno != EEXIST))
		return errno;
	return 0;
}

/* Where nothing gains rights by a file anyway, a program with capabilities that the sandbox lacks runs only so. */
static unsigned long root_flags(void)
{
	return MS_NODEV | (may_gain_rights ? 0 : MS_NOSUID);
}

int mount_root(const struct layers *layers)
{
	char options[4096] = "redirect_dir=follow,metacopy=off,upperdir=/upper/upper,workdir=/upper/work,lowerdir=";
	int error = mount_upper(layers->upper);

	for (size_t i = 0; i < layers->lower_count && error == 0; i++) {
		char place[32];
		size_t length = strlen(options);

		snprintf(place, sizeof(place), "/layers/%zu", i);
		snprintf(options + length, sizeof(options) - length, "%s%s", i > 0 ? ":" : "", place);
		error = mount_disk(layers->lowers[i], place, MS_RDONLY | MS_NODEV, (int)i + 1);
	}
	if (error != 0)
		return error;
	if (mount("joey", "/sandbox", "overlay", root_flags(), options) < 0)
		return errno;
	root_fd = open("/sandbox", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root_fd < 0 ? errno : 0;
}

int finish_root(bool read_only)
{
	if (upper_is_disk)
		hold_spare();
	if (read_only && mount(NULL, "/sandbox", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | root_flags(), NULL) < 0)
		return errno;
	return 0;
}

void unmount_all(void)
{
	sync();
	if (root_fd < 0)
		return;
	close(root_fd);
	umount2("/sandbox", MNT_DETACH);
	if (umount2("/upper", 0) < 0)
		say("joey-init: the writable layer is still in use\n");
	sync();
}
