/*
 * Clicks on referral links.  They are stored in batches: one transaction for
 * all that came at once, before any of them is answered.
 */
#ifndef AFF_MODEL_REFERRAL_CLICK_H
#define AFF_MODEL_REFERRAL_CLICK_H

#include "model/referral/placement.h"

#define CLICK_TOKEN_BYTES 16
#define CLICK_BATCH_MAX 256

struct click {
	uint64_t placement_id, referrer_id;
	uint64_t organization_id;	/* who has reports of it; 0: nobody */
	struct str source;	/* where it came from, cleaned */
	struct str url, sub_id;	/* where it led, by which link; or absent */
	unsigned char token[CLICK_TOKEN_BYTES];	/* made by click_store */
	unsigned char visitor[16];
	unsigned char address_hash[8];
	bool known_visitor;	/* sent the cookie: may have been here before */
	bool bot;
	bool same;		/* counted already, under another visitor */
	bool first;		/* set: the visitor's first on this placement */
};

/* All or none.  Counts each click on its placement. */
MUST_CHECK enum err click_store(struct db *, struct arena *, struct click *,
    size_t n, struct when now);

#endif
