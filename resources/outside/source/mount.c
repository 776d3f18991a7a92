#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "outside.h"

/* A tree of this machine, cloned and with its ids mapped, not yet anywhere. */
struct tree {
	int descriptor;
	char place[64];
};
enum { MOST_TREES = 400 };
static struct tree trees[MOST_TREES];
static size_t tree_count;

static void add(int descriptor, const char *place)
{
	if (tree_count == MOST_TREES || strlen(place) >= sizeof(trees[0].place)) {
		errno = E2BIG;
		fail("too many trees, at", place);
	}
	struct tree *tree = &trees[tree_count++];
	tree->descriptor = descriptor;
	strcpy(tree->place, place);
}

/* layer SOURCE PLACE, own SOURCE PLACE, plain SOURCE PLACE, share SOURCE PLACE HELD rw|ro USERS GROUPS */
static char **add_tree(char **words, int ids)
{
	const char *kind = words[0];
	const char *source = words[1];
	int is_share = strcmp(kind, "share") == 0;
	/* What the agent has checked and holds, so that no name is looked up again and nobody can lead it elsewhere. */
	int descriptor = clone_tree(is_share ? words[3] : source, source);
	if (strcmp(kind, "layer") == 0)
		set_attributes(descriptor, READ_ONLY | NO_SUID | NO_DEV, ids, source);
	else if (strcmp(kind, "own") == 0)
		set_attributes(descriptor, NO_SUID | NO_DEV, ids, source);
	else if (strcmp(kind, "plain") == 0)
		set_attributes(descriptor, READ_ONLY | NO_SUID | NO_DEV, -1, source);
	else {
		struct holder holder = make_user_namespace(words[5], words[6], 0);
		uint64_t access = strcmp(words[4], "ro") == 0 ? READ_ONLY : 0;
		set_attributes(descriptor, access | NO_SUID | NO_DEV, holder.descriptor, source);
		close(holder.descriptor);
		release_holder(holder);
		add(descriptor, words[2]);
		return words + 7;
	}
	add(descriptor, words[2]);
	return words + 3;
}

static size_t words_of(const char *kind)
{
	if (strcmp(kind, "share") == 0)
		return 7;
	for (size_t i = 0; i < 3; i++) {
		static const char *const short_kinds[] = { "layer", "own", "plain" };
		if (strcmp(kind, short_kinds[i]) == 0)
			return 3;
	}
	int is_overlay = strcmp(kind, "overlay") == 0 || strcmp(kind, "overlay-suid") == 0;
	return is_overlay || strcmp(kind, "leave") == 0 ? 2 : 0;
}

static void attach(const struct tree *tree)
{
	struct stat found;
	if (fstat(tree->descriptor, &found) < 0)
		fail("cannot look at", tree->place);
	if (S_ISDIR(found.st_mode)) {
		if (mkdir(tree->place, 0700) < 0)
			fail("cannot make", tree->place);
	} else {
		int file = open(tree->place, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
		if (file < 0)
			fail("cannot make", tree->place);
		close(file);
	}
	mount_tree(tree->descriptor, tree->place);
}

static void act_as(uint32_t id)
{
	struct capability_header header = { .version = CAPABILITY_VERSION };
	struct capability_data data[2];
	if (syscall(SYS_capget, &header, data) < 0)
		fail("cannot read", "capabilities");
	setfsgid(id);
	setfsuid(id);
	/* The kernel takes those over files from whoever is not root in this way. */
	if (syscall(SYS_capset, &header, data) < 0)
		fail("cannot keep", "capabilities");
}

/*
 * What overlayfs makes by itself, as the marks of deletions, it makes as whoever has mounted it. That has to be somebody
 * whom the layer's map knows: the sandbox's root, which is root on the disk.
 */
static void mount_overlay(const char *options, unsigned long flags, uint32_t first)
{
	if (mkdir("rootfs", 0755) < 0)
		fail("cannot make", "rootfs");
	act_as(first);
	if (mount("joey", "rootfs", "overlay", flags | MS_NODEV, options) < 0)
		fail("cannot mount the overlay", options);
	act_as(0);
}

/*
 * An engine binds the devices of this machine where a user namespace cannot make its own, and gives the streams of the
 * sandbox to its root: with the machine's own /dev/null that would be the machine's. So these are copies.
 */
static void make_devices(uint32_t first)
{
	static const struct {
		const char *name;
		unsigned int major, minor;
	} devices[] = { { "null", 1, 3 },   { "zero", 1, 5 },    { "full", 1, 7 },
		        { "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 } };
	if (mkdir("dev", 0711) < 0)
		fail("cannot make", "dev");
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		char place[32];
		char path[32];
		snprintf(place, sizeof(place), "dev/%s", devices[i].name);
		snprintf(path, sizeof(path), "/dev/%s", devices[i].name);
		if (mknod(place, S_IFCHR | 0666, makedev(devices[i].major, devices[i].minor)) < 0 ||
		    chmod(place, 0666) < 0)
			fail("cannot make", place);
		if (chown(place, first, first) < 0 || mount(place, path, NULL, MS_BIND, NULL) < 0)
			fail("cannot show", path);
	}
}

/* An engine gives these to the sandbox's root; the machine's own /dev/null among them has to become the copy. */
static void replace_null_streams(void)
{
	for (int stream = 0; stream <= 2; stream++) {
		struct stat found;
		if (fstat(stream, &found) < 0 || !S_ISCHR(found.st_mode) || found.st_rdev != makedev(1, 3))
			continue;
		int copy = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (copy < 0 || dup2(copy, stream) < 0)
			fail("cannot open", "/dev/null");
		close(copy);
	}
}

/*
 * What is mounted there belongs to other sandboxes. A copy of it would keep their disks in use for as long as this sandbox
 * has a mount namespace.
 */
static void leave_mounts(const char *folder)
{
	if (umount2(folder, MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
		fail("cannot leave", folder);
}

void mount_trees(char **words)
{
	uint32_t first = read_id(words[0]);
	const char *room = words[1];
	const char *overlay = NULL;
	const char *left = NULL;
	unsigned long overlay_flags = MS_NOSUID;
	char map[64];
	own_map(map, sizeof(map), first);
	struct holder ids = make_user_namespace(map, map, 0);
	/*
	 * Everything is cloned in the agent's own mount namespace: the kernel clones what a descriptor of it names nowhere else.
	 * What is cloned is nowhere yet, and may be mounted in any.
	 */
	char **next = words + 2;
	while (next[0] != NULL && strcmp(next[0], "--") != 0) {
		size_t wanted = words_of(next[0]);
		for (size_t i = 0; i < wanted; i++)
			if (next[i] == NULL)
				wanted = 0;
		if (wanted == 0) {
			errno = EINVAL;
			fail("not a tree:", next[0]);
		}
		if (strncmp(next[0], "overlay", strlen("overlay")) == 0) {
			overlay = next[1];
			overlay_flags = strcmp(next[0], "overlay-suid") == 0 ? 0 : MS_NOSUID;
			next += 2;
		} else if (strcmp(next[0], "leave") == 0) {
			left = next[1];
			next += 2;
		} else
			next = add_tree(next, ids.descriptor);
	}
	close(ids.descriptor);
	release_holder(ids);
	if (next[0] == NULL) {
		errno = EINVAL;
		fail("nothing to run", "");
	}
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		fail("cannot make", "a mount namespace");
	int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (mount("joey", room, "tmpfs", MS_NOSUID, "mode=0711,size=1m") < 0 || chdir(room) < 0)
		fail("cannot mount", room);
	make_devices(first);
	replace_null_streams();
	for (size_t i = 0; i < tree_count; i++)
		attach(&trees[i]);
	if (overlay != NULL)
		mount_overlay(overlay, overlay_flags, first);
	if (left != NULL)
		leave_mounts(left);
	if (before < 0 || fchdir(before) < 0)
		fail("cannot go back from", room);
	close(before);
	run(next + 1);
}
