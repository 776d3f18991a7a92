/* A command that nobody waits for: it outlives whoever asked for it. */
#ifndef JOEY_DETACH_H
#define JOEY_DETACH_H

/**
 * Starts the program in a session of its own, with /dev/null for its three streams. 0 where it runs; 127 where it is not there,
 * 126 where it cannot be run, with a line on standard error.
 */
int run_detached(char **program);

#endif
