/* Sales of before, from the company's own Stripe account. */
#include "model/track/import.h"

#include "model/program/program.h"
#include "model/track/track.h"
#include "net/stripe.h"
#include "base/banned.h"

const struct batch_action referral_import = {
	.label = "referral/import_events", .task = "import_events",
	.scope = SCOPE_REFERRALS_WRITE,
};

/*
 * Where it stands: whose charges.  Stripe lists the newest first, but what a
 * sale brings follows from those before it: so the oldest is looked for, and
 * then it goes on from there.  Of several customers the one whose next charge
 * is the oldest has his turn.
 */
struct source {
	struct str customer;
	struct str after;		/* no older one was seen yet */
	struct str sold;		/* of those, the newest */
	int64_t next;		/* when the one after it was; 0: not known */
};

struct place {
	bool known;			/* customers were looked for */
	struct list sources;		/* that are not at their end */
};

SHAPE(import_source, struct source, NULL,
    FIELD(struct source, customer, "customer", .flags = F_REQUIRED),
    FIELD(struct source, after, "after", .flags = F_NULLABLE),
    FIELD(struct source, sold, "sold", .flags = F_NULLABLE),
    FIELD(struct source, next, "next"));

SHAPE(import_place, struct place, NULL,
    FIELD(struct place, known, "known"),
    FIELD(struct place, sources, "sources", .of = &import_source));

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

/* Is it the company's own name of somebody else? */
static enum err
is_another(struct import *x, struct str customer, bool *yes)
{
	struct tracked_lead who;
	enum err e = track_find(x->db, x->arena, x->who.organization_id,
	    &(struct track_name){ .uid = customer }, &who);

	*yes = e == OK && who.id != x->lead.id;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* By the uid, where that is Stripe's own name of him, else by the address. */
static enum err
find_customers(struct import *x)
{
	struct stripe_customer by_uid = { x->lead.uid };
	struct list rows = { &by_uid, 1 };
	const struct stripe_customer *c;
	struct source *of;
	bool not_his;
	size_t n = 0;

	if (x->lead.uid.p == NULL ||
	    !str_has_prefix(x->lead.uid, STR("cus_"))) {
		rows.n = 0;
		if (x->lead.email.p != NULL)
			TRY(stripe_customers(x->arena, x->key, x->lead.email,
			    &rows, x->why));
	}
	c = rows.items;
	of = arena_array(x->arena, rows.n + 1, sizeof(*of));
	for (size_t i = 0; i < rows.n; i++) {
		TRY(is_another(x, c[i].id, &not_his));
		if (!not_his)
			of[n++].customer = c[i].id;
	}
	x->at = (struct place){ .known = true, .sources = { of, n } };
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

/* Who was moved meanwhile is met again where he is now. */
static enum err
follow(struct import *x, enum err e, bool *moved)
{
	const uint64_t was = x->lead.id;

	*moved = false;
	if (e != ERR_NOT_FOUND)
		return e;
	TRY(track_find_heir(x->db, x->arena, x->who.organization_id, was,
	    &x->lead));
	*moved = x->lead.id != was;
	return e;
}

static enum err
try_refund(struct import *x, struct refund_tx *t)
{
	t->r.referral_id = x->lead.id;
	x->who.now = clock_now();	/* Stripe may have answered late */
	TRY(track_refund_read(x->db, x->arena, &x->who, &t->r));
	return tx_run(x->db, x->arena, give_back, t);
}

static enum err
take_refund(struct import *x, const struct stripe_charge *c, int64_t in_all,
    const struct stripe_return *back)
{
	struct refund_tx t = { .arena = x->arena, .who = &x->who,
	    .r = { .event = back->id, .sale_event = c->id,
		.currency = c->currency, .in_all = in_all } };
	bool moved;
	enum err e;

	if (!str_is(back->status, "succeeded") || back->amount <= 0 ||
	    !stripe_money_back(c->currency, back->amount, &t.r.amount))
		return OK;
	do
		e = follow(x, try_refund(x, &t), &moved);
	while (moved);
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

static enum err
try_sale(struct import *x, struct sale_tx *t)
{
	t->s.referral_id = x->lead.id;
	x->who.now = clock_now();
	TRY(track_sale_read(x->db, x->arena, &x->who, &t->s));
	return tx_run(x->db, x->arena, sell, t);
}

/* ERR_NOT_FOUND: the customer is not there any more, or brings nothing. */
static enum err
take_charge(struct import *x, const struct stripe_charge *c)
{
	const struct when at = { c->created * SECOND_US };
	struct sale_tx t = { .arena = x->arena, .who = &x->who, .s = {
	    .event = c->id, .currency = c->currency, .quantity = 1, .mrr = -1,
	    .billing_period = -1, .on = day_of(at), .sold_at = at } };
	bool moved;
	enum err e;

	if (!str_is(c->status, "succeeded") || !c->captured ||
	    c->amount <= 0 || !stripe_money_back(c->currency, c->amount,
	    &t.s.amount))
		return OK;
	do
		e = follow(x, try_sale(x, &t), &moved);
	while (moved);
	if (e != OK && e != ERR_EVENT_TAKEN)
		return e;
	return take_refunds(x, c);
}

/* Whose turn it is, and until when: then it is another's. */
static struct source *
turn_of(const struct place *at, int64_t *until)
{
	struct source *all = at->sources.items, *s = all;

	for (size_t i = 1; i < at->sources.n; i++)
		if (all[i].next < s->next)
			s = &all[i];
	*until = INT64_MAX;
	for (size_t i = 0; i < at->sources.n; i++)
		if (&all[i] != s && all[i].next < *until)
			*until = all[i].next;
	return s;
}

/* Nothing is left of him. */
static void
leave(struct place *at, struct source *s)
{
	const struct source *all = at->sources.items;

	*s = all[--at->sources.n];
}

static enum err
take_until(struct import *x, struct source *s, const struct stripe_charge *c,
    int64_t until)
{
	s->next = c->created > until ? c->created : 0;
	if (s->next != 0)
		return OK;
	TRY(take_charge(x, c));
	s->sold = c->id;
	return OK;
}

/* His oldest charge, a page at a time. */
static enum err
find_oldest(struct import *x, struct source *s, int64_t until)
{
	const struct stripe_charge *c;
	struct stripe_page page = { .more = false };

	TRY(stripe_charges(x->arena, x->key, s->customer, s->after, &page,
	    x->why));
	if (page.rows.n == 0) {
		leave(&x->at, s);
		return OK;
	}
	c = page.rows.items;
	c += page.rows.n - 1;
	if (!page.more)
		return take_until(x, s, c, until);
	s->after = c->id;
	s->next = 0;
	return OK;
}

/* Some of those that came after what is sold. */
static enum err
take_page(struct import *x, struct source *s, int64_t until)
{
	const struct stripe_charge *c;
	struct stripe_page page = { .more = false };

	TRY(stripe_charges_since(x->arena, x->key, s->customer, s->sold,
	    &page, x->why));
	c = page.rows.items;
	s->next = 0;
	for (size_t i = page.rows.n; i-- > 0 && s->next == 0; )
		TRY(take_until(x, s, &c[i], until));	/* oldest first */
	if (s->next == 0 && (!page.more || page.rows.n == 0))
		leave(&x->at, s);
	return OK;
}

static enum err
step(struct import *x)
{
	struct source *s;
	int64_t until;

	if (!x->at.known)
		return find_customers(x);
	if (x->at.sources.n == 0)
		return OK;
	s = turn_of(&x->at, &until);
	return s->sold.p == NULL ? find_oldest(x, s, until) :
	    take_page(x, s, until);
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
	return track_find_heir(x->db, x->arena, x->task.organization_id,
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
	if (e == OK && x.at.sources.n > 0) {
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
