#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "inside.h"

struct target {
	char name[64];
	struct sockaddr_storage address;
	socklen_t length;
	int fd;
	/** Of the attempt: 0 is connected, ETIMEDOUT that nothing answered. */
	int error;
};

/** `1.2.3.4:80` or `[::1]:80` */
static bool parse_target(const char *text, struct target *target)
{
	char host[64];
	unsigned port;
	memset(target, 0, sizeof *target);
	target->fd = -1;
	snprintf(target->name, sizeof target->name, "%s", text);
	struct sockaddr_in *v4 = (struct sockaddr_in *)&target->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&target->address;
	if (sscanf(text, "[%63[0-9a-fA-F:]]:%u", host, &port) == 2 && inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		target->length = sizeof *v6;
		return true;
	}
	if (sscanf(text, "%63[0-9.]:%u", host, &port) != 2 || inet_pton(AF_INET, host, &v4->sin_addr) != 1)
		return false;
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)port);
	target->length = sizeof *v4;
	return true;
}

/** Connects to all at once; sockets that are connected stay open. */
static void connect_all(struct target *targets, int count, int wait_ms)
{
	struct pollfd waits[MOST * 3];
	for (int index = 0; index < count; index += 1) {
		struct target *target = &targets[index];
		target->fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		int done = target->fd < 0 ? -1
		                          : connect(target->fd, (struct sockaddr *)&target->address, target->length);
		target->error = done == 0 ? 0 : errno;
	}
	for (long until = now_ms() + wait_ms;;) {
		int waiting = 0;
		for (int index = 0; index < count; index += 1) {
			bool waits_for_it = targets[index].error == EINPROGRESS;
			waits[index] = (struct pollfd){ waits_for_it ? targets[index].fd : -1, POLLOUT, 0 };
			waiting += waits_for_it;
		}
		long left = until - now_ms();
		if (waiting == 0 || left <= 0 || poll(waits, (nfds_t)count, (int)left) <= 0)
			break;
		for (int index = 0; index < count; index += 1) {
			socklen_t length = sizeof targets[index].error;
			if (waits[index].revents)
				getsockopt(targets[index].fd, SOL_SOCKET, SO_ERROR, &targets[index].error, &length);
		}
	}
	for (int index = 0; index < count; index += 1) {
		if (targets[index].error == EINPROGRESS)
			targets[index].error = ETIMEDOUT;
	}
}

static bool is_loopback(const struct target *target)
{
	if (target->address.ss_family == AF_INET6)
		return strncmp(target->name, "[::1]", 5) == 0;
	return strncmp(target->name, "127.", 4) == 0;
}

/** The routers that this sandbox knows: some virtual networks lead from there to the host's loopback. */
static int add_gateways(struct target *targets, int count, const char *port)
{
	FILE *routes = fopen("/proc/net/route", "re");
	char line[256], text[64];
	unsigned destination, gateway;
	uint32_t known[] = { htonl(0x0a000202), htonl(0x0a000203) };
	for (size_t index = 0; index < sizeof known / sizeof known[0] && count < MOST * 2; index += 1) {
		snprintf(text, sizeof text, "%s:%s", inet_ntoa((struct in_addr){ known[index] }), port);
		count += parse_target(text, &targets[count]);
	}
	while (routes && count < MOST * 2 && fgets(line, sizeof line, routes)) {
		if (sscanf(line, "%*s %x %x", &destination, &gateway) != 2 || destination != 0 || gateway == 0)
			continue;
		snprintf(text, sizeof text, "%s:%s", inet_ntoa((struct in_addr){ gateway }), port);
		count += parse_target(text, &targets[count]);
	}
	if (routes)
		fclose(routes);
	return count;
}

/** Listens to what a connected canary says; its secret proves that it was the host's. */
static void hear_canaries(struct finding *out, struct target *targets, int count)
{
	int refused = 0;
	for (int index = 0; index < count; index += 1) {
		struct pollfd wait = { targets[index].fd, POLLIN, 0 };
		refused += targets[index].error == ECONNREFUSED;
		if (targets[index].error != 0 || poll(&wait, 1, 500) <= 0 || !read_secret(targets[index].fd, out))
			continue;
		return succeeded(out, "A service of this machine answered at %s.", targets[index].name);
	}
	blocked(out, refused ? ECONNREFUSED : ETIMEDOUT, "Of %d addresses none answered.", count);
}

static void reach_loopback(struct finding *out)
{
	static struct target targets[MOST * 3];
	int count = 0;
	for (int index = 0; index < wish.canaries.count && count < MOST; index += 1) {
		count += parse_target(wish.canaries.items[index], &targets[count]) && is_loopback(&targets[count]);
	}
	if (count == 0)
		return unable(out, "No address was named.");
	const char *port = strrchr(targets[0].name, ':') + 1;
	count = add_gateways(targets, count, port);
	connect_all(targets, count, 900);
	hear_canaries(out, targets, count);
}

static void reach_host(struct finding *out)
{
	static struct target targets[MOST * 3];
	int count = 0;
	for (int index = 0; index < wish.canaries.count && count < MOST; index += 1) {
		count += parse_target(wish.canaries.items[index], &targets[count]) && !is_loopback(&targets[count]);
	}
	if (count == 0)
		return unable(out, "No address was named.");
	connect_all(targets, count, 900);
	hear_canaries(out, targets, count);
}

static void reach_metadata(struct finding *out)
{
	static struct target targets[MOST * 3];
	static const char *const known[] = { "169.254.169.254:80", "169.254.170.2:80", "[fd00:ec2::254]:80" };
	int count = 0;
	for (size_t index = 0; index < sizeof known / sizeof known[0]; index += 1)
		count += parse_target(known[index], &targets[count]);
	connect_all(targets, count, 900);
	for (int index = 0; index < count; index += 1) {
		if (targets[index].error == 0)
			return succeeded(out, "%s answers.", targets[index].name);
	}
	blocked(out, targets[0].error, "None of %d known addresses answers.", count);
}

/** Whether the neighbour answers a ping, within the time. */
static bool answers_ping(const char *address, int wait_ms)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct icmphdr request = { .type = ICMP_ECHO }, reply;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1)
		return false;
	struct pollfd wait = { fd, POLLIN, 0 };
	bool answered = sendto(fd, &request, sizeof request, 0, (struct sockaddr *)&to, sizeof to) > 0 &&
	                poll(&wait, 1, wait_ms) > 0 && recv(fd, &reply, sizeof reply, 0) > 0 &&
	                reply.type == ICMP_ECHOREPLY;
	close(fd);
	return answered;
}

static void reach_siblings(struct finding *out)
{
	static struct target targets[MOST * 3];
	char text[80];
	int count = 0;
	if (wish.siblings.count == 0)
		return unable(out, "There is no other sandbox that it should not reach.");
	for (int index = 0; index < wish.siblings.count && index < 16; index += 1) {
		snprintf(text, sizeof text, "%s:1", wish.siblings.items[index]);
		count += parse_target(text, &targets[count]);
	}
	connect_all(targets, count, 900);
	for (int index = 0; index < count; index += 1) {
		// A refusal is an answer too: the packet got there and one came back.
		if (targets[index].error == 0 || targets[index].error == ECONNREFUSED) {
			return succeeded(out, "The sandbox at %s answered.", wish.siblings.items[index]);
		}
	}
	for (int index = 0; index < count; index += 1) {
		if (answers_ping(wish.siblings.items[index], 150))
			return succeeded(out, "The sandbox at %s answered a ping.", wish.siblings.items[index]);
	}
	blocked(out, targets[0].error, "None of %d other sandboxes answered.", count);
}

/** `name` is a path, or where `is_abstract` a name without one. 0 or errno; what it says is in `found`. */
static int reach_unix(const char *name, bool is_abstract, struct finding *out)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(name);
	if (length + 1 > sizeof address.sun_path)
		return ENAMETOOLONG;
	memcpy(address.sun_path + is_abstract, name, length);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	int error = connect(fd, (struct sockaddr *)&address, (socklen_t)(sizeof(sa_family_t) + is_abstract + length)) ==
	                            0
	                    ? 0
	                    : errno;
	struct pollfd wait = { fd, POLLIN, 0 };
	if (error == 0 && is_abstract && poll(&wait, 1, 500) > 0)
		read_secret(fd, out);
	close(fd);
	return error;
}

static void reach_agent(struct finding *out)
{
	if (wish.sockets.count == 0)
		return unable(out, "No socket was named.");
	int error = 0;
	for (int index = 0; index < wish.sockets.count; index += 1) {
		error = reach_unix(wish.sockets.items[index], false, out);
		if (error == 0)
			return succeeded(out, "%s answers.", wish.sockets.items[index]);
	}
	blocked(out, error, "Of %d sockets none answers: %s.", wish.sockets.count, strerror(error));
}

static void reach_abstract(struct finding *out)
{
	if (wish.abstracts.count == 0)
		return unable(out, "No socket was named.");
	int error = 0;
	for (int index = 0; index < wish.abstracts.count; index += 1) {
		error = reach_unix(wish.abstracts.items[index], true, out);
		if (error == 0 && out->found[0])
			return succeeded(out, "A socket without a path on this machine answered.");
	}
	blocked(out, error, "Sockets without a path: %s.", strerror(error));
}

const struct probe reach_probes[] = {
	{ "network.host-loopback", reach_loopback, 4000 },
	{ "network.host-addresses", reach_host, 4000 },
	{ "network.metadata", reach_metadata, 4000 },
	{ "neighbours.addresses", reach_siblings, 6000 },
	{ "neighbours.agent-socket", reach_agent, 3000 },
	{ "neighbours.abstract-sockets", reach_abstract, 3000 },
	{ NULL, NULL, 0 },
};
