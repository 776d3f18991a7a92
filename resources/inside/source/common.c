#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "inside.h"

static void record(struct finding *out, enum seen seen, int error, const char *format, va_list values)
{
	vsnprintf(out->detail, sizeof out->detail, format, values);
	out->error = error;
	out->seen = seen;
}

void blocked(struct finding *out, int error, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	record(out, BLOCKED, error, format, values);
	va_end(values);
}

void succeeded(struct finding *out, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	record(out, SUCCEEDED, 0, format, values);
	va_end(values);
}

void absent(struct finding *out, int error, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	record(out, ABSENT, error, format, values);
	va_end(values);
}

void unable(struct finding *out, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	record(out, UNABLE, 0, format, values);
	va_end(values);
}

void classify_call(struct finding *out, long result, const char *name, const int *accepted, int accepted_count)
{
	int error = result < 0 ? errno : 0;
	if (error == 0)
		return succeeded(out, "%s was carried out.", name);
	for (int index = 0; index < accepted_count; index += 1) {
		if (accepted[index] != error)
			continue;
		return succeeded(out, "%s was let through and failed only for its arguments (%s).", name,
		                 strerror(error));
	}
	blocked(out, error, "%s: %s.", name, strerror(error));
}

void try_opening(struct finding *out, const char *const *paths, int flags)
{
	int error = ENOENT;
	const char *last = paths[0];
	for (; *paths; paths += 1) {
		int fd = open(*paths, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fd >= 0) {
			close(fd);
			return succeeded(out, "%s opened.", *paths);
		}
		if (errno != ENOENT && errno != ENOTDIR) {
			error = errno;
			last = *paths;
		}
	}
	if (error == ENOENT)
		return blocked(out, error, "%s and the like are not there.", last);
	blocked(out, error, "%s: %s.", last, strerror(error));
}

bool read_secret(int fd, struct finding *out)
{
	char text[sizeof out->found] = "";
	ssize_t length = read(fd, text, sizeof text - 1);
	if (length < (ssize_t)strlen(CANARY) || strncmp(text, CANARY, strlen(CANARY)) != 0)
		return false;
	text[strcspn(text, "\n")] = 0;
	memcpy(out->found, text, sizeof text);
	return true;
}

/** Where files can be made in most images, read-only ones too: /dev is a file system in memory everywhere. */
static const char *const folders[] = { "/dev", "/tmp", "/dev/shm", "/var/tmp", "/run", "" };

void make_scratch(char *path, size_t size)
{
	for (size_t index = 0; index < sizeof folders / sizeof folders[0]; index += 1) {
		snprintf(path, size, "%s/.joey-inside-%d", folders[index], (int)getpid());
		if (mkdir(path, 0700) == 0 || errno == EEXIST)
			return;
	}
	path[0] = 0;
}

int make_node(char *path, size_t size, int type, unsigned major, unsigned minor)
{
	int error = ENOENT;
	for (size_t index = 0; index < sizeof folders / sizeof folders[0]; index += 1) {
		snprintf(path, size, "%s/.joey-node-%d", folders[index], (int)getpid());
		if (mknod(path, (mode_t)type | 0600, makedev(major, minor)) == 0)
			return 0;
		if (errno == EPERM || error == ENOENT)
			error = errno;
	}
	path[0] = 0;
	return error;
}

bool each_process(bool (*visit)(int pid, void *data), void *data)
{
	DIR *folder = opendir("/proc");
	if (folder == NULL)
		return false;
	bool stopped = false;
	struct dirent *entry;
	for (int left = 512; !stopped && left > 0 && (entry = readdir(folder));) {
		int pid = atoi(entry->d_name);
		if (pid <= 0)
			continue;
		left -= 1;
		stopped = visit(pid, data);
	}
	closedir(folder);
	return stopped;
}

bool is_foreign(int pid)
{
	char path[64], own[64] = "", other[64] = "";
	if (readlink("/proc/self/ns/pid", own, sizeof own - 1) <= 0)
		return false;
	snprintf(path, sizeof path, "/proc/%d/ns/pid", pid);
	if (readlink(path, other, sizeof other - 1) <= 0)
		return false;
	return strcmp(own, other) != 0;
}

long now_ms(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000L + at.tv_nsec / 1000000;
}

bool has_own_kernel(void)
{
	return strcmp(wish.class, "container") != 0;
}
