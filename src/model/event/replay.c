/* Sends again what an organization asked for, a piece at a time. */
#include "model/event/delivery.h"

#include "model/event/webhook.h"
#include "base/banned.h"

#define REPLAY_ROWS 500

struct replay {
	uint64_t id, organization_id, endpoint_id, after_id;
	struct when from_at, to_at;
	int status;
};

SHAPE(replay_row, struct replay, NULL,
    COLUMN(struct replay, id),
    COLUMN(struct replay, organization_id),
    COLUMN(struct replay, endpoint_id),
    COLUMN(struct replay, after_id),
    COLUMN(struct replay, from_at),
    COLUMN(struct replay, to_at),
    COLUMN(struct replay, status, .labels = webhook_status_labels));

struct place {
	uint64_t id;
	struct when created_at;
};

SHAPE(place_row, struct place, NULL,
    COLUMN(struct place, id),
    COLUMN(struct place, created_at));

struct replaying {
	struct arena *arena;
	struct when now;
	bool more;
};

static enum err
places_of(struct db *db, struct arena *a, const struct replay *r,
    struct list *out)
{
	const bool missed = r->status < 0;
	const int one = missed ? WEBHOOK_FAILED : r->status;
	const int other = missed ? WEBHOOK_DISABLED : r->status;

	return db_rows(db, a, Q_REPLAY_NEXT, ARGS(r->organization_id,
	    r->endpoint_id, LABEL(webhook_status_labels, one), r->to_at,
	    r->from_at, arg_bound(r->after_id), REPLAY_ROWS,
	    LABEL(webhook_status_labels, other)), &place_row, out);
}

static enum err
replay_piece(struct db *db, void *arg)
{
	struct replaying *x = arg;
	struct replay r = { 0 };
	const struct place *p;
	struct list places;
	enum err e;

	x->more = false;
	e = db_row(db, x->arena, Q_REPLAY_LOCK, NO_ARGS, &replay_row, &r);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	TRY(places_of(db, x->arena, &r, &places));
	p = places.items;
	if (places.n > 0)
		TRY(db_exec(db, Q_QUEUE_WAKE, ARGS(x->now, r.endpoint_id),
		    NULL, NULL));
	for (size_t i = 0; i < places.n; i++)
		TRY(db_exec(db, Q_WEBHOOK_DELIVERY_AGAIN, ARGS(x->now,
		    r.organization_id, p[i].id), NULL, NULL));
	x->more = places.n == REPLAY_ROWS;
	if (places.n > 0) {
		r.from_at = p[places.n - 1].created_at;
		r.after_id = p[places.n - 1].id;
	}
	return db_exec(db, Q_REPLAY_MOVE, ARGS(r.from_at,
	    arg_bound(r.after_id), x->more ? (struct when){ 0 } : x->now,
	    r.id), NULL, NULL);
}

enum err
replay_run(struct db *db, struct arena *a, struct when now, bool *more)
{
	struct replaying x = { a, now, false };
	struct place waiting;
	enum err e;

	*more = false;
	e = db_row(db, a, Q_REPLAY_WAITING, NO_ARGS, &place_row, &waiting);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	TRY(tx_run(db, a, replay_piece, &x));
	*more = x.more;
	return OK;
}
