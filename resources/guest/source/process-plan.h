/* What the host wants to have started. */
#ifndef JOEY_PROCESS_PLAN_H
#define JOEY_PROCESS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "fields.h"

/* As in setrlimit(2). */
struct process_limit {
	int resource;
	struct rlimit value;
};
struct process {
	char **argv, **env;
	size_t argc, envc;
	char *cwd;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t group_count;
	struct process_limit *limits;
	size_t limit_count;
	bool tty, with_stdin;
	unsigned short columns, rows;
};
/* False where it makes no sense. What it holds is to be freed in any case. */
bool parse_process(struct reader *reader, struct process *process);
void free_process(struct process *process);

#endif
