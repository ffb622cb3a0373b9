/* What campaigns do by the clock. */
#include "model/campaign/ending.h"

#include "base/log.h"
#include "db/due.h"
#include "base/banned.h"

/*
 * One that is entered when it is over already is left alone for a day, so that
 * its delivery can be reported and it can still be stopped as of a day.
 */
#define LATE_SECONDS 86400

struct turn {
	struct arena *arena;
	struct due due;
	struct when now;
	enum err (*act)(struct db *, struct arena *, const struct actor *,
	    struct campaign *);
};

/*
 * Between the look and the lock another process may have been faster: each
 * step looks again at what it does it to.
 */
static enum err
begin(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	if (c->begins_at.us == 0 || c->begins_at.us > who->now.us ||
	    !campaign_may(VERB_START, c->status))
		return OK;
	return campaign_move(db, a, who, c, VERB_START, STR_NULL);
}

static enum err
finish(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	if (!campaign_may(VERB_FINISH, c->status) ||
	    c->ends_on.n >= day_of(who->now).n)
		return OK;
	return campaign_finish(db, a, who, c);
}

static enum err
work_out(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	if (c->status == CAMPAIGN_DELETED)
		return OK;
	TRY(settle(db, a, who, c));
	return campaign_end_placements(db, who, c);
}

static enum err
take_turn(struct db *db, void *arg)
{
	struct turn *t = arg;
	const struct actor who = { t->due.organization_id, 0, t->now };
	struct campaign c = CAMPAIGN_NEW;

	TRY(campaign_lock(db, t->arena, t->due.organization_id, t->due.id,
	    &c));
	return t->act(db, t->arena, &who, &c);
}

/*
 * One transaction each: one that fails does not hold up the others.  *done:
 * how many did not.
 */
static enum err
each(struct db *db, struct arena *a, struct list rows, struct turn *t,
    uint64_t *done)
{
	const struct due *due = rows.items;

	*done = 0;

	for (size_t i = 0; i < rows.n; i++) {
		const struct arena_mark mark = arena_mark(a);
		enum err e;

		t->due = due[i];
		e = tx_run(db, a, take_turn, t);
		if (e != OK && !db_connected(db))
			return e;
		*done += e == OK;
		if (e != OK)
			log_error("campaign %llu: %s",
			    (unsigned long long)due[i].id, err_slug(e));
		arena_rewind(a, mark);
	}
	return OK;
}

enum err
campaign_turns(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	const struct {
		enum query query;
		struct args args;
		enum err (*act)(struct db *, struct arena *,
		    const struct actor *, struct campaign *);
	} steps[] = {
		{ Q_CAMPAIGN_TO_BEGIN, ARGS(now), begin },
		{ Q_CAMPAIGN_WITH_ENDED_LINE, ARGS(day_of(now)), work_out },
		{ Q_CAMPAIGN_TO_FINISH, ARGS(day_of(now),
		    when_add(now, -LATE_SECONDS)), finish },
		{ Q_CAMPAIGN_TO_SETTLE, ARGS(day_of(now)), work_out },
	};

	*count = 0;
	for (size_t i = 0; i < LEN(steps); i++) {
		struct turn t = { .arena = a, .now = now,
		    .act = steps[i].act };
		struct list rows;
		uint64_t done;

		TRY(db_rows(db, a, steps[i].query, steps[i].args,
		    &due_row, &rows));
		TRY(each(db, a, rows, &t, &done));
		if (done > *count)
			*count = done;
	}
	return OK;
}
