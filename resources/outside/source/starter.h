/*
 * The parts of `starter`: starter.c speaks with the agent and waits for what was started, start-one.c starts.
 */
#ifndef STARTER_H
#define STARTER_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

enum { MAX_STREAMS = 8 };
/* Flags of a request. */
enum { OWN_GROUP = 1 };

struct request {
	uint32_t id, flags, score, streams;
	char kind[MAX_STREAMS];
	uint32_t number[MAX_STREAMS];
	char *folder;
	char **arguments, **environment;
	/* Where all of these texts are. */
	char *bytes, **words;
};

/* A program: requested, then running. */
struct child {
	/* Of all, and in a queue of start-one.c. */
	struct child *next, *behind;
	struct request request;
	/* What it gets as its streams, until it has them. */
	int own[MAX_STREAMS];
	/* The agent's ends of pipes, here, until the agent says that it has opened them. */
	int ends[MAX_STREAMS];
	/* From before it is the program; 0 before that, and where it has become none. */
	volatile pid_t process;
	/* Nobody waits for it any more. */
	volatile int is_given_up;
	/* Why it could not be started. */
	int problem;
	int is_running, is_answered;
};

/* The signals that are blocked here, and for no program. */
extern sigset_t blocked;

/*
 * Starts programs in threads, as many as there are starts that wait for something. The descriptor can be read when
 * take_started gives one.
 */
int open_threads(void);
void start_in_thread(struct child *child);
/* The next that was started, or could not be; NULL where there is none. */
struct child *take_started(void);
/* Ends it, however far it is: the kernel lets go of most that wait for a file system. */
void give_up(struct child *child);

#endif
