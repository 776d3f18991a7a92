/*
 * A filter of system calls, as a container has one: what Docker's default profile refuses is refused here, a capability
 * that lifts a refusal there lifts it here. A guest's kernel is its own; the filter keeps it whole for longer.
 */
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "filter.h"

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
enum { LOAD = 0x20, IF_EQUAL = 0x15, IF_AT_LEAST = 0x35, IF_ANY_BIT = 0x45, RETURN = 0x06 };
enum { MODE_FILTER = 2, MACHINE_X86_64 = 0xc000003e, X32_CALLS = 0x40000000 };
#define ALLOW 0x7fff0000U
#define REFUSE(error) (0x00050000U | (uint32_t)(error))

enum {
	DAC_READ_SEARCH = 2,
	SYS_MODULE = 16,
	SYS_RAWIO = 17,
	SYS_PTRACE = 19,
	SYS_PACCT = 20,
	SYS_ADMIN = 21,
	SYS_BOOT = 22,
	SYS_NICE = 23,
	SYS_TIME = 25,
	SYS_TTY_CONFIG = 26,
	SYSLOG = 34,
	PERFMON = 38,
	BPF = 39,
};
/* Younger than the C library. */
enum { QUOTACTL_FD = 443 };
#define CAP(number) (1ULL << (number))
#define NEVER 0ULL

struct rule {
	uint32_t number;
	/* Whoever may hold one of these may make the call. */
	uint64_t lifted_by;
};

static const struct rule rules[] = {
	{ SYS_add_key, NEVER },
	{ SYS_keyctl, NEVER },
	{ SYS_request_key, NEVER },
	{ SYS_userfaultfd, NEVER },
	{ SYS_io_uring_setup, NEVER },
	{ SYS_io_uring_enter, NEVER },
	{ SYS_io_uring_register, NEVER },
	{ SYS_kexec_load, CAP(SYS_BOOT) },
	{ SYS_kexec_file_load, CAP(SYS_BOOT) },
	{ SYS_reboot, CAP(SYS_BOOT) },
	{ SYS_swapon, CAP(SYS_ADMIN) },
	{ SYS_swapoff, CAP(SYS_ADMIN) },
	{ SYS_pivot_root, CAP(SYS_ADMIN) },
	{ SYS_nfsservctl, NEVER },
	{ SYS_uselib, NEVER },
	{ SYS_ustat, NEVER },
	{ SYS_sysfs, NEVER },
	{ SYS__sysctl, NEVER },
	{ SYS_create_module, NEVER },
	{ SYS_get_kernel_syms, NEVER },
	{ SYS_query_module, NEVER },
	{ SYS_init_module, CAP(SYS_MODULE) },
	{ SYS_finit_module, CAP(SYS_MODULE) },
	{ SYS_delete_module, CAP(SYS_MODULE) },
	{ SYS_bpf, CAP(SYS_ADMIN) | CAP(BPF) },
	{ SYS_perf_event_open, CAP(SYS_ADMIN) | CAP(PERFMON) },
	{ SYS_syslog, CAP(SYS_ADMIN) | CAP(SYSLOG) },
	{ SYS_lookup_dcookie, CAP(SYS_ADMIN) },
	{ SYS_mount, CAP(SYS_ADMIN) },
	{ SYS_umount2, CAP(SYS_ADMIN) },
	{ SYS_fsopen, CAP(SYS_ADMIN) },
	{ SYS_fsconfig, CAP(SYS_ADMIN) },
	{ SYS_fsmount, CAP(SYS_ADMIN) },
	{ SYS_fspick, CAP(SYS_ADMIN) },
	{ SYS_move_mount, CAP(SYS_ADMIN) },
	{ SYS_open_tree, CAP(SYS_ADMIN) },
	{ SYS_mount_setattr, CAP(SYS_ADMIN) },
	{ SYS_setns, CAP(SYS_ADMIN) },
	{ SYS_unshare, CAP(SYS_ADMIN) },
	{ SYS_sethostname, CAP(SYS_ADMIN) },
	{ SYS_setdomainname, CAP(SYS_ADMIN) },
	{ SYS_quotactl, CAP(SYS_ADMIN) },
	{ QUOTACTL_FD, CAP(SYS_ADMIN) },
	{ SYS_fanotify_init, CAP(SYS_ADMIN) },
	{ SYS_open_by_handle_at, CAP(DAC_READ_SEARCH) },
	{ SYS_acct, CAP(SYS_PACCT) },
	{ SYS_iopl, CAP(SYS_RAWIO) },
	{ SYS_ioperm, CAP(SYS_RAWIO) },
	{ SYS_kcmp, CAP(SYS_PTRACE) },
	{ SYS_pidfd_getfd, CAP(SYS_PTRACE) },
	{ SYS_vhangup, CAP(SYS_TTY_CONFIG) },
	{ SYS_settimeofday, CAP(SYS_TIME) },
	{ SYS_clock_settime, CAP(SYS_TIME) },
	{ SYS_mbind, CAP(SYS_NICE) },
	{ SYS_get_mempolicy, CAP(SYS_NICE) },
	{ SYS_set_mempolicy, CAP(SYS_NICE) },
	{ SYS_move_pages, CAP(SYS_NICE) },
};

enum { RULES = sizeof(rules) / sizeof(rules[0]), INSTRUCTIONS_MAX = 2 * RULES + 64 };

static struct instruction instructions[INSTRUCTIONS_MAX];
static uint16_t count;

bool filter_system_calls = true;

static void add(uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false)
{
	instructions[count++] = (struct instruction){ code, if_true, if_false, value };
}

static void load(size_t offset)
{
	add(LOAD, (uint32_t)offset, 0, 0);
}

/* What is loaded must not be this. */
static void refuse_if_equal(uint32_t value, int error)
{
	add(IF_EQUAL, value, 0, 1);
	add(RETURN, REFUSE(error), 0, 0);
}

/* For one call: its argument, of which only the lower half means anything, and then back to the number. */
static void look_at_argument(uint32_t number, unsigned argument, uint16_t code, uint32_t value)
{
	add(IF_EQUAL, number, 0, 4);
	load(offsetof(struct call, arguments) + argument * sizeof(uint64_t));
	add(code, value, 0, 1);
	add(RETURN, REFUSE(EPERM), 0, 0);
	load(offsetof(struct call, number));
}

static void refuse_other_machines(void)
{
	load(offsetof(struct call, machine));
	add(IF_EQUAL, (uint32_t)MACHINE_X86_64, 1, 0);
	add(RETURN, REFUSE(ENOSYS), 0, 0);
	load(offsetof(struct call, number));
	add(IF_AT_LEAST, X32_CALLS, 0, 1);
	add(RETURN, REFUSE(ENOSYS), 0, 0);
}

static void build_filter(uint64_t capabilities)
{
	enum {
		ANY_NAMESPACE = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
		                CLONE_NEWNET | CLONE_NEWCGROUP
	};

	count = 0;
	refuse_other_machines();
	for (size_t i = 0; i < RULES; i++)
		if ((rules[i].lifted_by & capabilities) == 0)
			refuse_if_equal(rules[i].number, EPERM);
	/* It speaks to the hypervisor past the network. */
	look_at_argument(SYS_socket, 0, IF_EQUAL, AF_VSOCK);
	if ((capabilities & CAP(SYS_ADMIN)) == 0) {
		look_at_argument(SYS_clone, 0, IF_ANY_BIT, ANY_NAMESPACE);
		/* Its flags lie in memory, where no filter can look: C libraries then take the older call. */
		refuse_if_equal(SYS_clone3, ENOSYS);
	}
	add(RETURN, ALLOW, 0, 0);
}

int install_filter(uint64_t capabilities)
{
	struct filter_program program = { .instructions = instructions };

	if (!filter_system_calls)
		return 0;
	build_filter(capabilities);
	program.length = count;
	return prctl(PR_SET_SECCOMP, MODE_FILTER, &program, 0, 0) < 0 ? errno : 0;
}
