/*
 * Leads and customers of a program, as its company sees and keeps them: they
 * are known by email, by a uid or username of the company's own, or are
 * organizations here.
 */
#ifndef AFF_MODEL_REFERRAL_LEAD_H
#define AFF_MODEL_REFERRAL_LEAD_H

#include "db/paging.h"
#include "model/people/organization.h"
#include "model/referral/custom_status.h"

extern const char *const lead_state_labels[];
enum { LEAD_SIGNUP, LEAD_ACTIVE, LEAD_SUBSCRIBED, LEAD_CANCELLED,
	LEAD_REFUNDED, LEAD_DENIED, LEAD_PENDING, LEAD_MOVED };
extern const char *const lead_source_labels[];
enum { LEAD_BY_API, LEAD_BY_COUPON, LEAD_BY_COOKIE, LEAD_BY_ADMIN,
	LEAD_BY_AFFILIATE };
extern const char *const lead_fraud_labels[];
enum { LEAD_NO_SUSPICION, LEAD_SAME_IP, LEAD_SAME_EMAIL, LEAD_AD_SOURCE };
extern const char *const lead_key_labels[];
enum { LEAD_EMAIL, LEAD_UID, LEAD_USERNAME, LEAD_ID };

/* A promoter in a campaign, as it is shown beside what came by it. */
struct placed {
	uint64_t id;
	struct when created_at;
	struct {
		uint64_t id;
		struct str email, name;
	} promoter;
	struct {
		uint64_t id;
		struct str name, color;
	} campaign;
};
#define PLACED_COLUMNS(type, at) \
	FIELD(type, at.id, "placement_id"), \
	FIELD(type, at.created_at, "placed_at"), \
	FIELD(type, at.promoter.id, "promoter_id"), \
	FIELD(type, at.promoter.email, "promoter_email"), \
	FIELD(type, at.promoter.name, "promoter_name"), \
	FIELD(type, at.campaign.id, "campaign_id"), \
	FIELD(type, at.campaign.name, "campaign_name"), \
	FIELD(type, at.campaign.color, "campaign_color")

struct referral {
	uint64_t id;
	struct str email, uid, username, first_name, last_name, website,
	    comment, created_by;
	struct str metadata, split;	/* JSON: an object, an array */
	int state, entry_source, fraud;
	struct when created_at, customer_at, cancelled_at;
	struct str email_key;	/* of own.h: what orders by email go by */
	int64_t state_key;	/* the same by state */
	bool is_expired;	/* it brings no commissions any more */
	struct custom_status status;	/* id 0: it has none */
	struct placed placed;
};

struct lead_filter {
	struct str q;		/* how one of its names or website begins */
	struct list ids;	/* of uint64_t; items NULL: any */
	struct list campaigns;	/* the same; of own_leads() only */
	int type;		/* -1: any; else as LEADS... */
	uint64_t referrer_id;	/* 0: any */
	int state;		/* -1: any */
	/* Both ends included; DAY_NONE: open. */
	struct day created_from, created_to, customer_from, customer_to,
	    cancelled_from, cancelled_to;
};
extern const char *const lead_type_labels[];
enum { LEADS_LEADS, LEADS_CUSTOMERS };

/*
 * By their time of creation; customers, and those whose days as customers or of
 * cancellation are asked for, by these, newest first.
 */
enum { LEADS_NEWEST, LEADS_OLDEST, LEADS_BY_CUSTOMER, LEADS_BY_CANCELLED };
/* The order that a filter brings where none was asked for. */
unsigned lead_order(const struct lead_filter *);
MUST_CHECK enum err lead_list(struct db *, struct arena *, uint64_t org,
    const struct lead_filter *, const struct paging *, struct list *);
MUST_CHECK enum err lead_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct referral *);
/* Its id; key -1: name is the id itself.  ERR_NOT_FOUND. */
MUST_CHECK enum err lead_find(struct db *, struct arena *, uint64_t org,
    int key, struct str name, uint64_t *id);

/* Who shares the commissions of a referral. */
struct split_share {
	uint64_t placement_id;
	int64_t percent;
};

struct lead_change {
	uint64_t id;		/* of one that is changed */
	uint64_t placement_id;	/* 0: it stays where it is */
	struct str names[3];	/* by LEAD_EMAIL... */
	int entry_source;	/* of a new one, or who changes it */
	int fraud;		/* -1: as it is */
	bool named[3];		/* which of the names are given */
	bool shared;		/* so are shares, of split_share */
	struct list shares;
	bool marked;		/* so is this: 0 for none */
	uint64_t status_id;
	int taken;		/* set with ERR_CONFLICT: the name that is */
};

/*
 * A new one in a placement.  ERR_NOT_FOUND: there is none, its promoter was
 * refused, or one who shares was.  ERR_CONFLICT: a name is another's.
 */
MUST_CHECK enum err lead_create(struct db *, struct arena *,
    const struct actor *, struct lead_change *);
/*
 * What is given is changed.  In another placement it is a new one, which gets
 * all but the commissions: c->id is then its own, and the old one stays as
 * moved.  ERR_INVALID: it would have no name left; ERR_NO_STATUS.
 */
MUST_CHECK enum err lead_update(struct db *, struct arena *,
    const struct actor *, struct lead_change *);
/* As a batch does it: see referral_delete. */
MUST_CHECK enum err lead_delete(struct db *, struct arena *,
    const struct actor *, uint64_t id);

#endif
