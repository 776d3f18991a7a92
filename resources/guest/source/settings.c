#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "settings.h"

enum { MOST_SETTINGS = 64, LONGEST_NAME = 200 };

struct setting {
	char *path, *value;
};

static struct setting settings[MOST_SETTINGS];
static size_t count;

/* Nothing but the characters of names: no way out of /proc/sys. */
static bool is_name(const char *name, size_t length)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.";

	return length > 0 && length <= LONGEST_NAME && strspn(name, allowed) == length && name[0] != '.' &&
	       strstr(name, "..") == NULL;
}

bool remember_setting(const char *spec, size_t length)
{
	const char *end = memchr(spec, 0, length);
	char path[LONGEST_NAME + 16];
	struct setting *setting = &settings[count];

	if (count >= MOST_SETTINGS || end == NULL || !is_name(spec, (size_t)(end - spec)) || spec[length - 1] != 0)
		return false;
	snprintf(path, sizeof(path), "/proc/sys/%s", spec);
	for (char *at = path + strlen("/proc/sys/"); *at != 0; at++)
		if (*at == '.')
			*at = '/';
	setting->path = strdup(path);
	setting->value = strdup(end + 1);
	count += 1;
	return setting->path != NULL && setting->value != NULL;
}

int apply_settings(void)
{
	for (size_t index = 0; index < count; index++) {
		int error = write_small(settings[index].path, settings[index].value);

		if (error != 0)
			return error;
	}
	return 0;
}
