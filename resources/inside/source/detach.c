#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "detach.h"

/** In the child. What keeps the program from running goes to the parent; where it runs, the kernel closes the pipe. */
static _Noreturn void run_program(char **program, int report)
{
	setsid();
	int null = open("/dev/null", O_RDWR);
	for (int stream = 0; null >= 0 && stream <= STDERR_FILENO; stream += 1)
		dup2(null, stream);
	if (null > STDERR_FILENO)
		close(null);
	execvp(program[0], program);
	int error = errno;
	ssize_t sent = write(report, &error, sizeof error);
	_exit(sent == sizeof error ? 0 : 1);
}

static int say(const char *program, int error)
{
	int missing = error == ENOENT || error == ENOTDIR;
	fprintf(stderr, "joey: %s: %s\n", program, missing ? "command not found" : strerror(error));
	return missing ? 127 : 126;
}

int run_detached(char **program)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return say(program[0], errno);
	pid_t child = fork();
	if (child < 0)
		return say(program[0], errno);
	if (child == 0)
		run_program(program, ends[1]);
	close(ends[1]);
	int error = 0;
	ssize_t length;
	do
		length = read(ends[0], &error, sizeof error);
	while (length < 0 && errno == EINTR);
	if (length != sizeof error)
		return 0;
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return say(program[0], error);
}
