/* What events of Stripe mean, and to which payment. */
#include "model/payment/stripe_event.h"

#include "base/log.h"
#include "model/payment/checkout.h"
#include "model/payment/look.h"
#include "model/payment/stripe.h"
#include "net/stripe.h"
#include "base/banned.h"

/* What we listen to; of all else only the type is read. */
static const struct kind {
	const char *type;
	enum stripe_meaning meaning;
	bool dispute;
	const char *status;	/* what the type says, where it says more */
} kinds[] = {
	{ "checkout.session.completed", STRIPE_SESSION, false, NULL },
	{ "checkout.session.async_payment_succeeded", STRIPE_SESSION, false,
	  NULL },
	{ "checkout.session.async_payment_failed", STRIPE_SESSION, false,
	  "expired" },
	{ "checkout.session.expired", STRIPE_SESSION, false, "expired" },
	{ "refund.created", STRIPE_RETURN, false, NULL },
	{ "refund.updated", STRIPE_RETURN, false, NULL },
	{ "refund.failed", STRIPE_RETURN, false, "failed" },
	{ "charge.refunded", STRIPE_LOOK, false, NULL },
	{ "charge.dispute.created", STRIPE_RETURN, true, NULL },
	{ "charge.dispute.updated", STRIPE_RETURN, true, NULL },
	{ "charge.dispute.funds_withdrawn", STRIPE_RETURN, true,
	  "needs_response" },
	{ "charge.dispute.funds_reinstated", STRIPE_RETURN, true, "won" },
	{ "charge.dispute.closed", STRIPE_RETURN, true, NULL },
};

static const struct kind *
kind_of(struct str type)
{
	for (size_t i = 0; i < LEN(kinds); i++)
		if (str_is(type, kinds[i].type))
			return &kinds[i];
	return NULL;
}

static enum err
read_session(struct db *db, struct arena *a, const struct stripe_object *o,
    struct stripe_event *e)
{
	if (o->metadata.payment.p == NULL) {
		e->meaning = STRIPE_NOTHING;	/* somebody else's */
		return OK;
	}
	TRY(payment_by_token(db, a, o->metadata.payment, &e->payment));
	e->session = stripe_session_news(&(struct stripe_session){
	    .id = o->id, .status = o->status, .currency = o->currency,
	    .payment_status = o->payment_status, .amount = o->amount_total,
	    .intent = o->intent,
	    .expires_at = e->payment.expires_at.us / SECOND_US });
	return e->payment.provider == PROVIDER_STRIPE ? OK : ERR_NOT_FOUND;
}

/*
 * Refunds and disputes name the intent, known since the session was complete.
 * What is not known to be paid has first to be looked at.
 */
static enum err
read_return(struct db *db, struct arena *a, const struct stripe_object *o,
    bool dispute, struct stripe_event *e)
{
	const struct stripe_return r = { .id = o->id, .status = o->status,
	    .currency = o->currency, .amount = o->amount,
	    .metadata = o->metadata };
	enum err found;

	e->intent = o->intent;
	if (o->intent.p == NULL) {
		e->meaning = STRIPE_NOTHING;
		return OK;
	}
	found = payment_by_intent(db, a, o->intent, &e->payment);
	if (found == ERR_NOT_FOUND ||
	    (found == OK && e->payment.payment_status == PAYMENT_UNPAID)) {
		e->meaning = STRIPE_SEARCH;
		return OK;
	}
	e->returned = stripe_return_news(&e->payment, &r, dispute);
	return found;
}

enum err
stripe_event_read(struct db *db, struct arena *a, struct str body,
    struct stripe_event *e, struct complaints *wrong)
{
	struct stripe_object o = { .amount = 0 };
	const struct kind *kind;
	struct str type = STR_NULL;

	TRY(stripe_event_type(a, body, &type, wrong));
	kind = kind_of(type);
	if (kind == NULL) {
		e->meaning = STRIPE_NOTHING;
		return OK;
	}
	e->meaning = kind->meaning;
	TRY(stripe_event_object(a, body, &o, wrong));
	if (kind->status != NULL)
		o.status = str_of(kind->status);
	return kind->meaning == STRIPE_SESSION ?
	    read_session(db, a, &o, e) :
	    read_return(db, a, &o, kind->dispute, e);
}

struct search {
	struct str intent;
};

SHAPE(stripe_search_payload, struct search, NULL,
    FIELD(struct search, intent, "intent"));

static enum err
leave_search(struct db *db, struct arena *a, struct str intent,
    struct when now)
{
	struct buf b;

	buf_init(&b, a, 128);
	json_encode(&b, &stripe_search_payload, &(struct search){ intent },
	    false);
	return db_exec(db, Q_TASK_INSERT, ARGS(str_of("stripe_search"),
	    arg_bound(0), buf_view(&b), now), NULL, NULL);
}

enum err
stripe_event_take(struct db *db, struct arena *a, const struct stripe_event *e,
    struct when now)
{
	switch (e->meaning) {
	case STRIPE_SESSION:
		return checkout_told(db, a, &e->payment, &e->session, now);
	case STRIPE_RETURN:
		return checkout_returned(db, a, &e->payment, &e->returned,
		    now);
	case STRIPE_LOOK:
		return look_soon(db, e->payment.id, now);
	case STRIPE_SEARCH:
		return leave_search(db, a, e->intent, now);
	case STRIPE_NOTHING:
		break;
	}
	return OK;
}

enum err
stripe_search(struct db *db, struct arena *a, struct str intent)
{
	struct stripe_intent of = { .id = STR_NULL };
	struct payment p = { 0 };
	struct str why;
	enum err e;

	e = stripe_intent_get(a, intent, &of, &why);
	if (e != OK)
		return e == ERR_PROVIDER_REFUSED ? OK : e;
	if (of.metadata.payment.p == NULL)
		return OK;	/* somebody else's */
	e = payment_by_token(db, a, of.metadata.payment, &p);
	if (e == OK && p.provider == PROVIDER_STRIPE)
		return look_now(db, a, p.id);
	if (e == OK || e == ERR_NOT_FOUND)
		log_error("the intent %.*s is of no payment here",
		    STR_ARG(intent));
	return e == ERR_NOT_FOUND ? OK : e;
}
