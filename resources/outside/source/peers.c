/*
 * Reports who is at the other end of connections that another process has, as the kernel knows it: Node has no call for that.
 *
 * Answers line by line, in the words of README.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "outside.h"

enum { PEER_PIDFD = 77 };

static int get_descriptor(int process, int number)
{
	return (int)syscall(SYS_pidfd_getfd, process, number, 0);
}

/* A descriptor of the process that had made the connection, and its number; negative where that process is no more. */
static int open_peer(int connection, pid_t *number)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);
	*number = -1;
	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
		return -1;
	*number = credentials.pid;
	if (credentials.pid == 0)
		return -1;
	int process = -1;
	size = sizeof(process);
	if (getsockopt(connection, SOL_SOCKET, PEER_PIDFD, &process, &size) == 0)
		return process;
	/* Before Linux 6.5 only the number is known, which by now could be another process's. */
	return errno == ENOPROTOOPT ? (int)syscall(SYS_pidfd_open, credentials.pid, 0) : -1;
}

static int read_groups(pid_t number, char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/cgroup", number);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -1;
	size_t length = 0;
	for (;;) {
		ssize_t more = read(file, text + length, size - 1 - length);
		if (more <= 0)
			break;
		length += (size_t)more;
	}
	close(file);
	text[length] = '\0';
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\n')
			text[i] = '\t';
	/* What does not fit would be left out in silence. */
	return length == 0 || length == size - 1 ? -1 : 0;
}

/* Negative: it cannot be looked at. */
static int is_here(pid_t number)
{
	char path[64];
	struct stat own;
	struct stat others;
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", number);
	if (stat("/proc/self/ns/pid", &own) < 0 || stat(path, &others) < 0)
		return -1;
	return own.st_ino == others.st_ino && own.st_dev == others.st_dev;
}

static void report_peer(int connection)
{
	static char groups[16384];
	pid_t number;
	int process = open_peer(connection, &number);
	if (number <= 0) {
		puts(number == 0 ? "0" : "unknown");
		return;
	}
	int here = -1;
	int found = process < 0 ? -1 : read_groups(number, groups, sizeof(groups));
	if (found == 0)
		here = is_here(number);
	/* It is alive at the end, so all of it was about this process. */
	if (here < 0 || syscall(SYS_pidfd_send_signal, process, 0, NULL, 0) < 0)
		puts("gone");
	else
		printf("%d %s %s\n", number, here ? "here" : "elsewhere", groups);
	if (process >= 0)
		close(process);
}

void report_peers(char **words)
{
	char line[32];
	int process = (int)syscall(SYS_pidfd_open, read_id(words[0]), 0);
	int tried = process < 0 ? -1 : get_descriptor(process, 0);
	if (tried < 0)
		fail("cannot look at connections of", words[0]);
	close(tried);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		int connection = get_descriptor(process, atoi(line));
		if (connection < 0)
			puts("unknown");
		else {
			report_peer(connection);
			close(connection);
		}
		fflush(stdout);
	}
	_exit(0);
}
