/* Time and random numbers. */
#ifndef JOEY_CLOCK_H
#define JOEY_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int set_clock(uint64_t nanoseconds);
int add_seed(const uint8_t *bytes, size_t length);

#endif
