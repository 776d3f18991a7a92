/* What each message does. */
#ifndef JOEY_REQUESTS_H
#define JOEY_REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#include "fields.h"

/* Every request has exactly one answer. */
void handle_message(unsigned type, uint32_t session, const uint8_t *payload, size_t length);
/* What the host learns of this guest when it greets. */
void describe_guest(struct writer *writer);

#endif
