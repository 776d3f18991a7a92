/*
 * Runs what serves files of this machine to a guest that is not seen here: as root of a user namespace of its own, with the named
 * capabilities over that and no others, and with the socket by which the guest's machine asks.
 */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "outside.h"

/* Where the command finds the socket. */
enum { LISTENING = 3 };

/* Made while this is root of this machine still: who is root in there could neither make it nor replace it. */
static void listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		fail("cannot listen at", path);
	}
	strcpy(address.sun_path, path);
	umask(0177);
	int listening = socket(AF_UNIX, SOCK_STREAM, 0);
	if (listening < 0 || bind(listening, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(listening, 1) < 0)
		fail("cannot listen at", path);
	umask(022);
	if (listening == LISTENING)
		return;
	if (dup2(listening, LISTENING) < 0)
		fail("cannot pass on the socket", path);
	close(listening);
}

static void become_root_of(uint32_t first)
{
	char map[64];
	own_map(map, sizeof(map), first);
	struct holder ids = make_user_namespace(map, map, 0);
	release_holder(ids);
	if (setns(ids.descriptor, CLONE_NEWUSER) < 0)
		fail("cannot join", "the user namespace");
	close(ids.descriptor);
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		fail("cannot become", "root of the user namespace");
}

static uint64_t read_capabilities(const char *text)
{
	char *end = NULL;
	errno = 0;
	uint64_t value = strtoull(text, &end, 16);
	if (errno != 0 || end == text || *end != '\0') {
		errno = EINVAL;
		fail("no capabilities:", text);
	}
	return value;
}

static void keep_only(uint64_t kept)
{
	/* The kernel says where its list ends. */
	for (unsigned long each = 0; each < 64 && prctl(PR_CAPBSET_READ, each) >= 0; each++)
		if ((kept >> each & 1) == 0 && prctl(PR_CAPBSET_DROP, each) < 0)
			fail("cannot give up", "capabilities");
	struct capability_header header = { .version = CAPABILITY_VERSION };
	uint32_t low = (uint32_t)kept;
	uint32_t high = (uint32_t)(kept >> 32);
	struct capability_data data[2] = { { low, low, 0 }, { high, high, 0 } };
	if (syscall(SYS_capset, &header, data) < 0)
		fail("cannot give up", "capabilities");
}

void serve_guest(char **words)
{
	uint32_t first = read_id(words[0]);
	uint64_t kept = read_capabilities(words[2]);
	listen_at(words[1]);
	become_root_of(first);
	keep_only(kept);
	run(words + 3);
}
