/*
 * Takes what a kernel keeps in memory for whoever asks: for tests of what
 * bounds that. Built for any image.
 *
 * `hoarder epoll|sockets MOST` takes so much, in as many processes as it needs,
 * says what it holds or why it got no more, and waits. Of epoll it counts
 * watches, of sockets the bytes that are sent to them and that nobody reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TARGETS = 200, FEW = 400 };

/* Watches of the same few files by many instances. Returns how many there are
 * when it is refused one. */
static long watch(long most) {
  int targets[TARGETS];
  long held = 0;
  for (int i = 0; i < TARGETS; i++)
    if ((targets[i] = eventfd(0, 0)) < 0)
      return held;
  while (held < most) {
    int instance = epoll_create1(0);
    if (instance < 0)
      return held;
    for (int i = 0; i < TARGETS && held < most; i++) {
      struct epoll_event event = {.events = EPOLLIN};
      if (epoll_ctl(instance, EPOLL_CTL_ADD, targets[i], &event) < 0)
        return held;
      held++;
    }
  }
  errno = 0;
  return held;
}

static long fill(long most) {
  static char piece[4096];
  long held = 0;
  while (held < most) {
    int both[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both) < 0)
      return held;
    ssize_t sent;
    while (held < most && (sent = send(both[0], piece, sizeof(piece), 0)) > 0)
      held += sent;
  }
  errno = 0;
  return held;
}

/* One process has not enough descriptors, so it has a child go on. */
int main(int count, char **words) {
  if (count != 3)
    return 2;
  long most = atol(words[2]), held = 0;
  struct rlimit files = {FEW, FEW};
  setrlimit(RLIMIT_NOFILE, &files);
  int refused = 0;
  for (;;) {
    errno = 0;
    long more =
        strcmp(words[1], "epoll") == 0 ? watch(most - held) : fill(most - held);
    refused = errno;
    held += more;
    if (refused != EMFILE || more == 0)
      break;
    pid_t child = fork();
    if (child < 0) {
      refused = errno;
      break;
    }
    if (child > 0) {
      int status;
      waitpid(child, &status, 0);
      return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    /* What it has inherited is held by its parent, which waits. */
    for (int file = 3; file < FEW; file++)
      close(file);
  }
  if (refused == 0)
    printf("holds %ld\n", held);
  else
    printf("holds %ld, then %s\n", held, strerror(refused));
  fflush(stdout);
  pause();
  return 0;
}
