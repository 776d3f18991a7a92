/* Further addresses of the network device, and the way out of the second family. */
#ifndef JOEY_ADDRESSES_H
#define JOEY_ADDRESSES_H

#include <stdbool.h>

#include "fields.h"

#define MOST_FURTHER 32

/* Of either family, as its bytes lie in messages. */
struct further_address {
	unsigned char family, prefix, bytes[16];
};

struct further_addresses {
	struct further_address list[MOST_FURTHER];
	unsigned count;
	/* Its family is 0 where there is none. */
	struct further_address gateway;
};

/* `10.9.0.5/24`, `fd00::5/64`; an address alone has the longest prefix. False where it is neither. */
bool parse_address(const struct field *field, struct further_address *address);
/* In place of those that were put before. The device is up. */
int put_further_addresses(const struct further_addresses *further);

#endif
