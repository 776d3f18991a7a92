/* Whatever comes as fields is read within its bounds, and what is written of it
 * is read again. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "fuzz.h"

static void write_again(const struct reader *at, const struct field *field) {
  struct writer writer = {.length = 0};
  struct reader copy = *at;
  char *text = field_text(&copy, field);

  if (text == NULL)
    return;
  write_text(&writer, field->tag, text);
  copy = read_fields(writer.bytes, writer.length);
  if (writer.length > 0) {
    struct field again;

    if (!next_field(&copy, &again) || again.length != field->length ||
        memcmp(again.bytes, field->bytes, field->length) != 0)
      abort();
  }
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct reader reader = read_fields(data, size);
  struct field field;

  while (next_field(&reader, &field)) {
    struct reader copy = reader;

    if (field.bytes < data || field.length > size ||
        field.bytes + field.length > data + size)
      abort();
    field_number(&copy, &field);
    write_again(&reader, &field);
  }
  return 0;
}
