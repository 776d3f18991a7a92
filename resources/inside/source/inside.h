/*
 * joey-inside tries from inside a sandbox what a sandbox should not be able to do, and reports what it saw. It evaluates
 * nothing: what is expected of which class of sandbox is decided by the agent, from src-agent/observe/selftest/probes.ts.
 *
 * Rules for every probe: harmless where it succeeds (it opens and does not write, or writes back what was there),
 * cleans up, and may be killed at any moment.
 */
#ifndef JOEY_INSIDE_H
#define JOEY_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

enum seen {
	UNTRIED,
	/** The attempt was refused. */
	BLOCKED,
	/** It worked, or the kernel would have done it. */
	SUCCEEDED,
	/** What would have been attacked is not there; for a device: it was let through, but there is no such device. */
	ABSENT,
	/** The attempt could not be made; the detail says why. */
	UNABLE,
};

/** What a probe saw. Lives in memory that is shared with the process that reports, so that it survives a kill. */
struct finding {
	enum seen seen;
	int error;
	/** What was read through a hole; the agent compares it with its secrets. */
	char found[96];
	char detail[400];
};

struct probe {
	const char *id;
	void (*attempt)(struct finding *out);
	int timeout_ms;
};

enum { MOST = 64 };

struct list {
	const char *items[MOST];
	int count;
};

/** What the agent passes: where it put its canaries, and what the sandbox was given. */
struct wish {
	const char *nonce;
	const char *class;
	const char *marker;
	long host_pid;
	long pids;
	long long memory;
	struct list canaries, siblings, sockets, abstracts, mounts, granted, devices, blocks;
};

extern struct wish wish;

/** Every canary's secret begins with it. */
#define CANARY "joey-canary-"

extern const struct probe file_probes[], kernel_probes[], process_probes[], privilege_probes[], device_probes[],
	reach_probes[], network_probes[], limit_probes[];

__attribute__((format(printf, 3, 4))) void blocked(struct finding *out, int error, const char *format, ...);
__attribute__((format(printf, 2, 3))) void succeeded(struct finding *out, const char *format, ...);
__attribute__((format(printf, 3, 4))) void absent(struct finding *out, int error, const char *format, ...);
__attribute__((format(printf, 2, 3))) void unable(struct finding *out, const char *format, ...);

/** Refused unless `result` is not negative or errno is one of `accepted`: the kernel looks at rights first. */
void classify_call(struct finding *out, long result, const char *name, const int *accepted, int accepted_count);

/** Opens each path until one opens: that one is the finding. `flags` as for open(2); nothing is read or written. */
void try_opening(struct finding *out, const char *const *paths, int flags);

/** Reads the start of a file or socket; true where it is a canary's secret, which then is in `found`. */
bool read_secret(int fd, struct finding *out);

/** A folder made for one mount, empty string where none can be made. Undo with rmdir. */
void make_scratch(char *path, size_t size);

/** Makes a device node; 0, or errno. The path is the caller's to unlink. */
int make_node(char *path, size_t size, int type, unsigned major, unsigned minor);

/** Calls `visit` with each process number that /proc shows, until it says stop by true. */
bool each_process(bool (*visit)(int pid, void *data), void *data);

/** Whether the process is in another process namespace than this one, as far as /proc shows. */
bool is_foreign(int pid);

/** Of a clock that nobody sets. */
long now_ms(void);

/** A class whose kernel is not the host's. */
bool has_own_kernel(void);

#endif
