/* Structured payloads: u16 tag, u16 zero, u32 length, bytes; one after the other. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"

enum { FIELD_HEADER = 8 };

struct reader read_fields(const uint8_t *payload, size_t length)
{
	return (struct reader){ .next = payload, .end = payload + length };
}

bool next_field(struct reader *reader, struct field *field)
{
	size_t left = (size_t)(reader->end - reader->next);
	uint16_t tag, zero;
	uint32_t length;

	if (reader->malformed || left == 0)
		return false;
	if (left >= FIELD_HEADER) {
		memcpy(&tag, reader->next, sizeof(tag));
		memcpy(&zero, reader->next + 2, sizeof(zero));
		memcpy(&length, reader->next + 4, sizeof(length));
		if (zero == 0 && length <= left - FIELD_HEADER) {
			*field = (struct field){ .tag = tag, .bytes = reader->next + FIELD_HEADER, .length = length };
			reader->next += FIELD_HEADER + length;
			return true;
		}
	}
	reader->malformed = true;
	return false;
}

uint64_t field_number(struct reader *reader, const struct field *field)
{
	uint64_t value = 0;

	if (field->length == sizeof(value))
		memcpy(&value, field->bytes, sizeof(value));
	else
		reader->malformed = true;
	return value;
}

char *field_text(struct reader *reader, const struct field *field)
{
	char *text = NULL;

	if (memchr(field->bytes, 0, field->length) == NULL)
		text = strndup((const char *)field->bytes, field->length);
	if (text == NULL)
		reader->malformed = true;
	return text;
}

static void write_field(struct writer *writer, unsigned tag, const void *bytes, size_t length)
{
	uint16_t tag16 = (uint16_t)tag;
	uint32_t length32 = (uint32_t)length;
	uint8_t *at = writer->bytes + writer->length;

	/* What does not fit is left out: the host takes a missing field for what it is. */
	if (length > sizeof(writer->bytes) - writer->length ||
	    sizeof(writer->bytes) - writer->length - length < FIELD_HEADER)
		return;
	memset(at, 0, FIELD_HEADER);
	memcpy(at, &tag16, sizeof(tag16));
	memcpy(at + 4, &length32, sizeof(length32));
	memcpy(at + FIELD_HEADER, bytes, length);
	writer->length += FIELD_HEADER + length;
}

void write_number(struct writer *writer, unsigned tag, uint64_t value)
{
	write_field(writer, tag, &value, sizeof(value));
}

void write_text(struct writer *writer, unsigned tag, const char *text)
{
	write_field(writer, tag, text, strlen(text));
}
