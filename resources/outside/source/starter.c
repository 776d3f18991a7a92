/*
 * Starts programs for the agent, which is large: when it forks, the kernel copies its page tables, and the agent stands
 * still until the new program runs. This process is small, and shares its memory with a child until that has become the
 * program (vfork, in start-one.c).
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
#include "starter.h"

/* A program's arguments and environment are at most 2 MiB on Linux by default. */
enum { MAX_REQUEST = 4 * 1024 * 1024, MAX_WORDS = 8192, FIRST_OWN = 32 };
enum { STARTED = 0, FAILED = 1, ENDED = 2 };

struct answer {
	uint32_t id, what, value;
	int32_t ends[MAX_STREAMS];
};

static struct child *children;
static int agent;

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

static void forget(struct child *child)
{
	struct child **at = &children;
	while (*at != child)
		at = &(*at)->next;
	*at = child->next;
	free(child);
}

/* Once: from then on its texts are nobody's. */
static void answer_start(struct child *child)
{
	struct answer answer = { .id = child->request.id, .what = FAILED, .value = (uint32_t)child->problem };
	free(child->request.bytes);
	free(child->request.words);
	close_all(child->own, MAX_STREAMS);
	if (child->is_running) {
		answer.what = STARTED;
		answer.value = (uint32_t)child->process;
		memcpy(answer.ends, child->ends, sizeof(answer.ends));
	} else {
		close_all(child->ends, MAX_STREAMS);
	}
	child->is_answered = 1;
	write_all(&answer, sizeof(answer));
	if (!child->is_running)
		forget(child);
}

static void begin(struct child *child)
{
	for (uint32_t i = 0; i < MAX_STREAMS; i++)
		child->own[i] = child->ends[i] = -1;
	child->next = children;
	children = child;
	if (open_streams(&child->request, child->own, child->ends) < 0) {
		child->problem = errno;
		answer_start(child);
	} else {
		start_in_thread(child);
	}
}

/* The agent has its ends, or wants them no more because the program has ended; or it no longer waits for the start. */
static void let_go(uint32_t id)
{
	struct child *child = children;
	while (child != NULL && child->request.id != id)
		child = child->next;
	if (child == NULL)
		return;
	if (!child->is_answered) {
		give_up(child);
		return;
	}
	close_all(child->ends, MAX_STREAMS);
	if (!child->is_running)
		forget(child);
}

static int has_ends(const struct child *child)
{
	for (uint32_t i = 0; i < MAX_STREAMS; i++)
		if (child->ends[i] >= 0)
			return 1;
	return 0;
}

static int is_known(const struct child *child, pid_t process)
{
	return child->is_answered && child->is_running && (process == 0 || child->process == process);
}

/* Of those that are known to run: a thread waits itself for the end of what could not become a program. */
static void report_ends(pid_t process)
{
	for (struct child *child = children, *next; child != NULL; child = next) {
		int status;
		next = child->next;
		if (!is_known(child, process) || waitpid(child->process, &status, WNOHANG) <= 0)
			continue;
		struct answer answer = { .id = child->request.id, .what = ENDED, .value = (uint32_t)status };
		write_all(&answer, sizeof(answer));
		child->is_running = 0;
		if (!has_ends(child))
			forget(child);
	}
}

static void reap(void)
{
	for (;;) {
		siginfo_t ended = { .si_pid = 0 };
		if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) < 0 || ended.si_pid == 0)
			return;
		const struct child *child = children;
		while (child != NULL && !is_known(child, ended.si_pid))
			child = child->next;
		report_ends(child == NULL ? 0 : ended.si_pid);
		/* It stands before all others until its start has been answered, which looks again. */
		if (child == NULL)
			return;
	}
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

/* The folder, the arguments, the environment. */
static void read_words(struct request *request, uint32_t arguments, char *at, const char *end)
{
	uint32_t count = 0;
	for (const char *byte = at; byte < end; byte++)
		count += *byte == '\0';
	/* Two null pointers: one ends the arguments, and the environment follows it. */
	if (count <= arguments || count > MAX_WORDS + 1 || end[-1] != '\0')
		fail("no request", "of this form");
	char **words = request->words = calloc(count + 2, sizeof(*words));
	if (words == NULL)
		fail("cannot start", "for want of memory");
	request->folder = next_word(&at, end);
	for (uint32_t i = 0; i < arguments; i++)
		*words++ = next_word(&at, end);
	for (words++; at < end; words++)
		*words = next_word(&at, end);
	request->arguments = request->words;
	request->environment = request->words + arguments + 1;
}

/* The length, then: id, flags, score, number of streams, number of arguments; each stream's kind and number; then words. */
static void read_request(void)
{
	uint32_t size, head[5];
	read_all(&size, sizeof(size));
	if (size > MAX_REQUEST || size < sizeof(head))
		fail("no request", "of this size");
	char *bytes = malloc(size);
	struct child *child = calloc(1, sizeof(*child));
	if (bytes == NULL || child == NULL)
		fail("cannot start", "for want of memory");
	read_all(bytes, size);
	memcpy(head, bytes, sizeof(head));
	struct request *request = &child->request;
	*request = (struct request){
		.id = head[0], .flags = head[1], .score = head[2], .streams = head[3], .bytes = bytes
	};
	uint32_t arguments = head[4];
	if (arguments == 0) {
		let_go(head[0]);
		free(bytes);
		free(child);
		return;
	}
	char *at = bytes + sizeof(head);
	const char *end = bytes + size;
	if (request->streams < 3 || request->streams > MAX_STREAMS || arguments > MAX_WORDS ||
	    (size_t)(end - at) <= request->streams * 2 * sizeof(uint32_t))
		fail("no request", "of this form");
	for (uint32_t i = 0; i < request->streams; i++, at += 2 * sizeof(uint32_t)) {
		request->kind[i] = at[0];
		memcpy(&request->number[i], at + sizeof(uint32_t), sizeof(uint32_t));
	}
	read_words(request, arguments, at, end);
	begin(child);
}

static _Noreturn void serve(int signals, int started)
{
	struct pollfd waited[3] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = started, .events = POLLIN },
	};
	for (;;) {
		if (poll(waited, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			fail("cannot wait for", "requests");
		}
		struct signalfd_siginfo information;
		if (waited[1].revents != 0 && read(signals, &information, sizeof(information)) < 0)
			fail("cannot wait for", "what it starts");
		if (waited[2].revents != 0)
			for (struct child *child = take_started(); child != NULL; child = take_started())
				answer_start(child);
		if (waited[1].revents != 0 || waited[2].revents != 0)
			reap();
		if (waited[0].revents != 0)
			read_request();
	}
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
	int started = open_threads();
	if (signals < 0 || started < 0)
		fail("cannot wait for", "what it starts");
	write_all(&ready, sizeof(ready));
	serve(signals, started);
}
