/*
 * Reports what is changed in folders of this machine, and by which process: Node's watch of a folder does not know the latter,
 * and without it what a guest writes would come back to it as a change made by somebody else.
 *
 * The folders belong to guests as well. Every one is opened from the held folder of its mount, by a walk that follows no link and
 * enters no mount, and a name is nothing but text that is handed on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "outside.h"

/* Of linux/fanotify.h, linux/openat2.h and linux/fcntl.h, which are not among the headers of the C library. */
enum {
	FAN_CLOEXEC_NONBLOCK = 0x3,
	FAN_UNLIMITED_MARKS = 0x20,
	FAN_REPORT_FOLDER_AND_NAME = 0xc00,
	MARK_ADD_FOLDER = 0x9
};
enum { MODIFIED = 0x2, ATTRIBUTES = 0x4, MOVED_FROM = 0x40, MOVED_TO = 0x80, CREATED = 0x100, DELETED = 0x200 };
enum { QUEUE_OVERFLOW = 0x4000, ON_CHILD = 0x08000000, ON_FOLDER = 0x40000000, INFO_FOLDER_AND_NAME = 2 };
enum {
	BENEATH = 0x8,
	NO_LINKS = 0x4,
	NO_MAGIC_LINKS = 0x2,
	NO_OTHER_MOUNT = 0x1,
	OPENAT2 = 437,
	IDENTITY_ALONE = 0x200
};
enum { CAN_READ_ALL = 1 << 2, NOBODY = 65534 };

struct event {
	uint32_t length;
	uint8_t version, reserved;
	uint16_t head_length;
	uint64_t mask;
	int32_t descriptor, process;
};
struct way {
	uint64_t flags, mode, resolve;
};
struct identity {
	uint32_t bytes;
	int32_t type;
	unsigned char value[128];
};
struct info {
	uint8_t type, padding;
	uint16_t length;
	uint32_t file_system[2];
	struct identity folder;
};

/* However much is done in a folder. Meanwhile the kernel keeps what is the same once. */
enum { REPORTS_AT_ONCE = 1000, PAUSE_US = 20000 };
/* After so much work it rests three times as long. More than the kernel's queue holds is not read without looking up. */
enum { WORK_US = 20000, REST = 3, READS_AT_ONCE = 64 };
enum { BUCKETS = 4096, MOUNTS = 64, NONE = -1, FREE = -2, NAME = 256 };

struct folder {
	struct identity identity;
	char name[NAME];
	/* NONE for that of the mount, FREE where nothing is here. */
	int parent;
	int mount, depth;
	int next;
};

static struct folder *folders;
static int used, live, most, deepest;
static char **skipped;
static int full, counted, reports;
static int bucket[BUCKETS];
static struct {
	int root, events, is_lost, is_torn;
} mounts[MOUNTS];
static int mount_count;

static int bucket_of(const struct identity *identity, int mount)
{
	uint32_t hash = 2166136261U ^ (uint32_t)mount;
	for (uint32_t index = 0; index < identity->bytes; index++)
		hash = (hash ^ identity->value[index]) * 16777619U;
	return (int)(hash % BUCKETS);
}

static int find_folder(const struct identity *identity, int mount)
{
	if (identity->bytes > sizeof identity->value)
		return NONE;
	for (int index = bucket[bucket_of(identity, mount)]; index != NONE; index = folders[index].next) {
		const struct identity *other = &folders[index].identity;
		if (folders[index].mount == mount && other->bytes == identity->bytes && other->type == identity->type &&
		    memcmp(other->value, identity->value, identity->bytes) == 0)
			return index;
	}
	return NONE;
}

/* The path from the folder of the mount to this one, with a slash behind it; empty for itself. Negative: too long. */
static int path_of(int index, char *path, size_t size)
{
	size_t at = size - 1;
	path[at] = '\0';
	for (; folders[index].parent != NONE; index = folders[index].parent) {
		size_t length = strlen(folders[index].name);
		if (at < length + 1)
			return -1;
		path[--at] = '/';
		at -= length;
		memcpy(path + at, folders[index].name, length);
	}
	memmove(path, path + at, size - at);
	return 0;
}

/* Something of this name in a folder, or in what has no folder here: that of the mount. */
static void report(int index, const char *name, char kind, int process, int mount)
{
	char path[PATH_MAX] = "";
	if (reports++ >= REPORTS_AT_ONCE) {
		mounts[mount].is_lost = 1;
		return;
	}
	if (index == NONE || path_of(index, path, sizeof path) == 0)
		printf("%d %c %d %s%s%c", mount, kind, process, path, name, 0);
}

static void forget(int index)
{
	int *link = &bucket[bucket_of(&folders[index].identity, folders[index].mount)];
	while (*link != index)
		link = &folders[*link].next;
	*link = folders[index].next;
	folders[index].parent = FREE;
	live--;
}

/* With all that is below it. */
static void forget_named(int parent, const char *name)
{
	int found = NONE;
	for (int index = 0; index < used && found == NONE; index++)
		if (folders[index].parent == parent && strcmp(folders[index].name, name) == 0)
			found = index;
	if (found == NONE)
		return;
	forget(found);
	for (int more = 1; more;) {
		more = 0;
		for (int index = 0; index < used; index++) {
			int above = folders[index].parent;
			if (above >= 0 && folders[above].parent == FREE) {
				forget(index);
				more = 1;
			}
		}
	}
}

static int open_folder(int mount, const char *path)
{
	struct way way = { O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0,
		           BENEATH | NO_LINKS | NO_MAGIC_LINKS | NO_OTHER_MOUNT };
	return (int)syscall(OPENAT2, mounts[mount].root, path[0] == '\0' ? "." : path, &way, sizeof way);
}

/* As the kernel names it in events. */
static int identify(int folder, struct identity *identity)
{
	int mount;
	identity->bytes = sizeof identity->value;
	if (syscall(SYS_name_to_handle_at, folder, "", identity, &mount, AT_EMPTY_PATH | IDENTITY_ALONE) == 0)
		return 0;
	/* Before Linux 6.5 there is only the name that can be opened again, which is the same. */
	identity->bytes = sizeof identity->value;
	return errno == EINVAL ? (int)syscall(SYS_name_to_handle_at, folder, "", identity, &mount, AT_EMPTY_PATH) : -1;
}

static int take_place(void)
{
	for (int index = 0; index < used && live < used; index++)
		if (folders[index].parent == FREE)
			return index;
	return used++;
}

/* Watches an open folder. NONE where it cannot be, or where as many are watched as may be. */
static int watch_folder(int open_one, int mount, int parent, const char *name)
{
	uint64_t changes = MODIFIED | ATTRIBUTES | MOVED_FROM | MOVED_TO | CREATED | DELETED | ON_CHILD | ON_FOLDER;
	struct identity identity;
	int depth = parent == NONE ? 0 : folders[parent].depth + 1;
	if (identify(open_one, &identity) < 0)
		return NONE;
	int index = find_folder(&identity, mount);
	if (index == NONE) {
		if (live >= most || depth > deepest) {
			full = full == 0 ? 1 : full;
			return NONE;
		}
		if (syscall(SYS_fanotify_mark, mounts[mount].events, MARK_ADD_FOLDER, changes, open_one, NULL) < 0)
			return NONE;
		index = take_place();
		live++;
		folders[index].identity = identity;
		folders[index].mount = mount;
		int *first = &bucket[bucket_of(&identity, mount)];
		folders[index].next = *first;
		*first = index;
	}
	folders[index].parent = parent;
	folders[index].depth = depth;
	snprintf(folders[index].name, NAME, "%s", name);
	return index;
}

static int is_skipped(const char *name)
{
	for (char **each = skipped; *each; each++)
		if (strcmp(*each, name) == 0)
			return 1;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int is_folder(int in, const struct dirent *entry)
{
	struct stat found;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(in, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(found.st_mode);
}

static int add_below(int parent, const char *name);

/*
 * Watches what is in a folder. For a process that is not 0, all that is found is reported as its doing: it was there before the
 * watch. Only the folders of one folder are added at a time, so those near the top come first.
 */
static void look_through(int index, int process)
{
	char path[PATH_MAX];
	int in = path_of(index, path, sizeof path) < 0 ? -1 : open_folder(folders[index].mount, path);
	DIR *listing = in < 0 ? NULL : fdopendir(in);
	if (listing == NULL) {
		if (in >= 0)
			close(in);
		return;
	}
	for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (process != 0)
			report(index, entry->d_name, 'c', process, folders[index].mount);
		if (is_folder(in, entry) && !is_skipped(entry->d_name))
			add_below(index, entry->d_name);
	}
	closedir(listing);
}

static int add_below(int parent, const char *name)
{
	char path[PATH_MAX];
	size_t length = path_of(parent, path, sizeof path) < 0 ? sizeof path : strlen(path);
	if (length + strlen(name) >= sizeof path)
		return NONE;
	strcpy(path + length, name);
	int found = open_folder(folders[parent].mount, path);
	if (found < 0)
		return NONE;
	int index = watch_folder(found, folders[parent].mount, parent, name);
	close(found);
	return index;
}

/* A folder and what is in it, level by level. */
static void look_through_all(int first, int process)
{
	int *waiting = malloc(sizeof(int) * (size_t)most);
	int end = 0;
	if (waiting == NULL)
		return;
	waiting[end++] = first;
	for (int at = 0; at < end; at++) {
		look_through(waiting[at], process);
		for (int index = 0; index < used && end < most; index++)
			if (folders[index].parent == waiting[at])
				waiting[end++] = index;
	}
	free(waiting);
}

/* The kernel has dropped events, of folders that came and went among them: what there is now is watched. */
static void look_anew(int mount)
{
	mounts[mount].is_torn = 0;
	for (int index = 0; index < used; index++)
		if (folders[index].mount == mount && folders[index].parent != FREE)
			forget(index);
	int index = watch_folder(mounts[mount].root, mount, NONE, "");
	if (index != NONE)
		look_through_all(index, 0);
}

static void follow(int mount, const struct event *event)
{
	const struct info *info = (const struct info *)((const char *)event + event->head_length);
	if (event->mask & QUEUE_OVERFLOW) {
		mounts[mount].is_lost = 1;
		mounts[mount].is_torn = 1;
		return;
	}
	if (event->length < event->head_length + offsetof(struct info, folder.value) ||
	    info->type != INFO_FOLDER_AND_NAME)
		return;
	int index = find_folder(&info->folder, mount);
	if (index == NONE)
		return;
	const char *name = (const char *)info->folder.value + info->folder.bytes;
	char kind = event->mask & ~(uint64_t)(ATTRIBUTES | ON_FOLDER) ? 'c' : 'a';
	if (strcmp(name, ".") == 0) {
		/* The folder itself; what it is in does not get to know in every kernel. */
		report(folders[index].parent, folders[index].name, kind, event->process, mount);
		return;
	}
	report(index, name, kind, event->process, mount);
	if (!(event->mask & ON_FOLDER) || is_skipped(name))
		return;
	if (event->mask & (DELETED | MOVED_FROM))
		forget_named(index, name);
	if (event->mask & (CREATED | MOVED_TO)) {
		int made = add_below(index, name);
		if (made != NONE)
			look_through_all(made, event->process == 0 ? -1 : event->process);
	}
}

static void tell_lost(int mount)
{
	if (mounts[mount].is_lost)
		printf("lost %d%c", mount, 0);
	mounts[mount].is_lost = 0;
}

/* One event may be a tree of thousands of folders that was moved, and a guest can move it as often as it likes. */
static void rest(int mount)
{
	static long long rested;
	struct timespec spent;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	long long worked = spent.tv_sec * 1000000LL + spent.tv_nsec / 1000 - rested;
	if (worked < WORK_US)
		return;
	rested += worked;
	tell_lost(mount);
	reports = 0;
	if (fflush(stdout) != 0)
		_exit(0);
	struct timespec pause = { worked * REST / 1000000, worked * REST % 1000000 * 1000 };
	nanosleep(&pause, NULL);
}

/* All that has happened until now. */
static void drain(int mount)
{
	static char buffer[65536] __attribute__((aligned(8)));
	for (int reads = 0; reads < READS_AT_ONCE; reads++) {
		ssize_t length = read(mounts[mount].events, buffer, sizeof buffer);
		if (length <= 0)
			break;
		const char *at = buffer;
		while (at < buffer + length) {
			const struct event *event = (const struct event *)at;
			follow(mount, event);
			rest(mount);
			at += event->length;
		}
	}
	if (mounts[mount].is_torn) {
		look_anew(mount);
		rest(mount);
	}
	tell_lost(mount);
	if (full == 1) {
		printf("full%c", 0);
		full = 2;
	}
	if (live != counted)
		printf("folders %d%c", live, 0);
	counted = live;
}

/* It reads folders from now on, and may do nothing else. */
static void give_up_rights(void)
{
	struct capability_header header = { CAPABILITY_VERSION, 0 };
	struct capability_data data[2] = { { CAN_READ_ALL, CAN_READ_ALL, 0 }, { 0, 0, 0 } };
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0 || syscall(SYS_capset, &header, data) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail("cannot give up", "rights");
}

static void open_mounts(char **held)
{
	for (; *held != NULL && mount_count < MOUNTS; held++, mount_count++) {
		int root = open(*held, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		int flags = FAN_CLOEXEC_NONBLOCK | FAN_UNLIMITED_MARKS | FAN_REPORT_FOLDER_AND_NAME;
		int events = root < 0 ? -1 : (int)syscall(SYS_fanotify_init, flags, O_RDONLY);
		if (events < 0)
			fail("cannot watch", *held);
		mounts[mount_count].root = root;
		mounts[mount_count].events = events;
	}
}

static void serve(void)
{
	struct pollfd polled[MOUNTS + 1] = { { STDIN_FILENO, POLLIN, 0 } };
	for (int mount = 0; mount < mount_count; mount++)
		polled[mount + 1] = (struct pollfd){ mounts[mount].events, POLLIN, 0 };
	for (;;) {
		char asked[64];
		if (poll(polled, (nfds_t)mount_count + 1, -1) < 0 && errno != EINTR)
			_exit(1);
		ssize_t length = polled[0].revents ? read(STDIN_FILENO, asked, sizeof asked) : -1;
		for (int mount = 0; mount < mount_count; mount++)
			drain(mount);
		for (ssize_t answer = 0; answer < length; answer++)
			printf("synced%c", 0);
		if (fflush(stdout) != 0 || length == 0)
			_exit(0);
		/* A guest that writes with all its might keeps neither this program nor the agent busy. */
		reports = 0;
		usleep(PAUSE_US);
	}
}

void watch_folders(char **words)
{
	most = (int)read_id(words[0]);
	deepest = (int)read_id(words[1]);
	for (skipped = words + 2, words += 2; *words != NULL && strcmp(*words, "--") != 0; words++)
		;
	if (*words == NULL || most < 1)
		fail("no folders after", "--");
	*words++ = NULL;
	folders = calloc((size_t)most, sizeof *folders);
	if (folders == NULL)
		fail("no memory for", "folders");
	memset(bucket, 0xff, sizeof bucket);
	prctl(PR_SET_DUMPABLE, 0);
	open_mounts(words);
	give_up_rights();
	for (int mount = 0; mount < mount_count; mount++) {
		int index = watch_folder(mounts[mount].root, mount, NONE, "");
		if (index == NONE)
			fail("cannot watch", words[mount]);
		look_through_all(index, 0);
		drain(mount);
	}
	printf("ready%c", 0);
	fflush(stdout);
	serve();
	_exit(0);
}
