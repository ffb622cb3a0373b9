/* Lines and their delivery. */
#include "model/campaign/line.h"

#include "model/event/event.h"
#include "model/campaign/settlement.h"
#include "model/referral/placement.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

SHAPE(line_row, struct line, NULL,
    COLUMN(struct line, id),
    COLUMN(struct line, campaign_id),
    COLUMN(struct line, placement_id),
    COLUMN(struct line, external_id),
    COLUMN(struct line, product),
    COLUMN(struct line, code),
    COLUMN(struct line, price, .labels = price_labels),
    COLUMN(struct line, starts_on),
    COLUMN(struct line, ends_on),
    COLUMN(struct line, booked),
    COLUMN(struct line, amount),
    COLUMN(struct line, tax),
    COLUMN(struct line, impressions),
    COLUMN(struct line, clicks),
    COLUMN(struct line, delivered_on),
    COLUMN(struct line, ended_on),
    COLUMN(struct line, counted),
    COLUMN(struct line, earned),
    COLUMN(struct line, earned_tax),
    COLUMN(struct line, due),
    COLUMN(struct line, due_tax),
    COLUMN(struct line, refunded),
    COLUMN(struct line, refunded_tax),
    COLUMN(struct line, done),
    COLUMN(struct line, billed));

/* The link whose clicks are the line's delivery. */
static enum err
make_link(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, struct line *l)
{
	struct placement p = { .campaign_id = c->id, .name = c->name,
	    .landing_url = l->landing_url };

	if (l->landing_url.p == NULL)
		return OK;
	INVARIANT(l->price == PRICE_CPC);
	TRY(placement_create_own(db, a, who, &p));
	l->placement_id = p.id;
	return OK;
}

static enum err
insert(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, struct line *l)
{
	const struct day *day = l->insertions.items;
	size_t n = l->insertions.n;
	struct arg *row = arena_array(a, 2 * n + 1, sizeof(*row));

	TRY(make_link(db, a, who, c, l));
	TRY(db_exec(db, Q_LINE_INSERT, ARGS(c->organization_id, c->id,
	    l->external_id, l->product, LABEL(price_labels, l->price),
	    l->starts_on, l->ends_on, l->booked, l->amount, l->tax,
	    l->placement_id), NULL, &l->id));
	for (size_t i = 0; i < n; i++) {
		row[2 * i] = ARG(l->id);
		row[2 * i + 1] = ARG(day[i]);
	}
	return n == 0 ? OK : db_exec_rows(db, Q_INSERTION_INSERT, row, n, NULL,
	    NULL);
}

/* What is scheduled by its dates goes by the new ones. */
static void
widen(struct campaign *c, const struct line *l)
{
	if (c->starts_on.n == DAY_NONE.n || l->starts_on.n < c->starts_on.n) {
		if (c->status == CAMPAIGN_SCHEDULED &&
		    c->starts_on.n != DAY_NONE.n &&
		    c->begins_at.us == day_start(c->starts_on).us)
			c->begins_at = day_start(l->starts_on);
		c->starts_on = l->starts_on;
	}
	if (c->ends_on.n == DAY_NONE.n || l->ends_on.n > c->ends_on.n)
		c->ends_on = l->ends_on;
}

enum err
line_add(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, struct line *l, size_t n)
{
	if (campaign_over(c))
		return ERR_CONFLICT;
	for (size_t i = 0; i < n; i++) {
		TRY(insert(db, a, who, c, &l[i]));
		widen(c, &l[i]);
		TRY(campaign_note(db, a, who, c, "add_line", STR_NULL,
		    "\"line\":\"%llu\",\"amount\":%lld", LLU(l[i].id),
		    (long long)l[i].amount));
	}
	return n == 0 ? OK : campaign_update(db, a, who, c);
}

enum err
line_list(struct db *db, struct arena *a, const struct campaign *c,
    struct day at, struct list *out)
{
	return db_rows(db, a, Q_LINE_LIST, ARGS(at, c->id), &line_row, out);
}

SHAPE(insertion_row, struct insertion, NULL,
    COLUMN(struct insertion, line_id),
    COLUMN(struct insertion, day));

enum err
line_insertions(struct db *db, struct arena *a, const struct campaign *c,
    struct list *out)
{
	return db_rows(db, a, Q_INSERTION_LIST, ARGS(c->id), &insertion_row,
	    out);
}

struct bounds {
	int64_t before_impressions, before_clicks;
	int64_t after_impressions, after_clicks;	/* -1: none */
};

SHAPE(bounds_row, struct bounds, NULL,
    COLUMN(struct bounds, before_impressions),
    COLUMN(struct bounds, before_clicks),
    COLUMN(struct bounds, after_impressions),
    COLUMN(struct bounds, after_clicks));

static bool
fits(const struct bounds *b, const struct line_report *r)
{
	return r->impressions >= b->before_impressions &&
	    r->clicks >= b->before_clicks &&
	    (b->after_impressions < 0 ||
	    (r->impressions <= b->after_impressions &&
	    r->clicks <= b->after_clicks));
}

static enum err
store_report(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, struct line_report r)
{
	struct bounds b = { 0 };

	TRY(db_row(db, a, Q_LINE_REPORT_BOUNDS, ARGS(r.line_id, r.at),
	    &bounds_row, &b));
	if (r.impressions < 0)
		r.impressions = b.before_impressions;
	if (r.clicks < 0)
		r.clicks = b.before_clicks;
	if (!fits(&b, &r))
		return ERR_BACKWARDS;
	TRY(db_exec(db, Q_LINE_REPORT_INSERT, ARGS(r.line_id, r.at,
	    r.impressions, r.clicks, who->now), NULL, NULL));
	TRY(db_exec(db, Q_LINE_REPORT_LAST, ARGS(r.line_id), NULL, NULL));
	return campaign_note(db, a, who, c, "deliver", STR_NULL,
	    "\"line\":\"%llu\",\"impressions\":%lld,\"clicks\":%lld",
	    LLU(r.line_id), (long long)r.impressions, (long long)r.clicks);
}

/* Who pays back, or paid back, what was advised hears what is due now. */
static enum err
tell_correction(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c)
{
	struct books b;

	TRY(books_read(db, a, c, c->ended_on, &b));
	return event_write(db, a, &(struct event){ c->organization_id,
	    "campaign.corrected", c->id, who->user_id, who->now },
	    "\"due\":%lld,\"tax\":%lld,\"currency\":\"%.*s\"",
	    (long long)b.due, (long long)b.due_tax, STR_ARG(c->currency));
}

/* Said before: a repeat of the last report. */
static bool
known(const struct line *l, const struct line_report *r)
{
	return r->at.n == l->delivered_on.n &&
	    (r->impressions < 0 || r->impressions == l->impressions) &&
	    (r->clicks < 0 || r->clicks == l->clicks);
}

enum err
line_deliver(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, const struct line_report *r)
{
	struct line l = { .id = 0 };
	bool late;

	TRY(db_row(db, a, Q_LINE_GET, ARGS(c->id, r->line_id), &line_row, &l));
	if (c->status == CAMPAIGN_DRAFT || c->status == CAMPAIGN_DELETED ||
	    l.placement_id != 0)
		return ERR_CONFLICT;
	if (c->ended_on.n != DAY_NONE.n && r->at.n > c->ended_on.n)
		return ERR_AFTER_STOP;
	if (known(&l, r))
		return OK;
	TRY(store_report(db, a, who, c, *r));
	late = c->settled;
	TRY(settle(db, a, who, c));
	return late ? tell_correction(db, a, who, c) : OK;
}

enum err
line_store_end(struct db *db, const struct line *l)
{
	return db_exec(db, Q_LINE_END, ARGS(l->ended_on, l->counted,
	    l->earned, l->earned_tax, l->due, l->due_tax, l->refunded,
	    l->refunded_tax, l->id), NULL, NULL);
}
