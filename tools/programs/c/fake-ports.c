#include <errno.h>
#include <string.h>

#include "fake-ports.h"
#include "ports.h"

struct port ports[PORT_COUNT];
uint8_t fake_sent[1 << 20];
size_t fake_sent_length;

static const uint8_t *left;
static size_t left_length, step_length;

void fake_host_sends(const uint8_t *bytes, size_t length, size_t step) {
  left = bytes;
  left_length = length;
  step_length = step;
  fake_sent_length = 0;
  ports[PORT_CONTROL].connected = true;
  ports[PORT_CONTROL].readable = true;
  ports[PORT_CONTROL].writable = true;
}

void fake_host_goes(void) { ports[PORT_CONTROL].connected = false; }

ssize_t port_read(struct port *port, void *buffer, size_t size) {
  size_t count = left_length < step_length ? left_length : step_length;

  if (count > size)
    count = size;
  if (count == 0) {
    port->readable = false;
    errno = EAGAIN;
    return -1;
  }
  memcpy(buffer, left, count);
  left += count;
  left_length -= count;
  return (ssize_t)count;
}

ssize_t port_write(struct port *port, const void *buffer, size_t size) {
  (void)port;
  if (size > sizeof(fake_sent) - fake_sent_length)
    fake_sent_length = 0;
  memcpy(fake_sent + fake_sent_length, buffer, size);
  fake_sent_length += size;
  return (ssize_t)size;
}
