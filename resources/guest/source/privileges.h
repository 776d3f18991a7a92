/* What a process of the sandbox may not do. */
#ifndef JOEY_PRIVILEGES_H
#define JOEY_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>

#include "process-plan.h"

extern uint64_t bounding_capabilities;
/* Programs get what their files say: set-user-id bits and capabilities. */
extern bool may_gain_rights;
/* Becomes the user, without a way back. Returns an errno, or 0. */
int drop_privileges(const struct process *process);

#endif
