/*
 * The jobs look what became of payments at a provider outside.  Calls and
 * transactions take turns; every step is safe to do twice, and leaves the
 * payment with a time at which it is looked at again, until there is nothing
 * more to find out.
 */
#include "model/payment/look.h"

#include "base/log.h"
#include "model/payment/checkout.h"
#include "base/banned.h"

#define FIRST_SECONDS 60	/* the first pause; then twice as long */
#define MOST_SECONDS (6 * 3600)
#define LOOKS 170	/* forty days: longer than any money is on its way */
#define AFTER_END 10		/* seconds: the provider's own expiry first */
#define TURN_US (30 * SECOND_US)
#define LLU(v) ((unsigned long long)(v))

static int64_t
pause_of(const struct payment *p)
{
	int64_t s = p->looks < 10 ? (int64_t)FIRST_SECONDS << p->looks :
	    MOST_SECONDS;

	return s < MOST_SECONDS ? s : MOST_SECONDS;
}

struct when
look_next(const struct payment *p, const struct session_news *n,
    struct when now)
{
	struct when at = when_add(now, pause_of(p));
	struct when end = when_add(n->expires_at, AFTER_END);

	if (n->status == PAYMENT_OPEN && end.us > now.us && end.us < at.us)
		return end;
	return at;
}

enum err
look_again(struct db *db, const struct payment *p, struct when now)
{
	struct when at = when_add(now, pause_of(p));

	if (p->looks >= LOOKS) {
		log_error("payment %llu is given up: the provider does not "
		    "say what became of it", LLU(p->id));
		at.us = 0;
	}
	return db_exec(db, Q_PAYMENT_LOOK_AGAIN, ARGS(at, p->id, p->look_at),
	    NULL, NULL);
}

enum err
look_soon(struct db *db, uint64_t id, struct when now)
{
	return db_exec(db, Q_PAYMENT_LOOK_SOON, ARGS(now, id), NULL, NULL);
}

/* What a transaction stores of a payment: one of the three. */
struct step {
	struct arena *arena;
	const struct payment *p;
	const struct opening *opening;
	const struct session_news *session;
	const struct return_news *returned;
};

/* Its time is read here: calls take theirs, and what is old is summed up. */
static enum err
store(struct db *db, void *arg)
{
	const struct step *s = arg;
	const struct when now = clock_now();

	if (s->opening != NULL)
		return checkout_opened(db, s->arena, s->opening, now);
	if (s->session != NULL)
		return checkout_told(db, s->arena, s->p, s->session, now);
	return checkout_returned(db, s->arena, s->p, s->returned, now);
}

static enum err
open_again(struct db *db, struct arena *a, const struct payment *p)
{
	struct opening o = { .payment = *p };

	checkout_open(a, &o);
	TRY(tx_run(db, a, store, &(struct step){ .arena = a, .opening = &o }));
	return o.said == ERR_PROVIDER_REFUSED ? OK : o.said;
}

static enum err
look_at_session(struct db *db, struct arena *a, const struct payment *p)
{
	struct session_news news = { .status = p->status };
	struct str why;

	TRY(provider_of(p)->look(a, p, &news, &why));
	return tx_run(db, a, store, &(struct step){ .arena = a, .p = p,
	    .session = &news });
}

/*
 * Of the money that went back: what the provider knows of it.  What does not
 * agree with the payment will not tomorrow; anything else may.
 */
static enum err
hear_returns(struct db *db, struct arena *a, const struct payment *p,
    struct list all)
{
	const struct return_news *n = all.items;

	for (size_t i = 0; i < all.n; i++) {
		enum err e = tx_run(db, a, store, &(struct step){ .arena = a,
		    .p = p, .returned = &n[i] });

		if (err_status(e) >= 500)
			return e;
		if (e != OK)
			log_error("payment %llu: %.*s: %s", LLU(p->id),
			    STR_ARG(n[i].reference), err_slug(e));
	}
	return OK;
}

static enum err
give_back(struct db *db, struct arena *a, const struct payment *p,
    const struct refund *r)
{
	struct return_news news = { .refund_id = r->id, .amount = r->amount,
	    .currency = p->currency, .state = RETURN_FAILED };
	struct str why = STR_NULL;
	enum err e = provider_of(p)->give_back(a, p, r->id, r->amount, &news,
	    &why);

	if (e == ERR_PROVIDER_REFUSED)
		log_error("refund %llu is refused: %.*s", LLU(r->id),
		    STR_ARG(why));
	else if (e != OK)
		return e;
	return tx_run(db, a, store, &(struct step){ .arena = a, .p = p,
	    .returned = &news });
}

static bool
is_pending(const struct refund *r)
{
	return r->status == REFUND_PENDING && r->kind == REFUND_REFUND;
}

static bool
is_among(const struct refund *r, struct list heard)
{
	const struct return_news *n = heard.items;

	for (size_t i = 0; i < heard.n; i++)
		if (n[i].refund_id == r->id)
			return true;
	return false;
}

/*
 * Asks only for what the provider does not know yet: he forgets the keys of
 * idempotency after a day, but not the refunds.  *pending: some are on their
 * way.
 */
static enum err
look_at_returns(struct db *db, struct arena *a, const struct payment *p,
    bool *pending)
{
	struct list heard = { 0 }, ours = { 0 };
	const struct refund *r;
	struct str why;

	TRY(provider_of(p)->returns(a, p, &heard, &why));
	TRY(hear_returns(db, a, p, heard));
	TRY(refund_list(db, a, p->id, &ours));
	r = ours.items;
	for (size_t i = 0; i < ours.n; i++)
		if (is_pending(&r[i]) && !is_among(&r[i], heard))
			TRY(give_back(db, a, p, &r[i]));
	TRY(refund_list(db, a, p->id, &ours));
	r = ours.items;
	*pending = false;
	for (size_t i = 0; i < ours.n; i++)
		*pending |= is_pending(&r[i]);
	return OK;
}

struct again {
	const struct payment *p;
	bool done;		/* nothing more can be found out */
};

static enum err
set_next(struct db *db, void *arg)
{
	const struct again *x = arg;

	if (!x->done)
		return look_again(db, x->p, clock_now());
	return db_exec(db, Q_PAYMENT_LOOK_AGAIN, ARGS((struct when){ 0 },
	    x->p->id, x->p->look_at), NULL, NULL);
}

static enum err
look(struct db *db, struct arena *a, uint64_t id)
{
	struct payment p = { 0 };
	bool pending;

	TRY(payment_by_id(db, a, id, &p));
	if (p.status == PAYMENT_CREATING)
		return open_again(db, a, &p);
	if (p.payment_status == PAYMENT_UNPAID || p.intent.p == NULL) {
		TRY(look_at_session(db, a, &p));
		p = (struct payment){ 0 };
		TRY(payment_by_id(db, a, id, &p));
		if (p.payment_status == PAYMENT_UNPAID || p.intent.p == NULL)
			return OK;
	}
	TRY(look_at_returns(db, a, &p, &pending));
	return tx_run(db, a, set_next, &(struct again){ &p, !pending });
}

enum err
look_now(struct db *db, struct arena *a, uint64_t id)
{
	struct payment p = { 0 };

	TRY(look(db, a, id));
	TRY(payment_by_id(db, a, id, &p));
	return p.payment_status == PAYMENT_PAID ? OK : ERR_CONFLICT;
}

SHAPE(look_due_row, struct payment, NULL,
    COLUMN(struct payment, id),
    COLUMN(struct payment, looks),
    COLUMN(struct payment, look_at));

enum err
look_due(struct db *db, struct arena *a)
{
	int64_t end = clock_monotonic_us() + TURN_US;
	const struct payment *p;
	struct list rows;

	TRY(db_rows(db, a, Q_PAYMENT_LOOK_DUE, ARGS(clock_now()),
	    &look_due_row, &rows));
	p = rows.items;
	for (size_t i = 0; i < rows.n && clock_monotonic_us() < end; i++) {
		enum err e = look(db, a, p[i].id);

		if (e == OK)
			continue;
		if (e == ERR_UNAVAILABLE)
			return e;
		log_error("payment %llu cannot be looked at: %s",
		    LLU(p[i].id), err_slug(e));
		TRY(tx_run(db, a, set_next, &(struct again){ &p[i], false }));
		if (e == ERR_PROVIDER_DOWN)
			return e;
	}
	return OK;
}
