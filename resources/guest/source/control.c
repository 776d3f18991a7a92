/* Frames on the control port, in both directions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "fields.h"
#include "ports.h"
#include "protocol.h"

enum {
	QUEUE_BYTES = 262144,
	/* Kept free for answers, which must always fit. */
	RESERVE_BYTES = 65536,
	FRAME_BYTES = FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX + 1,
	/* The kernel sends what is larger in parts of its own choice. */
	WRITE_BYTES = 32768,
};

/* To the host: bytes from `sent` to `filled` wait. */
static uint8_t queue[QUEUE_BYTES];
static size_t sent, filled;

/* From the host. */
static uint8_t input[2 * FRAME_BYTES];
static size_t input_length;
static uint8_t *message;
static size_t message_length;
static unsigned message_type;
static uint32_t message_session;
static bool was_connected;

static const struct control_handlers *handlers;

void control_connect(const struct control_handlers *own)
{
	handlers = own;
}

static size_t room(void)
{
	if (sent > 0) {
		memmove(queue, queue + sent, filled - sent);
		filled -= sent;
		sent = 0;
	}
	return QUEUE_BYTES - filled;
}

bool control_has_room(void)
{
	return was_connected && QUEUE_BYTES - (filled - sent) >= RESERVE_BYTES + FRAME_BYTES;
}

bool control_is_flushed(void)
{
	return !was_connected || filled == sent;
}

static void put_header(uint8_t *at, unsigned type, uint32_t session, size_t length)
{
	uint16_t type16 = (uint16_t)type;
	uint32_t length32 = (uint32_t)length;

	at[0] = FRAME_MAGIC;
	at[1] = 0;
	memcpy(at + 2, &type16, sizeof(type16));
	memcpy(at + 4, &session, sizeof(session));
	memcpy(at + 8, &length32, sizeof(length32));
	at[FRAME_HEADER_BYTES + length] = FRAME_TRAILER;
}

void control_send(unsigned type, uint32_t session, const void *payload, size_t length)
{
	uint8_t *at;

	/* Nobody listens, or a host that takes nothing for so long that even the reserve is used up. */
	if (!was_connected || length > FRAME_PAYLOAD_MAX || room() < FRAME_HEADER_BYTES + length + 1)
		return;
	at = queue + filled;
	if (length > 0)
		memcpy(at + FRAME_HEADER_BYTES, payload, length);
	put_header(at, type, session, length);
	filled += FRAME_HEADER_BYTES + length + 1;
}

ssize_t control_send_from(int fd, unsigned type, uint32_t session, size_t most)
{
	uint8_t *at;
	ssize_t count;

	room();
	at = queue + filled;
	if (most > FRAME_PAYLOAD_MAX)
		most = FRAME_PAYLOAD_MAX;
	count = read(fd, at + FRAME_HEADER_BYTES, most);
	if (count <= 0)
		return count;
	put_header(at, type, session, (size_t)count);
	filled += FRAME_HEADER_BYTES + (size_t)count + 1;
	return count;
}

void reply_ok(uint32_t session)
{
	control_send(TO_HOST_OK, session, NULL, 0);
}

void reply_failed(uint32_t session, int error, const char *what)
{
	struct writer writer = { .length = 0 };

	write_number(&writer, FIELD_ERRNO, (uint64_t)error);
	write_text(&writer, FIELD_WHAT, what);
	control_send(TO_HOST_FAILED, session, writer.bytes, writer.length);
}

static void forget_message(void)
{
	free(message);
	message = NULL;
	message_length = 0;
}

static void forget_client(void)
{
	sent = filled = 0;
	forget_message();
	handlers->forget_client();
}

static void answer_hello(const uint8_t *nonce)
{
	struct writer writer = { .length = NONCE_BYTES };

	memcpy(writer.bytes, nonce, NONCE_BYTES);
	handlers->describe(&writer);
	control_send(TO_HOST_HELLO, 0, writer.bytes, writer.length);
	handlers->greeted();
}

/* One part of a message; the last one has it handled. */
static void take_part(unsigned type, uint32_t session, bool more, const uint8_t *bytes, size_t length)
{
	uint8_t *grown;

	if (message != NULL && (type != message_type || session != message_session))
		forget_message();
	if (message == NULL && !more) {
		handlers->message(type, session, bytes, length);
		return;
	}
	grown = message_length + length > MESSAGE_MAX ? NULL : realloc(message, message_length + length + 1);
	if (grown == NULL) {
		forget_message();
		reply_failed(session, E2BIG, "the message");
		return;
	}
	memcpy(grown + message_length, bytes, length);
	message = grown;
	message_length += length;
	message_type = type;
	message_session = session;
	if (more)
		return;
	handlers->message(type, session, message, message_length);
	forget_message();
}

static void take_frame(const uint8_t *frame, size_t length)
{
	uint16_t type;
	uint32_t session;

	memcpy(&type, frame + 2, sizeof(type));
	memcpy(&session, frame + 4, sizeof(session));
	if (type == TO_GUEST_HELLO) {
		if (length != NONCE_BYTES)
			return;
		forget_client();
		answer_hello(frame + FRAME_HEADER_BYTES);
		return;
	}
	take_part(type, session, (frame[1] & FRAME_MORE) != 0, frame + FRAME_HEADER_BYTES, length);
}

/* How many bytes at the start of the input are dealt with; 0 where more must come first. */
static size_t take_input(const uint8_t *at, size_t available)
{
	uint32_t length;

	/* Zeros between frames, and what is left of a frame that made no sense. */
	if (at[0] != FRAME_MAGIC)
		return 1;
	if (available < FRAME_HEADER_BYTES)
		return 0;
	memcpy(&length, at + 8, sizeof(length));
	if (length > FRAME_PAYLOAD_MAX)
		return 1;
	if (available < FRAME_HEADER_BYTES + length + 1)
		return 0;
	if (at[FRAME_HEADER_BYTES + length] == FRAME_TRAILER)
		take_frame(at, length);
	return FRAME_HEADER_BYTES + length + 1;
}

static void read_input(struct port *port)
{
	ssize_t count;

	while (control_has_room() &&
	       (count = port_read(port, input + input_length, sizeof(input) - input_length)) > 0) {
		size_t used = 0, step;

		input_length += (size_t)count;
		while (used < input_length && (step = take_input(input + used, input_length - used)) > 0)
			used += step;
		memmove(input, input + used, input_length - used);
		input_length -= used;
	}
}

void control_pump(void)
{
	struct port *port = &ports[PORT_CONTROL];
	ssize_t count;

	if (port->connected != was_connected) {
		was_connected = port->connected;
		if (!was_connected) {
			forget_client();
			input_length = 0;
		}
	}
	read_input(port);
	while (filled > sent) {
		size_t size = filled - sent;

		count = port_write(port, queue + sent, size > WRITE_BYTES ? WRITE_BYTES : size);
		if (count <= 0)
			break;
		sent += (size_t)count;
	}
}

bool control_wants_to_run(void)
{
	const struct port *port = &ports[PORT_CONTROL];

	return (port->readable && control_has_room()) || (port->writable && filled > sent);
}
