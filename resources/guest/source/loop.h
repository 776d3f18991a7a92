/* One thread, one loop around poll; a blocked peer never blocks it. */
#ifndef JOEY_LOOP_H
#define JOEY_LOOP_H

#include <stdint.h>

/* A descriptor that the loop looks at in this round: `want` is set before, `got` holds the answer afterwards. */
struct watch {
	int fd;
	short want;
	short got;
};
/* Starts a round: nothing is watched, and nobody wants to be woken. */
void loop_begin_round(void);
void loop_watch(struct watch *watch);
/* The loop goes round again at the latest after so many milliseconds. */
void loop_wake_in(int64_t milliseconds);
/* Waits until something happens at a watched descriptor, or the time is over. */
void loop_wait(void);
int64_t now_ms(void);
/* For the console, that is the guest's boot log. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
