/* What is for sale, and checkout sessions. */
#include "api/perfectworks/routes.h"
#include "base/settings.h"
#include "model/payment/checkout.h"

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
	int provider;
	struct str currency, success_url, cancel_url;
};

SHAPE(checkout_in, struct checkout_in, "CheckoutSessionCreate",
    FIELD(struct checkout_in, product_id, "productId", .flags = F_REQUIRED),
    FIELD(struct checkout_in, quantity, "quantity", .min = 1,
	.max = 1000000, .doc = "1 where absent"),
    FIELD(struct checkout_in, currency, "currency", .max = 3,
	.format = "currency", .doc = "The product's first where absent"),
    FIELD(struct checkout_in, provider, "provider",
	.labels = provider_labels, .doc = "Where absent: Stripe if there is "
	"one, else the sandbox; of a test key always the sandbox"),
    FIELD(struct checkout_in, success_url, "successUrl",
	.flags = F_REQUIRED, .max = 2000, .format = "uri",
	.example = "\"https://shop.example/thanks\""),
    FIELD(struct checkout_in, cancel_url, "cancelUrl", .flags = F_REQUIRED,
	.max = 2000, .format = "uri",
	.example = "\"https://shop.example/cart\""));

SHAPE(checkout_out, struct payment, "CheckoutSession",
    FIELD(struct payment, id, "id"),
    FIELD(struct payment, url, "url", .flags = F_NULLABLE,
	.max = 5000, .format = "uri", .doc = "Send the buyer there; null as "
	"long as the session is being created"),
    FIELD(struct payment, provider, "provider",
	.labels = provider_labels),
    FIELD(struct payment, status, "status",
	.labels = payment_status_labels),
    FIELD(struct payment, payment_status, "paymentStatus",
	.labels = payment_paid_labels),
    FIELD(struct payment, amount, "amount", .doc = "In minor units"),
    FIELD(struct payment, refunded_amount, "refundedAmount",
	.doc = "What went back of it"),
    FIELD(struct payment, currency, "currency", .max = 3,
	.format = "currency"),
    FIELD(struct payment, product_id, "productId"),
    FIELD(struct payment, quantity, "quantity"),
    FIELD(struct payment, expires_at, "expiresAt"),
    FIELD(struct payment, created_at, "createdAt"),
    FIELD(struct payment, paid_at, "paidAt", .flags = F_NULLABLE));

static enum err
list_products(struct request *rq)
{
	rq->page = (struct page){ .page = 1, .limit = PAGE_LIMIT_MAX };
	return product_list(rq->db, rq->arena, &rq->page.items);
}

struct payment
pw_payment_shown(const struct request *rq, const struct payment *p)
{
	struct payment out = *p;

	if (p->provider == PROVIDER_SANDBOX)
		out.url = str_printf(rq->arena, "%.*s/sandbox/%.*s",
		    STR_ARG(settings->public_url), STR_ARG(p->token));
	/* Past its time it is expired, whether or not the jobs were there. */
	if (p->provider == PROVIDER_SANDBOX && p->status == PAYMENT_OPEN &&
	    p->expires_at.us <= rq->now.us)
		out.status = PAYMENT_EXPIRED;
	return out;
}

static enum err
answer(struct request *rq, const struct payment *p)
{
	rq->out = ARENA_NEW(rq->arena, struct payment);
	*(struct payment *)rq->out = pw_payment_shown(rq, p);
	return OK;
}

/* A provider outside is asked when this is stored: see ask and opened. */
static enum err
create(struct request *rq)
{
	const struct checkout_in *in = rq->in;
	struct opening *o = ARENA_NEW(rq->arena, struct opening);
	struct payment *p = &o->payment;
	enum err e;

	*p = (struct payment){ .product_id = in->product_id,
	    .quantity = in->quantity != 0 ? in->quantity : 1,
	    .currency = in->currency, .success_url = in->success_url,
	    .cancel_url = in->cancel_url };
	TRY(provider_choose(in->provider, rq->who.test, &p->provider));
	e = payment_create(rq->db, rq->arena, ACTOR(rq), p);
	if (e == ERR_INVALID)
		complain(&rq->wrong, rq->arena, STR("currency"),
		    "this product has no price in that currency");
	if (e != OK)
		return e;
	if (p->status != PAYMENT_CREATING)
		return answer(rq, p);
	rq->subject = p->id;
	rq->prepared = o;
	return OK;
}

static enum err
ask(struct request *rq)
{
	checkout_open(rq->arena, rq->prepared);
	return OK;
}

static enum err
opened(struct request *rq)
{
	const struct opening *o = rq->prepared;
	struct payment p = { 0 };

	if (o != NULL)
		TRY(checkout_opened(rq->db, rq->arena, o, rq->now));
	TRY(payment_get(rq->db, rq->arena, rq->who.org_id, rq->subject, &p));
	if (p.reference.p != NULL)
		return answer(rq, &p);
	if (p.status == PAYMENT_CREATING && o == NULL)
		return ERR_KEY_IN_FLIGHT;
	rq->refused = p.status == PAYMENT_CREATING ? ERR_PROVIDER_DOWN :
	    ERR_PROVIDER_REFUSED;
	if (o != NULL && o->said == ERR_PROVIDER_REFUSED)
		complain(&rq->wrong, rq->arena, STR("provider"), "%.*s",
		    STR_ARG(o->why));
	return OK;
}

static enum err
get(struct request *rq)
{
	struct payment p = { 0 };

	TRY(payment_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &p));
	return answer(rq, &p);
}

struct checkout_query {
	struct page_query paging;
	int status, payment_status;
};

SHAPE(checkout_query, struct checkout_query, "CheckoutSessionQuery",
    PAGE_FIELDS(struct checkout_query),
    FIELD(struct checkout_query, status, "status",
	.labels = payment_status_labels),
    FIELD(struct checkout_query, payment_status, "paymentStatus",
	.labels = payment_paid_labels));

void
pw_payment_page(struct request *rq, const struct paging *p, struct list rows)
{
	struct payment *row = rows.items;

	for (size_t i = 0; i < rows.n; i++)
		row[i] = pw_payment_shown(rq, &row[i]);
	page_cut(rq, p, rows, sizeof(*row),
	    offsetof(struct payment, created_at),
	    offsetof(struct payment, id));
}

static enum err
list(struct request *rq)
{
	const struct checkout_query *q = rq->query;
	const struct payment_filter filter = { rq->who.org_id, q->status,
	    q->payment_status };
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(payment_list(rq->db, rq->arena, &filter, &p, &rows));
	pw_payment_page(rq, &p, rows);
	return OK;
}

static const enum err create_errors[] = ERRORS(ERR_NOT_FOUND, ERR_OVERFLOW,
    ERR_NO_PROVIDER, ERR_PROVIDER_REFUSED, ERR_PROVIDER_DOWN);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_payment_routes[] = {
	{ .op = "listProducts", .method = GET, .path = "/payments/products",
	  .handle = list_products, .out = &product_out, .status = 200,
	  .flags = R_LIST, .scope = SCOPE_PAYMENTS_READ, .tag = "payments",
	  .summary = "List what is for sale", .done = "Products" },
	{ .op = "createCheckoutSession", .method = POST,
	  .path = "/payments/checkout-sessions", .handle = create,
	  .outside = ask, .finish = opened, .in = &checkout_in,
	  .out = &checkout_out, .status = 201, .flags = R_WRITE,
	  .scope = SCOPE_PAYMENTS_WRITE, .errors = create_errors,
	  .tag = "payments", .summary = "Begin to buy",
	  .done = "Checkout session created" },
	{ .op = "listCheckoutSessions", .method = GET,
	  .path = "/payments/checkout-sessions", .handle = list,
	  .query = &checkout_query, .out = &checkout_out, .status = 200,
	  .sorts = pw_created_sorts, .flags = R_LIST,
	  .scope = SCOPE_PAYMENTS_READ, .tag = "payments",
	  .summary = "List checkout sessions", .done = "Checkout sessions" },
	{ .op = "getCheckoutSession", .method = GET,
	  .path = "/payments/checkout-sessions/{id}", .handle = get,
	  .out = &checkout_out, .status = 200, .scope = SCOPE_PAYMENTS_READ,
	  .errors = not_found, .tag = "payments",
	  .summary = "Read a checkout session", .done = "Checkout session" },
	{ .op = NULL }
};
