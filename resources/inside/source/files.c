#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "inside.h"

/** Further up than any folder of a sandbox is deep. */
#define UP "../../../../../../../../../../../.."

/** Whether the host's marker can be read at this path; its secret then is the proof. */
static bool reads_marker(struct finding *out, int folder, const char *path)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	bool is_secret = read_secret(fd, out);
	close(fd);
	if (is_secret)
		succeeded(out, "The file was read at %s.", path);
	return is_secret;
}

static bool lacks_marker(struct finding *out)
{
	if (wish.marker)
		return false;
	unable(out, "No marker file was named.");
	return true;
}

static void by_path(struct finding *out)
{
	if (lacks_marker(out) || reads_marker(out, AT_FDCWD, wish.marker))
		return;
	blocked(out, errno, "%s: %s.", wish.marker, strerror(errno));
}

static bool looks_through(int pid, void *data)
{
	static const char *const doors[] = { "root", "cwd/" UP, "root/" UP, "task/1/root" };
	char path[4400];
	for (size_t index = 0; index < sizeof doors / sizeof doors[0]; index += 1) {
		snprintf(path, sizeof path, "/proc/%d/%s%s", pid, doors[index], wish.marker);
		if (reads_marker(data, AT_FDCWD, path))
			return true;
	}
	return false;
}

static void by_process_root(struct finding *out)
{
	if (lacks_marker(out))
		return;
	if (!each_process(looks_through, out))
		blocked(out, errno, "No process in /proc leads to it.");
}

static bool looks_through_files(int pid, void *data)
{
	char path[4400];
	for (int fd = 0; fd < 64; fd += 1) {
		struct stat status;
		snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
		if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
			continue;
		snprintf(path, sizeof path, "/proc/%d/fd/%d/" UP "%s", pid, fd, wish.marker);
		if (reads_marker(data, AT_FDCWD, path))
			return true;
	}
	return false;
}

/** CVE-2024-21626: a folder of the host that the runtime left open. */
static void by_open_folder(struct finding *out)
{
	if (lacks_marker(out))
		return;
	if (!each_process(looks_through_files, out))
		blocked(out, errno, "No open folder leads to it.");
}

struct handle {
	unsigned bytes;
	int type;
	unsigned char data[8];
};

/** Opens files of the host's disk by number, past every path ("shocker"). */
static void by_handle(struct finding *out)
{
	static const unsigned roots[] = { 2, 128, 96, 64, 256, 32 };
	const char *doors[8 + MOST] = { "/", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev/.joey/probe" };
	int count = 5, error = ENOENT;
	for (int index = 0; index < wish.mounts.count; index += 1)
		doors[count++] = wish.mounts.items[index];
	for (int index = 0; index < count; index += 1) {
		int mount = open(doors[index], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		for (size_t root = 0; mount >= 0 && root < sizeof roots / sizeof roots[0]; root += 1) {
			struct handle handle = { 8, 1, { 0 } };
			memcpy(handle.data, &roots[root], sizeof roots[root]);
			int fd = (int)syscall(SYS_open_by_handle_at, mount, &handle, O_RDONLY);
			if (fd < 0 && errno != ESTALE) {
				error = errno;
				continue;
			}
			if (fd >= 0 && wish.marker && reads_marker(out, fd, wish.marker + 1))
				return;
			return succeeded(out, "The kernel opens files by number at %s.", doors[index]);
		}
		if (mount >= 0)
			close(mount);
	}
	blocked(out, error, "open_by_handle_at: %s.", strerror(error));
}

/** The classic: change the root to a folder below while holding one above, then climb. */
static void by_chroot(struct finding *out)
{
	char folder[64];
	struct stat before, after;
	if (lacks_marker(out))
		return;
	make_scratch(folder, sizeof folder);
	if (folder[0] == 0 || stat("/", &before) != 0)
		return unable(out, "No folder could be made to try it.");
	int top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int done = chroot(folder);
	int error = errno;
	if (top >= 0)
		unlinkat(top, folder + 1, AT_REMOVEDIR);
	if (done != 0 || top < 0 || fchdir(top) != 0)
		return blocked(out, error, "chroot: %s.", strerror(error));
	for (int step = 0; step < 64; step += 1) {
		if (chdir("..") != 0)
			break;
	}
	if (reads_marker(out, AT_FDCWD, wish.marker + 1))
		return;
	if (stat(".", &after) != 0)
		return blocked(out, errno, "Climbing out of it ended nowhere.");
	if (after.st_ino == before.st_ino && after.st_dev == before.st_dev) {
		return blocked(out, 0, "Climbing out of a changed root ends at the root of the sandbox.");
	}
	succeeded(out, "Climbing out of a changed root ends outside of the root of the sandbox.");
}

/** What every sandbox has, by mount point. */
static bool is_usual(const char *target)
{
	static const char *const trees[] = { "/proc", "/sys", "/dev" };
	static const char *const files[] = { "/", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf" };
	for (size_t index = 0; index < sizeof files / sizeof files[0]; index += 1) {
		if (strcmp(target, files[index]) == 0)
			return true;
	}
	for (size_t index = 0; index < sizeof trees / sizeof trees[0]; index += 1) {
		size_t length = strlen(trees[index]);
		if (strncmp(target, trees[index], length) == 0 && (target[length] == 0 || target[length] == '/'))
			return true;
	}
	for (int index = 0; index < wish.mounts.count; index += 1) {
		const char *given = wish.mounts.items[index];
		size_t length = strlen(given);
		// A folder that was requested may bring mounts below it.
		if (strncmp(target, given, length) == 0 && (target[length] == 0 || target[length] == '/'))
			return true;
	}
	return false;
}

static void by_unasked_mount(struct finding *out)
{
	FILE *mounts = fopen("/proc/self/mounts", "re");
	char line[8192], target[4096], kind[64];
	if (mounts == NULL)
		return unable(out, "The list of mounts cannot be read.");
	while (fgets(line, sizeof line, mounts)) {
		if (sscanf(line, "%*s %4095s %63s", target, kind) != 2)
			continue;
		if (is_usual(target) || strcmp(kind, "tmpfs") == 0)
			continue;
		fclose(mounts);
		return succeeded(out, "%s (%s) is mounted and was not requested.", target, kind);
	}
	fclose(mounts);
	blocked(out, 0, "Nothing is mounted beyond what was requested.");
}

/** Whoever can speak to a socket can do what the program behind it does. */
static bool speaks_to(const char *path)
{
	static const int kinds[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(path);
	bool done = false;
	if (length >= sizeof address.sun_path)
		return access(path, W_OK) == 0;
	memcpy(address.sun_path, path, length);
	for (size_t index = 0; !done && index < sizeof kinds / sizeof kinds[0]; index += 1) {
		int fd = socket(AF_UNIX, kinds[index] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0)
			continue;
		// One that is too busy to answer is there as well.
		done = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
		close(fd);
	}
	return done;
}

static bool is_socket(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

static void read_granted(struct finding *out)
{
	for (int index = 0; index < wish.granted.count; index += 1) {
		const char *given = wish.granted.items[index];
		if (is_socket(given) && speaks_to(given))
			return succeeded(out, "%s can be spoken to.", given);
		int fd = open(given, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			continue;
		close(fd);
		return succeeded(out, "%s can be read.", wish.granted.items[index]);
	}
	blocked(out, 0, "No system folder of this machine is in it.");
}

static void write_granted(struct finding *out)
{
	char path[4200];
	for (int index = 0; index < wish.granted.count; index += 1) {
		const char *given = wish.granted.items[index];
		struct stat status;
		if (stat(given, &status) != 0)
			continue;
		if (!S_ISDIR(status.st_mode)) {
			int file = S_ISREG(status.st_mode) ? open(given, O_WRONLY | O_CLOEXEC) : -1;
			if (file < 0)
				continue;
			close(file);
			return succeeded(out, "%s can be written.", given);
		}
		snprintf(path, sizeof path, "%s/.joey-inside-%s", given, wish.nonce);
		int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			continue;
		close(fd);
		unlink(path);
		return succeeded(out, "Files can be made in %s.", given);
	}
	blocked(out, 0, "No system folder of this machine can be written.");
}

/** CVE-2019-5736: a program of the host that runs inside, open for writing. */
static void write_shared_program(struct finding *out)
{
	static const char *const paths[] = { "/proc/self/exe", "/dev/.joey/probe", NULL };
	int error = ENOENT;
	for (int index = 0; paths[index]; index += 1) {
		struct statvfs status;
		int fd = open(paths[index], O_WRONLY | O_CLOEXEC);
		if (fd >= 0) {
			close(fd);
			return succeeded(out, "%s opened for writing.", paths[index]);
		}
		error = errno == ENOENT ? error : errno;
		// A program that runs cannot be written even where its disk can: what counts is the disk.
		if (errno == ETXTBSY && statvfs(paths[index], &status) == 0 && !(status.f_flag & ST_RDONLY)) {
			return succeeded(out, "%s lies on a writable mount.", paths[index]);
		}
	}
	blocked(out, error, "The probe's own program: %s.", strerror(error));
}

static bool runs_foreign_program(int pid, void *data)
{
	char link[64], target[4096];
	struct stat real, seen;
	snprintf(link, sizeof link, "/proc/%d/exe", pid);
	ssize_t length = readlink(link, target, sizeof target - 1);
	if (length <= 0 || stat(link, &real) != 0)
		return false;
	target[length] = 0;
	if (stat(target, &seen) == 0 && seen.st_ino == real.st_ino && seen.st_dev == real.st_dev)
		return false;
	int fd = open(link, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	int error = errno;
	// Deleted or replaced programs of the sandbox's own are no hole: they lie in its own tree.
	if (strstr(target, " (deleted)") || strncmp(target, "/memfd:", 7) == 0)
		fd = fd < 0 ? fd : (close(fd), -1), error = 0;
	if (fd < 0 && error != ETXTBSY)
		return false;
	if (fd >= 0)
		close(fd);
	succeeded(data, "%s leads to a program of another tree that may be written.", link);
	return true;
}

static void write_runtime(struct finding *out)
{
	if (!each_process(runs_foreign_program, out))
		blocked(out, 0, "No process runs a program from outside.");
}

static void write_sysfs(struct finding *out)
{
	static const char *const paths[] = { "/sys/kernel/uevent_helper",
		                             "/sys/kernel/mm/ksm/run",
		                             "/sys/power/state",
		                             "/sys/kernel/mm/transparent_hugepage/enabled",
		                             "/sys/module/kernel/uevent",
		                             "/sys/bus/pci/rescan",
		                             "/sys/fs/fuse/connections",
		                             "/sys/kernel/profiling",
		                             "/sys/kernel/fscaps",
		                             "/sys/kernel/rcu_expedited",
		                             NULL };
	try_opening(out, paths, O_WRONLY);
}

const struct probe file_probes[] = {
	{ "files.by-path", by_path, 3000 },
	{ "files.by-process-root", by_process_root, 5000 },
	{ "files.by-open-folder", by_open_folder, 5000 },
	{ "files.by-handle", by_handle, 3000 },
	{ "files.by-chroot", by_chroot, 3000 },
	{ "files.unasked-mount", by_unasked_mount, 3000 },
	{ "files.system-folder-read", read_granted, 3000 },
	{ "files.system-folder-write", write_granted, 3000 },
	{ "files.shared-program", write_shared_program, 3000 },
	{ "files.runtime-program", write_runtime, 5000 },
	{ "files.sysfs-write", write_sysfs, 3000 },
	{ NULL, NULL, 0 },
};
