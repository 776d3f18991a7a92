/* Time and randomness: a guest that was restored from a template has both of the template's day. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

enum { SEED_MAX = 512, NANOSECONDS = 1000000000 };

/* Of random(4), whose header is not among those of the C library. */
#define ADD_ENTROPY _IOW('R', 0x03, int[2])
#define RESEED _IO('R', 0x07)

struct entropy {
	int bits, bytes;
	uint8_t pool[SEED_MAX];
};

int set_clock(uint64_t nanoseconds)
{
	struct timespec now = {
		.tv_sec = (time_t)(nanoseconds / NANOSECONDS),
		.tv_nsec = (long)(nanoseconds % NANOSECONDS),
	};

	return clock_settime(CLOCK_REALTIME, &now) < 0 ? errno : 0;
}

int add_seed(const uint8_t *bytes, size_t length)
{
	struct entropy entropy = { .bits = (int)length * 8, .bytes = (int)length };
	int fd, error = 0;

	if (length == 0 || length > SEED_MAX)
		return EINVAL;
	memcpy(entropy.pool, bytes, length);
	fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (ioctl(fd, ADD_ENTROPY, &entropy) < 0 || ioctl(fd, RESEED) < 0)
		error = errno;
	close(fd);
	explicit_bzero(&entropy, sizeof(entropy));
	return error;
}
