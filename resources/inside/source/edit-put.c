#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "edit.h"

/** Lengths that are none: the end of the content that is thrown away, and a hole whose length follows. */
enum { LARGEST_PART = 1024 * 1024 };
static const uint32_t dropped = 0xffffffff, hole = 0xfffffffe;

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

void edit_owner_of(const struct edit_place *place, const struct edit_frame *frame, uid_t *uid, gid_t *gid)
{
	bool folders = frame->flags & EDIT_FOLDERS_OWNER;
	*uid = folders ? place->folder_is.st_uid : frame->uid;
	*gid = folders ? place->folder_is.st_gid : frame->gid;
}

int edit_rename_free(int from, const char *name, int to, const char *new_name)
{
	if (syscall(SYS_renameat2, from, name, to, new_name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != ENOSYS && errno != EINVAL)
		return -1;
	struct stat is;
	if (fstatat(to, new_name, &is, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(from, name, to, new_name);
}

static void temporary_name(char *name, size_t size)
{
	unsigned long long number = 0;
	if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
		number = (unsigned long long)getpid();
	snprintf(name, size, ".joey-part-%016llx", number);
}

/** What is there under the name, where anything is; false where it must not be replaced. */
static bool may_take(const struct edit_place *place, const struct edit_frame *frame, struct stat *old, bool *is_there,
                     struct edit_answer *answer)
{
	*is_there = fstatat(place->folder, place->name, old, AT_SYMLINK_NOFOLLOW) == 0;
	if (!*is_there)
		return errno == ENOENT || edit_failed(answer, "failed");
	errno = EEXIST;
	if (!(frame->flags & EDIT_REPLACE))
		return edit_failed(answer, "failed");
	errno = EISDIR;
	if (S_ISDIR(old->st_mode))
		return edit_failed(answer, "failed");
	if ((frame->flags & EDIT_PLAIN) && !S_ISREG(old->st_mode)) {
		return edit_failed(answer, S_ISLNK(old->st_mode) ? "link" : "special");
	}
	return true;
}

static bool write_all(int file, const char *bytes, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t wrote = write(file, bytes + done, length - done);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		done += (size_t)wrote;
	}
	return true;
}

static bool skip(int file, uint64_t length)
{
	if (lseek(file, (off_t)length, SEEK_CUR) >= 0)
		return true;
	return false;
}

/** Takes the parts until their end, also where nothing can be written any more. False where the input has ended. */
static bool take_content(int file, struct edit_answer *answer)
{
	static char part[LARGEST_PART];
	for (;;) {
		uint32_t length;
		if (!edit_read(&length, sizeof length))
			return false;
		if (length == 0)
			return true;
		if (length == dropped) {
			errno = ECANCELED;
			if (answer->error == 0)
				edit_failed(answer, "dropped");
			return true;
		}
		uint64_t gap = 0;
		if (length == hole ? !edit_read(&gap, sizeof gap) : length > sizeof part || !edit_read(part, length))
			return false;
		if (answer->error != 0)
			continue;
		errno = 0;
		if (length == hole ? !skip(file, gap) : !write_all(file, part, length))
			edit_failed(answer, "failed");
		edit_still_busy(0);
	}
}

/** Everything but the name. */
static bool finish(int file, const struct edit_place *place, const struct edit_frame *frame, const struct stat *kept)
{
	uid_t uid;
	gid_t gid;
	edit_owner_of(place, frame, &uid, &gid);
	bool keeps = kept != NULL && (frame->flags & EDIT_KEEP) && S_ISREG(kept->st_mode);
	off_t end = lseek(file, 0, SEEK_CUR);
	if (end < 0 || ftruncate(file, end) != 0)
		return false;
	if (fchown(file, keeps ? kept->st_uid : uid, keeps ? kept->st_gid : gid) != 0)
		return false;
	if (fchmod(file, (keeps ? kept->st_mode : frame->mode) & 07777) != 0)
		return false;
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		                     { .tv_sec = frame->time_s, .tv_nsec = (long)frame->time_ns } };
	if ((frame->flags & EDIT_TIME) && futimens(file, times) != 0)
		return false;
	return !(frame->flags & EDIT_SYNC) || fsync(file) == 0;
}

static bool publish(const struct edit_place *place, const char *temporary, bool replaces)
{
	if (replaces)
		return renameat(place->folder, temporary, place->folder, place->name) == 0;
	return edit_rename_free(place->folder, temporary, place->folder, place->name) == 0;
}

bool edit_put(const char *path, const struct edit_frame *frame, struct edit_answer *answer)
{
	struct edit_place place;
	struct stat old;
	char temporary[64];
	bool is_there = false;
	int file = -1;
	bool reached = edit_reach(path, &place, answer);
	if (reached && may_take(&place, frame, &old, &is_there, answer)) {
		temporary_name(temporary, sizeof temporary);
		file = openat(place.folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (file < 0)
			edit_failed(answer, "failed");
	}
	bool goes_on = take_content(file, answer);
	if (file >= 0) {
		bool whole = goes_on && answer->error == 0;
		errno = 0;
		if (whole &&
		    !(finish(file, &place, frame, is_there ? &old : NULL) && publish(&place, temporary, is_there))) {
			whole = edit_failed(answer, "failed");
		}
		if (!whole)
			unlinkat(place.folder, temporary, 0);
		close(file);
		if (whole && (frame->flags & EDIT_SYNC))
			fsync(place.folder);
	}
	if (reached)
		close(place.folder);
	return goes_on;
}

void edit_link(const char *path, const char *target, const struct edit_frame *frame, struct edit_answer *answer)
{
	struct edit_place place;
	struct stat old;
	char temporary[64];
	bool is_there;
	if (!edit_reach(path, &place, answer))
		return;
	if (may_take(&place, frame, &old, &is_there, answer)) {
		uid_t uid;
		gid_t gid;
		edit_owner_of(&place, frame, &uid, &gid);
		temporary_name(temporary, sizeof temporary);
		bool made = symlinkat(target, place.folder, temporary) == 0;
		if (!made || fchownat(place.folder, temporary, uid, gid, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !publish(&place, temporary, is_there)) {
			edit_failed(answer, "failed");
			if (made)
				unlinkat(place.folder, temporary, 0);
		}
	}
	close(place.folder);
}
