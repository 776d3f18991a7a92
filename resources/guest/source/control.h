/* Frames on the control port, in both directions. What they mean is the business of others, whom main.c connects. */
#ifndef JOEY_CONTROL_H
#define JOEY_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fields.h"

struct control_handlers {
	/* A whole message of the host. */
	void (*message)(unsigned type, uint32_t session, const uint8_t *payload, size_t length);
	/* Adds to the answer to a greeting what the guest is. */
	void (*describe)(struct writer *writer);
	/* That answer is on its way. */
	void (*greeted)(void);
	/* The requester is gone: nothing of what was meant for it may reach the next one. */
	void (*forget_client)(void);
};
/* MUST come before control_pump. The handlers are kept, not copied. */
void control_connect(const struct control_handlers *handlers);
void control_pump(void);
bool control_wants_to_run(void);
/* Whether a frame of data may be added now. */
bool control_has_room(void);
bool control_is_flushed(void);
void control_send(unsigned type, uint32_t session, const void *payload, size_t length);
/* Reads at most `most` bytes from a descriptor straight into a frame. Result as of read. */
ssize_t control_send_from(int fd, unsigned type, uint32_t session, size_t most);
void reply_ok(uint32_t session);
void reply_failed(uint32_t session, int error, const char *what);

#endif
