/* What is mounted into the sandbox's root: the kernel's file systems as in a Docker container, files, shares. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop.h"
#include "root.h"
#include "tree.h"

#define PLAIN (MS_NOSUID | MS_NOEXEC | MS_NODEV)

bool mask_paths = true;

static int terminals = -1;
static unsigned share_count;

static int mount_each(const struct mounting *list, size_t count)
{
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++) {
		error = mount_in_root(&list[i]);
		if (error != 0)
			say("joey-init: cannot mount %s: %s\n", list[i].target, strerror(error));
	}
	return error;
}

/* Devices are those of the guest's kernel, bound one by one into a folder where no other device works. */
static int mount_devices(void)
{
	static const char *const names[] = { "null", "zero", "full", "random", "urandom", "tty" };
	static const char *const links[][2] = {
		{ "/proc/self/fd", "fd" },       { "/proc/self/fd/0", "stdin" }, { "/proc/self/fd/1", "stdout" },
		{ "/proc/self/fd/2", "stderr" }, { "pts/ptmx", "ptmx" },
	};
	int folder, error = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && error == 0; i++) {
		char source[32], target[32];
		struct mounting device = { source, NULL, target, NULL, MS_BIND | MS_NOSUID | MS_NOEXEC, true };

		snprintf(source, sizeof(source), "/dev/%s", names[i]);
		snprintf(target, sizeof(target), "/dev/%s", names[i]);
		error = mount_in_root(&device);
	}
	folder = openat(root_fd, "dev", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (error != 0 || folder < 0)
		return error != 0 ? error : errno;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]) && error == 0; i++)
		error = symlinkat(links[i][0], folder, links[i][1]) < 0 ? errno : 0;
	terminals = openat(folder, "pts", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	close(folder);
	return error != 0 ? error : terminals < 0 ? errno : 0;
}

static int mount_inside(void)
{
	/* A mount of its own, so that root cannot rename it away and put a program of its choice in its place. */
	struct mounting folder = { "tmpfs", "tmpfs", "/dev/.joey", "mode=755,size=64k", PLAIN, false };
	struct mounting program = {
		"/inside", NULL, "/dev/.joey/probe", NULL, MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, true,
	};

	int error;

	if (access("/inside", X_OK) < 0)
		return 0;
	return (error = mount_in_root(&folder)) != 0 ? error : mount_in_root(&program);
}

/* An image whose /proc is a link would have the kernel's trees mounted where the masks do not reach. */
static int refuse_links(void)
{
	static const char *const names[] = { "proc", "sys", "dev" };
	struct stat status;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fstatat(root_fd, names[i], &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(status.st_mode))
			return ENOTDIR;
	return 0;
}

int mount_kernel_trees(uint64_t shm_bytes)
{
	char shm[64];
	const struct mounting list[] = {
		{ "sysfs", "sysfs", "/sys", NULL, PLAIN | MS_RDONLY, false },
		{ "tmpfs", "tmpfs", "/dev", "mode=755,size=65536k", MS_NOSUID | MS_NODEV | MS_STRICTATIME, false },
		{ "devpts", "devpts", "/dev/pts", "newinstance,ptmxmode=0666,mode=0620,gid=5", MS_NOSUID | MS_NOEXEC,
		  false },
		{ "shm", "tmpfs", "/dev/shm", shm, PLAIN, false },
	};
	int error;

	snprintf(shm, sizeof(shm), "mode=1777,size=%llu", (unsigned long long)shm_bytes);
	if ((error = refuse_links()) != 0)
		return error;
	if ((error = mount_each(list, sizeof(list) / sizeof(list[0]))) != 0 || (error = mount_devices()) != 0)
		return error;
	/* What the first process mounts in its own namespaces needs folders, made while the root can be written to. */
	if ((error = make_folder_in_root("/proc")) != 0 || (error = make_folder_in_root("/dev/mqueue")) != 0)
		return error;
	return mount_inside();
}

/* The parts of a field, each with its terminating zero; their number must be right. */
static bool split(const char *spec, size_t length, const char **parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *end = memchr(spec, 0, length);

		if (end == NULL)
			return false;
		parts[i] = spec;
		length -= (size_t)(end + 1 - spec);
		spec = end + 1;
	}
	return length == 0;
}

int mount_share(const char *spec, size_t length)
{
	const char *parts[4]; /* tag, target, file or nothing, "ro" or "rw" */
	char folder[48], source[320];
	bool is_file;
	struct mounting mounting = { source, NULL, NULL, NULL, MS_BIND | MS_NOSUID | MS_NODEV, false };

	if (!split(spec, length, parts, 4) || strchr(parts[2], '/') != NULL || strlen(parts[2]) > 255)
		return EINVAL;
	snprintf(folder, sizeof(folder), "/shares/%u", share_count++);
	if (mkdir(folder, 0700) < 0 || mount(parts[0], folder, "virtiofs", MS_NOSUID | MS_NODEV, NULL) < 0)
		return errno;
	is_file = parts[2][0] != 0;
	snprintf(source, sizeof(source), "%s%s%s", folder, is_file ? "/" : "", parts[2]);
	mounting.target = parts[1];
	mounting.is_file = is_file;
	if (strcmp(parts[3], "rw") != 0)
		mounting.flags |= MS_RDONLY;
	return mount_in_root(&mounting);
}

int mount_tmpfs(const char *spec, size_t length)
{
	const char *parts[2]; /* target, size or nothing */
	char options[64] = "mode=1777";
	struct mounting mounting = { "tmpfs", "tmpfs", NULL, options, PLAIN, false };

	if (!split(spec, length, parts, 2) || strlen(parts[1]) > 20 ||
	    strspn(parts[1], "0123456789") != strlen(parts[1]))
		return EINVAL;
	if (parts[1][0] != 0)
		snprintf(options, sizeof(options), "mode=1777,size=%s", parts[1]);
	mounting.target = parts[0];
	return mount_in_root(&mounting);
}

int put_file(const char *name, const char *content, size_t length)
{
	char path[64];
	size_t written = 0;
	int fd;

	/* The same file is written over: it is what is mounted. */
	snprintf(path, sizeof(path), "/files/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	while (written < length) {
		ssize_t count = write(fd, content + written, length - written);

		if (count < 0) {
			int error = errno;

			close(fd);
			return error;
		}
		written += (size_t)count;
	}
	close(fd);
	return 0;
}

int bind_files(void)
{
	static const char *const names[] = { "hosts", "hostname", "resolv.conf" };
	int error = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && error == 0; i++) {
		char source[32], target[32];
		struct mounting file = { source, NULL, target, NULL, MS_BIND | PLAIN, true };

		snprintf(source, sizeof(source), "/files/%s", names[i]);
		snprintf(target, sizeof(target), "/etc/%s", names[i]);
		if (access(source, F_OK) == 0)
			error = mount_in_root(&file);
	}
	return error;
}

/* As Docker hides and protects them; what this kernel does not have needs no mask. */
static int mount_masks(void)
{
	static const char *const hidden[] = {
		"/proc/acpi",
		"/proc/asound",
		"/proc/interrupts",
		"/proc/kcore",
		"/proc/keys",
		"/proc/latency_stats",
		"/proc/scsi",
		"/proc/timer_list",
		"/proc/timer_stats",
		"/proc/sched_debug",
		"/sys/devices/virtual/powercap",
		"/sys/firmware",
	};
	static const char *const kept[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger" };
	struct stat status;
	int error = 0;

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]) && error == 0; i++) {
		struct mounting folder = { "tmpfs", "tmpfs", hidden[i], "size=0", PLAIN | MS_RDONLY, false };
		struct mounting file = { "/dev/null", NULL, hidden[i], NULL, MS_BIND, true };

		/* Both trees are the kernel's own, mounted a moment ago: there are no links of the guest in these paths. */
		if (fstatat(root_fd, hidden[i] + 1, &status, AT_SYMLINK_NOFOLLOW) == 0)
			error = mount_in_root(S_ISDIR(status.st_mode) ? &folder : &file);
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]) && error == 0; i++) {
		char source[64];
		struct mounting same = { source, NULL, kept[i], NULL, MS_BIND | MS_REC | PLAIN | MS_RDONLY, true };

		snprintf(source, sizeof(source), "/sandbox%s", kept[i]);
		if (fstatat(root_fd, kept[i] + 1, &status, AT_SYMLINK_NOFOLLOW) == 0)
			error = mount_in_root(&same);
	}
	return error;
}

int mount_process_trees(void)
{
	const struct mounting list[] = {
		{ "proc", "proc", "/proc", NULL, PLAIN, false },
		{ "mqueue", "mqueue", "/dev/mqueue", NULL, PLAIN, false },
		{ "cgroup", "cgroup2", "/sys/fs/cgroup", NULL, PLAIN | MS_RDONLY, false },
	};
	int error;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		error = mount_in_root(&list[i]);
		/* Only /proc is indispensable: a kernel may lack the others. */
		if (error != 0 && i == 0)
			return error;
	}
	return mask_paths ? mount_masks() : 0;
}

int open_terminal(int *master, int *slave)
{
	int unlock = 0;

	*master = openat(terminals, "ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (*master < 0)
		return errno;
	if (ioctl(*master, TIOCSPTLCK, &unlock) < 0)
		return errno;
	*slave = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return *slave < 0 ? errno : 0;
}
