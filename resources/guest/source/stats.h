/* What the guest measures. */
#ifndef JOEY_STATS_H
#define JOEY_STATS_H

#include <stdint.h>

#include "fields.h"

void write_stats(struct writer *writer);
uint64_t oom_kills(void);

#endif
