/* Writing out what the sandbox has written. */
#ifndef JOEY_FLUSH_H
#define JOEY_FLUSH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Answers when all that was written in the sandbox is on its disk. */
void flush_disk(uint32_t session);
bool flush_reaped(pid_t pid, int status);
void flush_forget(void);

#endif
