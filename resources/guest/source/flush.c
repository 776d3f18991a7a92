/* Writing out what the sandbox has written. A child does it: a slow disk must not stop the loop. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "flush.h"

enum { FLUSHES_MAX = 8 };

static struct {
	pid_t pid;
	uint32_t request;
	/* The requester is gone. */
	bool orphan;
} flushes[FLUSHES_MAX];

static _Noreturn void write_out(void)
{
	int fd = open("/upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	_exit(fd < 0 || syncfs(fd) < 0 ? errno : 0);
}

void flush_disk(uint32_t request)
{
	for (size_t i = 0; i < FLUSHES_MAX; i++) {
		if (flushes[i].pid > 0)
			continue;
		flushes[i].pid = fork();
		if (flushes[i].pid == 0)
			write_out();
		if (flushes[i].pid < 0)
			reply_failed(request, errno, "disk");
		flushes[i].request = request;
		flushes[i].orphan = false;
		return;
	}
	reply_failed(request, EAGAIN, "disk");
}

void flush_forget(void)
{
	for (size_t i = 0; i < FLUSHES_MAX; i++)
		flushes[i].orphan = true;
}

bool flush_reaped(pid_t pid, int status)
{
	for (size_t i = 0; i < FLUSHES_MAX; i++) {
		if (flushes[i].pid != pid)
			continue;
		flushes[i].pid = 0;
		if (flushes[i].orphan)
			return true;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			reply_ok(flushes[i].request);
		else
			reply_failed(flushes[i].request, WIFEXITED(status) ? WEXITSTATUS(status) : EIO, "disk");
		return true;
	}
	return false;
}
