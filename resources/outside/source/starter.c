/*
 * Starts programs for the agent, which is large: when it forks, the kernel copies its page tables, and the agent stands
 * still until the new program runs. This process is small, and shares its memory with a child until that has become the
 * program (vfork).
 *
 * Requests come on standard input and answers go to standard output, in the form that README.md describes. It ends when
 * its input does, so with the agent; what it has started goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outside.h"

/* A program's arguments and environment are at most 2 MiB on Linux by default. */
enum { MAX_REQUEST = 4 * 1024 * 1024, MAX_STREAMS = 8, MAX_WORDS = 8192, FIRST_OWN = 32 };
enum { STARTED = 0, FAILED = 1, ENDED = 2 };
enum { OWN_GROUP = 1 };

struct request {
	uint32_t id, flags, score, streams;
	char kind[MAX_STREAMS];
	uint32_t number[MAX_STREAMS];
	char *folder;
	char **arguments, **environment;
};

struct answer {
	uint32_t id, what, value;
	/* The agent's ends of pipes, here, until it says that it has opened them. */
	int32_t ends[MAX_STREAMS];
};

struct child {
	struct child *next;
	uint32_t id;
	pid_t process;
	int ends[MAX_STREAMS];
};

static struct child *children;
static int agent;
static sigset_t blocked;

static void read_all(void *place, size_t size)
{
	char *at = place;
	while (size > 0) {
		ssize_t got = read(STDIN_FILENO, at, size);
		if (got == 0)
			_exit(0);
		if (got < 0 && errno != EINTR)
			fail("cannot read", "a request");
		if (got > 0) {
			at += got;
			size -= (size_t)got;
		}
	}
}

static void write_all(const void *place, size_t size)
{
	const char *at = place;
	while (size > 0) {
		ssize_t put = write(STDOUT_FILENO, at, size);
		if (put < 0 && errno != EINTR)
			_exit(0);
		if (put > 0) {
			at += put;
			size -= (size_t)put;
		}
	}
}

/* Above those that a program gets, so that none is in the way of another. */
static int move_up(int descriptor)
{
	if (descriptor < 0)
		return -1;
	int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, FIRST_OWN);
	int problem = errno;
	close(descriptor);
	errno = problem;
	return moved;
}

static void close_all(int *descriptors, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (descriptors[i] >= 0)
			close(descriptors[i]);
		descriptors[i] = -1;
	}
}

static int make_pipe(char kind, int *own, int *other)
{
	int both[2];
	if (pipe2(both, O_CLOEXEC) < 0)
		return -1;
	int readable = move_up(both[0]);
	int writable = move_up(both[1]);
	*own = kind == 'r' ? writable : readable;
	*other = kind == 'r' ? readable : writable;
	return readable < 0 || writable < 0 ? -1 : 0;
}

static int open_streams(const struct request *request, int *own, int *other)
{
	for (uint32_t i = 0; i < request->streams; i++) {
		char kind = request->kind[i];
		if (kind == 'r' || kind == 'w') {
			if (make_pipe(kind, &own[i], &other[i]) < 0)
				return -1;
			continue;
		}
		if (kind == 'n')
			own[i] = move_up(open("/dev/null", O_RDWR | O_CLOEXEC));
		else
			own[i] = move_up((int)syscall(SYS_pidfd_getfd, agent, request->number[i], 0));
		if (own[i] < 0)
			return -1;
	}
	return 0;
}

/* How early the kernel kills it for want of memory; before the program runs, so that all that it starts has it. */
static void take_score(const struct request *request)
{
	char text[16];
	if (request->score == 0)
		return;
	int length = snprintf(text, sizeof(text), "%u", request->score);
	int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	/* Nobody is refused to go sooner. */
	if (file < 0 || write(file, text, (size_t)length) < 0)
		return;
	close(file);
}

/* Between vfork and the program: nothing but system calls, and no memory but its own stack is written. */
static int become(const struct request *request, const int *streams)
{
	if (request->flags & OWN_GROUP)
		setsid();
	take_score(request);
	for (uint32_t i = 0; i < request->streams; i++)
		if (dup2(streams[i], (int)i) < 0)
			return errno;
	if (request->folder[0] != '\0' && chdir(request->folder) < 0)
		return errno;
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	execve(request->arguments[0], request->arguments, request->environment);
	return errno;
}

static pid_t start(const struct request *request, const int *streams, int *problem)
{
	volatile int failure = 0;
	pid_t process = vfork();
	if (process == 0) {
		failure = become(request, streams);
		_exit(127);
	}
	*problem = process < 0 ? errno : failure;
	if (process > 0 && failure != 0) {
		while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
			;
		return -1;
	}
	return process;
}

static void serve(const struct request *request)
{
	struct answer answer = { .id = request->id, .what = FAILED };
	int own[MAX_STREAMS], other[MAX_STREAMS];
	for (uint32_t i = 0; i < MAX_STREAMS; i++)
		own[i] = other[i] = -1;
	int problem = 0;
	pid_t process = -1;
	struct child *child = calloc(1, sizeof(*child));
	if (child == NULL || open_streams(request, own, other) < 0)
		problem = errno;
	else
		process = start(request, own, &problem);
	close_all(own, request->streams);
	if (process > 0) {
		child->id = request->id;
		child->process = process;
		memcpy(child->ends, other, sizeof(other));
		child->next = children;
		children = child;
		answer.what = STARTED;
		answer.value = (uint32_t)process;
		memcpy(answer.ends, other, sizeof(other));
	} else {
		close_all(other, request->streams);
		free(child);
		answer.value = (uint32_t)problem;
	}
	write_all(&answer, sizeof(answer));
}

/* The agent has its ends; or, where the program has ended before, it wants them no more. */
static void let_go(uint32_t id)
{
	for (struct child **at = &children; *at != NULL; at = &(*at)->next) {
		struct child *child = *at;
		if (child->id != id)
			continue;
		close_all(child->ends, MAX_STREAMS);
		if (child->process > 0)
			return;
		*at = child->next;
		free(child);
		return;
	}
}

static int has_ends(const struct child *child)
{
	for (uint32_t i = 0; i < MAX_STREAMS; i++)
		if (child->ends[i] >= 0)
			return 1;
	return 0;
}

static void report_end(pid_t process, int status)
{
	for (struct child **at = &children; *at != NULL; at = &(*at)->next) {
		struct child *child = *at;
		if (child->process != process)
			continue;
		struct answer answer = { .id = child->id, .what = ENDED, .value = (uint32_t)status };
		write_all(&answer, sizeof(answer));
		child->process = 0;
		if (has_ends(child))
			return;
		*at = child->next;
		free(child);
		return;
	}
}

static void reap(int signals)
{
	struct signalfd_siginfo information;
	if (read(signals, &information, sizeof(information)) < 0)
		return;
	int status;
	for (pid_t ended = waitpid(-1, &status, WNOHANG); ended > 0; ended = waitpid(-1, &status, WNOHANG))
		report_end(ended, status);
}

static char *next_word(char **at, const char *end)
{
	char *word = *at;
	char *stop = memchr(word, '\0', (size_t)(end - word));
	if (stop == NULL)
		fail("no request", "unfinished text");
	*at = stop + 1;
	return word;
}

/* The length, then: id, flags, score, number of streams, number of arguments; each stream's kind and number; then words. */
static void read_request(void)
{
	static char *buffer;
	static char *words[MAX_WORDS + 2];
	uint32_t size, head[5];
	if (buffer == NULL)
		buffer = malloc(MAX_REQUEST);
	read_all(&size, sizeof(size));
	if (buffer == NULL || size > MAX_REQUEST || size < sizeof(head))
		fail("no request", "of this size");
	read_all(buffer, size);
	memcpy(head, buffer, sizeof(head));
	struct request request = { .id = head[0], .flags = head[1], .score = head[2], .streams = head[3] };
	uint32_t arguments = head[4];
	char *at = buffer + sizeof(head);
	const char *end = buffer + size;
	if (arguments == 0) {
		let_go(request.id);
		return;
	}
	if (request.streams < 3 || request.streams > MAX_STREAMS || arguments > MAX_WORDS ||
	    (size_t)(end - at) < request.streams * 2 * sizeof(uint32_t))
		fail("no request", "of this form");
	for (uint32_t i = 0; i < request.streams; i++, at += 2 * sizeof(uint32_t)) {
		request.kind[i] = at[0];
		memcpy(&request.number[i], at + sizeof(uint32_t), sizeof(uint32_t));
	}
	request.folder = next_word(&at, end);
	uint32_t count = 0;
	while (at < end && count < MAX_WORDS) {
		/* A null pointer ends the arguments; the environment follows it. */
		if (count == arguments)
			words[count++] = NULL;
		words[count++] = next_word(&at, end);
	}
	if (at < end || count < arguments)
		fail("no request", "of this form");
	if (count == arguments)
		words[count++] = NULL;
	words[count] = NULL;
	request.arguments = words;
	request.environment = words + arguments + 1;
	serve(&request);
}

void start_programs(char **command)
{
	/* Whatever the agent itself was started with is not for programs. Before Linux 5.9 that stays. */
	syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
	agent = (int)syscall(SYS_pidfd_open, read_id(command[0]), 0);
	int tried = agent < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, agent, 0, 0);
	/* Says whether descriptors of the agent can be passed on. */
	struct answer ready = { .id = 0, .what = STARTED, .value = tried >= 0 };
	if (tried >= 0)
		close(tried);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	int signals = move_up(signalfd(-1, &blocked, SFD_CLOEXEC));
	agent = move_up(agent);
	if (signals < 0)
		fail("cannot wait for", "what it starts");
	write_all(&ready, sizeof(ready));
	struct pollfd waited[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	for (;;) {
		if (poll(waited, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			fail("cannot wait for", "requests");
		}
		if (waited[1].revents != 0)
			reap(signals);
		if (waited[0].revents != 0)
			read_request();
	}
}
