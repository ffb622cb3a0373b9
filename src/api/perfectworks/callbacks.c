/* What payment providers tell, signed. */
#include "api/perfectworks/routes.h"
#include "auth/stripe_signature.h"
#include "auth/webhook.h"
#include "base/settings.h"
#include "model/payment/payment.h"
#include "model/payment/stripe_event.h"

#include "base/banned.h"

/* What the sandbox says: model/sandbox.c writes it. */
struct callback {
	struct str type, token, currency;
	int64_t amount;
};

SHAPE(callback_in, struct callback, "SandboxCallback",
    FIELD(struct callback, type, "type", .flags = F_REQUIRED, .max = 60),
    FIELD(struct callback, token, "token", .flags = F_REQUIRED, .max = 64),
    FIELD(struct callback, amount, "amount", .flags = F_REQUIRED, .min = 1,
	.max = INT64_C(9007199254740991)),
    FIELD(struct callback, currency, "currency", .flags = F_REQUIRED,
	.max = 3, .format = "currency"));

/* Before the transaction: the signature, the body, and the payment's facts. */
static enum err
check_callback(struct request *rq)
{
	struct payment *p = ARENA_NEW(rq->arena, struct payment);
	struct callback said = { 0 };
	uint64_t given;

	if (!webhook_verify(webhook_sandbox_key(rq->arena),
	    rq->http->webhook_id, rq->http->webhook_timestamp,
	    rq->http->signature, rq->http->body, rq->now))
		return ERR_UNSIGNED;
	TRY(json_decode(rq->arena, rq->http->body, &callback_in, true, &said,
	    &given, &rq->wrong));
	TRY(payment_by_token(rq->db, rq->arena, said.token, p));
	/* Somebody may have pressed Pay before it was turned off. */
	if (p->provider != PROVIDER_SANDBOX || !settings->sandbox)
		return ERR_NOT_FOUND;
	if (!str_is(said.type, "checkout.session.paid") ||
	    said.amount != p->amount || !str_eq(said.currency, p->currency))
		return ERR_BAD_REQUEST;
	rq->prepared = p;
	return OK;
}

static enum err
settle(struct request *rq)
{
	return payment_settle(rq->db, rq->arena, rq->prepared, rq->now);
}

/* For the API document: Stripe describes the rest. */
struct stripe_told {
	struct str id, type;
};

SHAPE(stripe_in, struct stripe_told, "StripeEvent",
    FIELD(struct stripe_told, id, "id", .flags = F_REQUIRED, .max = 255),
    FIELD(struct stripe_told, type, "type", .flags = F_REQUIRED, .max = 255));

static enum err
check_event(struct request *rq)
{
	struct stripe_event *e = ARENA_NEW(rq->arena, struct stripe_event);

	if (!stripe_signature_verify(settings->stripe_webhook_secret,
	    rq->http->stripe_signature, rq->http->body, rq->now))
		return ERR_UNSIGNED;
	rq->prepared = e;
	return stripe_event_read(rq->db, rq->arena, rq->http->body, e,
	    &rq->wrong);
}

static enum err
take_event(struct request *rq)
{
	return stripe_event_take(rq->db, rq->arena, rq->prepared, rq->now);
}

static const enum err errors[] = ERRORS(ERR_UNSIGNED, ERR_NOT_FOUND,
    ERR_BAD_REQUEST, ERR_BAD_JSON, ERR_INVALID);

const struct route pw_callback_routes[] = {
	{ .op = "sandboxCallback", .method = POST,
	  .path = "/payments/callbacks/sandbox", .prepare = check_callback,
	  .handle = settle, .in = &callback_in, .status = 200,
	  .flags = R_PUBLIC | R_WRITE | R_NO_KEY | R_RAW_BODY,
	  .errors = errors, .tag = "payments",
	  .summary = "The sandbox provider tells of a payment, signed",
	  .done = "Noted" },
	{ .op = "stripeCallback", .method = POST,
	  .path = "/payments/callbacks/stripe", .prepare = check_event,
	  .handle = take_event, .in = &stripe_in, .status = 200,
	  .flags = R_PUBLIC | R_WRITE | R_NO_KEY | R_RAW_BODY,
	  .errors = errors, .tag = "payments",
	  .summary = "Stripe tells of an event, signed",
	  .done = "Noted" },
	{ .op = NULL }
};
