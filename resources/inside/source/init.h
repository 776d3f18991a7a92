/* Process 1 of a sandbox that asks for one: starts the program, passes signals on to it, and takes the ends of all orphans. */
#ifndef JOEY_INIT_H
#define JOEY_INIT_H

/** The exit code of the program, 128 + n where signal n ended it; 127 where it is not there, 126 where it cannot be run. */
int run_as_init(char **program);

#endif
