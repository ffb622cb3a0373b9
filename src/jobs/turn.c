/* From what is due to flights, and from flights to results. */
#include "jobs/turn.h"

#include "api/firstpromoter/message.h"
#include "auth/secret.h"
#include "auth/webhook.h"
#include "base/log.h"
#include "base/utf8.h"
#include "model/event/message.h"
#include "model/event/webhook.h"

#include "base/banned.h"

#define LEASE_MORE 10	/* seconds of a lease beyond the time-out */

/* What a flight belongs to. */
struct parcel {
	struct flight flight;
	struct turn *turn;
	const struct delivery *delivery;
	struct str fault;		/* absent: it can be sent */
};

void
turns_init(struct turns *t)
{
	for (size_t i = 0; i < TURNS_MAX; i++)
		arena_init(&t->turn[i].arena);
}

void
turns_free(struct turns *t)
{
	for (size_t i = 0; i < TURNS_MAX; i++)
		arena_free(&t->turn[i].arena);
}

/* By its secret, and while it lasts by the one before; absent: unreadable. */
static struct str
signatures(struct arena *a, const struct target *t, struct when now,
    struct str id, struct str at, struct str body)
{
	struct str key = webhook_key(a, secret_open(a, WEBHOOK_SECRET_LABEL,
	    t->secret));
	struct str old = t->old_until.us > now.us ? webhook_key(a,
	    secret_open(a, WEBHOOK_SECRET_LABEL, t->old_secret)) : STR_NULL;
	struct str one;

	if (key.p == NULL)
		return STR_NULL;
	one = webhook_sign(a, key, id, at, body);
	if (old.p == NULL)
		return one;
	return str_printf(a, "%.*s %.*s", STR_ARG(one),
	    STR_ARG(webhook_sign(a, old, id, at, body)));
}

static bool
passes(enum err e)
{
	return e == ERR_UNAVAILABLE || e == ERR_RETRY ||
	    e == ERR_UNKNOWN_OUTCOME;
}

/* What is sent, of the event or of the record that it changed. */
static enum err
write_message(struct turns *t, struct turn *turn, const struct delivery *d,
    struct webhook_message *m)
{
	struct arena *a = &turn->arena;

	if (turn->target.form == WEBHOOK_RECORDS)
		return fp_change_message(t->db, a, &d->event, d->number, m);
	*m = (struct webhook_message){
	    .id = webhook_message_id(a, d->event.id, d->id),
	    .body = delivery_body(a, &turn->target, d) };
	return OK;
}

/* p->fault says why it can't even be sent. */
static enum err
pack(struct turns *t, struct turn *turn, const struct delivery *d,
    struct parcel *p)
{
	const struct target *to = &turn->target;
	struct arena *a = &turn->arena;
	struct when now = clock_now();
	struct webhook_message m = { .type = STR_NULL };
	struct webhook_headers h = { .n = 0 };
	struct str at, signs;
	enum err e;

	*p = (struct parcel){ .turn = turn, .delivery = d, .flight = {
	    .owner = p, .url = to->url, .seconds = to->seconds,
	    .keep = to->form == WEBHOOK_RECORDS } };
	e = write_message(t, turn, d, &m);
	if (passes(e))
		return e;
	if (e != OK) {
		p->fault = STR("the record is not readable");
		return OK;
	}
	at = str_printf(a, "%lld", (long long)(now.us / SECOND_US));
	signs = signatures(a, to, now, m.id, at, m.body);
	if (signs.p == NULL) {
		p->fault = STR("the secret is not readable: rotate it");
		return OK;
	}
	if (to->form == WEBHOOK_RECORDS)
		m.signature = webhook_sign_body(a, secret_open(a,
		    WEBHOOK_SECRET_LABEL, to->secret), m.body);
	webhook_headers(a, &h, &m, at, signs);
	webhook_headers_own(a, &h, to->basic_user, to->basic_password,
	    to->headers);
	p->flight.body = m.body;
	memcpy(p->flight.headers, h.v, sizeof(h.v));
	return OK;
}

static void
add_result(struct turns *t, const struct parcel *p, struct str error)
{
	t->of[t->n] = p->turn;
	t->landed[t->n++] = (struct delivery_result){
		.target = &p->turn->target, .delivery = p->delivery,
		.status = p->flight.status, .error = error,
		.body = utf8_readable(&p->turn->arena, p->flight.answer),
		.duration_ms = p->flight.duration_ms, .at = clock_now() };
}

static struct turn *
free_turn(struct turns *t)
{
	for (size_t i = 0; i < TURNS_MAX; i++)
		if (t->turn[i].left == 0)
			return &t->turn[i];
	return NULL;
}

static enum err
release(struct turns *t, uint64_t target)
{
	return target_release(t->db, t->arena, target, t->owner);
}

/* Of a target that is ours now. */
static enum err
fill(struct turns *t, struct turn *turn, uint64_t id, struct when now)
{
	const struct delivery *d;
	struct parcel *p;
	struct list due;

	turn->target = (struct target){ 0 };
	TRY(target_get(t->db, &turn->arena, id, &turn->target));
	if (!turn->target.active) {
		TRY(delivery_skip(t->db, t->arena, &turn->target, now));
		return release(t, id);
	}
	TRY(delivery_due(t->db, &turn->arena, id, now, turn->failing ?
	    FLIGHTS_FAILING : FLIGHTS_WELL, &due));
	if (due.n == 0)
		return release(t, id);
	d = due.items;
	p = arena_array(&turn->arena, due.n, sizeof(*p));
	for (size_t i = 0; i < due.n; i++)
		TRY(pack(t, turn, &d[i], &p[i]));
	turn->left = due.n;
	t->used++;
	t->failing += turn->failing;
	for (size_t i = 0; i < due.n; i++)
		if (p[i].fault.p == NULL)
			sender_send(t->sender, &turn->arena, &p[i].flight);
		else
			add_result(t, &p[i], p[i].fault);
	return OK;
}

static enum err
begin(struct turns *t, const struct target_id *id, bool failing)
{
	struct when now = clock_now();
	struct turn *turn = free_turn(t);
	int64_t s = id->seconds != 0 ? id->seconds : t->conf->webhook_seconds;
	bool got;

	TRY(target_claim(t->db, t->arena, id->id, t->owner, now, when_add(now,
	    s + LEASE_MORE), &got));
	if (!got)
		return OK;
	INVARIANT(turn != NULL);
	arena_reset(&turn->arena);
	turn->failing = failing;
	return fill(t, turn, id->id, now);
}

static enum err
begin_some(struct turns *t, bool failing, size_t most, bool *some)
{
	const struct target_id *id;
	struct list due;

	/* room for what can't even be sent */
	if (most == 0 || t->n > LANDED_MAX - FLIGHTS_WELL)
		return OK;
	TRY(target_due(t->db, t->arena, failing, clock_now(), (int64_t)most,
	    &due));
	id = due.items;
	*some |= due.n > 0;
	for (size_t i = 0; i < due.n &&
	    t->n <= LANDED_MAX - FLIGHTS_WELL; i++)
		TRY(begin(t, &id[i], failing));
	return OK;
}

enum err
turns_begin(struct turns *t, bool *some)
{
	size_t most;

	*some = false;
	TRY(begin_some(t, false, TURNS_MAX - t->used, some));
	most = TURNS_MAX - t->used;
	if (most > TURNS_FAILING - t->failing)
		most = TURNS_FAILING - t->failing;
	return begin_some(t, true, most, some);
}

/* They are recorded, or lost: turns without any left are given back. */
static enum err
clear(struct turns *t, bool *ended)
{
	enum err e = OK;

	for (size_t i = 0; i < t->n; i++) {
		struct turn *turn = t->of[i];

		if (--turn->left > 0)
			continue;
		*ended = true;
		t->used--;
		t->failing -= turn->failing;
		if (e == OK)	/* or its lease runs out */
			e = release(t, turn->target.id);
	}
	t->n = 0;
	return e;
}

enum err
turns_land(struct turns *t, bool *ended)
{
	struct flight *f;
	enum err e;

	*ended = false;
	while (t->n < LANDED_MAX && (f = sender_landed(t->sender)) != NULL)
		add_result(t, f->owner, f->error);
	if (t->n == 0)
		return OK;
	e = delivery_record(t->db, t->arena, t->landed, t->n);
	if (passes(e))
		return e;
	if (e != OK)
		log_error("%zu results of webhooks are lost: %s", t->n,
		    err_slug(e));
	return clear(t, ended);
}

enum err
turns_drop(struct turns *t)
{
	for (size_t i = 0; i < TURNS_MAX; i++)
		if (t->turn[i].left > 0)
			TRY(release(t, t->turn[i].target.id));
	return OK;
}
