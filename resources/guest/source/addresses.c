/* By rtnetlink(7): the requests of netdevice(7) know one address of a device, and of one family. */
#include "addresses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of linux/netlink.h and linux/rtnetlink.h, which do not come with the C library. */
struct netlink_header {
	unsigned length;
	unsigned short type, flags;
	unsigned sequence, port;
};
struct address_message {
	unsigned char family, prefix, flags, scope;
	unsigned interface;
};
struct route_message {
	unsigned char family, to_prefix, from_prefix, tos, table, protocol, scope, type;
	unsigned flags;
};
struct attribute {
	unsigned short length, type;
};
enum {
	NETLINK_OF_ROUTES = 0,
	MESSAGE_ERROR = 2,
	MESSAGE_NEW_ADDRESS = 20,
	MESSAGE_DELETE_ADDRESS = 21,
	MESSAGE_NEW_ROUTE = 24,
	FLAG_REQUEST = 0x1,
	FLAG_ACKNOWLEDGE = 0x4,
	FLAG_REPLACE = 0x100,
	FLAG_CREATE = 0x400,
	WITHOUT_DUPLICATE_CHECK = 0x02,
	ATTRIBUTE_ADDRESS = 1,
	ATTRIBUTE_LOCAL = 2,
	ATTRIBUTE_OUT_INTERFACE = 4,
	ATTRIBUTE_GATEWAY = 5,
	TABLE_MAIN = 254,
	SET_AT_BOOT = 3,
	UNICAST = 1,
};

/* What was put, for a machine that goes on as another sandbox. */
static struct further_address present[MOST_FURTHER];
static unsigned present_count;

static unsigned length_of(unsigned char family)
{
	return family == AF_INET ? 4 : 16;
}

bool parse_address(const struct field *field, struct further_address *address)
{
	char text[INET6_ADDRSTRLEN + 4];
	char *slash, *end;
	unsigned long prefix;

	if (field->length == 0 || field->length >= sizeof(text) || memchr(field->bytes, 0, field->length) != NULL)
		return false;
	memcpy(text, field->bytes, field->length);
	text[field->length] = 0;
	if ((slash = strchr(text, '/')) != NULL)
		*slash = 0;
	address->family = strchr(text, ':') == NULL ? AF_INET : AF_INET6;
	if (inet_pton(address->family, text, address->bytes) != 1)
		return false;
	prefix = 8 * length_of(address->family);
	if (slash != NULL) {
		if (slash[1] < '0' || slash[1] > '9')
			return false;
		prefix = strtoul(slash + 1, &end, 10);
		if (*end != 0 || prefix > 8 * length_of(address->family))
			return false;
	}
	address->prefix = (unsigned char)prefix;
	return true;
}

/* All that it holds is a multiple of four bytes long, so nothing in it needs to be aligned. */
struct message {
	struct netlink_header header;
	unsigned char bytes[112];
};

static void append(struct message *message, const void *bytes, unsigned length)
{
	memcpy(message->bytes + message->header.length - sizeof(message->header), bytes, length);
	message->header.length += length;
}

static void append_attribute(struct message *message, unsigned short type, const void *bytes, unsigned length)
{
	struct attribute attribute = { .length = (unsigned short)(sizeof(attribute) + length), .type = type };

	append(message, &attribute, sizeof(attribute));
	append(message, bytes, length);
}

/* Waits for what the kernel says of it. */
static int ask(int netlink, const struct message *message)
{
	struct {
		struct netlink_header header;
		int error;
		unsigned char rest[256];
	} answer;
	ssize_t length;

	if (send(netlink, message, message->header.length, 0) < 0)
		return errno;
	if ((length = recv(netlink, &answer, sizeof(answer), 0)) < 0)
		return errno;
	if ((size_t)length < sizeof(answer.header) + sizeof(answer.error) || answer.header.type != MESSAGE_ERROR)
		return EPROTO;
	return -answer.error;
}

static int change_address(int netlink, bool add, const struct further_address *address)
{
	const unsigned short created = add ? FLAG_CREATE | FLAG_REPLACE : 0;
	struct message message = { .header = { .length = sizeof(message.header),
		                               .type = add ? MESSAGE_NEW_ADDRESS : MESSAGE_DELETE_ADDRESS,
		                               .flags = FLAG_REQUEST | FLAG_ACKNOWLEDGE | created } };
	struct address_message body = { .family = address->family, .prefix = address->prefix };

	/* Nobody else has it, and to ask would take a second. */
	body.flags = address->family == AF_INET6 ? WITHOUT_DUPLICATE_CHECK : 0;
	body.interface = if_nametoindex("eth0");
	append(&message, &body, sizeof(body));
	append_attribute(&message, ATTRIBUTE_LOCAL, address->bytes, length_of(address->family));
	append_attribute(&message, ATTRIBUTE_ADDRESS, address->bytes, length_of(address->family));
	return ask(netlink, &message);
}

static int add_way_out(int netlink, const struct further_address *gateway)
{
	unsigned interface = if_nametoindex("eth0");
	struct message message = { .header = { .length = sizeof(message.header),
		                               .type = MESSAGE_NEW_ROUTE,
		                               .flags = FLAG_REQUEST | FLAG_ACKNOWLEDGE | FLAG_CREATE |
		                                        FLAG_REPLACE } };
	struct route_message body = {
		.family = gateway->family, .table = TABLE_MAIN, .protocol = SET_AT_BOOT, .type = UNICAST
	};

	append(&message, &body, sizeof(body));
	append_attribute(&message, ATTRIBUTE_GATEWAY, gateway->bytes, length_of(gateway->family));
	append_attribute(&message, ATTRIBUTE_OUT_INTERFACE, &interface, sizeof(interface));
	return ask(netlink, &message);
}

static int put_all(int netlink, const struct further_addresses *further)
{
	int error = 0;

	/* Those that went with the device are no error. */
	for (unsigned index = 0; index < present_count; index++)
		change_address(netlink, false, &present[index]);
	present_count = 0;
	for (unsigned index = 0; error == 0 && index < further->count; index++) {
		error = change_address(netlink, true, &further->list[index]);
		present[present_count++] = further->list[index];
	}
	return error == 0 && further->gateway.family != 0 ? add_way_out(netlink, &further->gateway) : error;
}

int put_further_addresses(const struct further_addresses *further)
{
	int netlink, error;

	if (further->count == 0 && present_count == 0)
		return 0;
	netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_OF_ROUTES);
	error = netlink < 0 ? errno : put_all(netlink, further);
	if (netlink >= 0)
		close(netlink);
	return error;
}
