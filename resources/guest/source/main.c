/*
 * joey-init: process 1 of a micro-VM's guest. PROTOCOL.md says what it does for the host; this file connects
 * its parts, and holds the start and the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "control.h"
#include "files.h"
#include "flush.h"
#include "hold.h"
#include "loop.h"
#include "main-process.h"
#include "ports.h"
#include "protocol.h"
#include "requests.h"
#include "root.h"
#include "sessions.h"

enum { LAST_BYTES_MS = 3000 };

static bool ending;
static int64_t end_by;

static _Noreturn void restart_machine(void)
{
	/* The kernel's command line has reboot=t, which makes the machine monitor leave. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

/* Without one of these nothing would be as the sandbox expects it, least of all its isolation. */
static void require_mount(const char *source, const char *target, const char *type, unsigned long flags,
                          const char *options)
{
	if (mount(source, target, type, flags, options) == 0)
		return;
	say("joey-init: cannot mount %s: %s\n", target, strerror(errno));
	restart_machine();
}

/*
 * The kernel's first root, the initramfs, can neither be unmounted nor be left by pivot_root. So all that follows lives on
 * a file system in memory that covers it, and the sandbox's namespace can leave that.
 */
static void cover_first_root(void)
{
	mkdir("/base", 0755);
	require_mount("base", "/base", "tmpfs", MS_NODEV | MS_NOSUID, "mode=755,size=16m");
	if (access("/inside", X_OK) == 0) {
		close(open("/base/inside", O_CREAT | O_WRONLY | O_CLOEXEC, 0755));
		require_mount("/inside", "/base/inside", NULL, MS_BIND, NULL);
	}
	if (chdir("/base") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0) {
		say("joey-init: cannot leave the first root: %s\n", strerror(errno));
		restart_machine();
	}
}

static void mount_own_trees(void)
{
	static const char *const folders[] = { "/proc", "/sys", "/dev", "/sandbox", "/layers", "/shares", "/files" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		mkdir(folders[i], 0755);
	require_mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	require_mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	require_mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, "mode=755");
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

/* Ends the machine once the main process's last bytes are taken, or at once where it never ran. */
static void request_shutdown(void)
{
	if (main_has_started() && !main_has_exited()) {
		main_signal(SIGKILL);
		return;
	}
	ending = true;
	end_by = now_ms() + LAST_BYTES_MS;
}

static _Noreturn void power_off(void)
{
	if (main_has_exited())
		main_write_status();
	unmount_all();
	restart_machine();
}

static void consider_end(void)
{
	if (!ending && main_has_exited()) {
		ending = true;
		end_by = now_ms() + LAST_BYTES_MS;
	}
	if (!ending)
		return;
	if (now_ms() >= end_by || (main_is_drained() && sessions_are_over() && control_is_flushed()))
		power_off();
	loop_wake_in(end_by - now_ms());
}

static void go_round(struct watch *children)
{
	loop_begin_round();
	children->want = POLLIN;
	loop_watch(children);
	ports_watch();
	sessions_watch();
	main_watch();
	hold_pump();
	if (control_wants_to_run())
		loop_wake_in(0);
	consider_end();
	loop_wait();
}

static void take_message(unsigned type, uint32_t session, const uint8_t *payload, size_t length)
{
	if (type == TO_GUEST_SHUTDOWN) {
		reply_ok(session);
		request_shutdown();
	} else {
		handle_message(type, session, payload, length);
	}
}

static void greeted(void)
{
	if (main_has_exited())
		main_report_exit();
}

static void forget_client(void)
{
	hold_forget();
	flush_forget();
	sessions_orphan();
}

static const struct control_handlers handlers = {
	.message = take_message,
	.describe = describe_guest,
	.greeted = greeted,
	.forget_client = forget_client,
};

int main(void)
{
	struct watch children;

	/* Started anywhere else it would mount over that machine's root, and restart it in the end. */
	if (getpid() != 1) {
		say("joey-init is the first process of a micro-VM, and nothing else.\n");
		return 2;
	}
	umask(022);
	cover_first_root();
	mount_own_trees();
	write_small("/proc/self/oom_score_adj", "-1000");
	children.fd = watch_children();
	control_connect(&handlers);
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
