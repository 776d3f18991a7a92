/* The main process: its streams are ports of their own, so that they outlive the agent. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "fields.h"
#include "files.h"
#include "loop.h"
#include "main-process.h"
#include "namespaces.h"
#include "ports.h"
#include "process.h"
#include "protocol.h"
#include "stats.h"

enum { CHUNK_BYTES = 32768 };

/* Bytes on their way between a descriptor and a port. */
struct flow {
	uint8_t bytes[CHUNK_BYTES];
	size_t start, length;
};

static pid_t main_pid = -1;

static struct flow to_process, to_host, errors_to_host;
static struct watch in = { .fd = -1 }, out = { .fd = -1 }, err = { .fd = -1 }, report = { .fd = -1 };
static int slave = -1;
static bool is_terminal, pending_start, started, exited;
static uint32_t start_request;
static int words[2];
static int exit_status;

static void shut(struct watch *watch)
{
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
	watch->got = 0;
}

void main_start(uint32_t request, const struct process *process)
{
	struct process_streams streams;

	if (pending_start || started) {
		reply_failed(request, EALREADY, "process");
		return;
	}
	open_main_ports();
	main_pid = start_process(PROCESS_MAIN, process, &streams);
	if (main_pid < 0) {
		reply_failed(request, errno, "process");
		return;
	}
	in.fd = streams.in;
	out.fd = streams.out;
	err.fd = streams.err;
	report.fd = streams.report;
	slave = streams.slave;
	is_terminal = process->tty;
	start_request = request;
	pending_start = true;
}

static void start_failed(void)
{
	reply_failed(start_request, words[1], stage_name(words[0]));
	pending_start = false;
	main_pid = -1;
	sandbox_is_over();
	shut(&in);
	shut(&out);
	shut(&err);
	if (slave >= 0)
		close(slave);
	slave = -1;
}

static void start_succeeded(void)
{
	struct writer writer = { .length = 0 };

	pending_start = false;
	started = true;
	write_number(&writer, FIELD_PID, (uint64_t)main_pid);
	control_send(TO_HOST_STARTED, start_request, writer.bytes, writer.length);
}

static void pump_report(void)
{
	ssize_t count;

	if (!pending_start || report.got == 0)
		return;
	count = read(report.fd, words, sizeof(words));
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	shut(&report);
	if (count == (ssize_t)sizeof(words))
		start_failed();
	else
		start_succeeded();
}

int main_signal(int number)
{
	if (main_pid <= 0 || exited)
		return ESRCH;
	return kill(main_pid, number) < 0 ? errno : 0;
}

/* A mask of signals, as status shows it: "SigCgt:\t0000000000004002". */
static uint64_t signal_mask(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at == NULL ? 0 : strtoull(at + strlen(name), NULL, 16);
}

int main_handles(int number, bool *handles)
{
	char path[40], status[4096];
	uint64_t mask;

	if (main_pid <= 0 || exited)
		return ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/status", main_pid);
	if (read_small(path, status, sizeof(status)) < 0)
		return ESRCH;
	/* Who ignores it may do so to finish something, and ends by itself then. */
	mask = signal_mask(status, "\nSigCgt:") | signal_mask(status, "\nSigBlk:") | signal_mask(status, "\nSigIgn:");
	*handles = number == SIGKILL || (mask >> (number - 1) & 1) != 0;
	return 0;
}

int main_resize(unsigned columns, unsigned rows)
{
	if (main_pid <= 0 || exited)
		return ESRCH;
	if (!is_terminal)
		return ENOTTY;
	resize_terminal(out.fd, columns, rows);
	return 0;
}

static void watch_output(struct watch *watch, const struct flow *flow, const struct port *port)
{
	watch->got = 0;
	watch->want = POLLIN;
	if (watch->fd >= 0 && flow->length == 0 && (port->fd < 0 || port->writable))
		loop_watch(watch);
	if (flow->length > 0 && port->writable)
		loop_wake_in(0);
}

void main_watch(void)
{
	report.got = 0;
	report.want = POLLIN;
	if (report.fd >= 0)
		loop_watch(&report);
	if (pending_start)
		return;
	watch_output(&out, &to_host, &ports[PORT_MAIN]);
	watch_output(&err, &errors_to_host, &ports[PORT_STDERR]);
	in.got = 0;
	in.want = POLLOUT;
	if (in.fd >= 0 && to_process.length > 0)
		loop_watch(&in);
	else if (started && ports[PORT_STDIN].readable)
		loop_wake_in(0);
}

static void fill(struct flow *flow, struct watch *watch)
{
	ssize_t count;

	if (watch->fd < 0 || flow->length > 0 || (watch->got == 0 && !exited))
		return;
	count = read(watch->fd, flow->bytes, CHUNK_BYTES);
	if (count > 0) {
		flow->start = 0;
		flow->length = (size_t)count;
	} else if (count == 0 || exited || (errno != EAGAIN && errno != EINTR)) {
		/* The main process has ended and with it all others: what is not in the pipe by now will never come. */
		shut(watch);
	}
}

static void drain(struct flow *flow, struct port *port)
{
	while (flow->length > 0) {
		ssize_t count = port->fd < 0 ? (ssize_t)flow->length
		                             : port_write(port, flow->bytes + flow->start, flow->length);

		if (count <= 0)
			return;
		flow->start += (size_t)count;
		flow->length -= (size_t)count;
	}
}

static void pump_output(struct flow *flow, struct watch *watch, struct port *port)
{
	drain(flow, port);
	fill(flow, watch);
	drain(flow, port);
}

static void write_input(void)
{
	while (to_process.length > 0) {
		ssize_t count = in.fd < 0 ? (ssize_t)to_process.length
		                          : write(in.fd, to_process.bytes + to_process.start, to_process.length);

		if (count < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (count < 0)
			shut(&in);
		else {
			to_process.start += (size_t)count;
			to_process.length -= (size_t)count;
		}
	}
}

static void pump_input(void)
{
	struct port *port = &ports[PORT_STDIN];
	ssize_t count;

	write_input();
	if (to_process.length == 0 && (count = port_read(port, to_process.bytes, CHUNK_BYTES)) > 0) {
		to_process.start = 0;
		to_process.length = (size_t)count;
		write_input();
	}
	/* A terminal has no end of its input: whoever types in it may come back. */
	if (to_process.length == 0 && port_is_at_end(port) && !is_terminal)
		shut(&in);
}

void main_pump(void)
{
	pump_report();
	if (!started)
		return;
	pump_input();
	pump_output(&to_host, &out, &ports[PORT_MAIN]);
	pump_output(&errors_to_host, &err, &ports[PORT_STDERR]);
}

bool main_reaped(pid_t pid, int status)
{
	if (pid != main_pid)
		return false;
	/* Its report may still be unread: a program that could not be run, or one that was over at once. */
	report.got = POLLIN;
	pump_report();
	if (started) {
		exited = true;
		sandbox_is_over();
		exit_status = status;
		main_report_exit();
	}
	loop_wake_in(0);
	return true;
}

bool main_has_started(void)
{
	return started;
}

bool main_has_exited(void)
{
	return exited;
}

bool main_is_drained(void)
{
	return out.fd < 0 && err.fd < 0 && to_host.length == 0 && errors_to_host.length == 0;
}

static int exit_code(void)
{
	return WIFSIGNALED(exit_status) ? 128 + WTERMSIG(exit_status) : WEXITSTATUS(exit_status);
}

void main_report_exit(void)
{
	struct writer writer = { .length = 0 };

	write_number(&writer, FIELD_CODE, (uint64_t)exit_code());
	write_number(&writer, FIELD_OOM_KILLS, oom_kills());
	control_send(TO_HOST_MAIN_EXITED, 0, writer.bytes, writer.length);
}

void main_write_status(void)
{
	char line[96];

	snprintf(line, sizeof(line), "{\"code\":%d,\"oomKills\":%llu}\n", exit_code(), (unsigned long long)oom_kills());
	port_write(&ports[PORT_STATUS], line, strlen(line));
}
