/* What the host decides before anything runs. */
#ifndef JOEY_CONFIGURE_H
#define JOEY_CONFIGURE_H

#include "fields.h"

/* 0, or an errno and what could not be done. */
int configure(struct reader fields, const char **what);
/* Of joey-init itself, and in /etc/hostname. */
int name_host(const char *name);

#endif
