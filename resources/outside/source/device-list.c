/*
 * Says which of some devices the kernel lets a cgroup of version 2 use. What decides that are programs, of the cgroup and of those above
 * it (bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE), whoever has attached them: they are read back from the kernel, and run here on each
 * question. All of them have to allow it; where there are none, everything is allowed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "outside.h"

/* Of linux/bpf.h, which is not among the headers of the C library. */
struct instruction {
	uint8_t code;
	uint8_t registers; /* The destination in the lower half. */
	int16_t offset;
	int32_t value;
};
struct query_request {
	uint32_t target, attach_type, flags, attach_flags;
	uint64_t programs;
	uint32_t count, padding;
};
struct open_request {
	uint32_t program, next, flags;
};
struct info_request {
	uint32_t program, length;
	uint64_t info;
};
struct program_info {
	uint32_t type, id;
	uint8_t tag[8];
	uint32_t machine_length, length;
	uint64_t machine_code, instructions;
};
enum { PROGRAM_OPEN = 13, OBJECT_INFO = 15, PROGRAM_QUERY = 16 };
enum { CGROUP_DEVICE = 6, EFFECTIVE = 1 };
enum { MOST_PROGRAMS = 64, MOST_INSTRUCTIONS = 4096, MOST_STEPS = 65536 };
enum { LOAD_WORD = 0x61, EXIT = 0x95 };
enum { CLASS_SHORT = 4, CLASS_JUMP = 5, CLASS_SHORT_JUMP = 6, CLASS_LONG = 7, FROM_REGISTER = 8 };
enum {
	ADD = 0x00,
	SUBTRACT = 0x10,
	OR = 0x40,
	AND = 0x50,
	SHIFT_LEFT = 0x60,
	SHIFT_RIGHT = 0x70,
	XOR = 0xa0,
	MOVE = 0xb0
};
enum {
	ALWAYS = 0x00,
	EQUAL = 0x10,
	ABOVE = 0x20,
	NOT_BELOW = 0x30,
	ANY_OF = 0x40,
	NOT_EQUAL = 0x50,
	BELOW = 0xa0,
	NOT_ABOVE = 0xb0
};
/* What the kernel asks: an access and a type in one word, then the numbers of the device. */
enum { CONTEXT_WORDS = 3 };
enum { TYPE_BLOCK = 1, TYPE_CHARACTER = 2 };
enum { MAKE_NODE = 1, READ = 2, WRITE = 4 };

struct program {
	struct instruction instructions[MOST_INSTRUCTIONS];
	uint32_t length;
};
static struct program programs[MOST_PROGRAMS];
static uint32_t program_count;

static void give_up(const char *what, const char *name)
{
	if (errno == EPERM || errno == ENOSYS || errno == EACCES || errno == EOPNOTSUPP)
		_exit(NOT_POSSIBLE);
	fail(what, name);
}

static void read_program(uint32_t id, struct program *into)
{
	struct open_request open_one = { .program = id };
	int descriptor = (int)syscall(SYS_bpf, PROGRAM_OPEN, &open_one, sizeof(open_one));
	if (descriptor < 0)
		give_up("cannot open a program of", "the cgroup");
	struct program_info info = {
		.length = sizeof(into->instructions),
		.instructions = (uint64_t)(uintptr_t)into->instructions,
	};
	struct info_request ask = { (uint32_t)descriptor, sizeof(info), (uint64_t)(uintptr_t)&info };
	if (syscall(SYS_bpf, OBJECT_INFO, &ask, sizeof(ask)) < 0)
		give_up("cannot read a program of", "the cgroup");
	close(descriptor);
	/* The kernel may keep the instructions to itself, and says so by leaving no place for them. */
	if (info.instructions == 0 || info.length == 0 || info.length > sizeof(into->instructions))
		_exit(NOT_POSSIBLE);
	into->length = info.length / (uint32_t)sizeof(struct instruction);
}

static void read_programs(const char *cgroup)
{
	static uint32_t ids[MOST_PROGRAMS];
	int target = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (target < 0)
		fail("cannot open", cgroup);
	struct query_request query = {
		.target = (uint32_t)target,
		.attach_type = CGROUP_DEVICE,
		.flags = EFFECTIVE,
		.programs = (uint64_t)(uintptr_t)ids,
		.count = MOST_PROGRAMS,
	};
	if (syscall(SYS_bpf, PROGRAM_QUERY, &query, sizeof(query)) < 0)
		give_up("cannot ask for the programs of", cgroup);
	close(target);
	program_count = query.count;
	for (uint32_t each = 0; each < program_count; each++)
		read_program(ids[each], &programs[each]);
}

static uint64_t calculate(uint8_t operation, uint64_t one, uint64_t other, bool is_short)
{
	uint64_t shift = other & (is_short ? 31 : 63);
	switch (operation) {
	case ADD:
		return one + other;
	case SUBTRACT:
		return one - other;
	case OR:
		return one | other;
	case AND:
		return one & other;
	case SHIFT_LEFT:
		return one << shift;
	case SHIFT_RIGHT:
		return one >> shift;
	case XOR:
		return one ^ other;
	case MOVE:
		return other;
	default:
		_exit(NOT_POSSIBLE);
	}
}

static bool holds(uint8_t comparison, uint64_t one, uint64_t other)
{
	switch (comparison) {
	case ALWAYS:
		return true;
	case EQUAL:
		return one == other;
	case ABOVE:
		return one > other;
	case NOT_BELOW:
		return one >= other;
	case ANY_OF:
		return (one & other) != 0;
	case NOT_EQUAL:
		return one != other;
	case BELOW:
		return one < other;
	case NOT_ABOVE:
		return one <= other;
	default:
		_exit(NOT_POSSIBLE);
	}
}

/* The numbers of the context are at 0, so that what is added to its address leads to them. What is not known is not guessed. */
static bool allows(const struct program *program, const uint32_t *context)
{
	uint64_t registers[16] = { 0 };
	uint32_t at = 0;
	for (uint32_t step = 0; step < MOST_STEPS && at < program->length; step++) {
		struct instruction now = program->instructions[at++];
		uint64_t *to = &registers[now.registers & 15];
		uint64_t from = registers[now.registers >> 4];
		uint8_t class = now.code & 7;
		bool is_short = class == CLASS_SHORT || class == CLASS_SHORT_JUMP;
		uint64_t other = (now.code & FROM_REGISTER) != 0 ? from : (uint64_t)(int64_t)now.value;
		uint64_t one = is_short ? (uint32_t)*to : *to;
		if (is_short)
			other = (uint32_t)other;
		if (now.code == EXIT)
			return registers[0] != 0;
		if (now.code == LOAD_WORD) {
			uint64_t place = from + (uint64_t)(int64_t)now.offset;
			if (place % 4 != 0 || place / 4 >= CONTEXT_WORDS)
				_exit(NOT_POSSIBLE);
			*to = context[place / 4];
		} else if (class == CLASS_SHORT || class == CLASS_LONG) {
			*to = calculate(now.code & 0xf0, one, other, is_short);
			if (is_short)
				*to = (uint32_t)*to;
		} else if (class == CLASS_JUMP || class == CLASS_SHORT_JUMP) {
			if (holds(now.code & 0xf0, one, other))
				at = (uint32_t)((int32_t)at + now.offset);
		} else {
			_exit(NOT_POSSIBLE);
		}
	}
	_exit(NOT_POSSIBLE);
}

static bool may(char type, uint32_t access, uint32_t major, uint32_t minor)
{
	uint32_t kind = (uint32_t)(type == 'b' ? TYPE_BLOCK : TYPE_CHARACTER);
	const uint32_t context[CONTEXT_WORDS] = { access << 16 | kind, major, minor };
	for (uint32_t each = 0; each < program_count; each++)
		if (!allows(&programs[each], context))
			return false;
	return true;
}

void list_devices(char **words)
{
	read_programs(words[0]);
	for (char **device = words + 1; *device != NULL; device++) {
		char type;
		char rest;
		uint32_t major;
		uint32_t minor;
		if (sscanf(*device, "%c %u:%u%c", &type, &major, &minor, &rest) != 3 || (type != 'b' && type != 'c')) {
			errno = EINVAL;
			fail("no device:", *device);
		}
		bool read = may(type, READ, major, minor);
		bool write = may(type, WRITE, major, minor);
		bool make = may(type, MAKE_NODE, major, minor);
		if (read || write || make)
			printf("%c %u:%u %s%s%s\n", type, major, minor, read ? "r" : "", write ? "w" : "",
			       make ? "m" : "");
	}
	fflush(stdout);
	_exit(0);
}
