/* Sales of before, from the company's own Stripe account. */
#include "model/track/import.h"

#include "model/program/program.h"
#include "model/track/track.h"
#include "net/stripe.h"
#include "base/banned.h"

const struct batch_action referral_import = {
	.label = "referral/import_events", .task = "import_events",
};

/*
 * Where it stands: whose charges.  Stripe lists the newest first, but what a
 * sale brings follows from those before it: so the oldest is looked for, and
 * then it goes on from there.
 */
struct place {
	bool known;			/* customers were looked for */
	struct list customers;		/* of struct str: the first is next */
	struct str after;		/* no older one was seen yet */
	struct str sold;		/* of those, the newest */
};

SHAPE(import_place, struct place, NULL,
    FIELD(struct place, known, "known"),
    FIELD(struct place, customers, "customers"),
    FIELD(struct place, after, "after", .flags = F_NULLABLE),
    FIELD(struct place, sold, "sold", .flags = F_NULLABLE));

struct import {
	struct db *db;
	struct arena *arena;
	struct actor who;
	struct batch_task task;
	struct place at;
	struct tracked_lead lead;
	struct str key;
	struct str *why;
};

static enum err
read_payload(struct arena *a, struct str payload, struct batch_task *t,
    struct place *at)
{
	struct complaints wrong;
	uint64_t given;

	complaints_init(&wrong);
	*t = (struct batch_task){ 0 };
	*at = (struct place){ 0 };
	TRY(json_decode(a, payload, &batch_task_shape, false, t, &given,
	    &wrong));
	return t->state.p == NULL ? OK : json_decode(a, t->state,
	    &import_place, false, at, &given, &wrong);
}

static struct str
payload_of(struct import *x)
{
	struct buf state, payload;

	buf_init(&state, x->arena, 200);
	json_encode(&state, &import_place, &x->at, false);
	x->task.state = buf_view(&state);
	buf_init(&payload, x->arena, 300);
	json_encode(&payload, &batch_task_shape, &x->task, false);
	return buf_view(&payload);
}

/* By the uid, where that is Stripe's own name of him, else by the address. */
static enum err
find_customers(struct import *x)
{
	const struct stripe_customer *c;
	struct str *id;
	struct list rows = { NULL, 0 };
	bool by_uid = x->lead.uid.p != NULL &&
	    str_has_prefix(x->lead.uid, STR("cus_"));

	if (!by_uid && x->lead.email.p != NULL)
		TRY(stripe_customers(x->arena, x->key, x->lead.email, &rows,
		    x->why));
	c = rows.items;
	id = arena_array(x->arena, rows.n + 1, sizeof(*id));
	id[0] = x->lead.uid;
	for (size_t i = 0; i < rows.n; i++)
		id[i] = c[i].id;
	x->at = (struct place){ .known = true,
	    .customers = { id, by_uid ? 1 : rows.n } };
	return OK;
}

struct sale_tx {
	struct arena *arena;
	const struct actor *who;
	struct track_sale s;
};

static enum err
sell(struct db *db, void *arg)
{
	struct sale_tx *t = arg;

	return track_sale(db, t->arena, t->who, &t->s);
}

struct refund_tx {
	struct arena *arena;
	const struct actor *who;
	struct track_refund r;
};

static enum err
give_back(struct db *db, void *arg)
{
	struct refund_tx *t = arg;

	return track_refund(db, t->arena, t->who, &t->r);
}

/* Which was told of before, or is of a sale that is another's: so be it. */
static bool
is_settled(enum err e)
{
	return e == OK || e == ERR_EVENT_TAKEN || e == ERR_MORE_THAN_SOLD ||
	    e == ERR_NOT_FOUND || e == ERR_OTHER_CURRENCY;
}

static enum err
take_refund(struct import *x, const struct stripe_charge *c, int64_t in_all,
    const struct stripe_return *back)
{
	struct refund_tx t = { .arena = x->arena, .who = &x->who,
	    .r = { .referral_id = x->lead.id, .event = back->id,
		.sale_event = c->id, .currency = c->currency,
		.in_all = in_all } };
	enum err e;

	if (!str_is(back->status, "succeeded") || back->amount <= 0 ||
	    !stripe_money_back(c->currency, back->amount, &t.r.amount))
		return OK;
	x->who.now = clock_now();
	e = track_refund_read(x->db, x->arena, &x->who, &t.r);
	if (e == OK)
		e = tx_run(x->db, x->arena, give_back, &t);
	return is_settled(e) ? OK : e;
}

static enum err
take_refunds(struct import *x, const struct stripe_charge *c)
{
	const struct stripe_return *r;
	struct list rows;
	int64_t in_all;

	if (c->refunded <= 0 || !stripe_money_back(c->currency, c->refunded,
	    &in_all))
		return OK;
	TRY(stripe_charge_refunds(x->arena, x->key, c->id, &rows, x->why));
	r = rows.items;
	for (size_t i = rows.n; i-- > 0; )	/* oldest first */
		TRY(take_refund(x, c, in_all, &r[i]));
	return OK;
}

/* ERR_NOT_FOUND: the customer is not there any more, or brings nothing. */
static enum err
take_charge(struct import *x, const struct stripe_charge *c)
{
	struct sale_tx t = { .arena = x->arena, .who = &x->who, .s = {
	    .referral_id = x->lead.id, .event = c->id,
	    .currency = c->currency, .quantity = 1, .mrr = -1,
	    .billing_period = -1, .on = day_of((struct when){
		c->created * SECOND_US }) } };
	enum err e;

	if (!str_is(c->status, "succeeded") || !c->captured ||
	    c->amount <= 0 || !stripe_money_back(c->currency, c->amount,
	    &t.s.amount))
		return OK;
	x->who.now = clock_now();	/* Stripe may have answered late */
	TRY(track_sale_read(x->db, x->arena, &x->who, &t.s));
	e = tx_run(x->db, x->arena, sell, &t);
	if (e != OK && e != ERR_EVENT_TAKEN)
		return e;
	return take_refunds(x, c);
}

static void
next_customer(struct import *x)
{
	x->at.customers.items = (struct str *)x->at.customers.items + 1;
	x->at.customers.n--;
	x->at.after = x->at.sold = STR_NULL;
}

/* The first customer's oldest charge, a page at a time. */
static enum err
find_oldest(struct import *x)
{
	const struct str *customer = x->at.customers.items;
	const struct stripe_charge *c;
	struct stripe_page page = { .more = false };

	TRY(stripe_charges(x->arena, x->key, *customer, x->at.after, &page,
	    x->why));
	if (page.rows.n == 0) {
		next_customer(x);
		return OK;
	}
	c = page.rows.items;
	c += page.rows.n - 1;
	if (page.more) {
		x->at.after = c->id;
		return OK;
	}
	TRY(take_charge(x, c));
	x->at.sold = c->id;
	return OK;
}

/* Some of those that came after what is sold. */
static enum err
take_page(struct import *x)
{
	const struct str *customer = x->at.customers.items;
	const struct stripe_charge *c;
	struct stripe_page page = { .more = false };

	TRY(stripe_charges_since(x->arena, x->key, *customer, x->at.sold,
	    &page, x->why));
	c = page.rows.items;
	for (size_t i = page.rows.n; i-- > 0; )	/* oldest first */
		TRY(take_charge(x, &c[i]));
	if (page.more && page.rows.n > 0)
		x->at.sold = c[0].id;
	else
		next_customer(x);
	return OK;
}

static enum err
step(struct import *x)
{
	return !x->at.known ? find_customers(x) :
	    x->at.sold.p == NULL ? find_oldest(x) : take_page(x);
}

/* Who asked for it, and whether it goes on. */
static enum err
begin(struct import *x, uint64_t referral_id, bool *open)
{
	struct batch b = { 0 };
	enum err e = batch_get(x->db, x->arena, x->task.organization_id,
	    x->task.batch_id, &b);

	*open = e == OK && batch_is_open(&b);
	if (!*open)
		return e == ERR_NOT_FOUND ? OK : e;
	x->who = (struct actor){ x->task.organization_id, b.user_id,
	    clock_now() };
	TRY(program_stripe_key(x->db, x->arena, x->task.organization_id,
	    &x->key));
	return track_find_id(x->db, x->arena, x->task.organization_id,
	    referral_id, &x->lead);
}

struct ending {
	struct arena *arena;
	const struct batch_task *task;
	enum err result;
};

static enum err
end(struct db *db, void *arg)
{
	const struct ending *x = arg;

	return batch_task_over(db, x->arena, x->task, x->result, clock_now());
}

/* What has a name is the row's own fault, and it is said. */
static bool
is_final(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_NO_STRIPE ||
	    e == ERR_PROVIDER_REFUSED || e == ERR_LIMIT || e == ERR_OVERFLOW;
}

enum err
import_step(struct db *db, struct arena *a, uint64_t referral_id,
    struct str payload, struct str *next, struct str *why)
{
	struct import x = { .db = db, .arena = a, .why = why };
	bool open = false;
	enum err e;

	*next = STR_NULL;
	TRY(read_payload(a, payload, &x.task, &x.at));
	e = begin(&x, referral_id, &open);
	if (e == OK && !open)
		return OK;
	if (e == OK)
		e = step(&x);
	if (e == OK && x.at.customers.n > 0) {
		*next = payload_of(&x);
		return OK;
	}
	if (e != OK && !is_final(e))
		return e;
	return tx_run(db, a, end, &(struct ending){ a, &x.task, e });
}

enum err
import_end(struct db *db, struct arena *a, struct str payload,
    enum err result)
{
	struct batch_task t;
	struct place at;

	if (read_payload(a, payload, &t, &at) != OK)
		return OK;	/* nobody knows whom to tell */
	return tx_run(db, a, end, &(struct ending){ a, &t, result });
}
