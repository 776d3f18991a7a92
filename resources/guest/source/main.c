/*
 * joey-init: process 1 of a micro-VM's guest. PROTOCOL.md says what it does for the host; this file holds the start, the
 * loop and the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

enum { WATCHES_MAX = 4 * SESSIONS_MAX + 16, FAREWELL_MS = 3000 };

static struct watch *watches[WATCHES_MAX];
static struct pollfd polled[WATCHES_MAX];
static nfds_t watch_count;
static int64_t wake_ms;
static bool ending;
static int64_t end_by;

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vdprintf(STDERR_FILENO, format, arguments);
	va_end(arguments);
}

void loop_watch(struct watch *watch)
{
	if (watch_count < WATCHES_MAX)
		watches[watch_count++] = watch;
}

void loop_wake_in(int64_t milliseconds)
{
	if (milliseconds < 0)
		milliseconds = 0;
	if (wake_ms < 0 || milliseconds < wake_ms)
		wake_ms = milliseconds;
}

/*
 * The kernel's first root, the initramfs, can neither be unmounted nor be left by pivot_root. So all that follows lives on
 * a file system in memory that covers it, and the sandbox's namespace can leave that.
 */
static void cover_first_root(void)
{
	mkdir("/base", 0755);
	mount("base", "/base", "tmpfs", MS_NODEV | MS_NOSUID, "mode=755,size=16m");
	if (access("/probe", X_OK) == 0) {
		close(open("/base/probe", O_CREAT | O_WRONLY | O_CLOEXEC, 0755));
		mount("/probe", "/base/probe", NULL, MS_BIND, NULL);
	}
	if (chdir("/base") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
		say("joey-init: cannot leave the first root: %s\n", strerror(errno));
}

static void mount_own_trees(void)
{
	static const char *const folders[] = { "/proc", "/sys", "/dev", "/sandbox", "/layers", "/shares", "/files" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		mkdir(folders[i], 0755);
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, "mode=755");
	cgroup_set_up();
}

static int watch_children(void)
{
	sigset_t children;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &children, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void reap(const struct watch *children)
{
	struct signalfd_siginfo news[16];
	int status;
	pid_t pid;

	while (read(children->fd, news, sizeof(news)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!main_reaped(pid, status) && !flush_reaped(pid, status))
			sessions_reaped(pid, status);
}

void request_shutdown(void)
{
	if (main_has_started() && !main_has_exited()) {
		main_signal(SIGKILL);
		return;
	}
	ending = true;
	end_by = now_ms() + FAREWELL_MS;
}

static _Noreturn void power_off(void)
{
	if (main_has_exited())
		main_write_status();
	unmount_all();
	/* The kernel's command line has reboot=t, which makes the machine monitor leave. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void consider_end(void)
{
	if (!ending && main_has_exited()) {
		ending = true;
		end_by = now_ms() + FAREWELL_MS;
	}
	if (!ending)
		return;
	if (now_ms() >= end_by || (main_is_drained() && sessions_are_over() && control_is_flushed()))
		power_off();
	loop_wake_in(end_by - now_ms());
}

static void go_round(struct watch *children)
{
	watch_count = 0;
	wake_ms = -1;
	children->want = POLLIN;
	loop_watch(children);
	ports_watch();
	sessions_watch();
	main_watch();
	hold_pump();
	if (control_wants_to_run())
		loop_wake_in(0);
	consider_end();
	for (nfds_t i = 0; i < watch_count; i++)
		polled[i] = (struct pollfd){ .fd = watches[i]->fd, .events = watches[i]->want };
	if (poll(polled, watch_count, wake_ms > INT32_MAX ? INT32_MAX : (int)wake_ms) < 0)
		return;
	for (nfds_t i = 0; i < watch_count; i++)
		watches[i]->got = polled[i].revents;
}

int main(void)
{
	struct watch children;

	umask(022);
	cover_first_root();
	mount_own_trees();
	write_small("/proc/self/oom_score_adj", "-1000");
	children.fd = watch_children();
	open_control_port();
	say("joey-init: ready\n");
	for (;;) {
		go_round(&children);
		ports_update();
		reap(&children);
		control_pump();
		main_pump();
		sessions_pump();
		control_pump();
	}
}
