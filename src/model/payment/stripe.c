/* Stripe as a payment provider. */
#include "model/payment/stripe.h"

#include "base/settings.h"
#include "base/banned.h"

/* Stripe's least is half an hour, by its own clock; its most is a day. */
#define LEAST_SECONDS (35 * 60)
#define MOST_SECONDS (23 * 3600)

static bool
offered(void)
{
	return settings->stripe_key.n > 0;
}

static bool
takes(struct str currency, int64_t amount)
{
	int64_t theirs;

	return stripe_money(currency, amount, &theirs);
}

static int
status_of(struct str status)
{
	return str_is(status, "complete") ? PAYMENT_COMPLETE :
	    str_is(status, "expired") ? PAYMENT_EXPIRED : PAYMENT_OPEN;
}

struct session_news
stripe_session_news(const struct stripe_session *s)
{
	struct session_news n = { .status = status_of(s->status),
	    .paid = str_is(s->payment_status, "paid"),
	    .currency = s->currency, .reference = s->id, .intent = s->intent,
	    .url = s->url,
	    .expires_at = { s->expires_at * SECOND_US } };

	if (s->currency.p == NULL ||
	    !stripe_money_back(s->currency, s->amount, &n.amount))
		n.amount = 0;	/* agrees with no payment */
	return n;
}

/* The token names the payment at Stripe: an id could be another's there. */
static enum err
open_session(struct arena *a, const struct payment *p,
    struct session_news *news, struct str *why)
{
	const struct stripe_order order = {
		.key = str_printf(a, "checkout-%.*s", STR_ARG(p->token)),
		.payment = p->token, .payment_id = p->id,
		.name = p->product_name, .description = p->product_description,
		.currency = p->currency, .quantity = p->quantity,
		.unit_amount = p->amount / p->quantity,
		.success_url = p->success_url, .cancel_url = p->cancel_url,
		.expires_at = p->expires_at,
	};
	struct stripe_session s = { .amount = 0 };

	TRY(stripe_session_create(a, &order, &s, why));
	*news = stripe_session_news(&s);
	return OK;
}

/* Complete and not paid: the money is on its way, or will never come. */
static enum err
look_at_money(struct arena *a, struct session_news *news, struct str *why)
{
	struct stripe_intent intent = { .id = STR_NULL };

	TRY(stripe_intent_get(a, news->intent, &intent, why));
	if (str_is(intent.status, "canceled") ||
	    str_is(intent.status, "requires_payment_method"))
		news->status = PAYMENT_EXPIRED;
	return OK;
}

static enum err
look(struct arena *a, const struct payment *p, struct session_news *news,
    struct str *why)
{
	struct stripe_session s = { .amount = 0 };

	TRY(stripe_session_get(a, p->reference, &s, why));
	*news = stripe_session_news(&s);
	if (news->status != PAYMENT_COMPLETE || news->paid ||
	    news->intent.p == NULL)
		return OK;
	return look_at_money(a, news, why);
}

/* A refund that somebody began at Stripe counts from its beginning. */
static struct return_news
refund_news(const struct payment *p, const struct stripe_return *r)
{
	struct return_news n = { .currency = r->currency,
	    .reference = r->id, .state = RETURN_DONE };

	if (!stripe_money_back(r->currency, r->amount, &n.amount))
		n.amount = 0;
	if (str_eq(r->metadata.payment, p->token) &&
	    !str_to_u64(r->metadata.refund, &n.refund_id))
		n.refund_id = 0;
	if (str_is(r->status, "failed") || str_is(r->status, "canceled"))
		n.state = RETURN_FAILED;
	else if (n.refund_id != 0 && !str_is(r->status, "succeeded"))
		n.state = RETURN_PENDING;
	return n;
}

static struct return_news
dispute_news(const struct stripe_return *r)
{
	struct return_news n = { .dispute = true, .currency = r->currency,
	    .reference = r->id, .state = RETURN_DONE };

	if (!stripe_money_back(r->currency, r->amount, &n.amount))
		n.amount = 0;
	if (str_is(r->status, "won"))
		n.state = RETURN_FAILED;
	else if (str_has_prefix(r->status, STR("warning_")) ||
	    str_is(r->status, "prevented"))
		n.state = RETURN_PENDING;	/* nothing was taken */
	return n;
}

struct return_news
stripe_return_news(const struct payment *p, const struct stripe_return *r,
    bool dispute)
{
	return dispute ? dispute_news(r) : refund_news(p, r);
}

static enum err
give_back(struct arena *a, const struct payment *p, uint64_t refund_id,
    int64_t amount, struct return_news *news, struct str *why)
{
	const struct stripe_return want = {
		.intent = p->intent, .currency = p->currency,
		.amount = amount, .metadata = { .payment = p->token,
		    .refund = str_printf(a, "%llu",
			(unsigned long long)refund_id) },
	};
	struct stripe_return r = { .amount = 0 };

	TRY(stripe_refund_create(a, str_printf(a, "refund-%.*s-%llu",
	    STR_ARG(p->token), (unsigned long long)refund_id), &want, &r, why));
	*news = refund_news(p, &r);
	return OK;
}

static enum err
returns(struct arena *a, const struct payment *p, struct list *out,
    struct str *why)
{
	struct list refunds = { 0 }, disputes = { 0 };
	const struct stripe_return *r;
	struct return_news *n;

	TRY(stripe_refunds(a, p->intent, &refunds, why));
	TRY(stripe_disputes(a, p->intent, &disputes, why));
	n = arena_array(a, refunds.n + disputes.n, sizeof(*n));
	*out = (struct list){ n, refunds.n + disputes.n };
	r = refunds.items;
	for (size_t i = 0; i < refunds.n; i++)
		*n++ = refund_news(p, &r[i]);
	r = disputes.items;
	for (size_t i = 0; i < disputes.n; i++)
		*n++ = dispute_news(&r[i]);
	return OK;
}

const struct provider stripe_provider = {
	.outside = true, .least_seconds = LEAST_SECONDS,
	.most_seconds = MOST_SECONDS, .offered = offered, .takes = takes,
	.open = open_session, .look = look, .give_back = give_back,
	.returns = returns,
};
