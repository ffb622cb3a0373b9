/*
 * What is derived from the installation's secret, and other keyed hashes.
 * The secret is settings->secret: at least 32 bytes.
 */
#ifndef AFF_AUTH_SECRET_H
#define AFF_AUTH_SECRET_H

#include "base/str.h"

#define SECRET_MAC_BYTES 32

/* Keyed hash of data; a label gives each use a key of its own. */
void secret_mac(const char *label, const void *data, size_t n,
    unsigned char out[SECRET_MAC_BYTES]);

/* What is kept of an address on the net: enough to compare, not to know it. */
#define SECRET_ADDRESS_BYTES 8
void secret_address(struct str address,
    unsigned char out[SECRET_ADDRESS_BYTES]);

/* n random bytes as base64url. */
struct str secret_token(struct arena *, size_t n);

/* SHA-256, for storing a token that is too long to be guessed. */
void secret_hash(struct str token, unsigned char out[SECRET_MAC_BYTES]);

#endif
