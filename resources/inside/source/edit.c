#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit.h"
#include "inside.h"

enum { MAGIC = 'J' };

static int root_folder = -1;
static struct list own_mounts;
static long sent_at;

bool edit_failed(struct edit_answer *answer, const char *word)
{
	answer->error = errno ? errno : EIO;
	answer->word = word;
	return false;
}

static void send_answer(const struct edit_answer *answer)
{
	printf("%d %s %llu\n", answer->error, answer->word, answer->count);
	fflush(stdout);
	sent_at = now_ms();
}

void edit_still_busy(unsigned long long count)
{
	if (now_ms() - sent_at < 1000)
		return;
	send_answer(&(struct edit_answer){ .error = 0, .word = "busy", .count = count });
}

bool edit_read(void *into, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t got = read(0, (char *)into + done, length - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

static bool is_own_mount(const char *path, size_t length)
{
	for (int index = 0; index < own_mounts.count; index += 1) {
		const char *own = own_mounts.items[index];
		if (strlen(own) == length && strncmp(own, path, length) == 0)
			return true;
	}
	return false;
}

/** Opens the next folder on the way. Where it is none, the word says whether it is a link. */
static int enter(int folder, const char *name, struct edit_answer *answer)
{
	int next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (next >= 0)
		return next;
	int error = errno;
	struct stat is;
	bool is_link = fstatat(folder, name, &is, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(is.st_mode);
	errno = error;
	edit_failed(answer, is_link ? "link" : "failed");
	return -1;
}

static bool step(const char *path, size_t upto, struct edit_place *place, struct edit_answer *answer)
{
	int next = enter(place->folder, place->name, answer);
	if (next < 0)
		return false;
	struct stat before = place->folder_is;
	close(place->folder);
	place->folder = next;
	if (fstat(next, &place->folder_is) != 0)
		return edit_failed(answer, "failed");
	// Overlays and gVisor give all folders of one mount the same number, whatever layer they come from.
	if (place->folder_is.st_dev == before.st_dev || is_own_mount(path, upto))
		return true;
	errno = EXDEV;
	return edit_failed(answer, "mount");
}

/** The path is absolute; empty parts do not count. `..` and `.` never come from the agent, and are refused. */
static bool walk(const char *path, struct edit_place *place, struct edit_answer *answer)
{
	bool has_name = false;
	const char *at = path;
	for (;;) {
		at += strspn(at, "/");
		size_t length = strcspn(at, "/");
		if (length == 0)
			break;
		if (has_name && !step(path, (size_t)(at - path) - 1, place, answer))
			return false;
		errno = length >= sizeof place->name ? ENAMETOOLONG : EINVAL;
		if (length >= sizeof place->name || strncmp(at, "..", length) == 0)
			return edit_failed(answer, "failed");
		memcpy(place->name, at, length);
		place->name[length] = 0;
		has_name = true;
		at += length;
	}
	errno = EBUSY;
	return has_name || edit_failed(answer, "failed");
}

bool edit_reach(const char *path, struct edit_place *place, struct edit_answer *answer)
{
	place->folder = openat(root_folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->folder < 0 || fstat(place->folder, &place->folder_is) != 0)
		return edit_failed(answer, "failed");
	if (walk(path, place, answer))
		return true;
	close(place->folder);
	return false;
}

/** False at the end of the input, or where it is not what the agent writes. */
static bool serve(struct edit_frame *frame)
{
	static char path[EDIT_LONGEST_PATH + 1], other[EDIT_LONGEST_PATH + 1];
	if (frame->magic != MAGIC || frame->path_length > EDIT_LONGEST_PATH || frame->other_length > EDIT_LONGEST_PATH)
		return false;
	if (!edit_read(path, frame->path_length) || !edit_read(other, frame->other_length))
		return false;
	path[frame->path_length] = other[frame->other_length] = 0;
	struct edit_answer answer = { .error = 0, .word = "ok", .count = 1 };
	bool goes_on = true;
	sent_at = now_ms();
	switch (frame->op) {
	case EDIT_PUT:
		goes_on = edit_put(path, frame, &answer);
		break;
	case EDIT_FOLDER:
		edit_folder(path, frame, &answer);
		break;
	case EDIT_LINK:
		edit_link(path, other, frame, &answer);
		break;
	case EDIT_MOVE:
		edit_move(path, other, &answer);
		break;
	case EDIT_DELETE:
		edit_delete(path, &answer);
		break;
	case EDIT_MODE:
		edit_mode(path, frame, &answer);
		break;
	case EDIT_OWNER:
		edit_owner(path, frame, &answer);
		break;
	default:
		return false;
	}
	if (goes_on)
		send_answer(&answer);
	return goes_on;
}

int edit_files(int count, char **arguments)
{
	const char *root = "/";
	for (int index = 2; index + 1 < count; index += 2) {
		if (strcmp(arguments[index], "--root") == 0)
			root = arguments[index + 1];
		else if (strcmp(arguments[index], "--own") == 0 && own_mounts.count < MOST) {
			own_mounts.items[own_mounts.count++] = arguments[index + 1];
		} else {
			fprintf(stderr, "joey-inside: unknown option %s\n", arguments[index]);
			return 2;
		}
	}
	signal(SIGPIPE, SIG_IGN);
	umask(0);
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	root_folder = open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root_folder < 0) {
		fprintf(stderr, "joey-inside: %s: %s\n", root, strerror(errno));
		return 3;
	}
	struct edit_frame frame;
	_Static_assert(sizeof frame == 40, "As the agent writes it.");
	// The agent waits for it: a sandbox that has an older program does not say so.
	send_answer(&(struct edit_answer){ .error = 0, .word = "ready", .count = 1 });
	while (edit_read(&frame, sizeof frame)) {
		if (!serve(&frame))
			return 4;
	}
	return 0;
}
