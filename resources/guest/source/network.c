/* Addresses and routes of the guest's interfaces, by the classic requests of netdevice(7). */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "addresses.h"
#include "fields.h"
#include "network.h"
#include "protocol.h"

static bool take_text(struct reader *reader, const struct field *field, char **to)
{
	/* The last one counts. */
	free(*to);
	return (*to = field_text(reader, field)) != NULL;
}

bool parse_network(struct reader *reader, const struct field *field, struct network *network)
{
	switch (field->tag) {
	case FIELD_ADDRESS:
		return take_text(reader, field, &network->address);
	case FIELD_GATEWAY:
		return take_text(reader, field, &network->gateway);
	case FIELD_MAC:
		return take_text(reader, field, &network->mac);
	case FIELD_PREFIX:
		network->prefix = (unsigned)field_number(reader, field);
		return true;
	case FIELD_FURTHER_ADDRESS:
		return network->further.count < MOST_FURTHER &&
		       parse_address(field, &network->further.list[network->further.count++]);
	case FIELD_GATEWAY6:
		return parse_address(field, &network->further.gateway);
	case FIELD_MTU:
		network->mtu = (unsigned)field_number(reader, field);
		return true;
	default:
		return false;
	}
}

static struct ifreq request_for(const char *name)
{
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return request;
}

static bool put_address(struct sockaddr *place, const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
		return false;
	memcpy(place, &address, sizeof(address));
	return true;
}

static int set_up(int socket, const char *name, bool up)
{
	struct ifreq request = request_for(name);

	if (ioctl(socket, SIOCGIFFLAGS, &request) < 0)
		return errno;
	request.ifr_flags = (short)(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
	return ioctl(socket, SIOCSIFFLAGS, &request) < 0 ? errno : 0;
}

static int set_hardware_address(int socket, const char *text)
{
	struct ifreq request = request_for("eth0");
	unsigned char *bytes = (unsigned char *)request.ifr_hwaddr.sa_data;
	char rest;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &bytes[0], &bytes[1], &bytes[2], &bytes[3], &bytes[4],
	           &bytes[5], &rest) != 6)
		return EINVAL;
	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	return ioctl(socket, SIOCSIFHWADDR, &request) < 0 ? errno : 0;
}

static int set_address(int socket, const char *text, unsigned prefix)
{
	struct ifreq request = request_for("eth0");
	struct sockaddr_in mask = { .sin_family = AF_INET };

	if (prefix > 32 || !put_address(&request.ifr_addr, text))
		return EINVAL;
	if (ioctl(socket, SIOCSIFADDR, &request) < 0)
		return errno;
	request = request_for("eth0");
	mask.sin_addr.s_addr = htonl(prefix == 0 ? 0 : ~0U << (32 - prefix));
	memcpy(&request.ifr_netmask, &mask, sizeof(mask));
	return ioctl(socket, SIOCSIFNETMASK, &request) < 0 ? errno : 0;
}

static int set_mtu(int socket, unsigned mtu)
{
	struct ifreq request = request_for("eth0");

	request.ifr_mtu = (int)mtu;
	return ioctl(socket, SIOCSIFMTU, &request) < 0 ? errno : 0;
}

static int add_gateway(int socket, const char *text)
{
	struct rtentry route;

	memset(&route, 0, sizeof(route));
	if (!put_address(&route.rt_gateway, text))
		return EINVAL;
	put_address(&route.rt_dst, "0.0.0.0");
	put_address(&route.rt_genmask, "0.0.0.0");
	route.rt_flags = RTF_UP | RTF_GATEWAY;
	return ioctl(socket, SIOCADDRT, &route) < 0 ? errno : 0;
}

static int bring_up(int socket, const struct network *network)
{
	int error = 0;

	if (network->mac != NULL)
		error = set_up(socket, "eth0", false);
	if (error == 0 && network->mac != NULL)
		error = set_hardware_address(socket, network->mac);
	if (error == 0 && network->mtu != 0)
		error = set_mtu(socket, network->mtu);
	if (error == 0)
		error = set_address(socket, network->address, network->prefix);
	if (error == 0)
		error = set_up(socket, "eth0", true);
	if (error == 0 && network->gateway != NULL)
		error = add_gateway(socket, network->gateway);
	if (error == 0)
		error = put_further_addresses(&network->further);
	return error;
}

int network_down(void)
{
	int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = handle < 0 ? errno : set_up(handle, "eth0", false);

	if (handle >= 0)
		close(handle);
	return error == ENODEV ? 0 : error;
}

int loopback_up(void)
{
	int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = handle < 0 ? errno : set_up(handle, "lo", true);

	if (handle >= 0)
		close(handle);
	return error;
}

int network_up(const struct network *network)
{
	int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = handle < 0 ? errno : bring_up(handle, network);

	if (handle >= 0)
		close(handle);
	return error;
}
