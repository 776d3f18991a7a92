#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "protocol.h"

enum { WATCHES_MAX = 4 * SESSIONS_MAX + 16 };

static struct watch *watches[WATCHES_MAX];
static struct pollfd polled[WATCHES_MAX];
static nfds_t watch_count;
static int64_t wake_ms;

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vdprintf(STDERR_FILENO, format, arguments);
	va_end(arguments);
}

void loop_begin_round(void)
{
	watch_count = 0;
	wake_ms = -1;
}

void loop_watch(struct watch *watch)
{
	if (watch_count < WATCHES_MAX)
		watches[watch_count++] = watch;
}

void loop_wake_in(int64_t milliseconds)
{
	if (milliseconds < 0)
		milliseconds = 0;
	if (wake_ms < 0 || milliseconds < wake_ms)
		wake_ms = milliseconds;
}

void loop_wait(void)
{
	for (nfds_t i = 0; i < watch_count; i++)
		polled[i] = (struct pollfd){ .fd = watches[i]->fd, .events = watches[i]->want };
	if (poll(polled, watch_count, wake_ms > INT32_MAX ? INT32_MAX : (int)wake_ms) < 0)
		return;
	for (nfds_t i = 0; i < watch_count; i++)
		watches[i]->got = polled[i].revents;
}
