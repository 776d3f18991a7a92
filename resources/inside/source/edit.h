/*
 * The part of the program that changes files for the agent: `joey-inside --files [--root DIR] [--own PATH]...`.
 *
 * It reads frames from its standard input and answers each with one line: `ERRNO WORD COUNT`. It runs inside the sandbox, as
 * its root, or beside the mounted layers of one that is stopped. No link is ever followed, not even a good one, and no mount is
 * entered: what is there belongs to somebody else.
 */
#ifndef JOEY_EDIT_H
#define JOEY_EDIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum edit_op {
	EDIT_PUT = 1,
	EDIT_FOLDER = 2,
	EDIT_LINK = 3,
	EDIT_MOVE = 4,
	EDIT_DELETE = 5,
	EDIT_MODE = 6,
	EDIT_OWNER = 7,
};

enum edit_flag {
	/** Otherwise a name that is taken is refused. */
	EDIT_REPLACE = 1,
	/** Owner and mode of the file that is replaced. */
	EDIT_KEEP = 2,
	/** What is new belongs to whom the folder belongs to. */
	EDIT_FOLDERS_OWNER = 4,
	EDIT_TIME = 8,
	/** On the medium before the answer. */
	EDIT_SYNC = 16,
	/** Nothing but a regular file is replaced. */
	EDIT_PLAIN = 32,
	/** A folder that is there already is as good as a new one. */
	EDIT_MERGE = 64,
};

enum { EDIT_LONGEST_PATH = 16384, EDIT_DEEPEST = 2000 };

/** All numbers are little-endian, as on every machine that this is built for. Path and other text follow. */
struct edit_frame {
	uint8_t magic;
	uint8_t op;
	uint16_t flags;
	uint32_t path_length;
	uint32_t other_length;
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	uint32_t time_ns;
	uint32_t unused;
	int64_t time_s;
};

/** Why something was not done. */
struct edit_answer {
	int error;
	/** What the number does not say: `link`, `mount`, `special`, `deep`, `dropped`; else `failed`. */
	const char *word;
	unsigned long long count;
};

/** The open folder of a path, and the last name in it. */
struct edit_place {
	int folder;
	struct stat folder_is;
	char name[256];
};

/** Walks to the folder of the path; false where it cannot be reached, with the reason. The caller closes `folder`. */
bool edit_reach(const char *path, struct edit_place *place, struct edit_answer *answer);

/** Sets the answer to errno, and gives false. */
bool edit_failed(struct edit_answer *answer, const char *word);

/** Notifies the agent about once a second that work goes on. */
void edit_still_busy(unsigned long long count);

/** False at the end of the input. */
bool edit_read(void *into, size_t length);

/** The content that follows, in parts. False where the input has ended within it. */
bool edit_put(const char *path, const struct edit_frame *frame, struct edit_answer *answer);

void edit_link(const char *path, const char *target, const struct edit_frame *frame, struct edit_answer *answer);
void edit_folder(const char *path, const struct edit_frame *frame, struct edit_answer *answer);
void edit_move(const char *path, const char *to, struct edit_answer *answer);
void edit_delete(const char *path, struct edit_answer *answer);
void edit_mode(const char *path, const struct edit_frame *frame, struct edit_answer *answer);
void edit_owner(const char *path, const struct edit_frame *frame, struct edit_answer *answer);

/** Moves a name without taking the place of another, also where the kernel has no call for that. 0, or -1 with errno. */
int edit_rename_free(int from, const char *name, int to, const char *new_name);

/** Owner and group for something new in the folder. */
void edit_owner_of(const struct edit_place *place, const struct edit_frame *frame, uid_t *uid, gid_t *gid);

/** Serves frames until the input ends. Gives the exit code. */
int edit_files(int count, char **arguments);

#endif
