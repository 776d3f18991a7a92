/* Prints what inotify says of the folders that are named: a line "NAME
 * EVENT..." for each, with "." for a folder itself. */
#include <stdint.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

static const struct {
  uint32_t bit;
  const char *word;
} events[] = {
    {IN_MODIFY, "modify"},           {IN_ATTRIB, "attrib"},
    {IN_CLOSE_WRITE, "close_write"}, {IN_MOVED_FROM, "moved_from"},
    {IN_CREATE, "create"},           {IN_MOVED_TO, "moved_to"},
    {IN_DELETE, "delete"},
};

int main(int count, char **folders) {
  static char buffer[65536] __attribute__((aligned(8)));
  int watch = inotify_init();
  for (int index = 1; index < count; index++)
    inotify_add_watch(watch, folders[index],
                      IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVE |
                          IN_CREATE | IN_DELETE);
  puts("watching");
  fflush(stdout);
  for (ssize_t length; (length = read(watch, buffer, sizeof buffer)) > 0;) {
    for (char *at = buffer; at < buffer + length;) {
      const struct inotify_event *event = (const struct inotify_event *)at;
      printf("%s", event->len > 0 ? event->name : ".");
      for (size_t index = 0; index < sizeof events / sizeof events[0]; index++)
        if (event->mask & events[index].bit)
          printf(" %s", events[index].word);
      puts("");
      at += sizeof *event + event->len;
    }
    fflush(stdout);
  }
  return 0;
}
