/* What providers tell, and what is asked of them. */
#include "model/payment/checkout.h"

#include "base/log.h"
#include "model/payment/look.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

void
checkout_open(struct arena *a, struct opening *o)
{
	o->said = provider_of(&o->payment)->open(a, &o->payment, &o->news,
	    &o->why);
}

enum err
checkout_opened(struct db *db, struct arena *a, const struct opening *o,
    struct when now)
{
	const struct payment *p = &o->payment;

	switch (o->said) {
	case OK:
		return checkout_told(db, a, p, &o->news, now);
	case ERR_PROVIDER_REFUSED:
		return payment_expire(db, a, p->organization_id, p->id, now);
	default:
		break;
	}
	/* Nobody was given its address, so nobody can have paid it. */
	if (now.us - p->expires_at.us > DAY_US)
		return payment_expire(db, a, p->organization_id, p->id, now);
	return look_again(db, p, now);
}

static bool
agrees(const struct payment *p, const struct session_news *n)
{
	if (p->reference.p != NULL && !str_eq(p->reference, n->reference)) {
		log_error("payment %llu: told of another session", LLU(p->id));
		return false;
	}
	if (n->paid && (n->amount != p->amount ||
	    !str_eq(n->currency, p->currency))) {
		log_error("payment %llu: another amount was paid: %lld %.*s",
		    LLU(p->id), (long long)n->amount, STR_ARG(n->currency));
		return false;
	}
	return true;
}

enum err
checkout_told(struct db *db, struct arena *a, const struct payment *p,
    const struct session_news *n, struct when now)
{
	if (!agrees(p, n))
		return ERR_BAD_REQUEST;
	TRY(db_exec(db, Q_PAYMENT_TOLD, ARGS(n->reference, n->intent, n->url,
	    n->expires_at, LABEL(payment_status_labels, n->status),
	    look_next(p, n, now), p->id), NULL, NULL));
	if (n->paid)
		return payment_settle(db, a, p, now);
	return n->status != PAYMENT_EXPIRED ? OK :
	    payment_expire(db, a, p->organization_id, p->id, now);
}

/* One that was begun by us is known by its id from the first on. */
static enum err
returned_ours(struct db *db, struct arena *a, const struct payment *p,
    const struct return_news *n, struct when now)
{
	struct refund r = { 0 };

	TRY(refund_get(db, a, n->refund_id, &r));
	if (r.payment_id != p->id || r.amount != n->amount)
		return ERR_BAD_REQUEST;
	if (n->state == RETURN_PENDING)
		return OK;
	return n->state == RETURN_DONE ?
	    refund_done(db, a, r.id, n->reference, now) :
	    refund_failed(db, a, r.id, now);
}

/* More than is left: a dispute of all, where a part was refunded before. */
static enum err
tell_the_rest(struct db *db, struct arena *a, struct refund *r,
    struct when now)
{
	struct payment p = { 0 };

	TRY(payment_by_id(db, a, r->payment_id, &p));
	log_warn("payment %llu: more went back than is left: %lld by %.*s",
	    LLU(p.id), (long long)r->amount, STR_ARG(r->reference));
	r->amount = p.amount - p.refunded_amount - p.refunding_amount;
	return r->amount > 0 ? refund_told(db, a, now, r) : OK;
}

enum err
checkout_returned(struct db *db, struct arena *a, const struct payment *p,
    const struct return_news *n, struct when now)
{
	struct refund r = { .payment_id = p->id, .amount = n->amount,
	    .kind = n->dispute ? REFUND_DISPUTE : REFUND_REFUND,
	    .reference = n->reference };
	enum err e;

	if (n->amount <= 0 || !str_eq(n->currency, p->currency)) {
		log_error("payment %llu: %.*s is not in its money",
		    LLU(p->id), STR_ARG(n->reference));
		return ERR_BAD_REQUEST;
	}
	if (n->refund_id != 0)
		return returned_ours(db, a, p, n, now);
	if (n->state == RETURN_PENDING)
		return OK;
	e = refund_told(db, a, now, &r);
	if (e == ERR_FUNDS)
		e = tell_the_rest(db, a, &r, now);
	if (e != OK || n->state == RETURN_DONE || r.id == 0 ||
	    r.status == REFUND_FAILED || r.status == REFUND_REINSTATED)
		return e;
	TRY(refund_failed(db, a, r.id, now));
	/* There is room again for what there was none for. */
	return look_soon(db, p->id, now);
}

enum err
checkout_refund(struct db *db, struct arena *a, const struct actor *who,
    struct refund *r)
{
	struct return_news news = { .amount = 0 };
	const struct provider *provider;
	struct payment p = { 0 };
	struct str why;

	TRY(payment_by_id(db, a, r->payment_id, &p));
	provider = provider_of(&p);
	if (r->amount == 0)
		r->amount = p.amount - p.refunded_amount - p.refunding_amount;
	if (r->amount == 0)
		return ERR_FUNDS;
	if (!provider->takes(p.currency, r->amount))
		return ERR_PROVIDER_REFUSED;
	r->kind = REFUND_REFUND;
	r->user_id = who->user_id;
	TRY(refund_request(db, a, who->now, r));
	if (provider->outside) {
		TRY(look_soon(db, p.id, who->now));
	} else {
		TRY(provider->give_back(a, &p, r->id, r->amount, &news, &why));
		TRY(checkout_returned(db, a, &p, &news, who->now));
	}
	return refund_get(db, a, r->id, r);
}
