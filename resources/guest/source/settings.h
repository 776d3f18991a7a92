/* Settings of the kernel that the sandbox asks for: those that its own namespaces have. */
#ifndef JOEY_SETTINGS_H
#define JOEY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/* `NAME\0VALUE\0`, with the name as sysctl(8) has it. False where it is none, or there are too many. */
bool remember_setting(const char *spec, size_t length);
/* In the namespaces of the sandbox, before it has a root of its own. Returns an errno. */
int apply_settings(void);

#endif
