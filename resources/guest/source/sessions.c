/*
 * Processes that the host runs beside the main one. Each has windows of its own in both directions, so that none holds up
 * another and none makes joey-init grow.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "fields.h"
#include "loop.h"
#include "process.h"
#include "protocol.h"
#include "sessions.h"

enum { ORPHAN_GRACE_MS = 1000 };

struct session {
	struct session *next;
	uint32_t id;
	enum process_kind kind;
	pid_t pid;
	bool tty, reaped, reported, stdin_ended, orphan;
	/* As waitpid has it. */
	int status;
	struct watch in, out, err, report;
	int slave;
	int words[2];
	size_t words_length;
	uint32_t window;
	/* What waits for standard input: `pending` bytes from `start` on, round the corner. */
	uint8_t *ring;
	size_t start, pending;
	int64_t kill_at;
};

static struct session *sessions;
static size_t session_count;

static struct session *find(uint32_t id)
{
	struct session *session = sessions;

	while (session != NULL && (session->id != id || session->orphan))
		session = session->next;
	return session;
}

static void shut(struct watch *watch)
{
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
	watch->got = 0;
}

static void release(struct session *session)
{
	shut(&session->in);
	shut(&session->out);
	shut(&session->err);
	shut(&session->report);
	if (session->slave >= 0)
		close(session->slave);
	free(session->ring);
	free(session);
	session_count--;
}

static void adopt_streams(struct session *session, const struct process_streams *streams)
{
	session->in.fd = streams->in;
	session->out.fd = streams->out;
	session->err.fd = streams->err;
	session->report.fd = streams->report;
	session->slave = streams->slave;
}

void session_open(uint32_t id, enum process_kind kind, const struct process *process)
{
	struct process_streams streams;
	struct session *session;

	if (id == 0 || find(id) != NULL) {
		reply_failed(id, EEXIST, "the session's number");
		return;
	}
	session = session_count < SESSIONS_MAX ? calloc(1, sizeof(*session)) : NULL;
	if (session != NULL && process->with_stdin && (session->ring = malloc(WINDOW_TO_GUEST)) == NULL) {
		free(session);
		session = NULL;
	}
	if (session == NULL) {
		reply_failed(id, EAGAIN, "sessions");
		return;
	}
	session->pid = start_process(kind, process, &streams);
	if (session->pid < 0) {
		reply_failed(id, errno, "process");
		free(session->ring);
		free(session);
		return;
	}
	session->id = id;
	session->kind = kind;
	session->tty = process->tty;
	session->window = WINDOW_TO_HOST;
	adopt_streams(session, &streams);
	session->next = sessions;
	sessions = session;
	session_count++;
}

static void send_credit(const struct session *session, size_t length)
{
	uint32_t bytes = (uint32_t)length;

	if (length > 0 && !session->orphan)
		control_send(TO_HOST_CREDIT, session->id, &bytes, sizeof(bytes));
}

void session_data(uint32_t id, const uint8_t *bytes, size_t length)
{
	struct session *session = find(id);

	/* More than the window: the host broke the protocol, and the surplus is dropped. */
	if (session == NULL || session->ring == NULL || session->stdin_ended ||
	    length > WINDOW_TO_GUEST - session->pending)
		return;
	if (session->in.fd < 0) {
		send_credit(session, length);
		return;
	}
	for (size_t i = 0; i < length; i++)
		session->ring[(session->start + session->pending + i) % WINDOW_TO_GUEST] = bytes[i];
	session->pending += length;
}

void session_stdin_end(uint32_t id)
{
	struct session *session = find(id);

	if (session != NULL)
		session->stdin_ended = true;
}

void session_credit(uint32_t id, uint32_t bytes)
{
	struct session *session = find(id);

	if (session != NULL && bytes <= WINDOW_TO_HOST - session->window)
		session->window += bytes;
}

int session_signal(uint32_t id, int number)
{
	struct session *session = find(id);

	if (session == NULL || session->reaped)
		return ESRCH;
	/* SIGKILL is meant for what it started too: it leads a process group. */
	if (number == SIGKILL)
		kill(-session->pid, number);
	return kill(session->pid, number) < 0 ? errno : 0;
}

int session_resize(uint32_t id, unsigned columns, unsigned rows)
{
	struct session *session = find(id);

	if (session == NULL || session->reaped)
		return ESRCH;
	if (!session->tty)
		return ENOTTY;
	resize_terminal(session->out.fd, columns, rows);
	return 0;
}

void sessions_orphan(void)
{
	for (struct session *session = sessions; session != NULL; session = session->next) {
		if (session->orphan)
			continue;
		session->orphan = true;
		session->kill_at = now_ms() + ORPHAN_GRACE_MS;
		if (!session->reaped) {
			kill(-session->pid, SIGHUP);
			kill(session->pid, SIGHUP);
		}
	}
}

static void watch_output(struct watch *watch, bool wanted)
{
	watch->want = wanted ? POLLIN : 0;
	watch->got = 0;
	if (watch->fd >= 0 && wanted)
		loop_watch(watch);
}

static bool may_send(const struct session *session)
{
	return session->orphan || (session->reported && session->window > 0 && control_has_room());
}

void sessions_watch(void)
{
	for (struct session *session = sessions; session != NULL; session = session->next) {
		watch_output(&session->report, !session->reported);
		watch_output(&session->out, may_send(session));
		watch_output(&session->err, may_send(session));
		session->in.want = POLLOUT;
		session->in.got = 0;
		if (session->in.fd >= 0 && session->pending > 0)
			loop_watch(&session->in);
		if (session->orphan && !session->reaped)
			loop_wake_in(session->kill_at - now_ms());
	}
}

/* What the child says of its start: nothing, and then the pipe's end, where the program runs. */
static void pump_report(struct session *session)
{
	char *at = (char *)session->words + session->words_length;
	struct writer writer = { .length = 0 };
	ssize_t count;

	if (session->reported || (session->report.got == 0 && !session->reaped))
		return;
	count = read(session->report.fd, at, sizeof(session->words) - session->words_length);
	if (count < 0 && errno == EAGAIN && !session->reaped)
		return;
	if (count > 0) {
		session->words_length += (size_t)count;
		if (session->words_length < sizeof(session->words))
			return;
	}
	session->reported = true;
	shut(&session->report);
	if (session->words_length == sizeof(session->words)) {
		if (!session->orphan)
			reply_failed(session->id, session->words[1], stage_name(session->words[0]));
		session->orphan = true;
	} else if (session->kind == PROCESS_EXEC && !session->orphan) {
		write_number(&writer, FIELD_PID, (uint64_t)session->pid);
		control_send(TO_HOST_STARTED, session->id, writer.bytes, writer.length);
	}
}

static void pump_input(struct session *session)
{
	size_t taken = 0;

	while (session->in.fd >= 0 && session->pending > 0) {
		size_t straight = WINDOW_TO_GUEST - session->start;
		size_t size = session->pending < straight ? session->pending : straight;
		ssize_t count = write(session->in.fd, session->ring + session->start, size);

		if (count < 0) {
			if (errno == EAGAIN)
				break;
			/* It does not read any more: what comes is taken and forgotten. */
			shut(&session->in);
			count = (ssize_t)session->pending;
		}
		session->start = (session->start + (size_t)count) % WINDOW_TO_GUEST;
		session->pending -= (size_t)count;
		taken += (size_t)count;
	}
	send_credit(session, taken);
	/* A terminal has no end of its input: whoever types in it may come back. */
	if (session->stdin_ended && session->pending == 0 && !session->tty)
		shut(&session->in);
}

static void pump_output(struct session *session, struct watch *watch, unsigned type)
{
	uint8_t dropped[4096];
	ssize_t count;

	if (watch->fd < 0 || (watch->got == 0 && !session->reaped) || !may_send(session))
		return;
	if (session->orphan) {
		count = read(watch->fd, dropped, sizeof(dropped));
	} else {
		count = control_send_from(watch->fd, type, session->id, session->window);
		if (count > 0)
			session->window -= (uint32_t)count;
	}
	/* A process that has ended has written all that it ever will; what its children still hold open is not waited for. */
	if (count == 0 || (count < 0 && (errno != EAGAIN || session->reaped) && errno != EINTR))
		shut(watch);
	else if (count > 0 && session->reaped)
		loop_wake_in(0);
}

static bool is_over(const struct session *session)
{
	return session->reaped && session->reported && session->out.fd < 0 && session->err.fd < 0;
}

static void report_end(const struct session *session)
{
	struct writer writer = { .length = 0 };
	int status = session->status;

	if (session->orphan)
		return;
	if (session->kind == PROCESS_CHECK) {
		reply_ok(session->id);
		return;
	}
	write_number(&writer, FIELD_CODE,
	             (uint64_t)(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)));
	control_send(TO_HOST_EXIT, session->id, writer.bytes, writer.length);
}

static void pump(struct session *session)
{
	pump_report(session);
	pump_input(session);
	pump_output(session, &session->out, TO_HOST_STDOUT);
	pump_output(session, &session->err, TO_HOST_STDERR);
	if (session->orphan && !session->reaped && now_ms() >= session->kill_at) {
		kill(-session->pid, SIGKILL);
		kill(session->pid, SIGKILL);
	}
}

void sessions_pump(void)
{
	struct session **at = &sessions;

	while (*at != NULL) {
		struct session *session = *at;

		pump(session);
		if (is_over(session)) {
			report_end(session);
			*at = session->next;
			release(session);
		} else {
			at = &session->next;
		}
	}
}

bool sessions_reaped(pid_t pid, int status)
{
	for (struct session *session = sessions; session != NULL; session = session->next) {
		if (session->pid != pid || session->reaped)
			continue;
		session->reaped = true;
		session->status = status;
		loop_wake_in(0);
		return true;
	}
	return false;
}

bool sessions_are_over(void)
{
	return sessions == NULL;
}
