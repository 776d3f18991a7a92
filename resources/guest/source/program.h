/* Finding and running a program. */
#ifndef JOEY_PROGRAM_H
#define JOEY_PROGRAM_H

#include <stdbool.h>

#include "process-plan.h"

/* Finds and runs the program as execvpe does, or only looks whether that could succeed. Returns an errno. */
int run_program(const struct process *process, bool only_look);

#endif
