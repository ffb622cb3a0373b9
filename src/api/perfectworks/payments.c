/* Products, checkout sessions, and the provider's callback. */
#include "api/perfectworks/routes.h"
#include "auth/webhook.h"
#include "base/settings.h"
#include "model/payment.h"

#include "base/banned.h"

SHAPE(product_out, struct product, "Product",
    FIELD(struct product, id, "id"),
    FIELD(struct product, name, "name", .max = 120),
    FIELD(struct product, description, "description", .max = 1000),
    FIELD(struct product, tokens, "tokens",
	.doc = "What one of it credits"),
    FIELD(struct product, prices, "prices", .of = &pw_money, .max = 200));

struct checkout_in {
	uint64_t product_id;
	int64_t quantity;
	struct str currency, success_url, cancel_url;
};

SHAPE(checkout_in, struct checkout_in, "CheckoutSessionCreate",
    FIELD(struct checkout_in, product_id, "productId", .flags = F_REQUIRED),
    FIELD(struct checkout_in, quantity, "quantity", .min = 1,
	.max = 1000000, .doc = "1 where absent"),
    FIELD(struct checkout_in, currency, "currency", .max = 3,
	.format = "currency", .doc = "The product's first where absent"),
    FIELD(struct checkout_in, success_url, "successUrl",
	.flags = F_REQUIRED, .max = 2000, .format = "uri",
	.example = "\"https://shop.example/thanks\""),
    FIELD(struct checkout_in, cancel_url, "cancelUrl", .flags = F_REQUIRED,
	.max = 2000, .format = "uri",
	.example = "\"https://shop.example/cart\""));

struct checkout_out {
	struct payment p;
	struct str url;
};

SHAPE(checkout_out, struct checkout_out, "CheckoutSession",
    FIELD(struct checkout_out, p.id, "id"),
    FIELD(struct checkout_out, url, "url", .max = 2100, .format = "uri",
	.doc = "Send the buyer there"),
    FIELD(struct checkout_out, p.status, "status",
	.labels = payment_status_labels),
    FIELD(struct checkout_out, p.payment_status, "paymentStatus",
	.labels = payment_paid_labels),
    FIELD(struct checkout_out, p.amount, "amount", .doc = "In minor units"),
    FIELD(struct checkout_out, p.currency, "currency", .max = 3,
	.format = "currency"),
    FIELD(struct checkout_out, p.product_id, "productId"),
    FIELD(struct checkout_out, p.quantity, "quantity"),
    FIELD(struct checkout_out, p.expires_at, "expiresAt"),
    FIELD(struct checkout_out, p.created_at, "createdAt"),
    FIELD(struct checkout_out, p.paid_at, "paidAt", .flags = F_NULLABLE));

static enum err
list_products(struct request *rq)
{
	rq->page = (struct page){ .page = 1, .limit = PAGE_LIMIT_MAX };
	return product_list(rq->db, rq->arena, &rq->page.items);
}

static enum err
answer(struct request *rq, const struct payment *p)
{
	struct checkout_out *out = ARENA_NEW(rq->arena, struct checkout_out);

	out->p = *p;
	out->url = str_printf(rq->arena, "%.*s/sandbox/%.*s",
	    STR_ARG(settings->public_url), STR_ARG(p->token));
	/* Past its time it is expired, whether or not the jobs were there. */
	if (p->status == PAYMENT_OPEN && p->expires_at.us <= rq->now.us)
		out->p.status = PAYMENT_EXPIRED;
	rq->out = out;
	return OK;
}

static enum err
create(struct request *rq)
{
	const struct checkout_in *in = rq->in;
	struct payment p = { .product_id = in->product_id,
	    .quantity = in->quantity != 0 ? in->quantity : 1,
	    .currency = in->currency, .success_url = in->success_url,
	    .cancel_url = in->cancel_url };
	enum err e = payment_create(rq->db, rq->arena, ACTOR(rq), &p);

	if (e == ERR_INVALID)
		complain(&rq->wrong, rq->arena, STR("currency"),
		    "this product has no price in that currency");
	return e == OK ? answer(rq, &p) : e;
}

static enum err
get(struct request *rq)
{
	struct payment p = { 0 };

	TRY(payment_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &p));
	return answer(rq, &p);
}

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

static const enum err create_errors[] = ERRORS(ERR_NOT_FOUND, ERR_OVERFLOW);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err callback_errors[] = ERRORS(ERR_UNSIGNED, ERR_NOT_FOUND,
    ERR_BAD_REQUEST, ERR_BAD_JSON, ERR_INVALID);

const struct route pw_payment_routes[] = {
	{ .op = "listProducts", .method = GET, .path = "/payments/products",
	  .handle = list_products, .out = &product_out, .status = 200,
	  .flags = R_LIST, .scope = SCOPE_PAYMENTS_READ, .tag = "payments",
	  .summary = "List what is for sale", .done = "Products" },
	{ .op = "createCheckoutSession", .method = POST,
	  .path = "/payments/checkout-sessions", .handle = create,
	  .in = &checkout_in, .out = &checkout_out, .status = 201,
	  .flags = R_WRITE, .scope = SCOPE_PAYMENTS_WRITE,
	  .errors = create_errors, .tag = "payments",
	  .summary = "Begin to buy", .done = "Checkout session created" },
	{ .op = "getCheckoutSession", .method = GET,
	  .path = "/payments/checkout-sessions/{id}", .handle = get,
	  .out = &checkout_out, .status = 200, .scope = SCOPE_PAYMENTS_READ,
	  .errors = not_found, .tag = "payments",
	  .summary = "Read a checkout session", .done = "Checkout session" },
	{ .op = "sandboxCallback", .method = POST,
	  .path = "/payments/callbacks/sandbox", .prepare = check_callback,
	  .handle = settle, .in = &callback_in, .status = 200,
	  .flags = R_PUBLIC | R_WRITE | R_NO_KEY | R_RAW_BODY,
	  .errors = callback_errors, .tag = "payments",
	  .summary = "The sandbox provider tells of a payment, signed",
	  .done = "Noted" },
	{ .op = NULL }
};
