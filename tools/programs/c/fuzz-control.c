/* Whatever a host sends, in whatever pieces, becomes messages within their
 * bounds, and the guest goes on. */
#include <stdlib.h>

#include "control.h"
#include "fake-ports.h"
#include "fuzz.h"
#include "protocol.h"

static unsigned sum;

static void take(unsigned type, uint32_t session, const uint8_t *payload,
                 size_t length) {
  if (length > MESSAGE_MAX)
    abort();
  for (size_t i = 0; i < length; i++)
    sum += payload[i];
  if (type % 3 == 0)
    control_send(type, session, payload, length);
  else
    reply_failed(session, 5, "fuzz");
}

static void describe(struct writer *writer) {
  write_text(writer, FIELD_FEATURE, "fuzz");
}

static void nothing(void) {}

static const struct control_handlers handlers = {take, describe, nothing,
                                                 nothing};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1)
    return 0;
  control_connect(&handlers);
  fake_host_sends(data + 1, size - 1, (size_t)data[0] + 1);
  for (unsigned rounds = 0; rounds < 4096 && control_wants_to_run(); rounds++)
    control_pump();
  control_pump();
  fake_host_goes();
  control_pump();
  return 0;
}
