/* Referrers: organizations that joined the program of another, the house. */
#ifndef AFF_MODEL_REFERRAL_REFERRER_H
#define AFF_MODEL_REFERRAL_REFERRER_H

#include "db/paging.h"
#include "model/people/organization.h"

/* pending active blocked */
extern const char *const referrer_status_labels[];

enum { REFERRER_PENDING, REFERRER_ACTIVE, REFERRER_BLOCKED };

struct referrer {
	uint64_t id;
	uint64_t organization_id;	/* that joined */
	int status;
	struct str terms;		/* version that was accepted */
	struct when joined_at, decided_at;
	struct str organization_name, reason;
};

/* *joined: false where it had joined before; the answer is the same. */
MUST_CHECK enum err referrer_join(struct db *, struct arena *,
    uint64_t member_organization, uint64_t user_id, struct when now,
    struct referrer *, bool *joined);
/* ERR_NOT_FOUND: never joined. */
MUST_CHECK enum err referrer_of(struct db *, struct arena *,
    uint64_t member_organization, struct referrer *);
/*
 * The same for who wants to act: ERR_NOT_A_REFERRER, ERR_REFERRER_PENDING,
 * ERR_REFERRER_BLOCKED.
 */
MUST_CHECK enum err referrer_active(struct db *, struct arena *,
    uint64_t member_organization, struct referrer *);

/*
 * The house lets one in, or blocks him: his links count no longer, what he
 * earned stays.  The same again changes nothing.
 */
MUST_CHECK enum err referrer_decide(struct db *, struct arena *,
    uint64_t id, int status, struct str reason, uint64_t user_id,
    struct when now, struct referrer *);
MUST_CHECK enum err referrer_get(struct db *, struct arena *, uint64_t id,
    struct referrer *);
/* status -1: any.  Orders: joined desc, asc. */
MUST_CHECK enum err referrer_list(struct db *, struct arena *, int status,
    const struct paging *, struct list *);

/* One day of a referrer or a placement. */
struct count_day {
	struct day day;
	int64_t clicks, unique_clicks, bot_clicks, referrals, conversions;
	int64_t cancellations;
};
extern const struct shape count_day_row;

/* Since ever; *t has no day. */
MUST_CHECK enum err referrer_totals(struct db *, struct arena *,
    uint64_t referrer_id, struct count_day *t);
/* Every day from first to last, those without anything as zeros. */
MUST_CHECK enum err referrer_days(struct db *, struct arena *,
    uint64_t referrer_id, struct day first, struct day last, struct list *);
struct list count_days_filled(struct arena *, struct list days,
    struct day first, struct day last);

/* What a referrer has in one currency, from the ledger. */
struct earned {
	struct str currency;
	int64_t pending, available, requested, withdrawn;
};
MUST_CHECK enum err referrer_earned(struct db *, struct arena *,
    uint64_t referrer_id, struct list *);

/* The organization in its own campaigns: made where it is not there yet. */
MUST_CHECK enum err referrer_itself(struct db *, struct arena *,
    const struct actor *, uint64_t *id);

#endif
