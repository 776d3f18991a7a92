#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include "inside.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/** Whether there is something to read in one of the files; an empty file stands for a masked one. */
static void try_reading(struct finding *out, const char *const *paths)
{
	char byte;
	int error = ENOENT;
	for (; *paths; paths += 1) {
		int fd = open(*paths, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0) {
			error = errno;
			continue;
		}
		ssize_t length = read(fd, &byte, 1);
		close(fd);
		if (length > 0)
			return succeeded(out, "%s can be read.", *paths);
		error = length < 0 ? errno : 0;
	}
	blocked(out, error, "Masked or not there.");
}

static void read_kcore(struct finding *out)
{
	try_reading(out, (const char *const[]){ "/proc/kcore", "/proc/vmcore", NULL });
}

static void read_masked(struct finding *out)
{
	try_reading(out, (const char *const[]){ "/proc/keys", "/proc/timer_list", "/proc/sched_debug",
	                                        "/proc/latency_stats", "/proc/interrupts", "/proc/timer_stats", NULL });
}

/** Whether one of the folders has an entry; an empty one stands for a masked one. */
static void try_listing(struct finding *out, const char *const *paths)
{
	for (; *paths; paths += 1) {
		DIR *folder = opendir(*paths);
		struct dirent *entry;
		while (folder && (entry = readdir(folder))) {
			if (entry->d_name[0] == '.')
				continue;
			succeeded(out, "%s can be looked into.", *paths);
			closedir(folder);
			return;
		}
		if (folder)
			closedir(folder);
	}
	blocked(out, 0, "Masked or not there.");
}

static void list_firmware(struct finding *out)
{
	try_listing(out, (const char *const[]){ "/sys/firmware", "/proc/acpi", "/proc/scsi", "/proc/asound",
	                                        "/sys/devices/virtual/powercap", NULL });
}

static void list_debug(struct finding *out)
{
	try_listing(out,
	            (const char *const[]){ "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/kernel/security", NULL });
}

static void write_sysrq(struct finding *out)
{
	try_opening(out, (const char *const[]){ "/proc/sysrq-trigger", NULL }, O_WRONLY);
}

static void write_core_pattern(struct finding *out)
{
	try_opening(out, (const char *const[]){ "/proc/sys/kernel/core_pattern", NULL }, O_WRONLY);
}

static void write_sysctl(struct finding *out)
{
	static const char *const paths[] = { "/proc/sys/kernel/modprobe",      "/proc/sys/kernel/hotplug",
		                             "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/drop_caches",
		                             "/proc/sys/fs/suid_dumpable",     "/proc/sys/kernel/panic",
		                             "/proc/sys/net/ipv4/ip_forward",  "/proc/irq/default_smp_affinity",
		                             "/proc/sys/vm/panic_on_oom",      NULL };
	try_opening(out, paths, O_WRONLY);
}

static void write_binfmt(struct finding *out)
{
	static const char *const paths[] = { "/proc/sys/fs/binfmt_misc/register", NULL };
	try_opening(out, paths, O_WRONLY);
}

/** Calls `mount` on a folder of its own and undoes it at once. 0 or errno. */
static int try_mount(const char *kind, const char *options, char *folder, size_t size)
{
	make_scratch(folder, size);
	if (folder[0] == 0)
		return EROFS;
	int error = mount("joey", folder, kind, MS_NOSUID | MS_NOEXEC | MS_NODEV, options) == 0 ? 0 : errno;
	if (error)
		rmdir(folder);
	return error;
}

static void unmount(const char *folder)
{
	umount2(folder, MNT_DETACH);
	rmdir(folder);
}

/** CVE-2022-0492 and its elders: a cgroup tree of one's own has a release_agent, which the host runs as root. */
static void mount_cgroup(struct finding *out)
{
	static const char *const attempts[][2] = {
		{ "cgroup", "memory" }, { "cgroup", "rdma" }, { "cgroup", "none,name=joey" }, { "cgroup2", "" }
	};
	char folder[64];
	int error = 0;
	for (int in_namespace = 0; in_namespace < 2; in_namespace += 1) {
		// CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWCGROUP: gives the right to mount where the host allows it to everybody.
		if (in_namespace && syscall(SYS_unshare, 0x10000000 | 0x00020000 | 0x02000000) != 0)
			break;
		for (int index = 0; index < COUNT(attempts); index += 1) {
			error = try_mount(attempts[index][0], attempts[index][1], folder, sizeof folder);
			if (error)
				continue;
			char path[96];
			snprintf(path, sizeof path, "%s/release_agent", folder);
			int fd = open(path, O_WRONLY | O_CLOEXEC);
			succeeded(out, "A %s tree was mounted%s%s.", attempts[index][0],
			          in_namespace ? " in a user namespace" : "",
			          fd >= 0 ? ", and its release_agent opened for writing" : "");
			if (fd >= 0)
				close(fd);
			return unmount(folder);
		}
	}
	blocked(out, error, "mount: %s.", strerror(error));
}

static void mount_debugfs(struct finding *out)
{
	static const char *const kinds[] = { "debugfs", "tracefs", "securityfs", "bpf", "binfmt_misc" };
	char folder[64];
	int error = 0;
	for (int index = 0; index < COUNT(kinds); index += 1) {
		error = try_mount(kinds[index], "", folder, sizeof folder);
		if (error)
			continue;
		succeeded(out, "%s was mounted.", kinds[index]);
		return unmount(folder);
	}
	blocked(out, error, "mount: %s.", strerror(error));
}

/** Opens files of the given names for writing in the cgroup tree, two levels deep. */
static void write_in_cgroups(struct finding *out, const char *const *names)
{
	char path[600];
	int error = ENOENT;
	for (; *names; names += 1) {
		DIR *tree = opendir("/sys/fs/cgroup");
		struct dirent *entry;
		while (tree && (entry = readdir(tree))) {
			bool is_top = strcmp(entry->d_name, ".") == 0;
			if (entry->d_name[0] == '.' && !is_top)
				continue;
			snprintf(path, sizeof path, "/sys/fs/cgroup/%s/%s", entry->d_name, *names);
			int fd = open(path, O_WRONLY | O_CLOEXEC);
			if (fd < 0) {
				if (errno != ENOENT && errno != ENOTDIR)
					error = errno;
				continue;
			}
			close(fd);
			closedir(tree);
			return succeeded(out, "%s opened for writing.", path);
		}
		if (tree)
			closedir(tree);
	}
	blocked(out, error, error == ENOENT ? "There are no such files in it." : "%s.", strerror(error));
}

static void write_release_agent(struct finding *out)
{
	write_in_cgroups(out, (const char *const[]){ "release_agent", "notify_on_release", NULL });
}

static void write_cgroup_limits(struct finding *out)
{
	write_in_cgroups(out,
	                 (const char *const[]){ "memory.limit_in_bytes", "memory.max", "pids.max", "cpu.cfs_quota_us",
	                                        "cpu.max", "devices.allow", "cgroup.procs", NULL });
}

static void load_module(struct finding *out)
{
	// The right is looked at before the arguments, which are not valid.
	static const int accepted[] = { EBADF, EFAULT, ENOEXEC, EINVAL };
	classify_call(out, syscall(SYS_finit_module, -1, "", 0), "finit_module", accepted, COUNT(accepted));
	if (out->seen == BLOCKED)
		classify_call(out, syscall(SYS_init_module, NULL, 0UL, ""), "init_module", accepted, COUNT(accepted));
}

static void remove_module(struct finding *out)
{
	static const int accepted[] = { ENOENT };
	classify_call(out, syscall(SYS_delete_module, "joey_inside_no_such_module", 0x800), "delete_module", accepted,
	              COUNT(accepted));
}

static void make_bpf(struct finding *out)
{
	struct {
		uint32_t type, key_size, value_size, entries;
		unsigned char rest[112];
	} map = { 2, 4, 8, 1, { 0 } };
	classify_call(out, syscall(SYS_bpf, 0, &map, sizeof map), "bpf", NULL, 0);
}

static void open_perf(struct finding *out)
{
	struct {
		uint32_t type, size;
		uint64_t config, rest[12];
	} event = { 1, 112, 0, { 0 } };
	// Of this process first, then of the whole processor.
	classify_call(out, syscall(SYS_perf_event_open, &event, 0, -1, -1, 0UL), "perf_event_open", NULL, 0);
	if (out->seen == BLOCKED)
		classify_call(out, syscall(SYS_perf_event_open, &event, -1, 0, -1, 0UL), "perf_event_open", NULL, 0);
}

static void use_keyring(struct finding *out)
{
	static const int accepted[] = { ENOKEY };
	// KEYCTL_GET_KEYRING_ID of the user's keyring, which no namespace but the user's divides.
	classify_call(out, syscall(SYS_keyctl, 0, -4L, 0L), "keyctl", accepted, COUNT(accepted));
}

static void use_userfaultfd(struct finding *out)
{
	classify_call(out, syscall(SYS_userfaultfd, O_CLOEXEC), "userfaultfd", NULL, 0);
	if (out->seen == BLOCKED)
		classify_call(out, syscall(SYS_userfaultfd, O_CLOEXEC | 1), "userfaultfd", NULL, 0);
}

static void use_io_uring(struct finding *out)
{
	unsigned char parameters[120] = { 0 };
	classify_call(out, syscall(SYS_io_uring_setup, 1, parameters), "io_uring_setup", NULL, 0);
}

static void load_kernel(struct finding *out)
{
	static const int accepted[] = { EINVAL };
	// More segments than the kernel takes: refused after the right was looked at.
	classify_call(out, syscall(SYS_kexec_load, 0UL, 64UL, NULL, 0UL), "kexec_load", accepted, COUNT(accepted));
}

static void read_kernel_log(struct finding *out)
{
	char text[512];
	// SYSLOG_ACTION_READ_ALL
	classify_call(out, syscall(SYS_syslog, 3, text, (int)sizeof text), "syslog", NULL, 0);
}

static void account(struct finding *out)
{
	static const int accepted[] = { ENOENT, ENOTDIR, EACCES };
	classify_call(out, syscall(SYS_acct, "/.joey-inside-no-such-file"), "acct", accepted, COUNT(accepted));
}

static void swap(struct finding *out)
{
	static const int accepted[] = { ENOENT };
	classify_call(out, syscall(SYS_swapon, "/.joey-inside-no-such-file", 0), "swapon", accepted, COUNT(accepted));
}

static void quota(struct finding *out)
{
	static const int accepted[] = { ENOENT, ENODEV, ENOTBLK };
	// Q_QUOTAON of user quotas on a device that is not there
	classify_call(out, syscall(SYS_quotactl, (int)0x80000200, "/.joey-inside-no-such-device", 0, "/"), "quotactl",
	              accepted, COUNT(accepted));
}

static void set_clock(struct finding *out)
{
	struct timex clock = { 0 };
	long got = syscall(SYS_adjtimex, &clock);
	if (got < 0)
		return blocked(out, errno, "adjtimex: %s.", strerror(errno));
	// Writes back what it read.
	clock.modes = ADJ_ESTERROR;
	classify_call(out, syscall(SYS_adjtimex, &clock), "adjtimex", NULL, 0);
}

static void restart(struct finding *out)
{
	static const int accepted[] = { EINVAL };
	// Neither of the magic numbers is right, so nothing happens where the right is held.
	classify_call(out, syscall(SYS_reboot, 0, 0, 0, NULL), "reboot", accepted, COUNT(accepted));
}

static void use_ports(struct finding *out)
{
#ifdef SYS_ioperm
	classify_call(out, syscall(SYS_ioperm, 0x80UL, 1UL, 1), "ioperm", NULL, 0);
	if (out->seen == BLOCKED)
		classify_call(out, syscall(SYS_iopl, 3), "iopl", NULL, 0);
#else
	absent(out, 0, "This processor has no ports.");
#endif
}

const struct probe kernel_probes[] = {
	{ "kernel.memory-image", read_kcore, 3000 },
	{ "kernel.masked-files", read_masked, 3000 },
	{ "kernel.firmware", list_firmware, 3000 },
	{ "kernel.debug-files", list_debug, 3000 },
	{ "kernel.debug-mount", mount_debugfs, 3000 },
	{ "kernel.sysrq", write_sysrq, 3000 },
	{ "kernel.core-pattern", write_core_pattern, 3000 },
	{ "kernel.sysctl", write_sysctl, 3000 },
	{ "kernel.binary-formats", write_binfmt, 3000 },
	{ "kernel.cgroup-mount", mount_cgroup, 5000 },
	{ "kernel.release-agent", write_release_agent, 3000 },
	{ "kernel.module-load", load_module, 3000 },
	{ "kernel.module-remove", remove_module, 3000 },
	{ "kernel.bpf", make_bpf, 3000 },
	{ "kernel.perf-events", open_perf, 3000 },
	{ "kernel.keyring", use_keyring, 3000 },
	{ "kernel.userfaultfd", use_userfaultfd, 3000 },
	{ "kernel.io-uring", use_io_uring, 3000 },
	{ "kernel.kexec", load_kernel, 3000 },
	{ "kernel.log", read_kernel_log, 3000 },
	{ "kernel.accounting", account, 3000 },
	{ "kernel.swap", swap, 3000 },
	{ "kernel.quota", quota, 3000 },
	{ "kernel.clock", set_clock, 3000 },
	{ "kernel.reboot", restart, 3000 },
	{ "kernel.io-ports", use_ports, 3000 },
	{ "limits.cgroup-write", write_cgroup_limits, 3000 },
	{ NULL, NULL, 0 },
};
