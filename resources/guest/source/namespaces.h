/* Where the sandbox's processes live. */
#ifndef JOEY_NAMESPACES_H
#define JOEY_NAMESPACES_H

#include <sys/types.h>

/* In the child that becomes process 1 of the sandbox, one after the other. They return an errno. */
int separate_namespaces(void);
int enter_root(void);
/* Forks into the pid namespace of the main process. */
pid_t fork_into_sandbox(void);
int join_namespaces(void);
/* Forks as process 1 of a new pid namespace, with the rest shared for now. Others can be forked into it until sandbox_is_over. */
pid_t fork_as_first(void);
int kill_everything(int number);
/* The hostname that the sandbox's processes see, where there are any. Returns an errno. */
int name_sandbox(const char *name);
/* Its first process is gone, and the kernel lets nobody in any more. */
void sandbox_is_over(void);

#endif
