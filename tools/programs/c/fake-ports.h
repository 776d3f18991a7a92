/* Ports without a kernel: what the host sends is given, what it is sent is
 * kept. */
#ifndef JOEY_FAKE_PORTS_H
#define JOEY_FAKE_PORTS_H

#include <stddef.h>
#include <stdint.h>

/* The host is there, and sends this, at most `step` bytes at once. */
void fake_host_sends(const uint8_t *bytes, size_t length, size_t step);
void fake_host_goes(void);
/* What it was sent since it came. */
extern uint8_t fake_sent[1 << 20];
extern size_t fake_sent_length;

#endif
