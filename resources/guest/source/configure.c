/* `configure`: once per machine, everything between a bare kernel and a sandbox that is ready to run its program. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "configure.h"
#include "fields.h"
#include "files.h"
#include "filter.h"
#include "network.h"
#include "privileges.h"
#include "protocol.h"
#include "root.h"
#include "settings.h"
#include "tree.h"

struct configuration {
	struct layers layers;
	struct network network;
	char *hostname, *cwd;
	const uint8_t *seed;
	size_t seed_length;
	uint64_t time, shm_bytes, pids, memory;
	bool has_pids, has_memory;
};

static bool parse_root(struct reader *reader, const struct field *field, struct layers *layers)
{
	switch (field->tag) {
	case FIELD_LOWER:
		if (layers->lower_count >= sizeof(layers->lowers) / sizeof(layers->lowers[0]))
			return false;
		return (layers->lowers[layers->lower_count++] = field_text(reader, field)) != NULL;
	case FIELD_UPPER:
		return (layers->upper = field_text(reader, field)) != NULL;
	case FIELD_READ_ONLY_ROOT:
		layers->read_only = field_number(reader, field) != 0;
		return true;
	default:
		return false;
	}
}

static bool parse_limits(struct reader *reader, const struct field *field, struct configuration *to)
{
	switch (field->tag) {
	case FIELD_PIDS:
		to->has_pids = true;
		to->pids = field_number(reader, field);
		return true;
	case FIELD_MEMORY:
		to->has_memory = true;
		to->memory = field_number(reader, field);
		return true;
	case FIELD_CAPABILITIES:
		bounding_capabilities = field_number(reader, field);
		return true;
	case FIELD_MASK_PATHS:
		mask_paths = field_number(reader, field) != 0;
		return true;
	case FIELD_SYSTEM_CALL_FILTER:
		filter_system_calls = field_number(reader, field) != 0;
		return true;
	case FIELD_NEW_PRIVILEGES:
		may_gain_rights = field_number(reader, field) != 0;
		return true;
	case FIELD_SHM_BYTES:
		to->shm_bytes = field_number(reader, field);
		return true;
	case FIELD_SETTING:
		return remember_setting((const char *)field->bytes, field->length);
	default:
		return false;
	}
}

static bool parse_rest(struct reader *reader, const struct field *field, struct configuration *to)
{
	switch (field->tag) {
	case FIELD_HOSTNAME:
		return (to->hostname = field_text(reader, field)) != NULL;
	case FIELD_CWD:
		return (to->cwd = field_text(reader, field)) != NULL;
	case FIELD_TIME:
		to->time = field_number(reader, field);
		return true;
	case FIELD_SEED:
		to->seed = field->bytes;
		to->seed_length = field->length;
		return true;
	case FIELD_HOSTS:
		return put_file("hosts", (const char *)field->bytes, field->length) == 0;
	case FIELD_RESOLV_CONF:
		return put_file("resolv.conf", (const char *)field->bytes, field->length) == 0;
	case FIELD_SHARE:
	case FIELD_TMPFS:
		/* Later: they need the root. */
		return true;
	default:
		return false;
	}
}

static int parse_configuration(struct reader reader, struct configuration *to)
{
	struct field field;

	while (next_field(&reader, &field))
		if (!parse_root(&reader, &field, &to->layers) && !parse_network(&reader, &field, &to->network) &&
		    !parse_limits(&reader, &field, to) && !parse_rest(&reader, &field, to))
			return EINVAL;
	return reader.malformed || to->hostname == NULL || to->layers.lower_count == 0 ? EINVAL : 0;
}

int name_host(const char *name)
{
	char line[256];
	size_t length = strlen(name);

	if (length == 0 || length > 64)
		return EINVAL;
	memcpy(line, name, length);
	line[length] = '\n';
	if (sethostname(name, length) < 0)
		return errno;
	return put_file("hostname", line, length + 1);
}

/* In the order in which the host gave them: a later one may lie in an earlier one. */
static int mount_extras(struct reader reader)
{
	struct field field;
	int error = 0;

	while (error == 0 && next_field(&reader, &field)) {
		if (field.tag == FIELD_SHARE)
			error = mount_share((const char *)field.bytes, field.length);
		else if (field.tag == FIELD_TMPFS)
			error = mount_tmpfs((const char *)field.bytes, field.length);
	}
	return error;
}

static void set_kernel_defaults(void)
{
	/* As Docker has them. */
	write_small("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
	write_small("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
	/* Kernel interfaces that a sandbox has no use for and that exploits begin with. Those that are absent are fine. */
	write_small("/proc/sys/user/max_user_namespaces", "0");
	write_small("/proc/sys/kernel/unprivileged_bpf_disabled", "1");
	write_small("/proc/sys/vm/unprivileged_userfaultfd", "0");
	write_small("/proc/sys/kernel/kptr_restrict", "2");
	write_small("/proc/sys/kernel/perf_event_paranoid", "3");
}

#define TRY(call, name) \
	do { \
		int error_ = (call); \
		if (error_ != 0) { \
			*what = (name); \
			return error_; \
		} \
	} while (0)

static int apply(struct reader fields, struct configuration *from, const char **what)
{
	TRY(set_clock(from->time), "clock");
	TRY(add_seed(from->seed, from->seed_length), "seed");
	TRY(name_host(from->hostname), "hostname");
	TRY(mount_root(&from->layers), "root");
	TRY(mount_kernel_trees(from->shm_bytes), "kernel trees");
	TRY(mount_extras(fields), "mounts");
	TRY(bind_files(), "files");
	/* As Docker makes it, also behind a link to nowhere. Where it cannot be made, the main process fails to enter it. */
	if (from->cwd != NULL)
		make_folder_in_root(from->cwd);
	TRY(finish_root(from->layers.read_only), "read-only root");
	TRY(loopback_up(), "loopback");
	if (from->network.address != NULL)
		TRY(network_up(&from->network), "network");
	TRY(cgroup_limit("pids.max", from->has_pids ? &from->pids : NULL), "limit of processes");
	TRY(cgroup_limit("memory.max", from->has_memory ? &from->memory : NULL), "limit of memory");
	set_kernel_defaults();
	return 0;
}

int configure(struct reader fields, const char **what)
{
	/* Once in the life of the machine: what it allocates stays. */
	static struct configuration configuration = { .shm_bytes = 64 << 20 };

	TRY(parse_configuration(fields, &configuration), "configuration");
	return apply(fields, &configuration, what);
}
