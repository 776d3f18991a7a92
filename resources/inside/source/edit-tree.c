#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit.h"

enum { PASSES = 5 };
static const int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

typedef bool (*visitor)(int folder, const char *name, dev_t device, int depth, void *data, struct edit_answer *answer);

/** Calls `visit` for each name in the folder, until one says false. What comes meanwhile may be missed. */
static bool each_name(int folder, visitor visit, dev_t device, int depth, void *data, struct edit_answer *answer)
{
	int again = openat(folder, ".", folder_flags);
	DIR *names = again < 0 ? NULL : fdopendir(again);
	if (names == NULL) {
		edit_failed(answer, "failed");
		if (again >= 0)
			close(again);
		return false;
	}
	bool goes_on = true;
	for (struct dirent *entry; goes_on && (errno = 0, entry = readdir(names)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		goes_on = visit(folder, entry->d_name, device, depth, data, answer);
	}
	closedir(names);
	return goes_on;
}

/** Opens a folder for what happens in it; -1 where it is another mount, or too deep. */
static int enter_folder(int parent, const char *name, dev_t device, int depth, struct edit_answer *answer)
{
	struct stat is;
	errno = ELOOP;
	if (depth > EDIT_DEEPEST)
		return edit_failed(answer, "deep"), -1;
	int folder = openat(parent, name, folder_flags);
	if (folder < 0)
		return edit_failed(answer, "failed"), -1;
	if (fstat(folder, &is) == 0 && is.st_dev == device)
		return folder;
	errno = EBUSY;
	edit_failed(answer, "mount");
	close(folder);
	return -1;
}

/** Removes a name with all that is below. What is gone already is gone. */
static bool remove_name(int parent, const char *name, dev_t device, int depth, void *data, struct edit_answer *answer)
{
	if (unlinkat(parent, name, 0) == 0) {
		answer->count += 1;
		edit_still_busy(answer->count);
		return true;
	}
	if (errno == ENOENT)
		return true;
	// Linux says EISDIR of folders; what is none is reported by the opening.
	if (errno != EISDIR && errno != EPERM && errno != ENOTEMPTY)
		return edit_failed(answer, errno == EBUSY ? "mount" : "failed");
	int error = errno;
	struct stat is;
	if (fstatat(parent, name, &is, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(is.st_mode)) {
		errno = error;
		return edit_failed(answer, "failed");
	}
	int folder = enter_folder(parent, name, device, depth, answer);
	if (folder < 0)
		return false;
	bool gone = false;
	for (int pass = 0; !gone && pass < PASSES; pass += 1) {
		if (!each_name(folder, remove_name, device, depth + 1, data, answer))
			break;
		gone = unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
		if (!gone && errno != ENOTEMPTY && errno != EEXIST)
			break;
	}
	close(folder);
	if (gone)
		return answer->count += 1, true;
	return answer->error != 0 ? false : edit_failed(answer, errno == EBUSY ? "mount" : "failed");
}

void edit_delete(const char *path, struct edit_answer *answer)
{
	struct edit_place place;
	struct stat is;
	if (!edit_reach(path, &place, answer))
		return;
	answer->count = 0;
	if (fstatat(place.folder, place.name, &is, AT_SYMLINK_NOFOLLOW) != 0)
		edit_failed(answer, "failed");
	else
		remove_name(place.folder, place.name, place.folder_is.st_dev, 0, NULL, answer);
	close(place.folder);
}

/** A folder like another. */
static int make_like(int parent, const char *name, const struct stat *like)
{
	if (mkdirat(parent, name, 0700) != 0)
		return -1;
	int folder = openat(parent, name, folder_flags);
	if (folder < 0 || fchown(folder, like->st_uid, like->st_gid) != 0 ||
	    fchmod(folder, like->st_mode & 07777) != 0) {
		int error = errno;
		if (folder >= 0)
			close(folder);
		errno = error;
		return -1;
	}
	return folder;
}

static bool move_name(int parent, const char *name, dev_t device, int depth, void *data, struct edit_answer *answer);

/** An overlay does not rename folders that come from below: a new one is made, and what is in the old one goes over. */
static bool move_content(int parent, const char *name, int to, const char *new_name, dev_t device, int depth,
                         struct edit_answer *answer)
{
	int old = enter_folder(parent, name, device, depth, answer);
	if (old < 0)
		return false;
	struct stat like;
	int folder = fstat(old, &like) == 0 ? make_like(to, new_name, &like) : -1;
	bool moved = folder >= 0;
	if (!moved)
		edit_failed(answer, "failed");
	moved = moved && each_name(old, move_name, device, depth + 1, &folder, answer);
	if (moved) {
		struct timespec times[2] = { like.st_atim, like.st_mtim };
		futimens(folder, times);
		moved = unlinkat(parent, name, AT_REMOVEDIR) == 0 || edit_failed(answer, "failed");
		answer->count += 1;
	}
	if (folder >= 0)
		close(folder);
	close(old);
	return moved;
}

static bool copy_bytes(int from, int to, unsigned long long count)
{
	static char part[64 * 1024];
	for (;;) {
		ssize_t got = read(from, part, sizeof part);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		for (ssize_t done = 0, wrote; done < got; done += wrote) {
			wrote = write(to, part + done, (size_t)(got - done));
			if (wrote < 0)
				return false;
		}
		edit_still_busy(count);
	}
}

/** What cannot be renamed because it goes to another mount of the sandbox's own, as /tmp is one in gVisor. */
static bool move_file(int parent, const char *name, int to, const char *new_name, struct edit_answer *answer)
{
	struct stat like;
	int old = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	bool is_file = old >= 0 && fstat(old, &like) == 0 && S_ISREG(like.st_mode);
	// Made under its own name: that must be free, and one that is cut short is taken away again.
	int file = is_file ? openat(to, new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
	bool moved = file >= 0 && copy_bytes(old, file, answer->count) && fchown(file, like.st_uid, like.st_gid) == 0 &&
	             fchmod(file, like.st_mode & 07777) == 0 &&
	             futimens(file, (struct timespec[2]){ like.st_atim, like.st_mtim }) == 0 &&
	             unlinkat(parent, name, 0) == 0;
	if (!moved)
		edit_failed(answer, old >= 0 && !is_file ? "special" : "failed");
	if (!moved && file >= 0)
		unlinkat(to, new_name, 0);
	if (file >= 0)
		close(file);
	if (old >= 0)
		close(old);
	if (moved)
		answer->count += 1;
	return moved;
}

static bool move_link(int parent, const char *name, int to, const char *new_name, struct edit_answer *answer)
{
	char target[EDIT_LONGEST_PATH + 1];
	struct stat is;
	ssize_t length = readlinkat(parent, name, target, sizeof target - 1);
	if (length < 0 || fstatat(parent, name, &is, AT_SYMLINK_NOFOLLOW) != 0)
		return edit_failed(answer, "failed");
	target[length] = 0;
	if (symlinkat(target, to, new_name) != 0)
		return edit_failed(answer, "failed");
	if (fchownat(to, new_name, is.st_uid, is.st_gid, AT_SYMLINK_NOFOLLOW) != 0 || unlinkat(parent, name, 0) != 0) {
		edit_failed(answer, "failed");
		unlinkat(to, new_name, 0);
		return false;
	}
	return answer->count += 1, true;
}

static bool move_to(int parent, const char *name, int to, const char *new_name, dev_t device, int depth,
                    struct edit_answer *answer)
{
	struct stat is;
	if (fstatat(parent, name, &is, AT_SYMLINK_NOFOLLOW) != 0)
		return edit_failed(answer, "failed");
	if (edit_rename_free(parent, name, to, new_name) == 0)
		return answer->count += 1, true;
	if (errno != EXDEV)
		return edit_failed(answer, errno == EBUSY ? "mount" : "failed");
	edit_still_busy(answer->count);
	if (S_ISREG(is.st_mode))
		return move_file(parent, name, to, new_name, answer);
	if (S_ISLNK(is.st_mode))
		return move_link(parent, name, to, new_name, answer);
	errno = EXDEV;
	if (!S_ISDIR(is.st_mode))
		return edit_failed(answer, "special");
	return move_content(parent, name, to, new_name, device, depth, answer);
}

static bool move_name(int parent, const char *name, dev_t device, int depth, void *data, struct edit_answer *answer)
{
	return move_to(parent, name, *(int *)data, name, device, depth, answer);
}

void edit_move(const char *path, const char *to, struct edit_answer *answer)
{
	struct edit_place from, into;
	if (!edit_reach(path, &from, answer))
		return;
	answer->count = 0;
	if (edit_reach(to, &into, answer)) {
		move_to(from.folder, from.name, into.folder, into.name, from.folder_is.st_dev, 0, answer);
		close(into.folder);
	}
	close(from.folder);
}

void edit_folder(const char *path, const struct edit_frame *frame, struct edit_answer *answer)
{
	struct edit_place place;
	struct stat like, old;
	if (!edit_reach(path, &place, answer))
		return;
	like.st_mode = frame->mode;
	edit_owner_of(&place, frame, &like.st_uid, &like.st_gid);
	int folder = make_like(place.folder, place.name, &like);
	if (folder >= 0)
		close(folder);
	else {
		int error = errno;
		bool is_there = fstatat(place.folder, place.name, &old, AT_SYMLINK_NOFOLLOW) == 0;
		errno = error;
		if (error == EEXIST && is_there && S_ISLNK(old.st_mode))
			edit_failed(answer, "link");
		else if (!(frame->flags & EDIT_MERGE) || error != EEXIST || !is_there || !S_ISDIR(old.st_mode))
			edit_failed(answer, "failed");
	}
	close(place.folder);
}

/** A file or a folder; what else there is, opening might set in motion. */
static bool is_plain(const struct stat *is)
{
	errno = EINVAL;
	return S_ISREG(is->st_mode) || S_ISDIR(is->st_mode);
}

void edit_mode(const char *path, const struct edit_frame *frame, struct edit_answer *answer)
{
	struct edit_place place;
	struct stat is;
	if (!edit_reach(path, &place, answer))
		return;
	if (fstatat(place.folder, place.name, &is, AT_SYMLINK_NOFOLLOW) != 0)
		edit_failed(answer, "failed");
	else if (!is_plain(&is))
		edit_failed(answer, S_ISLNK(is.st_mode) ? "link" : "special");
	else {
		// By descriptor: a name could have become a link since. O_NONBLOCK: or a pipe.
		int file = openat(place.folder, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
		if (file < 0 || fstat(file, &is) != 0)
			edit_failed(answer, "failed");
		else if (!is_plain(&is))
			edit_failed(answer, "special");
		else if (fchmod(file, frame->mode & 07777) != 0)
			edit_failed(answer, "failed");
		if (file >= 0)
			close(file);
	}
	close(place.folder);
}

void edit_owner(const char *path, const struct edit_frame *frame, struct edit_answer *answer)
{
	struct edit_place place;
	if (!edit_reach(path, &place, answer))
		return;
	if (fchownat(place.folder, place.name, frame->uid, frame->gid, AT_SYMLINK_NOFOLLOW) != 0)
		edit_failed(answer, "failed");
	close(place.folder);
}
