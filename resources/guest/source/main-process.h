/* The process that the sandbox lives for. */
#ifndef JOEY_MAIN_PROCESS_H
#define JOEY_MAIN_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "process-plan.h"

/* Answers the request when the program runs or cannot. */
void main_start(uint32_t request, const struct process *process);
int main_signal(int number);
int main_resize(unsigned columns, unsigned rows);
/* Whether the signal would have any effect: the kernel drops it where a first process neither handles nor blocks it. */
int main_handles(int number, bool *handles);
void main_watch(void);
void main_pump(void);
bool main_reaped(pid_t pid, int status);
bool main_has_started(void);
bool main_has_exited(void);
/* All output taken by the host. */
bool main_is_drained(void);
void main_report_exit(void);
/* The last line on the status port. */
void main_write_status(void);

#endif
