/*
 * Storing clicks: one multi-row INSERT and two counters for each placement in
 * the batch, committed once.
 *
 * Whether a click is a visitor's first is decided by the unique key
 * click_first; a look-up before only saves the attempt.  Two first clicks of
 * one visitor at the same moment collide there, and the batch is stored again
 * with what is known then.
 */
#include "model/referral/click.h"

#include <sodium.h>

#include "base/banned.h"

static const char *const kind_labels[] = { "person", "bot", "same", NULL };
enum { KIND_PERSON, KIND_BOT, KIND_SAME };

static int
kind_of(const struct click *c)
{
	return c->same ? KIND_SAME : c->bot ? KIND_BOT : KIND_PERSON;
}

struct batch {
	struct arena *arena;
	struct click *v;
	size_t n;
	struct when now;
};

static bool
same_visitor(const struct click *a, const struct click *b)
{
	return a->placement_id == b->placement_id &&
	    memcmp(a->visitor, b->visitor, sizeof(a->visitor)) == 0;
}

/* Was the visitor on this placement before, in the table or in this batch? */
static enum err
look_up(struct db *db, struct batch *b, size_t i)
{
	struct click *c = &b->v[i];
	struct id_row row;
	enum err e;

	c->first = !c->bot && !c->same;
	for (size_t k = 0; k < i && c->first; k++)
		if (b->v[k].first && same_visitor(c, &b->v[k]))
			c->first = false;
	if (!c->first || !c->known_visitor)
		return OK;
	e = db_row(db, b->arena, Q_CLICK_SEEN, ARGS(c->placement_id,
	    BYTES(c->visitor, 16)), &id_row, &row);
	if (e == OK)
		c->first = false;
	return e == ERR_NOT_FOUND ? OK : e;
}

#define CLICK_ARGS 10

static enum err
insert_clicks(struct db *db, struct batch *b)
{
	struct arg *v = arena_array(b->arena, b->n * CLICK_ARGS, sizeof(*v));

	for (size_t i = 0; i < b->n; i++) {
		const struct click *c = &b->v[i];
		const struct arg row[CLICK_ARGS] = {
			ARG(c->placement_id), BYTES(c->token, 16),
			BYTES(c->visitor, 16), BYTES(c->address_hash, 8),
			LABEL(kind_labels, kind_of(c)), ARG(c->source),
			ARG(c->url), ARG(c->sub_id),
			c->first ? ARG(INT64_C(1)) :
			    (struct arg){ .type = T_INT, .null = true },
			ARG(b->now),
		};

		memcpy(v + i * CLICK_ARGS, row, sizeof(row));
	}
	return db_exec_rows(db, Q_CLICK_INSERT, v, b->n, NULL, NULL);
}

/* Placements in the order of their ids, so that two batches cannot deadlock. */
static enum err
count_clicks(struct db *db, const struct batch *b)
{
	uint64_t done = 0, next, referrer = 0;

	for (;; done = next) {
		struct count_day more = { 0 };

		next = UINT64_MAX;
		for (size_t i = 0; i < b->n; i++)
			if (b->v[i].placement_id > done &&
			    b->v[i].placement_id < next)
				next = b->v[i].placement_id;
		if (next == UINT64_MAX)
			return OK;
		for (size_t i = 0; i < b->n; i++) {
			const struct click *c = &b->v[i];

			if (c->placement_id != next)
				continue;
			referrer = c->referrer_id;
			more.clicks += !c->bot && !c->same;
			more.bot_clicks += c->bot;
			more.unique_clicks += c->first;
		}
		TRY(placement_count(db, next, referrer, b->now, &more));
	}
}

static bool
same_origin(const struct click *a, const struct click *b)
{
	return a->placement_id == b->placement_id &&
	    str_eq(a->source, b->source) && str_eq(a->url, b->url) &&
	    str_eq(a->sub_id, b->sub_id);
}

#define REPORT_ARGS 7

/* For reports, which the jobs role adds up: those of one origin together. */
static enum err
report_clicks(struct db *db, const struct batch *b)
{
	struct arg *v = arena_array(b->arena, b->n * REPORT_ARGS, sizeof(*v));
	const struct click **of = arena_array(b->arena, b->n, sizeof(*of));
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct click *c = &b->v[i];
		const struct arg row[REPORT_ARGS] = {
			ARG(c->organization_id), ARG(c->placement_id),
			ARG(c->source), ARG(c->url), ARG(c->sub_id), ARG(1),
			ARG(b->now),
		};
		size_t k = 0;

		if (c->bot || c->same || c->organization_id == 0)
			continue;
		while (k < n && !same_origin(of[k], c))
			k++;
		if (k < n) {
			v[k * REPORT_ARGS + 5].i++;
			continue;
		}
		of[n] = c;
		memcpy(v + n++ * REPORT_ARGS, row, sizeof(row));
	}
	return n == 0 ? OK : db_exec_rows(db, Q_REPORT_CLICKED, v, n, NULL,
	    NULL);
}

static enum err
store(struct db *db, void *arg)
{
	struct batch *b = arg;

	TRY(insert_clicks(db, b));
	TRY(count_clicks(db, b));
	return report_clicks(db, b);
}

enum err
click_store(struct db *db, struct arena *a, struct click *v, size_t n,
    struct when now)
{
	struct batch b = { a, v, n, now };
	enum err e = ERR_CONFLICT;

	for (size_t i = 0; i < n; i++)
		randombytes_buf(v[i].token, sizeof(v[i].token));
	/* A conflict: somebody was faster with the same visitor; look again. */
	for (int tries = 0; tries < 3 && e == ERR_CONFLICT; tries++) {
		for (size_t i = 0; i < n; i++) {
			v[i].known_visitor |= tries > 0;
			TRY(look_up(db, &b, i));
		}
		e = tx_run(db, a, store, &b);
	}
	return e;
}
