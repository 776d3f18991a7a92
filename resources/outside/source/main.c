#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "outside.h"

void fail(const char *what, const char *name)
{
	fprintf(stderr, "joey-outside: %s %s: %s\n", what, name, strerror(errno));
	_exit(1);
}

void fail_with(int code, const char *word, const char *name)
{
	fprintf(stderr, "%s:%s\n", word, name);
	_exit(code);
}

uint32_t read_id(const char *text)
{
	char *end = NULL;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value > UINT32_MAX - IDS) {
		errno = EINVAL;
		fail("no id of a user", text);
	}
	return (uint32_t)value;
}

void run(char **command)
{
	if (command[0] == NULL) {
		errno = EINVAL;
		fail("nothing to run", "");
	}
	execvp(command[0], command);
	fail("cannot run", command[0]);
}

int main(int count, char **words)
{
	if (count > 5 && strcmp(words[1], "namespaces") == 0)
		make_namespaces(words + 2);
	if (count > 4 && strcmp(words[1], "mount") == 0)
		mount_trees(words + 2);
	if (count > 2 && strcmp(words[1], "bind") == 0)
		bind_trees(words + 2);
	if (count > 5 && strcmp(words[1], "serve") == 0)
		serve_guest(words + 2);
	if (count > 3 && strcmp(words[1], "scope") == 0)
		run_in_scope(words + 2);
	if (count > 2 && strcmp(words[1], "devices") == 0)
		restrict_devices(words + 2);
	if (count > 3 && strcmp(words[1], "device-list") == 0)
		list_devices(words + 2);
	if (count > 2 && strcmp(words[1], "peers") == 0)
		report_peers(words + 2);
	if (count > 2 && strcmp(words[1], "starter") == 0)
		start_programs(words + 2);
	if (count > 2 && strcmp(words[1], "no-set-id") == 0)
		run_without_set_id(words + 2);
	if (count > 5 && strcmp(words[1], "watch") == 0)
		watch_folders(words + 2);
	fprintf(stderr, "See resources/outside/README.md for what it takes.\n");
	return 64;
}
