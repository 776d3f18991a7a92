/* The namespaces of the sandbox: its processes see neither joey-init nor its file system. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"
#include "namespaces.h"
#include "root.h"
#include "tree.h"

#define SHARED_KINDS (CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static int own_pids = -1;
static int sandbox_pids = -1;
static int main_handle = -1;
static bool has_first;

static bool remember_own(void)
{
	if (own_pids < 0)
		own_pids = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	return own_pids >= 0;
}

static void replace(int *descriptor, int other)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = other;
}

/* Where children of joey-init itself are born again; without that it could start nothing outside of the sandbox. */
static void return_to_own(void)
{
	if (setns(own_pids, CLONE_NEWPID) < 0)
		say("joey-init: cannot return to its own processes: %s\n", strerror(errno));
}

pid_t fork_as_first(void)
{
	char path[64];
	pid_t pid;

	/* Both calls only decide where the next children are born; joey-init itself stays where it is. */
	if (!remember_own() || unshare(CLONE_NEWPID) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		return 0;
	return_to_own();
	if (pid < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	replace(&sandbox_pids, open(path, O_RDONLY | O_CLOEXEC));
	replace(&main_handle, (int)syscall(SYS_pidfd_open, pid, 0));
	has_first = true;
	return pid;
}

void sandbox_is_over(void)
{
	has_first = false;
}

pid_t fork_into_sandbox(void)
{
	pid_t pid;
	int error;

	if (!has_first || sandbox_pids < 0) {
		errno = ESRCH;
		return -1;
	}
	if (!remember_own() || setns(sandbox_pids, CLONE_NEWPID) < 0)
		return -1;
	pid = fork();
	error = errno;
	if (pid != 0)
		return_to_own();
	errno = error;
	return pid;
}

int join_namespaces(void)
{
	return setns(main_handle, SHARED_KINDS) < 0 ? errno : 0;
}

int separate_namespaces(void)
{
	return unshare(SHARED_KINDS) < 0 ? errno : 0;
}

int enter_root(void)
{
	int error;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return errno;
	/* The descriptor that joey-init holds is of its own namespace, in which this process can mount nothing any more. */
	root_fd = open("/sandbox", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return errno;
	if ((error = mount_process_trees()) != 0)
		return error;
	/* The old root lands on top of the new one and is taken away: pivot_root(2), "pivot_root(".", ".")". */
	if (chdir("/sandbox") < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
		return errno;
	return chdir("/") < 0 ? errno : 0;
}

int name_sandbox(const char *name)
{
	int own, error = 0;

	if (main_handle < 0)
		return 0;
	own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	if (own < 0 || setns(main_handle, CLONE_NEWUTS) < 0)
		error = errno;
	else {
		error = sethostname(name, strlen(name)) < 0 ? errno : 0;
		setns(own, CLONE_NEWUTS);
	}
	if (own >= 0)
		close(own);
	return error;
}

int kill_everything(int number)
{
	pid_t pid = fork_into_sandbox();

	if (pid == 0) {
		/* All that this process can see, but the first one. */
		kill(-1, number);
		_exit(0);
	}
	return pid < 0 ? errno : 0;
}
