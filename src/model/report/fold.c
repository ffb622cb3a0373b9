/*
 * Adding up what report_change says, and commissions, which say it themselves:
 * by their time, each once, as rollup.c does it with clicks.  Sums are of
 * organizations, campaigns, promoters, and of where clicks came from; of days
 * and of months.  A thing may have so many names a day; what is beyond is
 * "other": visitors write sources and addresses.
 */
#include "model/report/fold.h"

#include "model/report/rank.h"

#include "base/banned.h"

#define NAMES_MOST	200		/* of a thing and a day */
#define ROWS_ONCE	200
#define FORGET_ROWS	10000		/* LIMIT of report_forget */
#define ADD_ARGS	18
#define MARK		"report"

const char *const report_subject_labels[] = {
	"all", "campaign", "promoter", "source", "url", "promoter_source",
	"promoter_url", "promoter_sub_id", "promoter_campaign", NULL
};
static const char *const level_labels[] = { "day", "month", NULL };
enum { DAYS, MONTHS };

struct sum {
	uint64_t organization_id, subject_id;
	int subject;
	struct str name, currency;
	struct day day;
	struct report_counts n;
	bool known;		/* the name has a sum of that day */
	int64_t have;		/* names that have */
};

SHAPE(report_fold_row, struct sum, NULL,
    COLUMN(struct sum, organization_id),
    COLUMN(struct sum, subject, .labels = report_subject_labels),
    COLUMN(struct sum, subject_id),
    COLUMN(struct sum, name),
    COLUMN(struct sum, day),
    COLUMN(struct sum, currency),
    REPORT_COUNTS(struct sum, n.),
    COLUMN(struct sum, known),
    COLUMN(struct sum, have));

struct turn {
	struct rollup_mark was, next;
	struct arg *rows;	/* a day's, then its month's */
	size_t n;
	struct list sums;	/* struct sum */
	uint64_t forgotten;
	struct arena *arena;
};

/* Names come by thing and day, the known first, then those with most clicks. */
static void
limit_names(struct sum *s, size_t n)
{
	const struct sum *last = NULL;
	struct str name = STR_NULL;	/* as it was before the limit */
	int64_t room = 0;

	for (size_t i = 0; i < n; last = &s[i++]) {
		bool same = last != NULL &&
		    last->organization_id == s[i].organization_id &&
		    last->subject == s[i].subject &&
		    last->subject_id == s[i].subject_id &&
		    last->day.n == s[i].day.n;

		if (!same)
			room = NAMES_MOST - s[i].have;
		if (s[i].known || s[i].name.n == 0 ||
		    s[i].subject == REPORT_PROMOTER_CAMPAIGNS)
			continue;
		if (!same || !str_eq(name, s[i].name))
			room--;
		name = s[i].name;
		if (room < 0)
			s[i].name = STR("other");
	}
}

static void
put_row(struct turn *t, const struct sum *s, int level)
{
	const struct report_counts *c = &s->n;
	int year, month, mday;
	struct day day = s->day;

	day_split(day, &year, &month, &mday);
	if (level == MONTHS)
		day = day_from(year, month, 1);
	const struct arg row[ADD_ARGS] = {
		ARG(s->organization_id),
		LABEL(report_subject_labels, s->subject),
		LABEL(level_labels, level), ARG(day), arg_bound(s->subject_id),
		ARG(s->name), ARG(s->currency), ARG(c->clicks),
		ARG(c->referrals), ARG(c->customers), ARG(c->non_link),
		ARG(c->cancellations), ARG(c->active), ARG(c->sales),
		ARG(c->refunds), ARG(c->revenue), ARG(c->earned), ARG(c->paid),
	};

	memcpy(t->rows + t->n++ * ADD_ARGS, row, sizeof(row));
}

static enum err
add_ranks(struct db *db, const struct turn *t)
{
	const struct sum *s = t->sums.items;
	struct rank_writer *w = rank_writer_new(t->arena, db,
	    day_of(t->was.done_until));

	for (size_t i = 0; i < t->sums.n; i++)
		if (s[i].subject == REPORT_PROMOTERS)
			TRY(rank_add(w, &(struct rank_sum){
			    s[i].organization_id, s[i].subject_id, s[i].day,
			    s[i].currency, s[i].n }));
	return rank_flush(w);
}

static enum err
commit(struct db *db, void *arg)
{
	const struct turn *t = arg;
	bool moved;

	TRY(rollup_mark_move(db, MARK, &t->was, &t->next, &moved));
	if (!moved)
		return OK;
	for (size_t i = 0; i < t->n; i += ROWS_ONCE)
		TRY(db_exec_rows(db, Q_REPORT_ADD, t->rows + i * ADD_ARGS,
		    t->n - i < ROWS_ONCE ? t->n - i : ROWS_ONCE, NULL, NULL));
	return add_ranks(db, t);
}

/* What is folded; apart: who writes changes waits for no more than this. */
static enum err
forget(struct db *db, void *arg)
{
	struct turn *t = arg;

	return db_exec(db, Q_REPORT_FORGET, ARGS(arg_bound(t->was.last_id)),
	    &t->forgotten, NULL);
}

/* What stands in [was, until) of the changes behind last_id. */
static enum err
add_up(struct db *db, struct arena *a, const struct rollup_conf *c,
    struct turn *t, uint64_t behind)
{
	struct sum *s;

	TRY(rollup_last(db, a, c, Q_REPORT_FOLD_BEFORE, &t->was, behind,
	    &t->next));
	TRY(db_rows(db, a, Q_REPORT_FOLD, ARGS(arg_bound(t->was.last_id),
	    behind, t->was.done_until, t->next.done_until), &report_fold_row,
	    &t->sums));
	s = t->sums.items;
	limit_names(s, t->sums.n);
	t->rows = arena_array(a, 2 * t->sums.n * ADD_ARGS, sizeof(*t->rows));
	for (int level = DAYS; level <= MONTHS; level++)
		for (size_t i = 0; i < t->sums.n; i++)
			put_row(t, &s[i], level);
	return OK;
}

enum err
report_fold(struct db *db, struct arena *a, struct when now,
    const struct rollup_conf *c, bool *more)
{
	const struct when newest = rollup_newest(now, c);
	struct turn t = { .arena = a };
	uint64_t behind;

	TRY(rollup_mark_read(db, a, MARK, &t.was));
	if (t.was.last_id != 0)
		TRY(tx_run(db, a, forget, &t));
	*more |= t.forgotten == FORGET_ROWS;
	t.next = (struct rollup_mark){ newest, t.was.last_id };
	if (newest.us <= t.was.done_until.us)
		return OK;
	TRY(rollup_end(db, a, c, Q_REPORT_FOLD_FROM, &t.was,
	    &t.next.done_until, &behind));
	TRY(rollup_part_end(db, a, c, Q_ROLLUP_NEXT_EARNING, &t.was,
	    &t.next.done_until));
	*more |= t.next.done_until.us < newest.us;
	TRY(add_up(db, a, c, &t, behind));
	return tx_run(db, a, commit, &t);
}
