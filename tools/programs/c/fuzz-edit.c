/* Whatever comes as changes of files is read within its bounds, names stay
 * names, and no descriptor is left open. */
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "fake-files.h"
#include "fuzz.h"
#include "inside.h"

enum { FIRST = 100, OPEN_MAX_HERE = 64 };

static const uint8_t *left;
static size_t left_length;
static uint32_t choices;
static bool is_open[OPEN_MAX_HERE];

/* Mostly yes, so that an input reaches far. */
static bool chosen(void) {
  choices = choices << 3 | choices >> 29;
  return (choices & 7) != 0;
}

long now_ms(void) { return 0; }

static int give_descriptor(const char *name) {
  if (strlen(name) > 255 || strcmp(name, "..") == 0)
    abort();
  for (int i = 0; i < OPEN_MAX_HERE; i++) {
    if (is_open[i])
      continue;
    is_open[i] = true;
    return FIRST + i;
  }
  abort();
}

int fake_open(const char *path, int flags) {
  (void)flags;
  return give_descriptor(path);
}

int fake_openat(int folder, const char *name, int flags, ...) {
  (void)folder;
  if ((flags & O_NOFOLLOW) == 0 && strcmp(name, ".") != 0)
    abort();
  errno = ENOENT;
  return chosen() ? give_descriptor(name) : -1;
}

int fake_close(int file) {
  if (file < FIRST || file >= FIRST + OPEN_MAX_HERE || !is_open[file - FIRST])
    abort();
  is_open[file - FIRST] = false;
  return 0;
}

int fake_fstat(int file, struct stat *is) {
  (void)file;
  memset(is, 0, sizeof(*is));
  is->st_dev = chosen() ? 1 : 2;
  is->st_mode = S_IFDIR | 0755;
  return 0;
}

int fake_fstatat(int folder, const char *name, struct stat *is, int flags) {
  (void)folder;
  (void)name;
  if ((flags & AT_SYMLINK_NOFOLLOW) == 0)
    abort();
  memset(is, 0, sizeof(*is));
  is->st_mode = chosen() ? S_IFREG : S_IFLNK;
  errno = ENOENT;
  return chosen() ? -1 : 0;
}

ssize_t fake_read(int file, void *into, size_t length) {
  size_t count = length < left_length ? length : left_length;

  if (file != 0)
    abort();
  memcpy(into, left, count);
  left += count;
  left_length -= count;
  return (ssize_t)count;
}

ssize_t fake_write(int file, const void *bytes, size_t length) {
  static volatile uint8_t last;

  (void)file;
  if (length > 0)
    last = ((const uint8_t *)bytes)[length - 1];
  (void)last;
  return chosen() ? (ssize_t)length : -1;
}

off_t fake_lseek(int file, off_t by, int whence) {
  (void)file;
  (void)whence;
  return by < 0 ? -1 : by;
}

int fake_result(void) {
  errno = EINVAL;
  return chosen() ? 0 : -1;
}

/* The operations of edit-tree.c, up to where they would look at files. */
static void reach(const char *path, struct edit_answer *answer) {
  struct edit_place place;

  if (edit_reach(path, &place, answer))
    fake_close(place.folder);
}

void edit_folder(const char *path, const struct edit_frame *frame,
                 struct edit_answer *answer) {
  (void)frame;
  reach(path, answer);
}

void edit_move(const char *path, const char *to, struct edit_answer *answer) {
  reach(path, answer);
  reach(to, answer);
}

void edit_delete(const char *path, struct edit_answer *answer) {
  reach(path, answer);
}

void edit_mode(const char *path, const struct edit_frame *frame,
               struct edit_answer *answer) {
  edit_folder(path, frame, answer);
}

void edit_owner(const char *path, const struct edit_frame *frame,
                struct edit_answer *answer) {
  edit_folder(path, frame, answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *arguments[] = {"joey-inside", "--files", "--root", "/root"};
  static bool is_quiet;

  if (size < sizeof(choices))
    return 0;
  if (!is_quiet)
    is_quiet = freopen("/dev/null", "w", stdout) != NULL;
  memcpy(&choices, data, sizeof(choices));
  left = data + sizeof(choices);
  left_length = size - sizeof(choices);
  memset(is_open, 0, sizeof(is_open));
  edit_files(4, arguments);
  /* All but the root are closed again. */
  for (int i = 1; i < OPEN_MAX_HERE; i++)
    if (is_open[i])
      abort();
  return 0;
}
