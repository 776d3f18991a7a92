/*
 * Has the kernel of this sandbox notify programs that watch a mounted folder of what was changed in it from outside, which that
 * kernel has not seen: `joey-inside --touch gvisor|gvisor-pipes|microvm TARGET`, with paths in the folder on standard input, each ended by a
 * zero byte.
 *
 * Nothing that can be seen on the other side of the mount is changed: no content, no time of a change, no mode. Setting the time of
 * a file to what it is would undo the time of one who writes at this moment. Links are not followed, and no path is used twice.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "touch.h"

enum { LONGEST = 4096 + 1 };

static const char default_rights[] = "system.posix_acl_default";
static const int to_hold = O_PATH | O_NOFOLLOW | O_CLOEXEC;
static const int to_open = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
static bool is_gvisor, keeps_pipes;

/**
 * Linux: the default rights of what is made in it are taken away from something that has none. For a file, which cannot
 * have any, its kernel does not even ask whoever serves the mount. gVisor: the mode that it has is set; a bit that gives rights
 * could be lost by that, so what has one is left alone.
 */
static void touch(int opened)
{
	struct stat is;
	if (fstat(opened, &is) < 0 || !(S_ISREG(is.st_mode) || S_ISDIR(is.st_mode)))
		return;
	if (is_gvisor) {
		if (!(is.st_mode & (S_ISUID | S_ISGID)))
			fchmod(opened, is.st_mode & 07777);
	} else if (S_ISREG(is.st_mode) || (fgetxattr(opened, default_rights, NULL, 0) < 0 && errno == ENODATA)) {
		fremovexattr(opened, default_rights);
	}
}

static void touch_folder(int folder)
{
	int opened = openat(folder, ".", O_RDONLY | O_DIRECTORY | to_open);
	touch(opened);
	close(opened);
}

/**
 * A file is opened for writing, where that can be, and nothing is written: that is what many wait for. Not in gVisor, which
 * keeps a file open for a long time after that, and nobody can run a program that is open for writing; for the same reason not
 * what can be run.
 */
static void touch_file(int folder, const char *name, bool can_be_run)
{
	int opened = is_gvisor || can_be_run ? -1 : openat(folder, name, O_WRONLY | to_open);
	if (opened < 0)
		opened = openat(folder, name, O_RDONLY | to_open);
	touch(opened);
	close(opened);
}

/** Where gVisor keeps named pipes in memory, which the agent has found out, one can come and go where something is gone, and nobody outside sees it. */
static void come_and_go(int folder, const char *name)
{
	if (mknodat(folder, name, S_IFIFO | 0600, 0) == 0)
		unlinkat(folder, name, 0);
}

/** Holds the folder in which the path ends, that of the path before where it is the same; negative where it is not there. */
static int reach(int target, const char *path, size_t length)
{
	static char last[LONGEST];
	static int held = -1;
	if (held >= 0 && strlen(last) == length && memcmp(last, path, length) == 0)
		return held;
	close(held);
	memcpy(last, path, length);
	last[length] = 0;
	held = openat(target, ".", to_hold | O_DIRECTORY);
	for (char *part = last; held >= 0 && part < last + length;) {
		size_t size = strcspn(part, "/");
		char after = part[size];
		part[size] = 0;
		int next = openat(held, part, to_hold | O_DIRECTORY);
		close(held);
		held = next;
		part[size] = after;
		part += size + 1;
	}
	return held;
}

static bool is_name(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static void touch_path(int target, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	int folder = reach(target, path, slash ? (size_t)(slash - path) : 0);
	if (folder < 0)
		return;
	struct stat is = { 0 };
	int failed = 0;
	if (is_name(name) && fstatat(folder, name, &is, AT_SYMLINK_NOFOLLOW) < 0)
		failed = errno;
	if (S_ISREG(is.st_mode)) {
		touch_file(folder, name, is.st_mode & 0111);
	} else if (S_ISDIR(is.st_mode)) {
		int opened = openat(folder, name, O_RDONLY | O_DIRECTORY | to_open);
		touch(opened);
		close(opened);
	} else if (keeps_pipes && failed == ENOENT) {
		come_and_go(folder, name);
	} else {
		touch_folder(folder);
	}
}

int touch_changed(const char *kind, const char *at)
{
	static char text[LONGEST];
	size_t length = 0;
	keeps_pipes = strcmp(kind, "gvisor-pipes") == 0;
	is_gvisor = keeps_pipes || strcmp(kind, "gvisor") == 0;
	int target = open(at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (target < 0)
		return 6;
	for (int byte; (byte = getchar()) != EOF;) {
		if (byte != 0) {
			// One that is too long for the kernel is left out.
			text[length < sizeof text - 1 ? length++ : length] = (char)byte;
			continue;
		}
		text[length] = 0;
		if (length < sizeof text - 1)
			touch_path(target, text);
		length = 0;
	}
	close(target);
	return 0;
}
