/* Unit tests of fields.c. */
#include <string.h>

#include "check.h"
#include "fields.h"

static void what_is_written_is_read(void) {
  struct writer writer = {.length = 0};
  struct reader reader;
  struct field field;
  char *text;

  write_number(&writer, 7, 0x1122334455667788);
  write_text(&writer, 9, "hello");
  reader = read_fields(writer.bytes, writer.length);
  CHECK(next_field(&reader, &field) && field.tag == 7);
  CHECK(field_number(&reader, &field) == 0x1122334455667788);
  CHECK(next_field(&reader, &field) && field.tag == 9);
  text = field_text(&reader, &field);
  CHECK(text != NULL && strcmp(text, "hello") == 0);
  free(text);
  CHECK(!next_field(&reader, &field) && !reader.malformed);
}

static void a_field_that_does_not_fit_is_left_out(void) {
  static char text[9000];
  struct writer writer = {.length = 0};
  size_t before;

  memset(text, 'x', sizeof(text) - 1);
  write_text(&writer, 1, text);
  CHECK(writer.length == 0);
  text[8192 - 8] = 0;
  write_text(&writer, 1, text);
  CHECK(writer.length == sizeof(writer.bytes));
  before = writer.length;
  write_number(&writer, 2, 1);
  CHECK(writer.length == before);
}

static void refuse(const uint8_t *bytes, size_t length) {
  struct reader reader = read_fields(bytes, length);
  struct field field;

  CHECK(!next_field(&reader, &field) && reader.malformed);
  CHECK(!next_field(&reader, &field));
}

static void what_is_no_field_is_malformed(void) {
  refuse((const uint8_t[]){1, 0, 0}, 3);
  refuse((const uint8_t[]){1, 0, 1, 0, 0, 0, 0, 0}, 8);
  refuse((const uint8_t[]){1, 0, 0, 0, 1, 0, 0, 0}, 8);
  refuse((const uint8_t[]){1, 0, 0, 0, 255, 255, 255, 255, 1}, 9);
}

static void numbers_and_texts_are_strict(void) {
  const uint8_t bytes[] = {1, 0, 0, 0, 3, 0, 0, 0, 'a', 0, 'b'};
  struct reader reader = read_fields(bytes, sizeof(bytes));
  struct field field;

  CHECK(next_field(&reader, &field));
  CHECK(field_text(&reader, &field) == NULL && reader.malformed);
  reader = read_fields(bytes, sizeof(bytes));
  CHECK(next_field(&reader, &field));
  CHECK(field_number(&reader, &field) == 0 && reader.malformed);
}

int main(void) {
  what_is_written_is_read();
  a_field_that_does_not_fit_is_left_out();
  what_is_no_field_is_malformed();
  numbers_and_texts_are_strict();
  return 0;
}
