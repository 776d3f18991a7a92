/*
 * A sandbox that is held: none of its processes runs until the host lets it go on. So a machine that was restored from a
 * saved state learns who it is before anything in it acts, and the one that it was saved from notices least.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "clock.h"
#include "configure.h"
#include "control.h"
#include "fields.h"
#include "hold.h"
#include "loop.h"
#include "namespaces.h"
#include "network.h"
#include "protocol.h"
#include "tree.h"

/* A process that waits for its disk cannot be held sooner; the state of the machine is whole without that too. */
enum { HOLD_PATIENCE_MS = 1000, HOLD_POLL_MS = 1 };

static bool waiting;
static uint32_t request;
static int64_t wait_until;

void hold(uint32_t session)
{
	int error;

	if (waiting) {
		reply_failed(session, EALREADY, "hold");
		return;
	}
	error = cgroup_freeze(true);
	if (error != 0) {
		reply_failed(session, error, "hold");
		return;
	}
	waiting = true;
	request = session;
	wait_until = now_ms() + HOLD_PATIENCE_MS;
}

void hold_forget(void)
{
	waiting = false;
}

void hold_pump(void)
{
	uint64_t frozen = 0;

	if (!waiting)
		return;
	if (cgroup_number("cgroup.events", "frozen", &frozen) && frozen == 0 && now_ms() < wait_until) {
		loop_wake_in(HOLD_POLL_MS);
		return;
	}
	waiting = false;
	reply_ok(request);
}

/* Another identity than the one that the sandbox was saved with; without a hostname it keeps its own. */
struct identity {
	char *hostname;
	struct network network;
	const uint8_t *seed;
	size_t seed_length;
	uint64_t time;
};

static bool parse_field(struct reader *reader, const struct field *field, struct identity *to)
{
	switch (field->tag) {
	case FIELD_TIME:
		to->time = field_number(reader, field);
		return true;
	case FIELD_SEED:
		to->seed = field->bytes;
		to->seed_length = field->length;
		return true;
	case FIELD_HOSTNAME:
		free(to->hostname);
		return (to->hostname = field_text(reader, field)) != NULL;
	case FIELD_HOSTS:
	case FIELD_RESOLV_CONF:
		/* Later: nothing is changed before all of it is understood. */
		return true;
	default:
		return parse_network(reader, field, &to->network);
	}
}

static int parse_identity(struct reader fields, struct identity *to)
{
	struct field field;

	while (next_field(&fields, &field))
		if (!parse_field(&fields, &field, to))
			return EINVAL;
	return fields.malformed ? EINVAL : 0;
}

static int put_files(struct reader fields)
{
	struct field field;
	int error = 0;

	while (error == 0 && next_field(&fields, &field)) {
		if (field.tag == FIELD_HOSTS)
			error = put_file("hosts", (const char *)field.bytes, field.length);
		else if (field.tag == FIELD_RESOLV_CONF)
			error = put_file("resolv.conf", (const char *)field.bytes, field.length);
	}
	return error;
}

static int become(struct reader fields, const struct identity *identity, const char **what)
{
	int error;

	*what = "hostname";
	if ((error = name_host(identity->hostname)) != 0 || (error = name_sandbox(identity->hostname)) != 0)
		return error;
	*what = "files";
	if ((error = put_files(fields)) != 0)
		return error;
	*what = "network";
	return identity->network.address == NULL ? network_down() : network_up(&identity->network);
}

static int apply(struct reader fields, const struct identity *identity, const char **what)
{
	int error;

	*what = "clock";
	if ((error = set_clock(identity->time)) != 0)
		return error;
	*what = "seed";
	if ((error = add_seed(identity->seed, identity->seed_length)) != 0)
		return error;
	if (identity->hostname != NULL && (error = become(fields, identity, what)) != 0)
		return error;
	*what = "hold";
	return cgroup_freeze(false);
}

int go_on(struct reader fields, const char **what)
{
	struct identity identity = { .hostname = NULL };
	int error = parse_identity(fields, &identity);

	if (waiting) {
		waiting = false;
		reply_ok(request);
	}
	*what = "identity";
	if (error == 0)
		error = apply(fields, &identity, what);
	free(identity.hostname);
	free(identity.network.address);
	free(identity.network.gateway);
	free(identity.network.mac);
	return error;
}
