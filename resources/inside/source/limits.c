#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inside.h"

/** If the kernel has to choose, it shall choose the probe and not the sandbox's own work. */
static void offer_to_die(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1000", 4) != 4) {
	}
	close(fd);
}

static int wait_to_be_killed(void *stack)
{
	(void)stack;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (kill(getppid(), 0) == 0)
		pause();
	return 0;
}

enum { MOST_PROCESSES = 8192, STACK = 4096, KERNEL_MEMORY_EACH = 49152 };

/** A flood of processes, as small as can be; over as soon as the limit is met, or passed. */
static void flood_processes(struct finding *out)
{
	// There the flood would meet the engine's own limit, and end the whole sandbox.
	if (has_own_kernel())
		return unable(out, "It is not tried on a kernel of the sandbox's own.");
	if (wish.pids <= 0)
		return unable(out, "No limit of processes is set.");
	if (wish.pids > MOST_PROCESSES)
		return unable(out, "The limit of %ld processes is too large to be tried.", wish.pids);
	if (wish.memory > 0 && wish.pids * KERNEL_MEMORY_EACH > wish.memory / 2) {
		return unable(out, "%ld processes would run into the limit of memory first.", wish.pids);
	}
	pid_t *children = calloc((size_t)wish.pids + 1, sizeof *children);
	char *stacks = mmap(NULL, ((size_t)wish.pids + 1) * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                    -1, 0);
	if (!children || stacks == MAP_FAILED)
		return unable(out, "There is no memory to try it.");
	offer_to_die();
	long count = 0;
	int error = 0;
	while (count <= wish.pids) {
		// They share this process's memory: a copy for each would cost more than it shows.
		pid_t child = clone(wait_to_be_killed, stacks + (count + 1) * STACK,
		                    CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
		if (child < 0) {
			error = errno;
			break;
		}
		children[count++] = child;
	}
	for (long index = 0; index < count; index += 1)
		kill(children[index], SIGKILL);
	for (long index = 0; index < count; index += 1)
		waitpid(children[index], NULL, 0);
	if (error == EAGAIN)
		return blocked(out, error, "After %ld more processes the kernel gave no other; the limit is %ld.",
		               count, wish.pids);
	if (error)
		return unable(out, "After %ld processes: %s.", count, strerror(error));
	succeeded(out, "%ld processes were started; the limit is %ld.", count, wish.pids);
}

enum { PIECE = 4 << 20 };
static const long long most_memory = 1LL << 30, slack = 64LL << 20;

static void eat_memory(struct finding *out, long long amount)
{
	offer_to_die();
	for (long long eaten = 0; eaten < amount; eaten += PIECE) {
		char *piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (piece == MAP_FAILED)
			_exit(2);
		for (long at = 0; at < PIECE; at += 4096)
			piece[at] = (char)(at >> 12) + 1;
		snprintf(out->found, sizeof out->found, "%lld", (eaten + PIECE) >> 20);
	}
	_exit(0);
}

static void flood_memory(struct finding *out)
{
	int status = 0;
	if (has_own_kernel())
		return unable(out, "It is not tried on a kernel of the sandbox's own.");
	if (wish.memory <= 0)
		return unable(out, "No limit of memory is set.");
	if (wish.memory > most_memory)
		return unable(out, "The limit of %lld MiB is too large to be tried.", wish.memory >> 20);
	pid_t child = fork();
	if (child < 0)
		return unable(out, "No process could be started to try it.");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		eat_memory(out, wish.memory + slack);
	}
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		return succeeded(out, "%s MiB were used; the limit is %lld MiB.", out->found, wish.memory >> 20);
	}
	blocked(out, 0, "It was stopped at %s MiB; the limit is %lld MiB.", out->found, wish.memory >> 20);
}

static void run_in_real_time(struct finding *out)
{
	struct sched_param wanted = { .sched_priority = 1 };
	classify_call(out, syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &wanted), "sched_setscheduler", NULL, 0);
}

static void raise_priority(struct finding *out)
{
	classify_call(out, setpriority(PRIO_PROCESS, 0, -20), "setpriority", NULL, 0);
}

static void avoid_being_killed(struct finding *out)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return blocked(out, errno, "oom_score_adj: %s.", strerror(errno));
	// Of this process alone, which ends at once.
	classify_call(out, write(fd, "-1000", 5), "oom_score_adj", NULL, 0);
	close(fd);
}

static void raise_open_files(struct finding *out)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return unable(out, "getrlimit: %s.", strerror(errno));
	limit.rlim_max += 1;
	classify_call(out, setrlimit(RLIMIT_NOFILE, &limit), "setrlimit", NULL, 0);
}

const struct probe limit_probes[] = {
	{ "limits.real-time", run_in_real_time, 3000 },
	{ "limits.priority", raise_priority, 3000 },
	{ "limits.out-of-memory-order", avoid_being_killed, 3000 },
	{ "limits.open-files", raise_open_files, 3000 },
	{ "limits.processes", flood_processes, 15000 },
	{ "limits.memory", flood_memory, 15000 },
	{ NULL, NULL, 0 },
};
