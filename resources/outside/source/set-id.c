/*
 * A filter of system calls for who serves files of this machine to a guest that is not seen here: no set-user-id bit and no
 * device node is left by it, whatever the guest asks for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "outside.h"

/* Of linux/filter.h, linux/seccomp.h and linux/audit.h, which are not among the headers of the C library. */
struct instruction {
	uint16_t code;
	uint8_t if_true, if_false;
	uint32_t value;
};
struct filter_program {
	uint16_t length;
	struct instruction *instructions;
};
struct call {
	int number;
	uint32_t machine;
	uint64_t pointer;
	uint64_t arguments[6];
};
enum { LOAD = 0x20, IF_EQUAL = 0x15, IF_AT_LEAST = 0x35, IF_ANY_BIT = 0x45, AND = 0x54, RETURN = 0x06 };
enum { FCHMODAT2 = 452, OPENAT2 = 437, MODE_FILTER = 2, X32_CALLS = 0x40000000 };
#define MACHINE_X86_64 0xc000003eU
#define ALLOW 0x7fff0000U
#define REFUSE(error) (0x00050000U | (uint32_t)(error))
#define ARGUMENT(index) ((uint32_t)(offsetof(struct call, arguments) + (index) * sizeof(uint64_t)))
/* Of O_TMPFILE only the bit that is its own. */
#define MAKES_FILE (O_CREAT | 020000000)

static struct instruction program[128];
static size_t length;

static void add(uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false)
{
	program[length++] = (struct instruction){ code, if_true, if_false, value };
}

/* The call with this bit in an argument. */
static void refuse_bit(uint32_t number, unsigned int argument, uint32_t bits)
{
	add(IF_EQUAL, number, 0, 4);
	add(LOAD, ARGUMENT(argument), 0, 0);
	add(IF_ANY_BIT, bits, 0, 1);
	add(RETURN, REFUSE(EPERM), 0, 0);
	add(RETURN, ALLOW, 0, 0);
}

/* One that opens, where it makes the file: its mode means nothing otherwise. */
static void refuse_making(uint32_t number, unsigned int flags, unsigned int mode)
{
	add(IF_EQUAL, number, 0, 6);
	add(LOAD, ARGUMENT(flags), 0, 0);
	add(IF_ANY_BIT, MAKES_FILE, 0, 3);
	add(LOAD, ARGUMENT(mode), 0, 0);
	add(IF_ANY_BIT, S_ISUID, 0, 1);
	add(RETURN, REFUSE(EPERM), 0, 0);
	add(RETURN, ALLOW, 0, 0);
}

/* Nodes of devices, and set-user-id files: of the kinds of files only these two have the bits of a device. */
static void refuse_node(uint32_t number, unsigned int mode)
{
	add(IF_EQUAL, number, 0, 8);
	add(LOAD, ARGUMENT(mode), 0, 0);
	add(IF_ANY_BIT, S_ISUID, 4, 0);
	add(AND, S_IFMT, 0, 0);
	add(IF_EQUAL, S_IFCHR, 2, 0);
	add(IF_EQUAL, S_IFBLK, 1, 0);
	add(RETURN, ALLOW, 0, 0);
	add(RETURN, REFUSE(EPERM), 0, 0);
	add(RETURN, ALLOW, 0, 0);
}

static void build(void)
{
	add(LOAD, offsetof(struct call, machine), 0, 0);
	add(IF_EQUAL, MACHINE_X86_64, 1, 0);
	add(RETURN, REFUSE(ENOSYS), 0, 0);
	add(LOAD, offsetof(struct call, number), 0, 0);
	add(IF_AT_LEAST, X32_CALLS, 0, 1);
	add(RETURN, REFUSE(ENOSYS), 0, 0);
	refuse_bit(SYS_chmod, 1, S_ISUID);
	refuse_bit(SYS_fchmod, 1, S_ISUID);
	refuse_bit(SYS_fchmodat, 2, S_ISUID);
	refuse_bit(FCHMODAT2, 2, S_ISUID);
	refuse_bit(SYS_creat, 1, S_ISUID);
	refuse_making(SYS_open, 1, 2);
	refuse_making(SYS_openat, 2, 3);
	refuse_node(SYS_mknod, 1);
	refuse_node(SYS_mknodat, 2);
	/* What its arguments point to cannot be looked at. */
	add(IF_EQUAL, OPENAT2, 0, 1);
	add(RETURN, REFUSE(ENOSYS), 0, 0);
	add(RETURN, ALLOW, 0, 0);
}

void run_without_set_id(char **command)
{
	build();
	struct filter_program filter = { (uint16_t)length, program };
	/* Without the promise to gain no privileges, which this machine's root need not make. */
	if (prctl(PR_SET_SECCOMP, MODE_FILTER, &filter) < 0)
		fail("cannot set", "a filter of system calls");
	run(command);
}
