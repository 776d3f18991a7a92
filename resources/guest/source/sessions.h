/* Exec'd processes. */
#ifndef JOEY_SESSIONS_H
#define JOEY_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "process.h"

void session_open(uint32_t id, enum process_kind kind, const struct process *process);
void session_data(uint32_t id, const uint8_t *bytes, size_t length);
void session_stdin_end(uint32_t id);
void session_credit(uint32_t id, uint32_t bytes);
/* 0, or an errno. */
int session_signal(uint32_t id, int number);
int session_resize(uint32_t id, unsigned columns, unsigned rows);
/* The client is gone: hang up on all, kill what is left after a second. */
void sessions_orphan(void);
void sessions_watch(void);
void sessions_pump(void);
bool sessions_reaped(pid_t pid, int status);
bool sessions_are_over(void);

#endif
