/*
 * Has the kernel refuse every device but the named ones to a cgroup of version 2, which has no list of them: a program decides
 * (bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE). It is the cgroup's from then on, and goes with it. What other programs of the cgroup or of
 * one above it refuse stays refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "outside.h"

/* Of linux/bpf.h and linux/bpf_common.h, which are not among the headers of the C library. */
struct instruction {
	uint8_t code;
	uint8_t registers; /* The destination in the lower half. */
	int16_t offset;
	int32_t value;
};
struct load_request {
	uint32_t program_type, count;
	uint64_t instructions, licence;
	uint32_t log_level, log_size;
	uint64_t log;
	uint32_t kernel_version, flags;
	char name[16];
};
struct attach_request {
	uint32_t target, program, attach_type, flags;
};
enum { PROGRAM_LOAD = 5, PROGRAM_ATTACH = 8 };
enum { CGROUP_DEVICE_PROGRAM = 15, CGROUP_DEVICE = 6, ALLOW_MULTI = 2 };
enum { LOAD_WORD = 0x61, MOVE = 0xb7, COPY = 0xbf, AND = 0x57, SHIFT_RIGHT = 0x77, IF_NOT_EQUAL = 0x55, EXIT = 0x95 };
/* What the kernel asks: an access and a type in one word, then the numbers of the device. */
enum { REQUEST = 0, MAJOR = 4, MINOR = 8 };
enum { TYPE_BLOCK = 1, TYPE_CHARACTER = 2 };
enum { MAKE_NODE = 1, READ = 2, WRITE = 4, ALL_ACCESS = 7 };
/* Registers: the verdict, the context, and what is read of it. */
enum { R_VERDICT = 0, R_CONTEXT = 1, R_TYPE = 2, R_ACCESS = 3, R_MAJOR = 4, R_MINOR = 5, R_SCRATCH = 6 };
enum { MOST_INSTRUCTIONS = 512, RULE_INSTRUCTIONS = 10 };

static struct instruction program[MOST_INSTRUCTIONS];
static uint32_t length;

static void add(uint8_t code, unsigned int to, unsigned int from, int16_t offset, int32_t value)
{
	program[length++] = (struct instruction){ code, (uint8_t)(to | from << 4), offset, value };
}

static void begin(void)
{
	add(LOAD_WORD, R_TYPE, R_CONTEXT, REQUEST, 0);
	add(COPY, R_ACCESS, R_TYPE, 0, 0);
	add(AND, R_TYPE, 0, 0, 0xffff);
	add(SHIFT_RIGHT, R_ACCESS, 0, 0, 16);
	add(LOAD_WORD, R_MAJOR, R_CONTEXT, MAJOR, 0);
	add(LOAD_WORD, R_MINOR, R_CONTEXT, MINOR, 0);
}

static void answer(int32_t verdict)
{
	add(MOVE, R_VERDICT, 0, 0, verdict);
	add(EXIT, 0, 0, 0, 0);
}

struct rule {
	int32_t type, access;
	/* Negative: all. */
	int32_t major, minor;
};

static int32_t read_number(const char *text, const char *rule)
{
	int32_t number;
	char rest;
	if (strcmp(text, "*") == 0)
		return -1;
	if (sscanf(text, "%d%c", &number, &rest) != 1 || number < 0) {
		errno = EINVAL;
		fail("not a rule of devices:", rule);
	}
	return number;
}

/* As the list of version 1 has them: `c 1:3 rw`, `b *:* m`. */
static struct rule read_rule(const char *text)
{
	char type;
	char major[12];
	char minor[12];
	char access[4];
	struct rule rule = { 0 };
	char rest;
	int found = sscanf(text, "%c %11[0-9*]:%11[0-9*] %3[rwm]%c", &type, major, minor, access, &rest);
	if (found != 4 || (type != 'b' && type != 'c')) {
		errno = EINVAL;
		fail("not a rule of devices:", text);
	}
	rule.type = type == 'b' ? TYPE_BLOCK : TYPE_CHARACTER;
	rule.major = read_number(major, text);
	rule.minor = read_number(minor, text);
	for (const char *each = access; *each != '\0'; each++)
		rule.access |= *each == 'r' ? READ : *each == 'w' ? WRITE : MAKE_NODE;
	return rule;
}

/* Each comparison that does not hold leads behind the rule, wherever that is. */
static void allow(const char *text)
{
	struct rule rule = read_rule(text);
	uint32_t first = length;
	if (length + RULE_INSTRUCTIONS + 2 > MOST_INSTRUCTIONS) {
		errno = E2BIG;
		fail("too many rules, at", text);
	}
	add(IF_NOT_EQUAL, R_TYPE, 0, 0, rule.type);
	add(COPY, R_SCRATCH, R_ACCESS, 0, 0);
	add(AND, R_SCRATCH, 0, 0, ALL_ACCESS & ~rule.access);
	add(IF_NOT_EQUAL, R_SCRATCH, 0, 0, 0);
	if (rule.major >= 0)
		add(IF_NOT_EQUAL, R_MAJOR, 0, 0, rule.major);
	if (rule.minor >= 0)
		add(IF_NOT_EQUAL, R_MINOR, 0, 0, rule.minor);
	answer(1);
	for (uint32_t each = first; each < length; each++)
		if (program[each].code == IF_NOT_EQUAL)
			program[each].offset = (int16_t)(length - each - 1);
}

static int load(void)
{
	struct load_request request = {
		.program_type = CGROUP_DEVICE_PROGRAM,
		.count = length,
		.instructions = (uint64_t)(uintptr_t)program,
		.licence = (uint64_t)(uintptr_t) "Apache-2.0",
		.name = "joey_devices",
	};
	return (int)syscall(SYS_bpf, PROGRAM_LOAD, &request, sizeof(request));
}

static void give_up(const char *what, const char *cgroup)
{
	if (errno == EPERM || errno == ENOSYS)
		_exit(NOT_POSSIBLE);
	fail(what, cgroup);
}

void restrict_devices(char **words)
{
	const char *cgroup = words[0];
	begin();
	for (char **rule = words + 1; *rule != NULL; rule++)
		allow(*rule);
	answer(0);
	int loaded = load();
	if (loaded < 0)
		give_up("cannot load a program for", cgroup);
	int target = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (target < 0)
		fail("cannot open", cgroup);
	struct attach_request request = {
		.target = (uint32_t)target,
		.program = (uint32_t)loaded,
		.attach_type = CGROUP_DEVICE,
		.flags = ALLOW_MULTI,
	};
	if (syscall(SYS_bpf, PROGRAM_ATTACH, &request, sizeof(request)) < 0)
		give_up("cannot restrict the devices of", cgroup);
	_exit(0);
}
