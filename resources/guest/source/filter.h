/* The filter of system calls. */
#ifndef JOEY_FILTER_H
#define JOEY_FILTER_H

#include <stdbool.h>
#include <stdint.h>

extern bool filter_system_calls;
/* The last thing before a program runs. What is refused depends on the capabilities that it may have. Returns an errno, or 0. */
int install_filter(uint64_t capabilities);

#endif
