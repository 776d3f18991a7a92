#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "touch.h"
#include "work.h"

/** Has the kernel of this sandbox write out what it keeps back of files. */
static int flush_files(void)
{
	sync();
	return 0;
}

static int set_hostname(const char *name)
{
	return sethostname(name, strlen(name)) == 0 ? 0 : errno;
}

/** Whether the process has a stream of the host open, as gVisor names them, that is not one of the first `own`. */
static int holds_stream(const char *pid, long own)
{
	char path[64], target[64];
	snprintf(path, sizeof path, "/proc/%.16s/fd", pid);
	DIR *folder = opendir(path);
	if (folder == NULL)
		return 0;
	int holds = 0;
	for (struct dirent *entry; !holds && (entry = readdir(folder));) {
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
		if (length <= 0)
			continue;
		target[length] = 0;
		holds = strncmp(target, "host:[", 6) == 0 && atol(target + 6) > own;
	}
	closedir(folder);
	return holds;
}

/** Sends the signal to every process but this one that holds such a stream; how many there are. */
static int signal_holders(long own, int number)
{
	DIR *folder = opendir("/proc");
	if (folder == NULL)
		return -1;
	int holders = 0;
	for (struct dirent *entry; (entry = readdir(folder));) {
		pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
		if (pid <= 0 || pid == getpid() || !holds_stream(entry->d_name, own))
			continue;
		holders += 1;
		// The end of the first process would be that of the sandbox.
		if (pid != 1)
			kill(pid, number);
	}
	closedir(folder);
	return holders;
}

/** Ends what was started in this sandbox from outside, as the hang-up of its terminal would, and then for certain. */
static int let_go(long own)
{
	for (int round = 0; round < 60; round += 1) {
		int holders = signal_holders(own, round == 0 ? SIGHUP : round < 8 ? 0 : SIGKILL);
		if (holders <= 0)
			return holders == 0 ? 0 : 3;
		usleep(25000);
	}
	return 4;
}

/** Sends a signal to the main process, which the engine itself cannot. */
static int signal_main(int number)
{
	return kill(1, number) == 0 ? 0 : errno;
}

/** Network connections of this sandbox, and how much has gone over each interface, as the kernel writes them. */
static int print_connections(void)
{
	static const char *const files[] = { "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/snmp", "/proc/net/dev" };
	char part[4096];

	for (size_t index = 0; index < sizeof files / sizeof files[0]; index += 1) {
		int file = open(files[index], O_RDONLY | O_CLOEXEC);
		ssize_t length = 0;
		if (file < 0)
			continue;
		while ((length = read(file, part, sizeof part)) > 0) {
			if (write(STDOUT_FILENO, part, (size_t)length) != length)
				length = -1;
		}
		close(file);
		if (length < 0)
			return 5;
	}
	return 0;
}

int do_work(int count, char **arguments)
{
	if (count == 2 && strcmp(arguments[1], "--connections") == 0)
		return print_connections();
	if (count == 2 && strcmp(arguments[1], "--sync") == 0)
		return flush_files();
	if (count == 3 && strcmp(arguments[1], "--hostname") == 0)
		return set_hostname(arguments[2]);
	if (count == 3 && strcmp(arguments[1], "--let-go") == 0)
		return let_go(atol(arguments[2]));
	if (count == 3 && strcmp(arguments[1], "--signal") == 0)
		return signal_main(atoi(arguments[2]));
	if (count == 4 && strcmp(arguments[1], "--touch") == 0)
		return touch_changed(arguments[2], arguments[3]);
	return -1;
}
