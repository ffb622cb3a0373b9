/* Addresses that are not of the public internet: of a network's own. */
#ifndef AFF_BASE_ADDRESS_H
#define AFF_BASE_ADDRESS_H

#include "base/str.h"

struct sockaddr;

/* All but the public addresses of IPv4 and IPv6. */
bool address_private(const struct sockaddr *);

/*
 * Of a URL: does its host say by itself that it is private?  An address, or a
 * name that only its own network knows.  What another name leads to is known
 * when a socket opens.
 */
bool address_url_private(struct str url);

#endif
