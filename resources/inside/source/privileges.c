#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inside.h"

/** The value of a field of /proc/self/status, or NULL. */
static const char *read_status(const char *path, const char *field, char *value, size_t size)
{
	char line[256];
	size_t length = strlen(field);
	FILE *file = fopen(path, "re");
	const char *found = NULL;
	while (file && !found && fgets(line, sizeof line, file)) {
		if (strncmp(line, field, length) != 0 || line[length] != ':')
			continue;
		snprintf(value, size, "%s", line + length + 1 + strspn(line + length + 1, " \t"));
		value[strcspn(value, "\n")] = 0;
		found = value;
	}
	if (file)
		fclose(file);
	return found;
}

/** The bounding set bounds what any program in it can ever hold; the agent knows what is usual. */
static void read_capabilities(struct finding *out)
{
	char own[64] = "", first[64] = "";
	if (!read_status("/proc/self/status", "CapBnd", own, sizeof own))
		return unable(out, "/proc/self/status shows no capabilities.");
	read_status("/proc/1/status", "CapBnd", first, sizeof first);
	unsigned long long all = strtoull(own, NULL, 16) | strtoull(first, NULL, 16);
	snprintf(out->found, sizeof out->found, "%016llx", all);
	succeeded(out, "It may hold %016llx.", all);
}

static void read_no_new_privileges(struct finding *out)
{
	char own[16] = "", first[16] = "";
	if (!read_status("/proc/self/status", "NoNewPrivs", own, sizeof own))
		return unable(out, "/proc/self/status does not show it.");
	const char *of_first = read_status("/proc/1/status", "NoNewPrivs", first, sizeof first);
	if (strcmp(own, "1") == 0 && (!of_first || strcmp(first, "1") == 0))
		return blocked(out, 0, "no_new_privs is set.");
	succeeded(out, "no_new_privs is not set for %s.", strcmp(own, "1") == 0 ? "process 1" : "this process");
}

static void read_seccomp(struct finding *out)
{
	char own[16] = "", first[16] = "";
	if (!read_status("/proc/self/status", "Seccomp", own, sizeof own))
		return unable(out, "/proc/self/status does not show it.");
	const char *of_first = read_status("/proc/1/status", "Seccomp", first, sizeof first);
	if (strcmp(own, "2") == 0 && (!of_first || strcmp(first, "2") == 0))
		return blocked(out, 0, "A filter is in force.");
	succeeded(out, "Nothing filters the system calls of %s.", strcmp(own, "2") == 0 ? "process 1" : "this process");
}

static void read_user_map(struct finding *out)
{
	FILE *file = fopen("/proc/self/uid_map", "re");
	unsigned long inside = 0, outside = 0, length = 0;
	int fields = file ? fscanf(file, "%lu %lu %lu", &inside, &outside, &length) : 0;
	if (file)
		fclose(file);
	if (fields != 3)
		return unable(out, "/proc/self/uid_map does not show it.");
	snprintf(out->found, sizeof out->found, "%lu", outside);
	if (inside == 0 && outside == 0)
		return succeeded(out, "Its user 0 is user 0 of the system below.");
	blocked(out, 0, "Its user %lu is user %lu of the system below.", inside, outside);
}

static void mount_memory(struct finding *out)
{
	char folder[64];
	make_scratch(folder, sizeof folder);
	if (folder[0] == 0)
		return unable(out, "No folder could be made to try it.");
	classify_call(out, mount("joey", folder, "tmpfs", 0, "size=4k"), "mount", NULL, 0);
	umount2(folder, MNT_DETACH);
	rmdir(folder);
}

/** Takes the write protection off a mount, and puts it back. */
static void remount(struct finding *out)
{
	struct statvfs status;
	if (statvfs("/sys", &status) != 0)
		return unable(out, "There is no mount to try it on.");
	// Never on one that is writable already: what is put back must be what was there.
	if (!(status.f_flag & ST_RDONLY))
		return succeeded(out, "/sys is writable as it is.");
	unsigned long flags = MS_REMOUNT | MS_BIND | (status.f_flag & (ST_NOSUID | ST_NODEV | ST_NOEXEC));
	classify_call(out, mount(NULL, "/sys", NULL, flags, NULL), "mount", NULL, 0);
	if (out->seen == SUCCEEDED)
		mount(NULL, "/sys", NULL, flags | MS_RDONLY, NULL);
}

static void unmount_root(struct finding *out)
{
	// The root of this process never expires: refused after the right was looked at.
	static const int accepted[] = { EINVAL, EBUSY, EAGAIN };
	classify_call(out, umount2("/", MNT_EXPIRE), "umount", accepted, 3);
}

static void pivot(struct finding *out)
{
	static const int accepted[] = { ENOENT };
	classify_call(out, syscall(SYS_pivot_root, "/.joey-inside-none", "/.joey-inside-none"), "pivot_root", accepted,
	              1);
}

static void new_mount_namespace(struct finding *out)
{
	classify_call(out, unshare(CLONE_NEWNS), "unshare", NULL, 0);
}

static void new_user_namespace(struct finding *out)
{
	classify_call(out, unshare(CLONE_NEWUSER), "unshare", NULL, 0);
	if (out->seen == SUCCEEDED)
		return;
	// The other way to one: a filter may have forgotten it.
	long child = syscall(SYS_clone, CLONE_NEWUSER | 17, NULL, NULL, NULL, NULL);
	if (child == 0)
		_exit(0);
	if (child < 0)
		return;
	waitpid((pid_t)child, NULL, 0);
	succeeded(out, "clone made a user namespace.");
}

static void mount_in_user_namespace(struct finding *out)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return blocked(out, errno, "unshare: %s.", strerror(errno));
	mount_memory(out);
}

/** A copy of this program in the sandbox's tree that belongs to root and takes on its user. 0 or errno. */
static int copy_program(char *path, size_t size)
{
	static const char *const folders[] = { "/tmp", "/var/tmp", "/run", "", "/dev/shm", "/dev" };
	char buffer[65536];
	int error = ENOENT, source = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	for (size_t index = 0; source >= 0 && index < sizeof folders / sizeof folders[0]; index += 1) {
		snprintf(path, size, "%s/.joey-setuid-%d", folders[index], (int)getpid());
		int target = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
		if (target < 0) {
			error = errno;
			continue;
		}
		ssize_t length;
		while ((length = read(source, buffer, sizeof buffer)) > 0 &&
		       write(target, buffer, (size_t)length) == length) {
		}
		error = length != 0 || fchmod(target, 04755) != 0 ? EIO : 0;
		close(target);
		if (error == 0)
			break;
		unlink(path);
	}
	if (source >= 0)
		close(source);
	return error;
}

static void gain_by_program(struct finding *out)
{
	char path[64];
	int status = 0, error = copy_program(path, sizeof path);
	if (error)
		return unable(out, "No program could be placed to try it: %s.", strerror(error));
	pid_t child = fork();
	if (child == 0) {
		if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
			_exit(79);
		execl(path, path, "--effective-user", (char *)NULL);
		_exit(80);
	}
	if (child > 0)
		waitpid(child, &status, 0);
	unlink(path);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	if (code == 77)
		return succeeded(out, "A program that belongs to root made user 65534 root.");
	if (code == 78)
		return blocked(out, 0, "A program that belongs to root ran without its rights.");
	if (code == 80)
		return blocked(out, 0, "A program that belongs to root could not be run.");
	unable(out, "It could not be tried as another user.");
}

static void take_capability(struct finding *out)
{
	static const int rights[] = { 21, 12, 16, 17, 19, 2, 25, 38, 39 };
	char held[64] = "";
	for (size_t index = 0; index < sizeof rights / sizeof rights[0]; index += 1) {
		struct {
			unsigned version;
			int pid;
		} header = { 0x20080522, 0 };
		struct {
			unsigned effective, permitted, inheritable;
		} data[2] = { { 0 } };
		if (syscall(SYS_capget, &header, data) != 0)
			return unable(out, "capget: %s.", strerror(errno));
		int right = rights[index];
		if (data[right / 32].permitted & (1u << (right % 32))) {
			snprintf(held + strlen(held), sizeof held - strlen(held), " %d", right);
			continue;
		}
		data[right / 32].permitted |= 1u << (right % 32);
		data[right / 32].effective |= 1u << (right % 32);
		if (syscall(SYS_capset, &header, data) == 0)
			return succeeded(out, "The capability %d was taken.", right);
	}
	if (held[0])
		return succeeded(out, "It holds the capabilities%s.", held);
	blocked(out, EPERM, "None of those that it does not have could be taken.");
}

const struct probe privilege_probes[] = {
	{ "privileges.capabilities", read_capabilities, 3000 },
	{ "privileges.take-capability", take_capability, 3000 },
	{ "privileges.no-new-privileges", read_no_new_privileges, 3000 },
	{ "privileges.filter", read_seccomp, 3000 },
	{ "privileges.user-map", read_user_map, 3000 },
	{ "privileges.mount", mount_memory, 3000 },
	{ "privileges.remount", remount, 3000 },
	{ "privileges.unmount", unmount_root, 3000 },
	{ "privileges.pivot-root", pivot, 3000 },
	{ "privileges.mount-namespace", new_mount_namespace, 3000 },
	{ "privileges.user-namespace", new_user_namespace, 3000 },
	{ "privileges.user-namespace-mount", mount_in_user_namespace, 3000 },
	{ "privileges.set-user-id", gain_by_program, 5000 },
	{ NULL, NULL, 0 },
};
