/*
 * The virtio-serial ports. The kernel reports a port whose host end is closed as hung up for as long as that lasts, which
 * would make poll return at once, for ever. So they are watched by an edge-triggered epoll, and what it said is remembered.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "files.h"
#include "loop.h"
#include "ports.h"

#define PORTS_FOLDER "/sys/class/virtio-ports"

enum { CONTROL_TRIES = 2000, CONTROL_PAUSE_US = 5000 };

struct port ports[PORT_COUNT] = {
	[PORT_CONTROL] = { .name = "joey.control", .fd = -1 }, [PORT_STDIN] = { .name = "joey.stdin", .fd = -1 },
	[PORT_MAIN] = { .name = "joey.main", .fd = -1 },       [PORT_STDERR] = { .name = "joey.stderr", .fd = -1 },
	[PORT_STATUS] = { .name = "joey.status", .fd = -1 },
};

static struct watch edges = { .fd = -1 };

static void note(struct port *port, uint32_t events)
{
	port->connected = (events & EPOLLHUP) == 0;
	port->readable = (events & EPOLLIN) != 0;
	port->writable = port->connected && (events & EPOLLOUT) != 0;
}

static void open_port(struct port *port, const char *device)
{
	char path[64];
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = port };
	struct pollfd now;

	snprintf(path, sizeof(path), "/dev/%.32s", device);
	port->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (port->fd < 0)
		return;
	if (edges.fd < 0)
		edges.fd = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(edges.fd, EPOLL_CTL_ADD, port->fd, &event);
	now = (struct pollfd){ .fd = port->fd, .events = POLLIN | POLLOUT };
	if (poll(&now, 1, 0) >= 0)
		note(port, (uint32_t)now.revents);
}

static void open_by_name(const char *device, bool only_control)
{
	char path[300], name[64];
	ssize_t length;

	snprintf(path, sizeof(path), PORTS_FOLDER "/%s/name", device);
	length = read_small(path, name, sizeof(name));
	if (length <= 0)
		return;
	name[strcspn(name, "\n")] = 0;
	for (size_t i = 0; i < (only_control ? PORT_CONTROL + 1 : PORT_COUNT); i++)
		if (ports[i].fd < 0 && strcmp(ports[i].name, name) == 0)
			open_port(&ports[i], device);
}

static void open_all(bool only_control)
{
	DIR *folder = opendir(PORTS_FOLDER);
	struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			open_by_name(entry->d_name, only_control);
	if (folder != NULL)
		closedir(folder);
}

void open_control_port(void)
{
	/* The kernel learns of the ports, and later of their names, from messages that the host sends when it likes. */
	for (int tries = 0; tries < CONTROL_TRIES && ports[PORT_CONTROL].fd < 0; tries++) {
		open_all(true);
		if (ports[PORT_CONTROL].fd < 0)
			usleep(CONTROL_PAUSE_US);
	}
}

void open_main_ports(void)
{
	/* Only now: an open port has the host read what it would send, and a template must not do that for its clones. */
	open_all(false);
}

void ports_watch(void)
{
	edges.want = POLLIN;
	if (edges.fd >= 0)
		loop_watch(&edges);
}

void ports_update(void)
{
	struct epoll_event events[PORT_COUNT];
	int count;

	if (edges.fd < 0 || (edges.got & POLLIN) == 0)
		return;
	count = epoll_wait(edges.fd, events, PORT_COUNT, 0);
	for (int i = 0; i < count; i++)
		note(events[i].data.ptr, events[i].events);
}

static ssize_t absent(void)
{
	errno = EAGAIN;
	return -1;
}

ssize_t port_read(struct port *port, void *buffer, size_t size)
{
	ssize_t count;

	if (port->fd < 0 || !port->readable)
		return absent();
	count = read(port->fd, buffer, size);
	if (count > 0)
		return count;
	/* Zero: all that a host which is gone has sent is read. */
	port->readable = false;
	return absent();
}

ssize_t port_write(struct port *port, const void *buffer, size_t size)
{
	ssize_t count;

	if (port->fd < 0 || !port->writable)
		return absent();
	count = write(port->fd, buffer, size);
	if (count >= 0)
		return count;
	port->writable = false;
	return absent();
}

bool port_is_at_end(const struct port *port)
{
	return port->fd < 0 || (!port->connected && !port->readable);
}
