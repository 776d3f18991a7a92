/* The network device. */
#ifndef JOEY_NETWORK_H
#define JOEY_NETWORK_H

#include <stdbool.h>

#include "fields.h"

#define MOST_FURTHER 32

/* Of either family, as its bytes lie in messages. */
struct further_address {
	unsigned char family, prefix, bytes[16];
};

struct network {
	char *address, *gateway, *mac;
	unsigned prefix, mtu;
	struct further_address further[MOST_FURTHER];
	unsigned further_count;
	/* Its family is 0 where there is none. */
	struct further_address gateway6;
};
/* Takes the texts over. False where the field is none of these, or malformed. */
bool parse_network(struct reader *reader, const struct field *field, struct network *network);
int loopback_up(void);
/* Also where there is another address already. */
int network_up(const struct network *network);
/* No error where there is none. */
int network_down(void);

#endif
