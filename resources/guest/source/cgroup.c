/* All processes of the sandbox are in one cgroup of the guest, where limits hold and usage is counted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "files.h"

#define TOP "/sys/fs/cgroup"
#define SANDBOX TOP "/sandbox"

static bool mounted;
static char controllers[256];

void cgroup_set_up(void)
{
	static const char *const wanted[] = { "+cpu", "+memory", "+pids", "+io" };

	if (mount("cgroup", TOP, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return;
	/* One by one: a kernel without one of them refuses the whole line. */
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		write_small(TOP "/cgroup.subtree_control", wanted[i]);
	if (mkdir(SANDBOX, 0755) < 0)
		return;
	mounted = true;
	read_small(SANDBOX "/cgroup.controllers", controllers, sizeof(controllers));
}

bool cgroup_has(const char *controller)
{
	size_t length = strlen(controller);

	for (const char *at = controllers; (at = strstr(at, controller)) != NULL; at += length)
		if ((at == controllers || at[-1] == ' ') && strchr(" \n", at[length]) != NULL)
			return true;
	return false;
}

int cgroup_join(void)
{
	return mounted ? write_small(SANDBOX "/cgroup.procs", "0") : 0;
}

bool cgroup_number(const char *file, const char *key, uint64_t *value)
{
	char path[96], text[4096];
	const char *at = text;

	snprintf(path, sizeof(path), SANDBOX "/%s", file);
	if (!mounted || read_small(path, text, sizeof(text)) < 0)
		return false;
	if (key != NULL) {
		size_t length = strlen(key);

		while (strncmp(at, key, length) != 0 || at[length] != ' ') {
			at = strchr(at, '\n');
			if (at == NULL || *++at == 0)
				return false;
		}
		at += length;
	}
	*value = strtoull(at, NULL, 10);
	return true;
}

/* A container's limit cannot be set below what is in use, and so it is here. */
static int make_memory_room(uint64_t limit)
{
	uint64_t used = 0;
	char text[32];

	if (!cgroup_number("memory.current", NULL, &used) || used <= limit)
		return 0;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)(used - limit));
	write_small(SANDBOX "/memory.reclaim", text);
	return cgroup_number("memory.current", NULL, &used) && used > limit ? EBUSY : 0;
}

int cgroup_limit(const char *file, const uint64_t *value)
{
	char path[96], text[32] = "max";
	bool is_memory = strcmp(file, "memory.max") == 0;
	int error;

	if (!cgroup_has(is_memory ? "memory" : "pids"))
		return value == NULL ? 0 : EOPNOTSUPP;
	if (value != NULL && is_memory && (error = make_memory_room(*value)) != 0)
		return error;
	if (value != NULL)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)*value);
	snprintf(path, sizeof(path), SANDBOX "/%s", file);
	return write_small(path, text);
}

int cgroup_freeze(bool frozen)
{
	return mounted ? write_small(SANDBOX "/cgroup.freeze", frozen ? "1" : "0") : 0;
}

uint64_t cgroup_oom_kills(void)
{
	uint64_t count = 0;

	return cgroup_number("memory.events", "oom_kill", &count) ? count : 0;
}
