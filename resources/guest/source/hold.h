/* A sandbox that is held. */
#ifndef JOEY_HOLD_H
#define JOEY_HOLD_H

#include <stdint.h>

#include "fields.h"

/* Answers when none of the sandbox's processes runs any more. */
void hold(uint32_t session);
void hold_pump(void);
/* The requester is gone. What is held stays so. */
void hold_forget(void);
/* 0, or an errno and what could not be done; they are held then as before. */
int go_on(struct reader fields, const char **what);

#endif
