/*
 * Signatures of calls between services, after Standard Webhooks: "v1," and the
 * base64 of HMAC-SHA256 over id.timestamp.body.
 */
#ifndef AFF_AUTH_WEBHOOK_H
#define AFF_AUTH_WEBHOOK_H

#include "base/clock.h"
#include "base/str.h"

#define WEBHOOK_TOLERANCE_SECONDS 300

/* key: raw bytes. */
struct str webhook_sign(struct arena *, struct str key, struct str id,
    struct str timestamp, struct str body);

/*
 * As FirstPromoter signs: HMAC-SHA256 of the body alone, under the secret as it
 * is shown, in hex.
 */
struct str webhook_sign_body(struct arena *, struct str secret,
    struct str body);

/*
 * Does one of the signatures (separated by spaces) fit, and is the time-stamp
 * within the tolerance?
 */
MUST_CHECK bool webhook_verify(struct str key, struct str id,
    struct str timestamp, struct str signatures, struct str body,
    struct when now);

/* How secrets of endpoints are stored: see secret_seal. */
#define WEBHOOK_SECRET_LABEL "webhook endpoint"

/* A new secret: "whsec_" and the base64 of 32 random bytes. */
struct str webhook_secret(struct arena *);
/* The raw key behind "whsec_" and base64; absent where malformed. */
struct str webhook_key(struct arena *, struct str secret);

/* The sandbox's key: from the installation's secret. */
struct str webhook_sandbox_key(struct arena *);

#endif
