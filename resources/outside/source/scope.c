/*
 * Runs a command in a domain of Landlock, as far as this kernel has it: neither it nor what it starts can send a signal to a process
 * outside, connect to an abstract socket of one, or use TCP. For what stands between a guest and this machine and needs
 * none of it, also where it shares a namespace with others. Of files nothing is restricted, because a process with such a
 * restriction can mount nothing, and what is run sets up its mounts first.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "outside.h"

/* Of linux/landlock.h, which is not among the headers of the C library. */
struct ruleset {
	uint64_t files, network, scopes;
};
enum { CREATE_RULESET = 444, RESTRICT_SELF = 446, ASK_VERSION = 1 };
enum { BIND_TCP = 1, CONNECT_TCP = 2, ABSTRACT_SOCKETS = 1, SIGNALS = 2 };
/* Versions of the kernel's interface since which it has these: Linux 6.7 and 6.12. */
enum { WITH_NETWORK = 4, WITH_SCOPES = 6 };

static long restrict_by_promise(int ruleset)
{
	if (errno != EPERM || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return syscall(RESTRICT_SELF, ruleset, 0);
}

void run_in_scope(char **words)
{
	char **command = words + 1;
	int is_local = strcmp(words[0], "local") == 0;
	long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
	if (version < WITH_NETWORK)
		run(command);
	struct ruleset rules = { .network = is_local ? BIND_TCP | CONNECT_TCP : 0 };
	if (version >= WITH_SCOPES)
		rules.scopes = ABSTRACT_SOCKETS | SIGNALS;
	/* A domain without any restriction is none to the kernel. */
	if (rules.network == 0 && rules.scopes == 0)
		run(command);
	int ruleset = (int)syscall(CREATE_RULESET, &rules, sizeof(rules), 0);
	/* This machine's root need not promise to gain no privileges; who lacks the capability for that does. */
	if (ruleset < 0 || (syscall(RESTRICT_SELF, ruleset, 0) < 0 && restrict_by_promise(ruleset) < 0))
		fail("cannot set", "a domain of Landlock");
	close(ruleset);
	run(command);
}
