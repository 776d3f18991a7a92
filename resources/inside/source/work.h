/* What the agent has done inside a sandbox for its own purposes, where nothing is tried and nothing is reported. */
#ifndef JOEY_WORK_H
#define JOEY_WORK_H

/** The exit code; -1 where the arguments ask for no work. */
int do_work(int count, char **arguments);

#endif
