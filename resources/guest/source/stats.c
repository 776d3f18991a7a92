/* What the guest counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "fields.h"
#include "files.h"
#include "protocol.h"
#include "root.h"
#include "stats.h"

enum { FIELDS_OF_CPU = 8, IDLE = 3, IO_WAIT = 4 };

static char text[16384];

static uint64_t keyed(const char *key)
{
	const char *at = strstr(text, key);

	return at == NULL ? 0 : strtoull(at + strlen(key), NULL, 10);
}

static void write_memory(struct writer *writer)
{
	uint64_t used;

	if (read_small("/proc/meminfo", text, sizeof(text)) < 0)
		return;
	write_number(writer, FIELD_MEMORY_TOTAL, keyed("MemTotal:") * 1024);
	write_number(writer, FIELD_MEMORY_FREE, keyed("MemFree:") * 1024);
	write_number(writer, FIELD_MEMORY_AVAILABLE, keyed("MemAvailable:") * 1024);
	write_number(writer, FIELD_MEMORY_CACHED, keyed("\nCached:") * 1024);
	if (cgroup_number("memory.current", NULL, &used))
		write_number(writer, FIELD_WORKLOAD_MEMORY, used);
}

static void write_cpu(struct writer *writer)
{
	uint64_t busy = 0, microseconds = 0;
	char *at = text;

	if (read_small("/proc/stat", text, sizeof(text)) < 0)
		return;
	at += strcspn(at, " ");
	for (int i = 0; i < FIELDS_OF_CPU; i++) {
		uint64_t ticks = strtoull(at, &at, 10);

		if (i != IDLE && i != IO_WAIT)
			busy += ticks;
	}
	busy = busy * 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
	write_number(writer, FIELD_GUEST_CPU_NS, busy);
	if (cgroup_number("cpu.stat", "usage_usec", &microseconds))
		busy = microseconds * 1000;
	write_number(writer, FIELD_CPU_NS, busy);
}

static void write_load(struct writer *writer)
{
	uint64_t processes = 0;
	unsigned whole = 0, hundredths = 0;
	unsigned long long tasks = 0;

	if (read_small("/proc/loadavg", text, sizeof(text)) > 0 &&
	    sscanf(text, "%u.%2u %*s %*s %*u/%llu", &whole, &hundredths, &tasks) == 3)
		write_number(writer, FIELD_LOAD_HUNDREDTHS, (uint64_t)whole * 100 + hundredths);
	if (!cgroup_number("pids.current", NULL, &processes))
		processes = tasks;
	write_number(writer, FIELD_PROCESSES, processes);
}

static void write_pressure(struct writer *writer, const char *path, unsigned tag)
{
	unsigned whole, hundredths;

	if (read_small(path, text, sizeof(text)) > 0 && sscanf(text, "some avg10=%u.%2u", &whole, &hundredths) == 2)
		write_number(writer, tag, (uint64_t)whole * 100 + hundredths);
}

static void write_network(struct writer *writer)
{
	unsigned long long received, sent;
	const char *line;

	if (read_small("/proc/net/dev", text, sizeof(text)) < 0 || (line = strstr(text, "eth0:")) == NULL)
		return;
	if (sscanf(line + 5, "%llu %*u %*u %*u %*u %*u %*u %*u %llu", &received, &sent) != 2)
		return;
	write_number(writer, FIELD_NETWORK_RECEIVED, received);
	write_number(writer, FIELD_NETWORK_SENT, sent);
}

static void write_disk(struct writer *writer)
{
	struct statvfs disk;

	if (root_fd < 0 || statvfs("/upper", &disk) < 0)
		return;
	write_number(writer, FIELD_DISK_USED, (uint64_t)(disk.f_blocks - disk.f_bfree) * disk.f_frsize);
	write_number(writer, FIELD_DISK_TOTAL, (uint64_t)disk.f_blocks * disk.f_frsize);
}

uint64_t oom_kills(void)
{
	uint64_t in_group = cgroup_oom_kills(), in_guest;

	if (read_small("/proc/vmstat", text, sizeof(text)) < 0)
		return in_group;
	/* The guest's count holds those within limits of a group too, where the kernel counts at all. */
	in_guest = keyed("\noom_kill ");
	return in_guest > in_group ? in_guest : in_group;
}

void write_stats(struct writer *writer)
{
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	write_number(writer, FIELD_UPTIME_MS, (uint64_t)up.tv_sec * 1000 + (uint64_t)up.tv_nsec / 1000000);
	write_memory(writer);
	write_cpu(writer);
	write_load(writer);
	write_pressure(writer, "/proc/pressure/cpu", FIELD_CPU_PRESSURE_HUNDREDTHS);
	write_pressure(writer, "/proc/pressure/memory", FIELD_MEMORY_PRESSURE_HUNDREDTHS);
	write_pressure(writer, "/proc/pressure/io", FIELD_IO_PRESSURE_HUNDREDTHS);
	write_network(writer);
	write_disk(writer);
	write_number(writer, FIELD_OOM_KILLS, oom_kills());
}
