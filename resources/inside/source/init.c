#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

/** What the kernel sends for a fault of this program itself, and what nobody can take. */
static const int own_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGKILL, SIGSTOP };

static void nothing(int number)
{
	(void)number;
}

/**
 * Signals are waited for, not handled. The handlers are there all the same: the kernel keeps from process 1 what it has none
 * for, and whoever stops the sandbox looks in /proc whether it would hear.
 */
static void take_signals(sigset_t *taken, sigset_t *before)
{
	sigfillset(taken);
	for (size_t index = 0; index < sizeof own_signals / sizeof own_signals[0]; index += 1)
		sigdelset(taken, own_signals[index]);
	sigprocmask(SIG_BLOCK, taken, before);
	for (int number = 1; number <= SIGRTMAX; number += 1) {
		struct sigaction old;
		if (sigismember(taken, number) != 1 || sigaction(number, NULL, &old) != 0 || old.sa_handler == SIG_IGN)
			continue;
		struct sigaction action = { .sa_handler = nothing };
		sigaction(number, &action, NULL);
	}
	// Of a terminal whose foreground is the program, not this.
	sigdelset(taken, SIGTTIN);
	sigdelset(taken, SIGTTOU);
}

/** In the child: the program in a process group of its own, which has the terminal, as a shell starts it. */
static _Noreturn void run_program(char **program, const sigset_t *mask)
{
	setpgid(0, 0);
	if (isatty(STDIN_FILENO))
		tcsetpgrp(STDIN_FILENO, getpid());
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(program[0], program);
	int error = errno;
	fprintf(stderr, "%s: %s\n", program[0], strerror(error));
	_exit(error == ENOENT || error == ENOTDIR ? 127 : 126);
}

/** Takes the ends of all that have ended; true, with the code as a shell has it, where the program was among them. */
static bool reap(pid_t program, int *code)
{
	bool ended = false;
	int status = 0;
	for (;;) {
		pid_t pid = waitpid(-1, &status, WNOHANG);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid <= 0)
			return ended;
		if (pid != program)
			continue;
		ended = true;
		*code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

int run_as_init(char **program)
{
	sigset_t taken, before;
	take_signals(&taken, &before);
	pid_t child = fork();
	if (child == 0)
		run_program(program, &before);
	if (child < 0) {
		fprintf(stderr, "%s: %s\n", program[0], strerror(errno));
		return 126;
	}
	for (;;) {
		siginfo_t info;
		int number = sigwaitinfo(&taken, &info);
		int code = 0;
		if (number == SIGCHLD && reap(child, &code))
			return code;
		if (number > 0 && number != SIGCHLD)
			kill(child, number);
	}
}
