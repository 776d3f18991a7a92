/* What each message of the host does. Every request has exactly one answer. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "configure.h"
#include "control.h"
#include "fields.h"
#include "flush.h"
#include "hold.h"
#include "main-process.h"
#include "namespaces.h"
#include "process-plan.h"
#include "protocol.h"
#include "requests.h"
#include "sessions.h"
#include "stats.h"
#include "tree.h"

static bool configured, configuration_failed;

static unsigned current_phase(void)
{
	return main_has_started() ? PHASE_RUNNING : configured ? PHASE_CONFIGURED : PHASE_WAITING;
}

void describe_guest(struct writer *writer)
{
	static const char *const controllers[] = { "cpu", "memory", "pids" };
	struct utsname kernel;

	uname(&kernel);
	write_number(writer, FIELD_PROTOCOL, JOEY_PROTOCOL);
	write_text(writer, FIELD_KERNEL_RELEASE, kernel.release);
	write_number(writer, FIELD_PHASE, current_phase());
	write_number(writer, FIELD_PAGE_SIZE, (uint64_t)sysconf(_SC_PAGESIZE));
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		if (cgroup_has(controllers[i]))
			write_text(writer, FIELD_FEATURE, controllers[i]);
	if (access("/proc/pressure/cpu", F_OK) == 0)
		write_text(writer, FIELD_FEATURE, "pressure");
	if (access("/inside", X_OK) == 0)
		write_text(writer, FIELD_FEATURE, "inside");
}

static void answer(uint32_t session, int error, const char *what)
{
	if (error == 0)
		reply_ok(session);
	else
		reply_failed(session, error, what);
}

static void handle_configure(uint32_t session, struct reader fields)
{
	const char *what = "configuration";
	int error;

	if (configured || configuration_failed) {
		reply_failed(session, EALREADY, what);
		return;
	}
	error = configure(fields, &what);
	configured = error == 0;
	configuration_failed = !configured;
	answer(session, error, what);
}

static void handle_process(unsigned type, uint32_t session, struct reader fields)
{
	struct process process;

	if (!configured)
		reply_failed(session, EAGAIN, "configuration");
	else if (!parse_process(&fields, &process)) {
		reply_failed(session, EINVAL, "process");
		free_process(&process);
	} else {
		if (type == TO_GUEST_START_MAIN)
			main_start(session, &process);
		else
			session_open(session, type == TO_GUEST_EXEC ? PROCESS_EXEC : PROCESS_CHECK, &process);
		free_process(&process);
	}
}

/* Numbers that a small request may carry. */
struct numbers {
	uint64_t target, number, session, columns, rows, time, memory, pids;
	bool has_memory, has_pids;
};

static bool parse_numbers(struct reader fields, struct numbers *to)
{
	struct field field;

	memset(to, 0, sizeof(*to));
	while (next_field(&fields, &field)) {
		uint64_t value = field.tag == FIELD_SEED ? 0 : field_number(&fields, &field);

		switch (field.tag) {
		case FIELD_TARGET:
			to->target = value;
			break;
		case FIELD_NUMBER:
			to->number = value;
			break;
		case FIELD_SESSION:
			to->session = value;
			break;
		case FIELD_COLUMNS:
			to->columns = value;
			break;
		case FIELD_ROWS:
			to->rows = value;
			break;
		case FIELD_TIME:
			to->time = value;
			break;
		case FIELD_SEED:
			break;
		case FIELD_MEMORY:
			to->memory = value;
			to->has_memory = true;
			break;
		case FIELD_PIDS:
			to->pids = value;
			to->has_pids = true;
			break;
		default:
			return false;
		}
	}
	return !fields.malformed;
}

static int send_signal(const struct numbers *numbers)
{
	int number = (int)numbers->number, error;

	if (numbers->number == 0 || numbers->number >= NSIG)
		return EINVAL;
	switch (numbers->target) {
	case TARGET_MAIN:
		return main_signal(number);
	case TARGET_ALL:
		error = kill_everything(number);
		return error == 0 ? main_signal(number) : error;
	case TARGET_SESSION:
		return session_signal((uint32_t)numbers->session, number);
	default:
		return EINVAL;
	}
}

static int resize(const struct numbers *numbers)
{
	if (numbers->columns > UINT16_MAX || numbers->rows > UINT16_MAX)
		return EINVAL;
	if (numbers->target == TARGET_MAIN)
		return main_resize((unsigned)numbers->columns, (unsigned)numbers->rows);
	return session_resize((uint32_t)numbers->session, (unsigned)numbers->columns, (unsigned)numbers->rows);
}

static int set_limits(const struct numbers *numbers)
{
	int error = cgroup_limit("memory.max", numbers->has_memory ? &numbers->memory : NULL);

	return error != 0 ? error : cgroup_limit("pids.max", numbers->has_pids ? &numbers->pids : NULL);
}

static int renew(struct reader fields, const struct numbers *numbers)
{
	struct field field;
	int error = set_clock(numbers->time);

	while (error == 0 && next_field(&fields, &field))
		if (field.tag == FIELD_SEED)
			error = add_seed(field.bytes, field.length);
	return error;
}

static void handle_go_on(uint32_t session, struct reader fields)
{
	const char *what;
	int error = go_on(fields, &what);

	answer(session, error, what);
}

static void answer_handles_signal(uint32_t session, const struct numbers *numbers)
{
	struct writer writer = { .length = 0 };
	bool handles;
	int error = numbers->number == 0 || numbers->number >= NSIG ? EINVAL
	                                                            : main_handles((int)numbers->number, &handles);

	if (error != 0) {
		reply_failed(session, error, "signal");
		return;
	}
	write_number(&writer, FIELD_NUMBER, handles);
	control_send(TO_HOST_HANDLES_SIGNAL, session, writer.bytes, writer.length);
}

static int set_files(struct reader fields)
{
	struct field field;
	int error = 0;

	while (error == 0 && next_field(&fields, &field)) {
		if (field.tag == FIELD_HOSTS)
			error = put_file("hosts", (const char *)field.bytes, field.length);
		else if (field.tag == FIELD_RESOLV_CONF)
			error = put_file("resolv.conf", (const char *)field.bytes, field.length);
		else
			error = EINVAL;
	}
	return fields.malformed ? EINVAL : error;
}

static void handle_small(unsigned type, uint32_t session, struct reader fields)
{
	struct numbers numbers;

	if (!parse_numbers(fields, &numbers)) {
		reply_failed(session, EINVAL, "request");
		return;
	}
	switch (type) {
	case TO_GUEST_SIGNAL:
		answer(session, send_signal(&numbers), "signal");
		break;
	case TO_GUEST_RESIZE:
		answer(session, resize(&numbers), "terminal");
		break;
	case TO_GUEST_SET_LIMITS:
		answer(session, set_limits(&numbers), "limits");
		break;
	case TO_GUEST_RENEW:
		answer(session, renew(fields, &numbers), "clock");
		break;
	case TO_GUEST_HANDLES_SIGNAL:
		answer_handles_signal(session, &numbers);
		break;
	default:
		session_stdin_end(session);
	}
}

static void handle_credit(uint32_t session, const uint8_t *payload, size_t length)
{
	uint32_t bytes;

	if (length != sizeof(bytes))
		return;
	memcpy(&bytes, payload, sizeof(bytes));
	session_credit(session, bytes);
}

static void handle_stats(uint32_t session)
{
	struct writer writer = { .length = 0 };

	write_stats(&writer);
	control_send(TO_HOST_STATS, session, writer.bytes, writer.length);
}

void handle_message(unsigned type, uint32_t session, const uint8_t *payload, size_t length)
{
	struct reader fields = read_fields(payload, length);

	switch (type) {
	case TO_GUEST_CONFIGURE:
		handle_configure(session, fields);
		break;
	case TO_GUEST_CHECK:
	case TO_GUEST_START_MAIN:
	case TO_GUEST_EXEC:
		handle_process(type, session, fields);
		break;
	case TO_GUEST_DATA:
		session_data(session, payload, length);
		break;
	case TO_GUEST_CREDIT:
		handle_credit(session, payload, length);
		break;
	case TO_GUEST_SET_FILES:
		answer(session, configured ? set_files(fields) : EAGAIN, "files");
		break;
	case TO_GUEST_STATS:
		handle_stats(session);
		break;
	case TO_GUEST_SIGNAL:
	case TO_GUEST_RESIZE:
	case TO_GUEST_SET_LIMITS:
	case TO_GUEST_RENEW:
	case TO_GUEST_HANDLES_SIGNAL:
	case TO_GUEST_STDIN_END:
		handle_small(type, session, fields);
		break;
	case TO_GUEST_FLUSH:
		flush_disk(session);
		break;
	case TO_GUEST_HOLD:
		hold(session);
		break;
	case TO_GUEST_GO_ON:
		handle_go_on(session, fields);
		break;
	default:
		reply_failed(session, ENOSYS, "message");
	}
}
