/* Unit tests of control.c: frames in, messages out, answers back. */
#include <string.h>

#include "check.h"
#include "control.h"
#include "fake-ports.h"
#include "protocol.h"

static unsigned messages, forgotten, greetings, last_type;
static uint32_t last_session;
static size_t last_length;
static uint8_t last_payload[MESSAGE_MAX];

static void take(unsigned type, uint32_t session, const uint8_t *payload,
                 size_t length) {
  messages++;
  last_type = type;
  last_session = session;
  last_length = length;
  memcpy(last_payload, payload, length);
}

static void describe(struct writer *writer) {
  write_number(writer, FIELD_PROTOCOL, JOEY_PROTOCOL);
}

static void greeted(void) { greetings++; }

static void forget(void) { forgotten++; }

static const struct control_handlers handlers = {take, describe, greeted,
                                                 forget};
static uint8_t input[1 << 20];
static size_t filled;

static void frame(uint8_t flags, uint16_t type, uint32_t session,
                  const void *payload, uint32_t length) {
  uint8_t *at = input + filled;

  at[0] = FRAME_MAGIC;
  at[1] = flags;
  memcpy(at + 2, &type, 2);
  memcpy(at + 4, &session, 4);
  memcpy(at + 8, &length, 4);
  memcpy(at + FRAME_HEADER_BYTES, payload, length);
  at[FRAME_HEADER_BYTES + length] = FRAME_TRAILER;
  filled += FRAME_HEADER_BYTES + length + 1;
}

static void pump(size_t step) {
  messages = 0;
  fake_host_sends(input, filled, step);
  while (control_wants_to_run())
    control_pump();
  control_pump();
  filled = 0;
}

static void whole_frames_are_messages_however_they_come(void) {
  for (size_t step = 1; step < 40; step += 6) {
    frame(0, TO_GUEST_STATS, 3, "", 0);
    frame(0, TO_GUEST_DATA, 5, "bytes", 5);
    pump(step);
    CHECK(messages == 2 && last_type == TO_GUEST_DATA && last_session == 5);
    CHECK(last_length == 5 && memcmp(last_payload, "bytes", 5) == 0);
  }
}

static void parts_are_put_together(void) {
  frame(FRAME_MORE, TO_GUEST_CONFIGURE, 1, "one ", 4);
  frame(0, TO_GUEST_CONFIGURE, 1, "two", 3);
  pump(1000);
  CHECK(messages == 1 && last_length == 7 &&
        memcmp(last_payload, "one two", 7) == 0);
}

static void a_part_of_another_message_ends_the_first(void) {
  frame(FRAME_MORE, TO_GUEST_CONFIGURE, 1, "lost", 4);
  frame(0, TO_GUEST_EXEC, 2, "kept", 4);
  pump(1000);
  CHECK(messages == 1 && last_type == TO_GUEST_EXEC && last_length == 4);
}

static void too_long_a_message_is_refused(void) {
  static const uint8_t payload[FRAME_PAYLOAD_MAX];

  for (size_t sent = 0; sent <= MESSAGE_MAX; sent += sizeof(payload))
    frame(FRAME_MORE, TO_GUEST_CONFIGURE, 1, payload, sizeof(payload));
  pump(4096);
  CHECK(messages == 0 && fake_sent_length > 0 &&
        fake_sent[2] == TO_HOST_FAILED);
}

static void what_makes_no_sense_is_passed_over(void) {
  memset(input, 0, 100);
  filled = 100;
  input[40] = FRAME_MAGIC;
  memset(input + 48, 0xff, 4);
  frame(0, TO_GUEST_STATS, 9, "", 0);
  pump(64);
  CHECK(messages == 1 && last_session == 9);
}

static void a_greeting_is_answered_and_forgets_who_was_there(void) {
  static const uint8_t nonce[NONCE_BYTES] = {1, 2, 3};

  forgotten = greetings = 0;
  frame(FRAME_MORE, TO_GUEST_CONFIGURE, 1, "lost", 4);
  frame(0, TO_GUEST_HELLO, 0, nonce, sizeof(nonce));
  frame(0, TO_GUEST_CONFIGURE, 1, "new", 3);
  pump(1000);
  CHECK(greetings == 1 && forgotten == 1 && messages == 1 && last_length == 3);
  CHECK(memcmp(fake_sent + FRAME_HEADER_BYTES, nonce, sizeof(nonce)) == 0);
  fake_host_goes();
  control_pump();
  CHECK(forgotten == 2 && !control_has_room());
}

int main(void) {
  control_connect(&handlers);
  whole_frames_are_messages_however_they_come();
  parts_are_put_together();
  a_part_of_another_message_ends_the_first();
  too_long_a_message_is_refused();
  what_makes_no_sense_is_passed_over();
  a_greeting_is_answered_and_forgets_who_was_there();
  return 0;
}
