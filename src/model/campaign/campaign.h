/*
 * Campaigns: what an organization runs, with lines that advertisers pay for.
 *
 * One aggregate: whoever changes a campaign, its lines or its money holds the
 * lock of the campaign's row first (campaign_lock).  All change of status is
 * by campaign_move(), whose table docs/campaigns.md prints; money is moved by
 * settlement.h and billing.h beside this, endings are in ending.h.
 */
#ifndef AFF_MODEL_CAMPAIGN_CAMPAIGN_H
#define AFF_MODEL_CAMPAIGN_CAMPAIGN_H

#include "base/buf.h"
#include "db/paging.h"
#include "model/people/organization.h"

extern const char *const campaign_status_labels[];
enum campaign_status {
	CAMPAIGN_DRAFT, CAMPAIGN_SCHEDULED, CAMPAIGN_RUNNING, CAMPAIGN_PAUSED,
	CAMPAIGN_STOPPED, CAMPAIGN_FINISHED, CAMPAIGN_CANCELED,
	CAMPAIGN_DELETED,
};

extern const char *const campaign_type_labels[];	/* Flexible ... */

struct campaign {
	uint64_t id, organization_id;
	uint64_t advertiser_id, user_id;	/* 0: none */
	struct str name, description;
	struct str advertiser;			/* its reference */
	struct str brand, product_group, currency;
	struct str extras;	/* members that a face keeps, a JSON object */
	int type;				/* -1: none */
	int status;
	struct day starts_on, ends_on;		/* DAY_NONE: open */
	struct when begins_at;	/* it starts, or goes on, by itself; 0: no;
				 * of a draft, when it is meant to */
	struct when launched_at;		/* first start; 0: never */
	struct day ended_on;	/* the day as of which its lines end */
	struct when ended_at, created_at, updated_at;
	bool settled;		/* its end is worked out */
	bool billed;		/* there ever was an invoice */
	bool archived;
	/*
	 * Money that is not reversed: paid in; of it earned by lines that have
	 * ended, released to the account; of that refunded.  The rest of paid
	 * is reserved.
	 */
	int64_t paid, earned, released, refunded;
	int64_t runs;				/* how often it was started */
	int64_t version;
};

#define CAMPAIGN_NEW ((struct campaign){ .type = -1, \
	.starts_on = DAY_NONE, .ends_on = DAY_NONE, .ended_on = DAY_NONE })

/* Verbs of the lifecycle. */
enum campaign_verb {
	VERB_SCHEDULE, VERB_START, VERB_PAUSE, VERB_STOP,
	VERB_FINISH, VERB_CANCEL, VERB_DELETE, CAMPAIGN_VERBS
};
extern const char *const campaign_verb_labels[];

/* May it be done to one in this status? */
bool campaign_may(enum campaign_verb, int status);
/* The table of verbs and statuses, in Markdown, for docs/campaigns.md. */
void campaign_lifecycle(struct buf *);
/* Is it over: stopped, finished, canceled or deleted? */
bool campaign_over(const struct campaign *);

/*
 * Makes a draft of name and what else is given.  advertiser names one that is
 * made on its first use.  Fills in id, status, times and version.
 */
MUST_CHECK enum err campaign_create(struct db *, struct arena *,
    const struct actor *, struct campaign *);
/* A deleted one as well. */
MUST_CHECK enum err campaign_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct campaign *);
/* Reads it, and keeps it from others to the end of the transaction. */
MUST_CHECK enum err campaign_lock(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct campaign *);
/*
 * Writes advertiser, currency, brand, product group and type of one that is
 * locked and had none: lines and money need the first two.
 */
MUST_CHECK enum err campaign_engage(struct db *, struct arena *,
    const struct actor *, struct campaign *);
/* Writes what may be edited of one that is locked: all but money and status. */
MUST_CHECK enum err campaign_update(struct db *, struct arena *,
    const struct actor *, struct campaign *);

/*
 * Moves one that is locked and writes it whole, money too, with its history
 * and event.  reason: free text for the history, or absent.  ERR_CONFLICT: not
 * from where it is.
 */
MUST_CHECK enum err campaign_move(struct db *, struct arena *,
    const struct actor *, struct campaign *, enum campaign_verb,
    struct str reason);
/*
 * An entry in the history of one that is locked.  text: why, in words, or
 * absent.  data: printf of JSON members without braces, ids, amounts and dates
 * only, or NULL.
 */
MUST_CHECK enum err campaign_note(struct db *, struct arena *,
    const struct actor *, const struct campaign *, const char *action,
    struct str text, const char *data, ...) PRINTF_LIKE(7, 8);
/* Writes the money of one that is locked. */
MUST_CHECK enum err campaign_store_money(struct db *, const struct actor *,
    struct campaign *);

/*
 * Confirms a quote, starts or schedules a draft or one that is paused: at 0 it
 * begins now, or on starts_on where that is later.
 */
MUST_CHECK enum err campaign_begin(struct db *, struct arena *,
    const struct actor *, struct campaign *, struct when at);

enum campaign_key {
	CAMPAIGN_BY_CREATED, CAMPAIGN_BY_UPDATED, CAMPAIGN_BY_NAME,
	CAMPAIGN_BY_BEGIN, CAMPAIGN_BY_RUNS, CAMPAIGN_BY_STATUS,
	CAMPAIGN_KEYS
};

#define CAMPAIGN_SORTS 3

struct campaign_search {
	struct str q;		/* a part of the name or the description */
	bool q_name, q_description;
	struct {
		enum campaign_key key;
		bool down;
	} sort[CAMPAIGN_SORTS];
	size_t n_sorts;		/* from 1 */
	int64_t limit, offset;
};

/*
 * model/campaign_list.c: those that are not deleted, with what the face of
 * campaigns without lines shows, and how many there are in all.
 */
MUST_CHECK enum err campaign_list(struct db *, struct arena *, uint64_t org,
    const struct campaign_search *, struct list *, int64_t *total);
extern const struct shape campaign_row;

#endif
