/* Calls of Stripe's API: forms go there, JSON comes back. */
#include "net/stripe.h"

#include "base/log.h"
#include "base/money.h"
#include "base/settings.h"
#include "net/https.h"
#include "base/banned.h"

#define ANSWER_MOST ((size_t)512 * 1024)
#define CHARGES_SINCE 20	/* each may need another call */

SHAPE(metadata, struct stripe_metadata, NULL,
    FIELD(struct stripe_metadata, payment, "affiliated_payment"),
    FIELD(struct stripe_metadata, refund, "affiliated_refund"));

#define NULLABLE(type, member, wire) \
	FIELD(type, member, wire, .flags = F_NULLABLE)
#define METADATA(type) FIELD(type, metadata, "metadata", .of = &metadata, \
	.flags = F_NULLABLE)

SHAPE(session_in, struct stripe_session, NULL,
    FIELD(struct stripe_session, id, "id", .flags = F_REQUIRED),
    NULLABLE(struct stripe_session, url, "url"),
    NULLABLE(struct stripe_session, status, "status"),
    FIELD(struct stripe_session, payment_status, "payment_status",
	.flags = F_REQUIRED),
    NULLABLE(struct stripe_session, currency, "currency"),
    NULLABLE(struct stripe_session, intent, "payment_intent"),
    NULLABLE(struct stripe_session, amount, "amount_total"),
    FIELD(struct stripe_session, expires_at, "expires_at",
	.flags = F_REQUIRED),
    METADATA(struct stripe_session));

SHAPE(intent_in, struct stripe_intent, NULL,
    FIELD(struct stripe_intent, id, "id", .flags = F_REQUIRED),
    FIELD(struct stripe_intent, status, "status", .flags = F_REQUIRED),
    METADATA(struct stripe_intent));

SHAPE(return_in, struct stripe_return, NULL,
    FIELD(struct stripe_return, id, "id", .flags = F_REQUIRED),
    NULLABLE(struct stripe_return, status, "status"),
    FIELD(struct stripe_return, currency, "currency", .flags = F_REQUIRED),
    NULLABLE(struct stripe_return, intent, "payment_intent"),
    FIELD(struct stripe_return, amount, "amount", .flags = F_REQUIRED),
    METADATA(struct stripe_return));

SHAPE(returns_in, struct list, NULL,
    { .name = "data", .type = T_LIST, .of = &return_in, .max = 100,
      .flags = F_REQUIRED });

SHAPE(customer_in, struct stripe_customer, NULL,
    FIELD(struct stripe_customer, id, "id", .flags = F_REQUIRED));

SHAPE(customers_in, struct list, NULL,
    { .name = "data", .type = T_LIST, .of = &customer_in, .max = 100,
      .flags = F_REQUIRED });

SHAPE(charge_in, struct stripe_charge, NULL,
    FIELD(struct stripe_charge, id, "id", .flags = F_REQUIRED),
    FIELD(struct stripe_charge, status, "status", .flags = F_REQUIRED),
    FIELD(struct stripe_charge, currency, "currency", .flags = F_REQUIRED),
    FIELD(struct stripe_charge, captured, "captured", .flags = F_REQUIRED),
    FIELD(struct stripe_charge, amount, "amount_captured",
	.flags = F_REQUIRED),
    FIELD(struct stripe_charge, refunded, "amount_refunded",
	.flags = F_REQUIRED),
    FIELD(struct stripe_charge, created, "created", .flags = F_REQUIRED));

SHAPE(charges_in, struct stripe_page, NULL,
    FIELD(struct stripe_page, rows, "data", .of = &charge_in, .max = 100,
	.flags = F_REQUIRED),
    FIELD(struct stripe_page, more, "has_more", .flags = F_REQUIRED));

SHAPE(object_in, struct stripe_object, NULL,
    FIELD(struct stripe_object, id, "id", .flags = F_REQUIRED),
    FIELD(struct stripe_object, object, "object", .flags = F_REQUIRED),
    NULLABLE(struct stripe_object, status, "status"),
    NULLABLE(struct stripe_object, payment_status, "payment_status"),
    NULLABLE(struct stripe_object, currency, "currency"),
    NULLABLE(struct stripe_object, intent, "payment_intent"),
    NULLABLE(struct stripe_object, amount, "amount"),
    NULLABLE(struct stripe_object, amount_total, "amount_total"),
    METADATA(struct stripe_object));

/* What is wrapped in another object stands in the record without it. */
SHAPE(data_in, struct stripe_object, NULL,
    { .name = "object", .type = T_RECORD, .of = &object_in,
      .flags = F_REQUIRED });

SHAPE(event_in, struct stripe_object, NULL,
    { .name = "data", .type = T_RECORD, .of = &data_in,
      .flags = F_REQUIRED });

SHAPE(event_type_in, struct str, NULL,
    { .name = "type", .type = T_STR, .flags = F_REQUIRED });

SHAPE(error_in, struct str, NULL,
    { .name = "message", .type = T_STR, .flags = F_NULLABLE });

SHAPE(failure_in, struct str, NULL,
    { .name = "error", .type = T_RECORD, .of = &error_in,
      .flags = F_REQUIRED });

/* The few currencies in which Stripe does not count as ISO 4217 does. */
static const struct {
	const char *currency;
	int64_t times, by;	/* theirs = ours * times / by, exactly */
} units[] = {
	{ "ISK", 100, 1 }, { "UGX", 100, 1 },	/* two digits, both zero */
	{ "MGA", 1, 100 },			/* none where ISO has two */
};

bool
stripe_money(struct str currency, int64_t amount, int64_t *theirs)
{
	int digits = currency_digits(currency);

	/* Three digits, of which the last is zero; not all of them. */
	if (digits == 3 && (amount % 10 != 0 || str_is(currency, "IQD") ||
	    str_is(currency, "LYD")))
		return false;
	for (size_t i = 0; i < LEN(units); i++)
		if (str_is(currency, units[i].currency))
			return amount % units[i].by == 0 &&
			    money_mul(amount / units[i].by, units[i].times,
			    theirs) == OK;
	*theirs = amount;
	return digits >= 0;
}

bool
stripe_money_back(struct str currency, int64_t theirs, int64_t *amount)
{
	for (size_t i = 0; i < LEN(units); i++)
		if (str_is(currency, units[i].currency))
			return theirs % units[i].times == 0 &&
			    money_mul(theirs / units[i].times, units[i].by,
			    amount) == OK;
	*amount = theirs;
	return true;
}

/* What Stripe says of a call that it did not do. */
static struct str
said(struct arena *a, const struct https_answer *answer)
{
	struct str message = STR_NULL;
	struct complaints wrong;
	uint64_t given;

	complaints_init(&wrong);
	if (json_decode(a, answer->body, &failure_in, true, &message, &given,
	    &wrong) == OK && message.p != NULL)
		return message;
	return str_printf(a, "status %ld", answer->status);
}

/*
 * A key that Stripe does not take is the operator's fault, and not the end of
 * the payment: it is down until he has mended it.  Another's key is not ours to
 * wait for.
 */
static enum err
judge(struct arena *a, const struct https_answer *answer, bool ours,
    struct str *why)
{
	bool refused = answer->status == 401 || answer->status == 403;

	if (answer->status == 200)
		return OK;
	*why = said(a, answer);
	log_warn("stripe: %ld: %.*s", answer->status, STR_ARG(*why));
	return answer->status == 400 || answer->status == 402 ||
	    answer->status == 404 || (refused && !ours) ?
	    ERR_PROVIDER_REFUSED : ERR_PROVIDER_DOWN;
}

/* form NULL: a GET.  key: of idempotency, or absent. */
static enum err
call_as(struct arena *a, struct str secret, struct str path,
    const struct buf *form, struct str key, const struct shape *shape,
    void *out, struct str *why)
{
	struct https h = { .own = true, .most = ANSWER_MOST,
	    .url = str_printf(a, "%.*s/v1/%.*s", STR_ARG(settings->stripe_url),
		STR_ARG(path)),
	    .body = form != NULL ? buf_view(form) : STR_NULL,
	    .ca = settings->stripe_ca, .seconds = settings->stripe_seconds,
	    .headers = { str_printf(a, "Authorization: Bearer %.*s",
		STR_ARG(secret)).p,
		"Stripe-Version: " STRIPE_VERSION } };
	struct https_answer answer = { .status = 0 };
	struct complaints wrong;
	uint64_t given;

	if (key.p != NULL)
		h.headers[2] = str_printf(a, "Idempotency-Key: %.*s",
		    STR_ARG(key)).p;
	if (!https_call(a, &h, &answer, why)) {
		log_warn("stripe: %.*s", STR_ARG(*why));
		return ERR_PROVIDER_DOWN;
	}
	TRY(judge(a, &answer, str_eq(secret, settings->stripe_key), why));
	complaints_init(&wrong);
	if (json_decode(a, answer.body, shape, true, out, &given,
	    &wrong) == OK)
		return OK;
	*why = STR("its answer is not readable");
	log_error("stripe: the answer to %.*s is not readable", STR_ARG(path));
	return ERR_PROVIDER_DOWN;
}

/* The same at our own account. */
static enum err
call(struct arena *a, struct str path, const struct buf *form, struct str key,
    const struct shape *shape, void *out, struct str *why)
{
	return call_as(a, settings->stripe_key, path, form, key, shape, out,
	    why);
}

/* Currencies are in lower case there. */
static struct str
lower(struct arena *a, struct str currency)
{
	char *p = arena_copy(a, currency.p, currency.n);

	for (size_t i = 0; i < currency.n; i++)
		p[i] = (char)(p[i] | 32);
	return (struct str){ p, currency.n };
}

static void
upper(struct arena *a, struct str *currency)
{
	char *p;

	if (currency->p == NULL)
		return;
	p = arena_copy(a, currency->p, currency->n);
	for (size_t i = 0; i < currency->n; i++)
		if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char)(p[i] & ~32);
	currency->p = p;
}

static void
put_payment(struct buf *b, const struct stripe_order *o)
{
	form_put(b, "mode", STR("payment"));
	form_put(b, "client_reference_id", str_printf(b->arena, "%llu",
	    (unsigned long long)o->payment_id));
	form_put(b, "metadata[affiliated_payment]", o->payment);
	/* The refunds and disputes to come name the intent alone. */
	form_put(b, "payment_intent_data[metadata][affiliated_payment]",
	    o->payment);
	form_put(b, "success_url", o->success_url);
	form_put(b, "cancel_url", o->cancel_url);
	form_int(b, "expires_at", o->expires_at.us / SECOND_US);
}

/* As the provider counts it. */
static enum err
amount_there(struct str currency, int64_t amount, int64_t *there,
    struct str *why)
{
	if (stripe_money(currency, amount, there))
		return OK;
	*why = STR("there is no such amount in this currency at the provider");
	return ERR_PROVIDER_REFUSED;
}

enum err
stripe_session_create(struct arena *a, const struct stripe_order *o,
    struct stripe_session *out, struct str *why)
{
	int64_t unit;
	struct buf b;

	TRY(amount_there(o->currency, o->unit_amount, &unit, why));
	buf_init(&b, a, 1024);
	put_payment(&b, o);
	form_int(&b, "line_items[0][quantity]", o->quantity);
	form_put(&b, "line_items[0][price_data][currency]",
	    lower(a, o->currency));
	form_int(&b, "line_items[0][price_data][unit_amount]", unit);
	form_put(&b, "line_items[0][price_data][product_data][name]", o->name);
	if (o->description.n > 0)
		form_put(&b, "line_items[0][price_data][product_data]"
		    "[description]", o->description);
	TRY(call(a, STR("checkout/sessions"), &b, o->key, &session_in, out,
	    why));
	upper(a, &out->currency);
	return OK;
}

enum err
stripe_session_get(struct arena *a, struct str id, struct stripe_session *out,
    struct str *why)
{
	TRY(call(a, str_printf(a, "checkout/sessions/%.*s", STR_ARG(id)), NULL,
	    STR_NULL, &session_in, out, why));
	upper(a, &out->currency);
	return OK;
}

enum err
stripe_intent_get(struct arena *a, struct str id, struct stripe_intent *out,
    struct str *why)
{
	return call(a, str_printf(a, "payment_intents/%.*s", STR_ARG(id)),
	    NULL, STR_NULL, &intent_in, out, why);
}

enum err
stripe_refund_create(struct arena *a, struct str key,
    const struct stripe_return *want, struct stripe_return *out,
    struct str *why)
{
	int64_t amount;
	struct buf b;

	TRY(amount_there(want->currency, want->amount, &amount, why));
	buf_init(&b, a, 256);
	form_put(&b, "payment_intent", want->intent);
	form_int(&b, "amount", amount);
	form_put(&b, "metadata[affiliated_payment]", want->metadata.payment);
	form_put(&b, "metadata[affiliated_refund]", want->metadata.refund);
	TRY(call(a, STR("refunds"), &b, key, &return_in, out, why));
	upper(a, &out->currency);
	return OK;
}

static enum err
returns(struct arena *a, const char *what, struct str intent,
    struct list *out, struct str *why)
{
	struct stripe_return *r;

	TRY(call(a, str_printf(a, "%s?payment_intent=%.*s&limit=100", what,
	    STR_ARG(intent)), NULL, STR_NULL, &returns_in, out, why));
	r = out->items;
	for (size_t i = 0; i < out->n; i++)
		upper(a, &r[i].currency);
	return OK;
}

enum err
stripe_refunds(struct arena *a, struct str intent, struct list *out,
    struct str *why)
{
	return returns(a, "refunds", intent, out, why);
}

enum err
stripe_disputes(struct arena *a, struct str intent, struct list *out,
    struct str *why)
{
	return returns(a, "disputes", intent, out, why);
}

enum err
stripe_customers(struct arena *a, struct str key, struct str email,
    struct list *out, struct str *why)
{
	struct buf b;

	buf_init(&b, a, 100);
	form_put(&b, "email", email);
	return call_as(a, key, str_printf(a, "customers?%.*s&limit=100",
	    STR_ARG(buf_view(&b))), NULL, STR_NULL, &customers_in, out, why);
}

static enum err
charges(struct arena *a, struct str key, struct str customer,
    const char *where, struct str id, int limit, struct stripe_page *out,
    struct str *why)
{
	struct stripe_charge *c;
	struct buf b;

	buf_init(&b, a, 100);
	form_put(&b, "customer", customer);
	if (id.p != NULL)
		form_put(&b, where, id);
	TRY(call_as(a, key, str_printf(a, "charges?%.*s&limit=%d",
	    STR_ARG(buf_view(&b)), limit), NULL, STR_NULL, &charges_in, out,
	    why));
	c = out->rows.items;
	for (size_t i = 0; i < out->rows.n; i++)
		upper(a, &c[i].currency);
	return OK;
}

enum err
stripe_charges(struct arena *a, struct str key, struct str customer,
    struct str after, struct stripe_page *out, struct str *why)
{
	return charges(a, key, customer, "starting_after", after, 100, out,
	    why);
}

enum err
stripe_charges_since(struct arena *a, struct str key, struct str customer,
    struct str charge, struct stripe_page *out, struct str *why)
{
	return charges(a, key, customer, "ending_before", charge,
	    CHARGES_SINCE, out, why);
}

enum err
stripe_charge_refunds(struct arena *a, struct str key, struct str charge,
    struct list *out, struct str *why)
{
	struct stripe_return *r;
	struct buf b;

	buf_init(&b, a, 100);
	form_put(&b, "charge", charge);
	TRY(call_as(a, key, str_printf(a, "refunds?%.*s&limit=100",
	    STR_ARG(buf_view(&b))), NULL, STR_NULL, &returns_in, out, why));
	r = out->items;
	for (size_t i = 0; i < out->n; i++)
		upper(a, &r[i].currency);
	return OK;
}

enum err
stripe_event_type(struct arena *a, struct str body, struct str *type,
    struct complaints *wrong)
{
	uint64_t given;

	return json_decode(a, body, &event_type_in, true, type, &given, wrong);
}

enum err
stripe_event_object(struct arena *a, struct str body,
    struct stripe_object *out, struct complaints *wrong)
{
	uint64_t given;

	TRY(json_decode(a, body, &event_in, true, out, &given, wrong));
	upper(a, &out->currency);
	return OK;
}
