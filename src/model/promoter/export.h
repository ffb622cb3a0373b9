/*
 * A promoter's own rows as a file: lines with commas between values.  What is
 * short is one answer.  The jobs role makes what is longer, part by part, each
 * in a transaction with the place where it goes on; it is fetched by a link
 * with a token, for some time, and whoever has that needs nothing else.
 */
#ifndef AFF_MODEL_PROMOTER_EXPORT_H
#define AFF_MODEL_PROMOTER_EXPORT_H

#include "model/payout/payout.h"
#include "model/referral/commission.h"

extern const char *const export_labels[];
enum { EXPORT_REFERRALS, EXPORT_COMMISSIONS, EXPORT_PAYOUTS };

struct export {
	uint64_t id, organization_id, referrer_id;
	int kind;
	struct str filters;	/* JSON: see export_keep() */
	struct str seed;
	bool open;		/* it is not finished */
	int64_t parts, bytes;
	int64_t after_key;	/* the last row that is in it */
	uint64_t after_id;	/* 0: none is */
	struct when created_at, expires_at;
};

/*
 * Which rows: a struct lead_filter, commission_filter or payout_filter, all of
 * it but ids, whose they are, and now: for an export that is when it began.
 */
struct str export_keep(struct arena *, int kind, const void *filter);

/* Lines of the rows behind the last, of which it moves on; *more: not all. */
MUST_CHECK enum err export_lines(struct db *, struct arena *, struct export *,
    int64_t limit, struct str *lines, bool *more);

/*
 * Leaves one to the jobs role, and a letter when it is done; one like it that
 * is open is the same.  ERR_EXPORT_OPEN: another of its kind is.  It runs in a
 * transaction of its own.
 */
MUST_CHECK enum err export_begin(struct db *, struct arena *,
    const struct actor *, struct export *, struct str *token);

/* ERR_NOT_FOUND: there is none, or not by this token, or not any more. */
MUST_CHECK enum err export_find(struct db *, struct arena *, uint64_t id,
    struct str token, struct when now, struct export *);
/* One of e->parts, from 0. */
MUST_CHECK enum err export_part(struct db *, struct arena *,
    const struct export *, int64_t number, struct str *lines);

/* A part of the one that has waited longest; *some: there was one. */
MUST_CHECK enum err export_work(struct db *, struct arena *, bool *some);
/* Some of what is over; *some: there was something. */
MUST_CHECK enum err export_purge(struct db *, struct arena *, bool *some);

struct letter;
MUST_CHECK enum err export_write(struct db *, struct arena *, uint64_t id,
    struct when now, struct letter *);

#endif
