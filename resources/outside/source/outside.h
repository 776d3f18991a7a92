/*
 * joey-outside: what the agent needs of this machine's kernel and neither Node nor a program of every distribution does.
 */
#ifndef OUTSIDE_H
#define OUTSIDE_H

#include <stdint.h>
#include <sys/types.h>

/* Ids that a sandbox has, from 0. */
enum { IDS = 65536 };
/* How it ends where ids cannot be mapped in a mount of a source. */
enum { NOT_MAPPABLE = 94 };
/* How it ends where this kernel has no programs that decide on devices, or takes none. */
enum { NOT_POSSIBLE = 95 };
/* Of linux/mount.h: attributes of mounts. */
enum { READ_ONLY = 0x1, NO_SUID = 0x2, NO_DEV = 0x4 };

/* Ends the program with a sentence on its error stream. */
_Noreturn void fail(const char *what, const char *name);
_Noreturn void fail_with(int code, const char *word, const char *name);

/* A user namespace that lives as long as somebody holds it: `process` until release_holder, `descriptor` until it is closed. */
struct holder {
	pid_t process;
	int descriptor;
};
/*
 * Maps as the kernel takes them, lines separated by commas here: ID-INSIDE ID-OUTSIDE COUNT. With network, the process is
 * also in a network namespace that belongs to the user namespace.
 */
struct holder make_user_namespace(const char *users, const char *groups, int with_network);
void release_holder(struct holder holder);
/* The map of a sandbox's own ids. */
void own_map(char *text, size_t size, uint32_t first);

/* What is at a path, without what is mounted below it, as a mount that is nowhere yet. SOURCE is its name for a failure. */
int clone_tree(const char *path, const char *source);
/* Makes it private, and maps its ids where user_namespace is not negative. */
void set_attributes(int descriptor, uint64_t set, int user_namespace, const char *source);
/* Closes the descriptor. */
void mount_tree(int descriptor, const char *place);

/* Of linux/capability.h, which is not among the headers of the C library. */
struct capability_header {
	uint32_t version;
	int process;
};
/* Two of them: for capabilities from 0 and from 32. */
struct capability_data {
	uint32_t effective, permitted, inheritable;
};
enum { CAPABILITY_VERSION = 0x20080522 };

uint32_t read_id(const char *text);
void run(char **command) __attribute__((noreturn));

/* joey-outside namespaces USERFILE NETFILE FIRST COMMAND... */
void make_namespaces(char **words) __attribute__((noreturn));
/* joey-outside mount FIRST ROOM TREE... -- COMMAND... */
void mount_trees(char **words) __attribute__((noreturn));
/* joey-outside bind [SOURCE PLACE rw|ro HELD USERS GROUPS]... -- COMMAND... */
void bind_trees(char **words) __attribute__((noreturn));
/* joey-outside serve FIRST SOCKET CAPABILITIES COMMAND... */
void serve_guest(char **words) __attribute__((noreturn));
/* joey-outside scope local|network COMMAND... */
void run_in_scope(char **words) __attribute__((noreturn));
/* joey-outside devices CGROUP RULE... */
void restrict_devices(char **words) __attribute__((noreturn));
/* joey-outside device-list CGROUP DEVICE... */
void list_devices(char **words) __attribute__((noreturn));
/* joey-outside peers PROCESS */
void report_peers(char **words) __attribute__((noreturn));
/* joey-outside starter PROCESS */
void start_programs(char **words) __attribute__((noreturn));
/* joey-outside no-set-id COMMAND... */
void run_without_set_id(char **command) __attribute__((noreturn));
/* joey-outside watch MOST DEPTH SKIPPED... -- HELD... */
void watch_folders(char **words) __attribute__((noreturn));

#endif
