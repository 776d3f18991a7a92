#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "detach.h"
#include "edit.h"
#include "init.h"
#include "inside.h"
#include "work.h"

struct wish wish = { .nonce = "", .class = "container" };

static const struct probe *const groups[] = { file_probes,   kernel_probes, process_probes, privilege_probes,
	                                      device_probes, reach_probes,  network_probes, limit_probes };
enum { GROUPS = sizeof groups / sizeof groups[0] };

static void print_text(const char *name, const char *text)
{
	printf(",\"%s\":\"", name);
	for (; *text; text += 1) {
		unsigned char byte = (unsigned char)*text;
		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < 0x20 || byte > 0x7e)
			putchar('?');
		else
			putchar(byte);
	}
	putchar('"');
}

static void print_finding(const char *id, const char *seen, const struct finding *finding)
{
	printf("{\"id\":\"%s\",\"seen\":\"%s\",\"errno\":%d", id, seen, finding->error);
	print_text("found", finding->found);
	print_text("detail", finding->detail);
	puts("}");
	fflush(stdout);
}

static void print_begin(void)
{
	struct utsname kernel;
	char boot[64] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ssize_t length = read(fd, boot, sizeof boot - 1);
		boot[length > 0 ? length : 0] = 0;
		boot[strcspn(boot, "\n")] = 0;
		close(fd);
	}
	uname(&kernel);
	printf("{\"id\":\"begin\"");
	print_text("nonce", wish.nonce);
	print_text("kernel", kernel.release);
	print_text("version", kernel.version);
	print_text("boot", boot);
	puts("}");
	fflush(stdout);
}

/** Runs the attempt in a process group of its own, which is gone when this returns. */
static void run_probe(const struct probe *probe, struct finding *finding, long deadline)
{
	memset(finding, 0, sizeof *finding);
	long left = deadline - now_ms();
	if (left <= 0) {
		snprintf(finding->detail, sizeof finding->detail, "No time was left for it.");
		return print_finding(probe->id, "unable", finding);
	}
	pid_t child = fork();
	if (child == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		probe->attempt(finding);
		_exit(0);
	}
	if (child < 0) {
		finding->error = errno;
		snprintf(finding->detail, sizeof finding->detail, "No process could be started for it.");
		return print_finding(probe->id, "unable", finding);
	}
	setpgid(child, child);
	int status = 0;
	long until = now_ms() + (probe->timeout_ms < left ? probe->timeout_ms : left);
	bool timed_out = false;
	for (int pause_us = 100;; pause_us = pause_us < 10000 ? pause_us * 2 : pause_us) {
		pid_t ended = waitpid(child, &status, WNOHANG);
		if (ended == child || (ended < 0 && errno != EINTR))
			break;
		if (now_ms() > until) {
			timed_out = true;
			break;
		}
		usleep((useconds_t)pause_us);
	}
	kill(-child, SIGKILL);
	kill(child, SIGKILL);
	if (timed_out)
		waitpid(child, NULL, 0);
	// What it started comes here too: this process adopts it.
	for (int wait = 0; wait < 200 && waitpid(-1, NULL, WNOHANG) >= 0; wait += 1)
		usleep(1000);
	static const char *const words[] = { "untried", "blocked", "succeeded", "absent", "unable" };
	finding->found[sizeof finding->found - 1] = finding->detail[sizeof finding->detail - 1] = 0;
	if (finding->seen == UNTRIED) {
		const char *what = WIFSIGNALED(status) ? "crashed" : "timeout";
		if (WIFSIGNALED(status))
			snprintf(finding->detail, sizeof finding->detail, "Signal %d.", WTERMSIG(status));
		return print_finding(probe->id, what, finding);
	}
	print_finding(probe->id, words[finding->seen], finding);
}

static void add(struct list *list, const char *item)
{
	if (list->count < MOST)
		list->items[list->count++] = item;
}

static bool take_option(const char *name, const char *value)
{
	const struct {
		const char *name;
		struct list *list;
	} lists[] = { { "--canary", &wish.canaries }, { "--sibling", &wish.siblings },
		      { "--socket", &wish.sockets },  { "--abstract", &wish.abstracts },
		      { "--mount", &wish.mounts },    { "--granted", &wish.granted },
		      { "--device", &wish.devices },  { "--block", &wish.blocks } };
	for (size_t index = 0; index < sizeof lists / sizeof lists[0]; index += 1) {
		if (strcmp(name, lists[index].name) == 0)
			return add(lists[index].list, value), true;
	}
	if (strcmp(name, "--nonce") == 0)
		return wish.nonce = value, true;
	if (strcmp(name, "--class") == 0)
		return wish.class = value, true;
	if (strcmp(name, "--marker") == 0)
		return wish.marker = value, true;
	if (strcmp(name, "--host-pid") == 0)
		return wish.host_pid = atol(value), true;
	if (strcmp(name, "--pids") == 0)
		return wish.pids = atol(value), true;
	if (strcmp(name, "--memory") == 0)
		return wish.memory = atoll(value), true;
	return false;
}

static bool is_wanted(const struct list *only, const char *id)
{
	for (int index = 0; index < only->count; index += 1) {
		if (strcmp(only->items[index], id) == 0)
			return true;
	}
	return only->count == 0;
}

static int list_probes(void)
{
	for (int group = 0; group < GROUPS; group += 1) {
		for (const struct probe *probe = groups[group]; probe->id; probe += 1)
			puts(probe->id);
	}
	return 0;
}

/** A link that leads out of the sandbox, for the agent to stumble over; `unplant` takes it away. */
static int plant_link(const char *path, const char *target)
{
	unlink(path);
	if (target == NULL)
		return 0;
	return symlink(target, path) == 0 ? 0 : 1;
}

static int compare_longs(const void *one, const void *other)
{
	long left = *(const long *)one, right = *(const long *)other;
	return (left > right) - (left < right);
}

/** What a cheap system call takes, in nanoseconds: the median of several rounds. Tries nothing, so it may run anywhere. */
static int measure_calls(void)
{
	enum { ROUNDS = 9, CALLS = 1000 };
	long rounds[ROUNDS];
	for (int round = 0; round < ROUNDS; round += 1) {
		struct timespec from, to;
		clock_gettime(CLOCK_MONOTONIC, &from);
		for (int call = 0; call < CALLS; call += 1)
			syscall(SYS_getppid);
		clock_gettime(CLOCK_MONOTONIC, &to);
		rounds[round] = ((to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec) / CALLS;
	}
	qsort(rounds, ROUNDS, sizeof rounds[0], compare_longs);
	printf("%ld\n", rounds[ROUNDS / 2]);
	return 0;
}

/** Until it is told to end, so that the sandbox of a function runs between the commands that are run in it. */
static int hold(void)
{
	sigset_t ends;
	int number = 0;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	return sigwait(&ends, &number) == 0 ? 0 : 1;
}

int main(int count, char **arguments)
{
	if (count == 2 && strcmp(arguments[1], "--hold") == 0)
		return hold();
	if (count >= 3 && strcmp(arguments[1], "--init") == 0)
		return run_as_init(arguments + 2);
	if (count >= 3 && strcmp(arguments[1], "--detached") == 0)
		return run_detached(arguments + 2);
	int code = do_work(count, arguments);
	if (code >= 0)
		return code;
	// Started from its own set-user-id copy: whether that gave it root is all it shows.
	if (count == 2 && strcmp(arguments[1], "--effective-user") == 0)
		return geteuid() == 0 ? 77 : 78;
	if (count == 2 && strcmp(arguments[1], "--list") == 0)
		return list_probes();
	if (count == 2 && strcmp(arguments[1], "--measure") == 0)
		return measure_calls();
	if (count >= 2 && strcmp(arguments[1], "--files") == 0)
		return edit_files(count, arguments);
	if (count >= 3 && strcmp(arguments[1], "--plant") == 0)
		return plant_link(arguments[2], arguments[3]);
	static struct list only;
	long deadline_ms = 60000;
	for (int index = 1; index + 1 < count; index += 2) {
		if (strcmp(arguments[index], "--only") == 0)
			add(&only, arguments[index + 1]);
		else if (strcmp(arguments[index], "--deadline") == 0)
			deadline_ms = atol(arguments[index + 1]);
		else if (!take_option(arguments[index], arguments[index + 1])) {
			fprintf(stderr, "joey-inside: unknown option %s\n", arguments[index]);
			return 2;
		}
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	struct finding *finding = mmap(NULL, sizeof *finding, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	                               0);
	if (finding == MAP_FAILED)
		return 3;
	print_begin();
	long deadline = now_ms() + deadline_ms;
	int printed = 0;
	for (int group = 0; group < GROUPS; group += 1) {
		for (const struct probe *probe = groups[group]; probe->id; probe += 1) {
			if (!is_wanted(&only, probe->id))
				continue;
			run_probe(probe, finding, deadline);
			printed += 1;
		}
	}
	printf("{\"id\":\"end\",\"count\":%d", printed);
	print_text("nonce", wish.nonce);
	puts("}");
	return 0;
}
