/*
 * What a company tells of its leads and customers: sign-ups, sales, refunds,
 * cancellations.  A lead is known by the company's own names of him, email and
 * uid; each of them names one that lives.
 */
#ifndef AFF_MODEL_TRACK_TRACK_H
#define AFF_MODEL_TRACK_TRACK_H

#include "model/promoter/standing.h"
#include "model/referral/earning.h"
#include "model/referral/lead.h"

/* A lead who is, or could be, and what is known of his placement. */
struct tracked_lead {
	uint64_t id;			/* 0: not there yet */
	uint64_t campaign_id, placement_id, referrer_id,
	    member_organization_id, click_id;
	struct str email, uid, username, website, plan, promo_code;
	int state, source, fraud;
	int standing, referrer_status;
	bool campaign_deleted;
	bool upgrades;			/* the campaign has another above it */
	int64_t sales;
	struct when created_at, customer_at, cancelled_at;
	struct when bought_at;		/* first, if before customer_at */
	struct str lost;		/* clicks that did not win, as JSON */
};

/* How the company names somebody; one of them is given. */
struct track_name {
	struct str email, uid;
};

/* What says who brought him; see attribution.h.  Any may be absent. */
struct track_origin {
	struct str ref_id, promo_code, tid;
};

/*
 * The live lead of that name.  ERR_NOT_FOUND; ERR_OTHER_LEAD: the two names
 * are of different ones.
 */
MUST_CHECK enum err track_find(struct db *, struct arena *, uint64_t org,
    const struct track_name *, struct tracked_lead *);
MUST_CHECK enum err track_find_id(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct tracked_lead *);
/* The one that he became, if he was moved since. */
MUST_CHECK enum err track_find_heir(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct tracked_lead *);
/* The same, locked: by the number that was found, or anew if it is another. */
MUST_CHECK enum err track_hold(struct db *, struct arena *, uint64_t org,
    const struct track_name *, struct tracked_lead *);
/* A customer who was not lost: see placement_brought(). */
bool track_is_active(const struct tracked_lead *);
/* A new one, of what was attributed; ERR_SIGNED_UP: his name is taken. */
MUST_CHECK enum err track_create(struct db *, const struct actor *,
    const unsigned char address_hash[8], struct tracked_lead *);

/* Bits of screen.h, which commissions carry. */
int64_t track_checks(int fraud);

struct track_signup {
	struct track_name name;
	struct track_origin origin;
	const unsigned char *address_hash;	/* from where; NULL: not said */
	struct when at;			/* 0: now */
};

/*
 * Before the transaction: who brought him, and what looks wrong.
 * ERR_SIGNED_UP: he is there already; ERR_NOT_FOUND: nobody brought him.
 */
MUST_CHECK enum err track_signup_read(struct db *, struct arena *,
    const struct actor *, const struct track_signup *, struct tracked_lead *);
/* Stores it.  ERR_SIGNED_UP. */
MUST_CHECK enum err track_signup(struct db *, struct arena *,
    const struct actor *, const struct track_signup *, struct tracked_lead *);

/* The same as to read it, of somebody who is known not to be there. */
MUST_CHECK enum err track_judge(struct db *, struct arena *,
    const struct actor *, const struct track_signup *, struct tracked_lead *);

struct track_sale {
	uint64_t referral_id;		/* in place of a name, if not 0 */
	struct track_name name;
	struct track_origin origin;
	struct str event, plan, currency;	/* currency: the program's */
	int64_t amount, quantity;
	int64_t mrr;			/* -1: not said */
	int billing_period;		/* -1: not said */
	struct day on;			/* when it was; DAY_NONE: not said */
	bool by_default;		/* no currency was said */
	struct when at;
	struct when sold_at;		/* as of when it is judged; 0: at */
	struct tracked_lead lead;	/* by track_sale_read */
	uint64_t id, lead_id;		/* by track_sale */
};

MUST_CHECK enum err track_sale_read(struct db *, struct arena *,
    const struct actor *, struct track_sale *);
/* With its commissions.  ERR_EVENT_TAKEN: there is one of that name. */
MUST_CHECK enum err track_sale(struct db *, struct arena *,
    const struct actor *, struct track_sale *);

/* Of billing_period_labels, as was said or by mrr; -1: nothing tells. */
int track_sale_period(const struct track_sale *);

struct track_refund {
	uint64_t referral_id;		/* in place of a name, if not 0 */
	struct track_name name;
	struct str event, sale_event, currency;
	int64_t amount;
	int64_t in_all;		/* of the named sale: no more goes back than is
				 * missing of it; 0: whatever went back */
	struct tracked_lead lead;	/* by track_refund_read */
	struct list past;		/* himself, then who he was before */
	struct tracked_lead held;	/* by track_refund */
	uint64_t id;			/* of its first row */
};

MUST_CHECK enum err track_refund_read(struct db *, struct arena *,
    const struct actor *, struct track_refund *);
/*
 * Takes back of one sale, or of the newest first, with what they brought.
 * ERR_EVENT_TAKEN, also where nothing is missing of in_all;
 * ERR_MORE_THAN_SOLD: so much is not left; ERR_NOT_FOUND: he
 * has no such sale; ERR_OTHER_CURRENCY: it is in another.
 */
MUST_CHECK enum err track_refund(struct db *, struct arena *,
    const struct actor *, struct track_refund *);

/* The customer buys no more; the same again changes nothing. */
MUST_CHECK enum err track_cancel(struct db *, struct arena *,
    const struct actor *, const struct track_name *, struct tracked_lead *);

#endif
