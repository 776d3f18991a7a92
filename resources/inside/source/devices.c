#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "inside.h"

struct device {
	const char *path;
	int type;
	unsigned major, minor;
};

/** Opens a device by a node of its own making, so that what counts is the device rules and not what lies in /dev. */
static void try_devices(struct finding *out, const struct device *devices, int count, int flags)
{
	char path[64];
	int error = ENOENT;
	const char *let_through = NULL;
	for (int index = 0; index < count; index += 1) {
		const struct device *device = &devices[index];
		int made = make_node(path, sizeof path, device->type, device->major, device->minor);
		int fd = open(made == 0 ? path : device->path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		int refusal = errno;
		if (made == 0)
			unlink(path);
		if (fd >= 0) {
			close(fd);
			return succeeded(out, "%s (%u:%u) opened.", device->path, device->major, device->minor);
		}
		if (refusal == ENXIO || refusal == ENODEV || refusal == EBUSY)
			let_through = device->path;
		else if (refusal != ENOENT)
			error = refusal;
		else if (made)
			error = made;
	}
	if (let_through)
		return absent(out, ENXIO, "%s was let through, but there is no such device.", let_through);
	blocked(out, error, "%s: %s.", devices[0].path, strerror(error));
}

#define TRY(name, flags, ...) \
	static void name(struct finding *out) \
	{ \
		static const struct device devices[] = { __VA_ARGS__ }; \
		try_devices(out, devices, sizeof devices / sizeof devices[0], flags); \
	}

TRY(open_memory, O_RDONLY, { "/dev/mem", S_IFCHR, 1, 1 }, { "/dev/kmem", S_IFCHR, 1, 2 },
    { "/dev/port", S_IFCHR, 1, 4 })
TRY(open_kernel_log, O_RDONLY, { "/dev/kmsg", S_IFCHR, 1, 11 })
TRY(open_kvm, O_RDWR, { "/dev/kvm", S_IFCHR, 10, 232 })
TRY(open_fuse, O_RDWR, { "/dev/fuse", S_IFCHR, 10, 229 })
TRY(open_loop, O_RDWR, { "/dev/loop-control", S_IFCHR, 10, 237 })
TRY(open_vhost, O_RDWR, { "/dev/vhost-net", S_IFCHR, 10, 238 }, { "/dev/vhost-vsock", S_IFCHR, 10, 241 })
TRY(open_mapper, O_RDWR, { "/dev/mapper/control", S_IFCHR, 10, 236 }, { "/dev/btrfs-control", S_IFCHR, 10, 234 })
TRY(open_input, O_RDONLY, { "/dev/input/event0", S_IFCHR, 13, 64 }, { "/dev/input/mice", S_IFCHR, 13, 63 },
    { "/dev/uinput", S_IFCHR, 10, 223 })
TRY(open_console, O_RDONLY, { "/dev/tty1", S_IFCHR, 4, 1 }, { "/dev/vcs", S_IFCHR, 7, 0 },
    { "/dev/ttyS0", S_IFCHR, 4, 64 })
TRY(open_graphics, O_RDONLY, { "/dev/dri/renderD128", S_IFCHR, 226, 128 }, { "/dev/fb0", S_IFCHR, 29, 0 })

/** Some runtimes let the device itself through; what counts is whether an interface can be made by it. */
static void open_tunnel(struct finding *out)
{
	char path[64];
	int made = make_node(path, sizeof path, S_IFCHR, 10, 200);
	int fd = open(made == 0 ? path : "/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	int error = errno;
	if (made == 0)
		unlink(path);
	if (fd < 0 && (error == ENXIO || error == ENODEV))
		return absent(out, error, "/dev/net/tun was let through, but there is no such device.");
	if (fd < 0)
		return blocked(out, error, "/dev/net/tun: %s.", strerror(error));
	// IFF_TUN, IFF_NO_PI: an interface that is gone when this is closed.
	struct ifreq request = { .ifr_flags = 0x1001 };
	int done = ioctl(fd, 0x400454ca, &request);
	error = errno;
	close(fd);
	if (done != 0)
		return blocked(out, error, "/dev/net/tun opens, but makes no interface: %s.", strerror(error));
	succeeded(out, "The interface %s was made.", request.ifr_name);
}

static void open_disks(struct finding *out)
{
	struct device disks[MOST + 8] = { { "/dev/sda", S_IFBLK, 8, 0 },       { "/dev/vda", S_IFBLK, 254, 0 },
		                          { "/dev/nvme0n1", S_IFBLK, 259, 0 }, { "/dev/loop0", S_IFBLK, 7, 0 },
		                          { "/dev/dm-0", S_IFBLK, 253, 0 },    { "/dev/md0", S_IFBLK, 9, 0 } };
	int count = 6;
	for (int index = 0; index < wish.blocks.count; index += 1) {
		unsigned major, minor;
		if (sscanf(wish.blocks.items[index], "%u:%u", &major, &minor) != 2)
			continue;
		disks[count++] = (struct device){ "a disk of this machine", S_IFBLK, major, minor };
	}
	try_devices(out, disks, count, O_RDONLY);
}

static bool is_usual(const char *name)
{
	static const char *const usual[] = { "null", "zero", "full", "random", "urandom", "tty", "console", "ptmx" };
	for (size_t index = 0; index < sizeof usual / sizeof usual[0]; index += 1) {
		if (strcmp(name, usual[index]) == 0)
			return true;
	}
	return false;
}

/** Looks for nodes that somebody put there. A node that the guest made itself does not open. */
static void look_for_nodes(struct finding *out, const char *folder, int depth)
{
	DIR *list = opendir(folder);
	struct dirent *entry;
	for (int left = 2048; list && left > 0 && out->seen == UNTRIED && (entry = readdir(list)); left -= 1) {
		char path[600];
		struct stat status;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (lstat(path, &status) != 0)
			continue;
		if (S_ISDIR(status.st_mode) && depth > 0 && strcmp(entry->d_name, "pts") != 0)
			look_for_nodes(out, path, depth - 1);
		if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode))
			continue;
		unsigned major_number = major(status.st_rdev);
		// Those that act on being opened: tapes, watchdogs.
		if (is_usual(entry->d_name) || major_number == 9 || strncmp(entry->d_name, "watchdog", 8) == 0)
			continue;
		if (S_ISCHR(status.st_mode) && major_number == 1)
			continue;
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0 && (errno == EPERM || errno == EACCES || errno == ENXIO || errno == ENODEV))
			continue;
		if (fd >= 0)
			close(fd);
		succeeded(out, "%s (%u:%u) is there.", path, major_number, minor(status.st_rdev));
	}
	if (list)
		closedir(list);
}

static void find_nodes(struct finding *out)
{
	look_for_nodes(out, "/dev", 2);
	if (out->seen == UNTRIED)
		blocked(out, 0, "Only the usual devices are in /dev.");
}

static void open_granted(struct finding *out)
{
	for (int index = 0; index < wish.devices.count; index += 1) {
		int fd = open(wish.devices.items[index], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0 && (errno == EPERM || errno == EACCES || errno == ENOENT))
			continue;
		if (fd >= 0)
			close(fd);
		return succeeded(out, "%s can be opened.", wish.devices.items[index]);
	}
	blocked(out, 0, "No device of this machine was given to it.");
}

const struct probe device_probes[] = {
	{ "devices.granted", open_granted, 3000 },
	{ "devices.unasked", find_nodes, 5000 },
	{ "devices.memory", open_memory, 3000 },
	{ "devices.disks", open_disks, 5000 },
	{ "devices.kernel-log", open_kernel_log, 3000 },
	{ "devices.kvm", open_kvm, 3000 },
	{ "devices.fuse", open_fuse, 3000 },
	{ "devices.tunnel", open_tunnel, 3000 },
	{ "devices.loop", open_loop, 3000 },
	{ "devices.mapper", open_mapper, 3000 },
	{ "devices.vhost", open_vhost, 3000 },
	{ "devices.input", open_input, 3000 },
	{ "devices.console", open_console, 3000 },
	{ "devices.graphics", open_graphics, 3000 },
	{ NULL, NULL, 0 },
};
