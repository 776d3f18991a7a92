/* What a process of the sandbox may not do, set just before its program runs. */
#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"
#include "privileges.h"
#include "process-plan.h"

enum { CAPABILITY_VERSION_3 = 0x20080522, CAPABILITIES_MAX = 64, OPEN_FILES_SOFT = 65536, OPEN_FILES_HARD = 1048576 };

/* Of the kernel's interface capset(2), whose header is not among those of the C library. */
struct capability_header {
	uint32_t version;
	int pid;
};
struct capability_data {
	uint32_t effective, permitted, inheritable;
};

uint64_t bounding_capabilities;
bool may_gain_rights;

static int drop_bounding(void)
{
	for (unsigned number = 0; number < CAPABILITIES_MAX; number++) {
		/* The first number that the kernel does not know. */
		if (prctl(PR_CAPBSET_READ, number, 0, 0, 0) < 0)
			return 0;
		if ((bounding_capabilities >> number & 1) == 0 && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0)
			return errno;
	}
	return 0;
}

/* Another user than root starts without any, as under Docker. */
static int keep_capabilities(uid_t uid)
{
	struct capability_header header = { .version = CAPABILITY_VERSION_3 };
	uint64_t kept = uid == 0 ? bounding_capabilities : 0;
	struct capability_data data[2] = {
		{ .effective = (uint32_t)kept, .permitted = (uint32_t)kept },
		{ .effective = (uint32_t)(kept >> 32), .permitted = (uint32_t)(kept >> 32) },
	};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &header, data) < 0 ? errno : 0;
}

int drop_privileges(const struct process *process)
{
	struct rlimit files = { .rlim_cur = OPEN_FILES_SOFT, .rlim_max = OPEN_FILES_HARD };
	struct rlimit core = { .rlim_cur = 0, .rlim_max = RLIM_INFINITY };
	int error;

	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_CORE, &core);
	for (size_t i = 0; i < process->limit_count; i++)
		if (setrlimit(process->limits[i].resource, &process->limits[i].value) < 0)
			return errno;
	if ((error = drop_bounding()) != 0)
		return error;
	/*
	 * A filter takes either the promise to gain nothing, or the capability over the machine, which is gone below. All that is called
	 * from here on passes it.
	 */
	if (may_gain_rights && (error = install_filter(bounding_capabilities)) != 0)
		return error;
	if (setgroups(process->group_count, process->groups) < 0)
		return errno;
	if (setresgid(process->gid, process->gid, process->gid) < 0)
		return errno;
	if (setresuid(process->uid, process->uid, process->uid) < 0)
		return errno;
	if ((error = keep_capabilities(process->uid)) != 0)
		return error;
	if (may_gain_rights)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return errno;
	return install_filter(bounding_capabilities);
}
