/* A process as the host describes it. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "process-plan.h"
#include "protocol.h"

enum { ARGUMENTS_MAX = 65536, GROUPS_MAX = 65536 };

static bool append_text(char ***list, size_t *count, char *text)
{
	char **grown;

	if (text == NULL)
		return false;
	grown = *count < ARGUMENTS_MAX ? realloc(*list, (*count + 2) * sizeof(char *)) : NULL;
	if (grown == NULL) {
		free(text);
		return false;
	}
	grown[(*count)++] = text;
	grown[*count] = NULL;
	*list = grown;
	return true;
}

static bool append_group(struct process *process, gid_t group)
{
	gid_t *grown = process->group_count < GROUPS_MAX
	                       ? realloc(process->groups, (process->group_count + 1) * sizeof(gid_t))
	                       : NULL;

	if (grown == NULL)
		return false;
	grown[process->group_count++] = group;
	process->groups = grown;
	return true;
}

static bool append_limit(struct process *process, const struct field *field)
{
	uint64_t numbers[3];
	struct process_limit *grown;

	if (field->length != sizeof(numbers))
		return false;
	memcpy(numbers, field->bytes, sizeof(numbers));
	if (numbers[0] >= RLIM_NLIMITS || process->limit_count >= RLIM_NLIMITS)
		return false;
	grown = realloc(process->limits, (process->limit_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return false;
	process->limits = grown;
	grown[process->limit_count++] = (struct process_limit){
		.resource = (int)numbers[0],
		.value = { .rlim_cur = numbers[1], .rlim_max = numbers[2] },
	};
	return true;
}

static bool parse_field(struct reader *reader, const struct field *field, struct process *process)
{
	switch (field->tag) {
	case FIELD_ARGUMENT:
		return append_text(&process->argv, &process->argc, field_text(reader, field));
	case FIELD_ENVIRONMENT:
		return append_text(&process->env, &process->envc, field_text(reader, field));
	case FIELD_CWD:
		free(process->cwd);
		return (process->cwd = field_text(reader, field)) != NULL;
	case FIELD_UID:
		process->uid = (uid_t)field_number(reader, field);
		return true;
	case FIELD_GID:
		process->gid = (gid_t)field_number(reader, field);
		return true;
	case FIELD_ADDITIONAL_GID:
		return append_group(process, (gid_t)field_number(reader, field));
	case FIELD_RLIMIT:
		return append_limit(process, field);
	case FIELD_TTY:
		process->tty = field_number(reader, field) != 0;
		return true;
	case FIELD_COLUMNS:
		process->columns = (unsigned short)field_number(reader, field);
		return true;
	case FIELD_ROWS:
		process->rows = (unsigned short)field_number(reader, field);
		return true;
	case FIELD_STDIN:
		process->with_stdin = field_number(reader, field) != 0;
		return true;
	default:
		return false;
	}
}

bool parse_process(struct reader *reader, struct process *process)
{
	struct field field;

	memset(process, 0, sizeof(*process));
	process->env = calloc(1, sizeof(char *));
	while (next_field(reader, &field))
		if (!parse_field(reader, &field, process))
			reader->malformed = true;
	return !reader->malformed && process->env != NULL && process->argc > 0 && process->cwd != NULL;
}

void free_process(struct process *process)
{
	for (size_t i = 0; i < process->argc; i++)
		free(process->argv[i]);
	for (size_t i = 0; i < process->envc; i++)
		free(process->env[i]);
	free(process->argv);
	free(process->env);
	free(process->cwd);
	free(process->groups);
	free(process->limits);
}
