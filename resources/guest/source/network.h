/* The network device. */
#ifndef JOEY_NETWORK_H
#define JOEY_NETWORK_H

#include <stdbool.h>

#include "addresses.h"
#include "fields.h"

struct network {
	char *address, *gateway, *mac;
	unsigned prefix, mtu;
	struct further_addresses further;
};
/* Takes the texts over. False where the field is none of these, or malformed. */
bool parse_network(struct reader *reader, const struct field *field, struct network *network);
int loopback_up(void);
/* Also where there is another address already. */
int network_up(const struct network *network);
/* No error where there is none. */
int network_down(void);

#endif
