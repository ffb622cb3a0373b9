/* What becomes of a delivery after an attempt, and of its endpoint. */
#include "model/event/delivery.h"

#include <sodium.h>

#include "base/settings.h"
#include "model/event/webhook.h"
#include "base/banned.h"

#define HOUR_SECONDS 3600
#define MINUTE_SECONDS 60

static bool
arrived(const struct delivery_result *r)
{
	return r->status >= 200 && r->status < 300;
}

static int64_t
tries(const struct delivery_result *r)
{
	return r->target->form == WEBHOOK_RECORDS ? r->target->max_retries :
	    (int64_t)settings->webhook_retries_n;
}

/*
 * With a quarter of jitter, so that what failed together comes apart.  Behind
 * the last pause there is the same again.
 */
static struct when
next_try(const struct delivery_result *r)
{
	const size_t n = settings->webhook_retries_n;
	const size_t step = (size_t)r->delivery->step;
	int64_t s = n == 0 ? MINUTE_SECONDS :
	    settings->webhook_retries[step < n ? step : n - 1];

	return when_add(r->at, s + randombytes_uniform((uint32_t)s / 4 + 1));
}

static enum err
give_up(struct db *db, struct arena *a, const struct delivery_result *r,
    enum webhook_reason reason)
{
	const struct target *t = r->target;
	const char *text = webhook_reason_labels[reason];
	uint64_t rows;

	TRY(db_exec(db, Q_TARGET_DISABLE, ARGS(r->at, str_of(text), t->id,
	    t->organization_id), &rows, NULL));
	if (rows == 0)
		return OK;	/* off already */
	return event_write(db, a, &(struct event){ t->organization_id,
	    "webhook_endpoint.disabled", t->id, 0, r->at },
	    "\"reason\":\"%s\"", text);
}

static enum err
note_health(struct db *db, struct arena *a, const struct delivery_result *r,
    struct when *failing)
{
	struct when before = *failing;

	if (arrived(r))
		*failing = (struct when){ 0 };
	else if (failing->us == 0)
		*failing = r->at;
	if (failing->us != before.us)
		TRY(db_exec(db, Q_QUEUE_FAILING, ARGS(*failing, r->target->id),
		    NULL, NULL));
	if (r->status == 410)
		return give_up(db, a, r, WEBHOOK_GONE);
	if (failing->us != 0 && r->at.us - failing->us >=
	    settings->webhook_fail_hours * HOUR_SECONDS * SECOND_US)
		return give_up(db, a, r, WEBHOOK_FAILING);
	return OK;
}

static enum err
note_attempt(struct db *db, const struct delivery_result *r)
{
	const struct delivery *d = r->delivery;
	int status = arrived(r) ? WEBHOOK_DELIVERED : r->status != 410 &&
	    d->step < tries(r) ? WEBHOOK_PENDING : WEBHOOK_FAILED;
	bool again = status == WEBHOOK_PENDING;
	uint64_t rows;

	TRY(db_exec(db, Q_DELIVERY_RESULT, ARGS(LABEL(webhook_status_labels,
	    status), again ? next_try(r) : (struct when){ 0 },
	    again ? (struct when){ 0 } : r->at, d->id,
	    r->target->organization_id, d->attempts), &rows, NULL));
	if (rows == 0)
		return OK;	/* another process had its turn meanwhile */
	return db_exec(db, Q_ATTEMPT_INSERT, ARGS(d->id, d->attempts + 1,
	    r->status, r->error, r->body, r->duration_ms, r->at), NULL, NULL);
}

struct recording {
	struct arena *arena;
	const struct delivery_result *results;
	struct when *failing;		/* as it stands after each of them */
	size_t n;
};

/* Of the same target before this result, or as it was read. */
static struct when
failing_before(const struct recording *rec, size_t i)
{
	for (size_t k = i; k-- > 0;)
		if (rec->results[k].target == rec->results[i].target)
			return rec->failing[k];
	return rec->results[i].target->failing_since;
}

static enum err
record(struct db *db, void *arg)
{
	struct recording *rec = arg;

	for (size_t i = 0; i < rec->n; i++) {
		rec->failing[i] = failing_before(rec, i);
		TRY(note_attempt(db, &rec->results[i]));
		TRY(note_health(db, rec->arena, &rec->results[i],
		    &rec->failing[i]));
	}
	return OK;
}

enum err
delivery_record(struct db *db, struct arena *a,
    const struct delivery_result *results, size_t n)
{
	struct recording rec = { a, results, arena_array(a, n,
	    sizeof(*rec.failing)), n };

	TRY(tx_run(db, a, record, &rec));
	for (size_t i = 0; i < n; i++)
		results[i].target->failing_since = rec.failing[i];
	return OK;
}
