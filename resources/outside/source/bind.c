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

enum { TREE_WORDS = 6 };

static int is_given(const char *word)
{
	return strcmp(word, "-") != 0;
}

/* SOURCE PLACE rw|ro HELD USERS GROUPS */
static void bind_tree(char **words, int own_space)
{
	for (size_t i = 0; i < TREE_WORDS; i++)
		if (words[i] == NULL) {
			errno = EINVAL;
			fail("not a tree:", words[0]);
		}
	int descriptor = clone_held(is_given(words[3]) ? words[3] : words[0], words[0], own_space);
	uint64_t access = strcmp(words[2], "ro") == 0 ? READ_ONLY : 0;
	struct holder ids = { .descriptor = -1 };
	if (is_given(words[4]))
		ids = make_user_namespace(words[4], words[5], 0);
	set_attributes(descriptor, access | NO_SUID | NO_DEV, ids.descriptor, words[0]);
	if (is_given(words[4])) {
		close(ids.descriptor);
		release_holder(ids);
	}
	mount_tree(descriptor, words[1]);
}

void bind_trees(char **words)
{
	int own_space = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (own_space < 0 || before < 0)
		fail("cannot open", "where it is run");
	char **next = words;
	for (; next[0] != NULL && strcmp(next[0], "--") != 0; next += TREE_WORDS)
		bind_tree(next, own_space);
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
