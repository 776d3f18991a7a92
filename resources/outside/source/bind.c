/*
 * Binds trees of this machine where only one sandbox will see them: in the mount namespace that it is run in. What the agent
 * has checked and holds is cloned by the agent's descriptor, so that no name is looked up again and nobody can lead it elsewhere.
 * The kernel clones what a descriptor names in the descriptor's own mount namespace alone, which is the agent's; what is
 * cloned is nowhere yet, and may be mounted in any.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "outside.h"

static void enter(int space)
{
	if (setns(space, CLONE_NEWNS) < 0)
		fail("cannot enter", "a mount namespace");
}

/* HELD is a descriptor of a process, or the name of something that is Joey's own. */
static int clone_held(const char *held, const char *source, int own_space)
{
	int process;
	char path[64];
	if (sscanf(held, "/proc/%d/fd/", &process) != 1)
		return clone_tree(held, source);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", process);
	int space = open(path, O_RDONLY | O_CLOEXEC);
	if (space < 0)
		fail("cannot open", path);
	enter(space);
	close(space);
	int descriptor = clone_tree(held, source);
	enter(own_space);
	return descriptor;
}

void bind_trees(char **words)
{
	int own_space = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (own_space < 0 || before < 0)
		fail("cannot open", "where it is run");
	char **next = words;
	for (; next[0] != NULL && strcmp(next[0], "--") != 0; next += 4) {
		if (next[1] == NULL || next[2] == NULL || next[3] == NULL) {
			errno = EINVAL;
			fail("not a tree:", next[0]);
		}
		const char *held = strcmp(next[3], "-") == 0 ? next[0] : next[3];
		int descriptor = clone_held(held, next[0], own_space);
		uint64_t access = strcmp(next[2], "ro") == 0 ? READ_ONLY : 0;
		set_attributes(descriptor, access | NO_SUID | NO_DEV, -1, next[0]);
		mount_tree(descriptor, next[1]);
	}
	if (next[0] == NULL) {
		errno = EINVAL;
		fail("nothing to run", "");
	}
	/* Entering a namespace leads to its root. */
	if (fchdir(before) < 0)
		fail("cannot go back from", "the agent's mount namespace");
	close(before);
	close(own_space);
	run(next + 1);
}
