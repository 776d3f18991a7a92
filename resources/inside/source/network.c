#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inside.h"

/** The agent sends its secret over the host's loopback meanwhile. */
static void sniff(struct finding *out)
{
	unsigned char frame[2048];
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(3));
	if (fd < 0)
		return blocked(out, errno, "A packet socket: %s.", strerror(errno));
	for (long until = now_ms() + 700, left; (left = until - now_ms()) > 0;) {
		struct pollfd wait = { fd, POLLIN, 0 };
		if (poll(&wait, 1, (int)left) <= 0)
			break;
		ssize_t length = recv(fd, frame, sizeof frame, MSG_DONTWAIT);
		void *secret = length > 0 ? memmem(frame, (size_t)length, CANARY, strlen(CANARY)) : NULL;
		if (!secret)
			continue;
		size_t rest = (size_t)(frame + length - (unsigned char *)secret);
		memcpy(out->found, secret, rest < sizeof out->found - 1 ? rest : sizeof out->found - 1);
		out->found[strcspn(out->found, "\n")] = 0;
		return succeeded(out, "Packets of this machine itself were seen.");
	}
	blocked(out, 0, "A packet socket may be opened, but shows nothing of this machine's own packets.");
}

static void see_interfaces(struct finding *out)
{
	// Besides loopback and its own: what the kernel makes in each network namespace where its module is loaded.
	static const char *const usual[] = { "lo",      "eth0",    "sit0",     "tunl0",   "gre0",    "gretap0",
		                             "erspan0", "ip_vti0", "ip6_vti0", "ip6tnl0", "ip6gre0", "bonding_masters",
		                             "dummy0" };
	struct if_nameindex *all = if_nameindex();
	int count = 0;
	if (!all)
		return unable(out, "The interfaces cannot be listed: %s.", strerror(errno));
	for (struct if_nameindex *one = all; one->if_index; one += 1) {
		bool is_usual = false;
		count += 1;
		for (size_t index = 0; index < sizeof usual / sizeof usual[0]; index += 1)
			is_usual |= strcmp(one->if_name, usual[index]) == 0;
		if (is_usual)
			continue;
		succeeded(out, "The interface %s is not its own.", one->if_name);
		return if_freenameindex(all);
	}
	if_freenameindex(all);
	blocked(out, 0, "It sees %d interfaces, all its own.", count);
}

static void administer(struct finding *out)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0)
		return unable(out, "The loopback interface cannot be read: %s.", strerror(errno));
	// Writes back what it read.
	classify_call(out, ioctl(fd, SIOCSIFFLAGS, &request), "Setting flags of an interface", NULL, 0);
	close(fd);
}

static void change_filter(struct finding *out)
{
	struct {
		uint32_t length;
		uint16_t type, flags;
		uint32_t sequence, port;
		uint8_t family, version;
		uint16_t resource;
	} request = { 20, 10 << 8 | 16, 5, 1, 0, 0, 0, 0 }; // NFT_MSG_GETGEN, acknowledged
	struct {
		uint32_t length;
		uint16_t type, flags;
		uint32_t sequence, port;
		int32_t error;
		char rest[512];
	} reply = { 0 };
	// AF_NETLINK, NETLINK_NETFILTER
	int fd = socket(16, SOCK_RAW | SOCK_CLOEXEC, 12);
	if (fd < 0)
		return blocked(out, errno, "A socket to the packet filter: %s.", strerror(errno));
	struct pollfd wait = { fd, POLLIN, 0 };
	if (send(fd, &request, sizeof request, 0) < 0)
		return blocked(out, errno, "The packet filter: %s.", strerror(errno));
	if (poll(&wait, 1, 1000) <= 0 || recv(fd, &reply, sizeof reply, 0) < 20)
		return blocked(out, 0, "The packet filter does not answer.");
	close(fd);
	if (reply.type == 2 && reply.error != 0)
		return blocked(out, -reply.error, "The packet filter: %s.", strerror(-reply.error));
	succeeded(out, "The packet filter answers it as an administrator.");
}

static void open_vsock(struct finding *out)
{
	struct {
		uint16_t family, reserved;
		uint32_t port, cid;
		uint8_t zero[4];
	} host = { 40, 0, 1024, 2, { 0 } };
	int fd = socket(40, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return blocked(out, errno, "A socket to the hypervisor: %s.", strerror(errno));
	struct pollfd wait = { fd, POLLOUT, 0 };
	int error = connect(fd, (struct sockaddr *)&host, sizeof host) == 0 ? 0 : errno;
	socklen_t length = sizeof error;
	if (error == EINPROGRESS && poll(&wait, 1, 500) > 0)
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	close(fd);
	if (error == 0)
		return succeeded(out, "The host's side of a vsock connected.");
	if (!has_own_kernel())
		return succeeded(out, "A socket past the network namespace (vsock) opened.");
	blocked(out, error, "A socket to the hypervisor connects to nothing: %s.", strerror(error));
}

const struct probe network_probes[] = {
	{ "network.packets", sniff, 4000 },
	{ "network.interfaces", see_interfaces, 3000 },
	{ "network.administer", administer, 3000 },
	{ "network.packet-filter", change_filter, 3000 },
	{ "network.hypervisor-socket", open_vsock, 3000 },
	{ NULL, NULL, 0 },
};
