/* Starting a process in the sandbox. */
#ifndef JOEY_PROCESS_H
#define JOEY_PROCESS_H

#include <sys/types.h>

#include "process-plan.h"

/* The host's ends of a started process's streams; -1 where there is none. */
struct process_streams {
	int in, out, err;
	/* With a terminal: held open, so that the master outlives a moment without readers. */
	int slave;
	/* Two numbers arrive on it, stage and errno, if the program could not be run; its end means that it runs. */
	int report;
};
enum process_kind { PROCESS_MAIN, PROCESS_EXEC, PROCESS_CHECK };
/* The pid, or -1 and errno. */
pid_t start_process(enum process_kind kind, const struct process *process, struct process_streams *streams);
/* Words for a stage that came by `report`. */
const char *stage_name(int stage);
void resize_terminal(int master, unsigned columns, unsigned rows);

#endif
