/* Starting a process of the sandbox: streams, terminal, namespaces, user, program. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "files.h"
#include "namespaces.h"
#include "privileges.h"
#include "process.h"
#include "program.h"
#include "root.h"
#include "settings.h"
#include "tree.h"

enum { STAGE_CGROUP = 1, STAGE_NAMESPACES, STAGE_TERMINAL, STAGE_FOLDER, STAGE_USER, STAGE_SETTINGS, STAGE_PROGRAM };

/* The child's ends. */
struct ends {
	int in, out, err, report;
};

const char *stage_name(int stage)
{
	static const char *const names[] = {
		[STAGE_CGROUP] = "cgroup",     [STAGE_NAMESPACES] = "namespaces",
		[STAGE_TERMINAL] = "terminal", [STAGE_FOLDER] = "folder",
		[STAGE_USER] = "user",         [STAGE_SETTINGS] = "settings",
		[STAGE_PROGRAM] = "program",
	};

	return stage >= STAGE_CGROUP && stage <= STAGE_PROGRAM ? names[stage] : "process";
}

void resize_terminal(int master, unsigned columns, unsigned rows)
{
	struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows };

	if (columns > 0 && rows > 0)
		ioctl(master, TIOCSWINSZ, &size);
}

static int enter_sandbox(enum process_kind kind)
{
	if (kind == PROCESS_MAIN)
		return enter_root();
	if (kind == PROCESS_EXEC)
		return join_namespaces();
	return fchdir(root_fd) < 0 || chroot(".") < 0 ? errno : 0;
}

/* Who opens /dev/stdout or /dev/tty again needs to own what is behind it. /dev/null belongs to all. */
static void own_stream(int fd, uid_t uid, bool tty)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && (tty || S_ISFIFO(status.st_mode)))
		fchown(fd, uid, (gid_t)-1);
}

static int take_streams(enum process_kind kind, const struct process *process, const struct ends *ends)
{
	/* What is only looked for gets no terminal, whatever it will have when it runs. */
	bool tty = process->tty && kind != PROCESS_CHECK;

	if (setsid() < 0 || dup2(ends->in, 0) < 0 || dup2(ends->out, 1) < 0 || dup2(ends->err, 2) < 0)
		return errno;
	for (int fd = 0; fd <= 2; fd++)
		own_stream(fd, process->uid, tty);
	return tty && ioctl(0, TIOCSCTTY, 0) < 0 ? errno : 0;
}

static void forget_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void fail(int report, int stage, int error)
{
	int words[2] = { stage, error };

	while (write(report, words, sizeof(words)) < 0 && errno == EINTR)
		;
	_exit(127);
}

static _Noreturn void become_process(enum process_kind kind, const struct process *process, const struct ends *ends)
{
	int report = ends->report;
	int error;

	forget_signals();
	umask(022);
	/* Until the program runs, this process still holds much that the sandbox must not get at by ptrace or /proc. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if ((error = take_streams(kind, process, ends)) != 0)
		fail(report, STAGE_TERMINAL, error);
	write_small("/proc/self/oom_score_adj", "0");
	if (kind != PROCESS_CHECK && (error = cgroup_join()) != 0)
		fail(report, STAGE_CGROUP, error);
	if (kind == PROCESS_MAIN && (error = separate_namespaces()) != 0)
		fail(report, STAGE_NAMESPACES, error);
	if (kind == PROCESS_MAIN && (error = apply_settings()) != 0)
		fail(report, STAGE_SETTINGS, error);
	if ((error = enter_sandbox(kind)) != 0)
		fail(report, STAGE_NAMESPACES, error);
	if (report != 3 && dup3(report, 3, O_CLOEXEC) == 3)
		report = 3;
	syscall(SYS_close_range, report + 1, ~0U, 0);
	if (chdir(process->cwd) < 0 && kind != PROCESS_CHECK)
		fail(report, STAGE_FOLDER, errno);
	if ((error = drop_privileges(process)) != 0)
		fail(report, STAGE_USER, error);
	error = run_program(process, kind == PROCESS_CHECK);
	if (error != 0)
		fail(report, STAGE_PROGRAM, error);
	_exit(0);
}

/* A pipe whose end for the host does not block. */
static bool make_pipe(int *host_end, int *child_end, bool to_child)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	*host_end = ends[to_child ? 1 : 0];
	*child_end = ends[to_child ? 0 : 1];
	return fcntl(*host_end, F_SETFL, O_NONBLOCK) == 0;
}

static bool make_terminal(const struct process *process, struct process_streams *streams, struct ends *ends)
{
	if (open_terminal(&streams->out, &streams->slave) != 0)
		return false;
	resize_terminal(streams->out, process->columns, process->rows);
	streams->in = fcntl(streams->out, F_DUPFD_CLOEXEC, 3);
	ends->in = fcntl(streams->slave, F_DUPFD_CLOEXEC, 3);
	ends->out = fcntl(streams->slave, F_DUPFD_CLOEXEC, 3);
	ends->err = fcntl(streams->slave, F_DUPFD_CLOEXEC, 3);
	return streams->in >= 0 && ends->in >= 0 && ends->out >= 0 && ends->err >= 0;
}

static bool make_streams(enum process_kind kind, const struct process *process, struct process_streams *streams,
                         struct ends *ends)
{
	if (!make_pipe(&streams->report, &ends->report, false))
		return false;
	if (process->tty && kind != PROCESS_CHECK)
		return make_terminal(process, streams, ends);
	if (process->with_stdin && kind != PROCESS_CHECK) {
		if (!make_pipe(&streams->in, &ends->in, true))
			return false;
	} else {
		ends->in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	if (kind == PROCESS_CHECK) {
		ends->out = open("/dev/null", O_WRONLY | O_CLOEXEC);
		ends->err = open("/dev/null", O_WRONLY | O_CLOEXEC);
		return ends->in >= 0 && ends->out >= 0 && ends->err >= 0;
	}
	return ends->in >= 0 && make_pipe(&streams->out, &ends->out, false) &&
	       make_pipe(&streams->err, &ends->err, false);
}

static void close_all(const int *descriptors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (descriptors[i] >= 0)
			close(descriptors[i]);
}

pid_t start_process(enum process_kind kind, const struct process *process, struct process_streams *streams)
{
	struct ends ends = { -1, -1, -1, -1 };
	pid_t pid = -1;
	int error;

	*streams = (struct process_streams){ -1, -1, -1, -1, -1 };
	if (make_streams(kind, process, streams, &ends))
		pid = kind == PROCESS_MAIN ? fork_as_first() : kind == PROCESS_EXEC ? fork_into_sandbox() : fork();
	if (pid == 0)
		become_process(kind, process, &ends);
	error = errno;
	close_all((int[]){ ends.in, ends.out, ends.err, ends.report }, 4);
	if (pid < 0) {
		close_all((int[]){ streams->in, streams->out, streams->err, streams->slave, streams->report }, 5);
		*streams = (struct process_streams){ -1, -1, -1, -1, -1 };
	}
	errno = error;
	return pid;
}
