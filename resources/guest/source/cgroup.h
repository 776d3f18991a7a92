/* The cgroup of all processes of the sandbox. */
#ifndef JOEY_CGROUP_H
#define JOEY_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

void cgroup_set_up(void);
bool cgroup_has(const char *controller);
int cgroup_join(void);
/* Null keeps no limit. Returns an errno; EBUSY where more memory is in use than that. */
int cgroup_limit(const char *file, const uint64_t *value);
uint64_t cgroup_oom_kills(void);
/* Holds all processes of the sandbox, or lets them go on; no error where the kernel has no cgroups. */
int cgroup_freeze(bool frozen);
bool cgroup_number(const char *file, const char *key, uint64_t *value);

#endif
