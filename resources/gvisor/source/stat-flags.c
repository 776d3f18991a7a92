/*
 * Older versions of gVisor refuse AT_NO_AUTOMOUNT, which the core utilities give with every stat of a file since their
 * version 9, with EINVAL: `ls` of anything fails. The flag asks that nothing be mounted by the stat alone, and in a
 * gVisor sandbox nothing ever is. So this library, which the C library of a guest loads before its own functions, hands
 * the calls on without it.
 *
 * It stands on nothing but the kernel's interface and the place of errno, which every glibc has, so that it fits all of them.
 */
#include <fcntl.h>
#include <sys/syscall.h>

struct stat;
struct statx;

int *__errno_location(void);
int statx(int folder, const char *path, int flags, unsigned int mask, struct statx *to);
int fstatat(int folder, const char *path, struct stat *to, int flags);
int fstatat64(int folder, const char *path, struct stat *to, int flags);

static long call(long number, long first, long second, long third, long fourth, long fifth)
{
	register long in_r10 __asm__("r10") = fourth;
	register long in_r8 __asm__("r8") = fifth;
	long result;

	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(number), "D"(first), "S"(second), "d"(third), "r"(in_r10), "r"(in_r8)
	                 : "rcx", "r11", "memory");
	return result;
}

static int answer(long result)
{
	if (result >= 0)
		return (int)result;
	*__errno_location() = (int)-result;
	return -1;
}

int statx(int folder, const char *path, int flags, unsigned int mask, struct statx *to)
{
	return answer(call(SYS_statx, folder, (long)path, flags & ~AT_NO_AUTOMOUNT, mask, (long)to));
}

int fstatat(int folder, const char *path, struct stat *to, int flags)
{
	return answer(call(SYS_newfstatat, folder, (long)path, (long)to, flags & ~AT_NO_AUTOMOUNT, 0));
}

int fstatat64(int folder, const char *path, struct stat *to, int flags)
{
	return fstatat(folder, path, to, flags);
}
