/* The virtio-serial ports. */
#ifndef JOEY_PORTS_H
#define JOEY_PORTS_H

#include <stdbool.h>
#include <sys/types.h>

struct port {
	const char *name;
	int fd;
	bool connected, readable, writable;
};
enum { PORT_CONTROL, PORT_STDIN, PORT_MAIN, PORT_STDERR, PORT_STATUS, PORT_COUNT };
extern struct port ports[PORT_COUNT];
/* Waits for the control port, without which there is no guest. */
void open_control_port(void);
/* Opens the others that are there. */
void open_main_ports(void);
void ports_watch(void);
void ports_update(void);
/* As read and write, but an absent or disconnected peer is -1 with EAGAIN, and the flags are kept. */
ssize_t port_read(struct port *port, void *buffer, size_t size);
ssize_t port_write(struct port *port, const void *buffer, size_t size);
/* Whether the host has closed its end and all that it sent is read. */
bool port_is_at_end(const struct port *port);

#endif
