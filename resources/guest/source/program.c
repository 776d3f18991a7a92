/* Finding a program by PATH in the sandbox, and running it or only looking whether it could be run. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process-plan.h"
#include "program.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int check_program(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return errno;
	if (!S_ISREG(status.st_mode))
		return EACCES;
	return access(path, X_OK) < 0 ? errno : 0;
}

static int try_program(const char *path, const struct process *process, bool only_look)
{
	if (only_look)
		return check_program(path);
	execve(path, process->argv, process->env);
	return errno;
}

static const char *search_path(const struct process *process)
{
	for (size_t i = 0; i < process->envc; i++)
		if (strncmp(process->env[i], "PATH=", 5) == 0)
			return process->env[i] + 5;
	return DEFAULT_PATH;
}

int run_program(const struct process *process, bool only_look)
{
	const char *name = process->argv[0];
	int result = ENOENT;

	if (name[0] == 0)
		return ENOENT;
	if (strchr(name, '/') != NULL)
		return try_program(name, process, only_look);
	for (const char *at = search_path(process);; at++) {
		size_t length = strcspn(at, ":");
		char path[PATH_MAX];
		int error;

		if ((size_t)snprintf(path, sizeof(path), "%.*s/%s", length > 0 ? (int)length : 1, length > 0 ? at : ".",
		                     name) < sizeof(path)) {
			error = try_program(path, process, only_look);
			if (error == 0)
				return 0;
			/* As a shell has it: the search goes on, but a program that was found and refused is what is reported. */
			if (error != ENOENT && error != ENOTDIR)
				result = error;
			if (error != ENOENT && error != ENOTDIR && error != EACCES)
				return result;
		}
		at += length;
		if (*at == 0)
			return result;
	}
}
