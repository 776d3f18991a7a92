#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outside.h"

void own_map(char *text, size_t size, uint32_t first)
{
	snprintf(text, size, "0 %u %d", first, IDS);
}

static void write_map(pid_t process, const char *file, const char *map)
{
	char path[64];
	char lines[512];
	size_t length = strlen(map);
	if (length >= sizeof(lines)) {
		errno = E2BIG;
		fail("map of ids", map);
	}
	for (size_t i = 0; i <= length; i++)
		lines[i] = map[i] == ',' ? '\n' : map[i];
	snprintf(path, sizeof(path), "/proc/%d/%s", process, file);
	int descriptor = open(path, O_WRONLY | O_CLOEXEC);
	/* The kernel takes a map by one write. */
	if (descriptor < 0 || write(descriptor, lines, length) != (ssize_t)length)
		fail("cannot map ids", map);
	close(descriptor);
}

static void wait_for(int pipe_end, const char *what)
{
	char byte;
	if (read(pipe_end, &byte, 1) != 1) {
		errno = ECHILD;
		fail("a process ended that was to hold", what);
	}
}

static void say_done(int pipe_end)
{
	char byte = 1;
	if (write(pipe_end, &byte, 1) != 1)
		_exit(1);
}

_Noreturn static void hold(int said, int heard, int with_network)
{
	char byte;
	/* Ends with whoever made it, however that ends. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWUSER) < 0)
		fail("cannot make", "a user namespace");
	say_done(said);
	if (read(heard, &byte, 1) != 1)
		_exit(1);
	if (with_network && unshare(CLONE_NEWNET) < 0)
		fail("cannot make", "a network namespace");
	say_done(said);
	for (;;)
		pause();
}

struct holder make_user_namespace(const char *users, const char *groups, int with_network)
{
	int up[2];
	int down[2];
	if (pipe2(up, O_CLOEXEC) < 0 || pipe2(down, O_CLOEXEC) < 0)
		fail("cannot make", "a pipe");
	pid_t process = fork();
	if (process < 0)
		fail("cannot start", "a process");
	if (process == 0) {
		close(up[0]);
		close(down[1]);
		hold(up[1], down[0], with_network);
	}
	close(up[1]);
	close(down[0]);
	wait_for(up[0], "a user namespace");
	write_map(process, "uid_map", users);
	write_map(process, "gid_map", groups);
	say_done(down[1]);
	wait_for(up[0], "a namespace");
	close(up[0]);
	close(down[1]);
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/ns/user", process);
	struct holder made = { .process = process, .descriptor = open(path, O_RDONLY | O_CLOEXEC) };
	if (made.descriptor < 0)
		fail("cannot open", path);
	return made;
}

void release_holder(struct holder holder)
{
	kill(holder.process, SIGKILL);
	while (waitpid(holder.process, NULL, 0) < 0 && errno == EINTR)
		;
}

/* A namespace lives on where a file is covered by it. */
static void keep(pid_t process, const char *kind, const char *file)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", process, kind);
	if (mount(path, file, NULL, MS_BIND, NULL) < 0)
		fail("cannot keep a namespace at", file);
}

void make_namespaces(char **words)
{
	const char *user_file = words[0];
	const char *net_file = words[1];
	char map[64];
	char path[64];
	own_map(map, sizeof(map), read_id(words[2]));
	struct holder holder = make_user_namespace(map, map, 1);
	keep(holder.process, "user", user_file);
	keep(holder.process, "net", net_file);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", holder.process);
	int network = open(path, O_RDONLY | O_CLOEXEC);
	release_holder(holder);
	if (network < 0 || setns(network, CLONE_NEWNET) < 0)
		fail("cannot join", "the network namespace");
	run(words + 3);
}
