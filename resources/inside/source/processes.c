#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inside.h"

/** PTRACE_SEIZE attaches without stopping; it is undone by the end of this process. */
static bool traces(int pid, void *data)
{
	if (!is_foreign(pid) || ptrace(0x4206, pid, NULL, NULL) != 0)
		return false;
	succeeded(data, "Process %d outside of it was attached to.", pid);
	return true;
}

static void trace_others(struct finding *out)
{
	if (!each_process(traces, out))
		blocked(out, 0, "No process outside of it can be attached to.");
}

static bool reads_memory(int pid, void *data)
{
	char path[64];
	if (!is_foreign(pid))
		return false;
	snprintf(path, sizeof path, "/proc/%d/mem", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	succeeded(data, "The memory of process %d outside of it opened.", pid);
	return true;
}

static void read_others(struct finding *out)
{
	if (!each_process(reads_memory, out))
		blocked(out, 0, "No memory of a process outside of it can be read.");
}

/** Without the right over another process: is the call itself there? Tried on this process's own parent. */
static void read_memory_call(struct finding *out)
{
	char here, there = 0;
	struct iovec local = { &here, 1 }, remote = { &there, 1 };
	classify_call(out, syscall(SYS_process_vm_readv, getppid(), &local, 1UL, &remote, 1UL, 0UL), "process_vm_readv",
	              NULL, 0);
}

static bool can_signal(int pid, void *data)
{
	if (!is_foreign(pid) || kill(pid, 0) != 0)
		return false;
	succeeded(data, "Process %d outside of it can be sent signals.", pid);
	return true;
}

static void signal_others(struct finding *out)
{
	if (!each_process(can_signal, out))
		blocked(out, 0, "No process outside of it can be sent signals.");
}

/** The kernel's own threads are seen only where the processes of the whole machine are. */
static bool is_kernel_thread(int pid, void *data)
{
	char path[64], name[16] = "";
	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t length = read(fd, name, sizeof name - 1);
	close(fd);
	if (pid != 2 || length < 8 || strncmp(name, "kthreadd", 8) != 0)
		return false;
	succeeded(data, "Threads of the kernel are among its processes.");
	return true;
}

static bool is_agent(int pid, void *data)
{
	char path[64], name[64] = "";
	if (pid != wish.host_pid)
		return false;
	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, name, sizeof name - 1) > 0 && strncmp(name, "joeyd", 5) == 0)
			succeeded(data, "Joey's agent is among its processes.");
		close(fd);
	}
	return ((struct finding *)data)->seen == SUCCEEDED;
}

static void see_others(struct finding *out)
{
	if (each_process(is_kernel_thread, out) || (wish.host_pid > 0 && each_process(is_agent, out)))
		return;
	blocked(out, 0, "It sees its own processes only.");
}

static void join_namespaces(struct finding *out)
{
	static const char *const kinds[] = { "mnt", "net", "pid", "ipc", "uts", "cgroup" };
	char path[64];
	int error = ENOENT;
	for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index += 1) {
		snprintf(path, sizeof path, "/proc/1/ns/%s", kinds[index]);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		long done = syscall(SYS_setns, fd, 0);
		if (done != 0)
			error = errno;
		close(fd);
		if (done == 0)
			return succeeded(out, "setns joined %s.", path);
	}
	blocked(out, error, "setns: %s.", strerror(error));
}

const struct probe process_probes[] = {
	{ "processes.others-seen", see_others, 5000 },
	{ "processes.others-traced", trace_others, 5000 },
	{ "processes.others-memory", read_others, 5000 },
	{ "processes.others-signalled", signal_others, 5000 },
	{ "processes.memory-call", read_memory_call, 3000 },
	{ "processes.join-namespace", join_namespaces, 3000 },
	{ NULL, NULL, 0 },
};
