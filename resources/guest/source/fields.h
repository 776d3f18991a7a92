/* Structured payloads. */
#ifndef JOEY_FIELDS_H
#define JOEY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *next, *end;
	bool malformed;
};
struct field {
	unsigned tag;
	const uint8_t *bytes;
	size_t length;
};
struct reader read_fields(const uint8_t *payload, size_t length);
/* False at the end and at what is malformed, which the reader then says. */
bool next_field(struct reader *reader, struct field *field);
/* A number's value; anything else makes the reader malformed. */
uint64_t field_number(struct reader *reader, const struct field *field);
/* A copy with a terminating zero, or null and a malformed reader where there is a zero in it. */
char *field_text(struct reader *reader, const struct field *field);

struct writer {
	uint8_t bytes[8192];
	size_t length;
};
void write_number(struct writer *writer, unsigned tag, uint64_t value);
void write_text(struct writer *writer, unsigned tag, const char *text);

#endif
