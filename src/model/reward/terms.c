/* What a sale needs to know of its rewards: read, and worked out. */
#include "model/reward/terms.h"

#include "model/program/program.h"
#include "model/reward/reward.h"
#include "model/reward/work_out.h"
#include "base/banned.h"

const char *const billing_period_labels[] = {
	"monthly", "yearly", "one_time", NULL
};

struct term_row {
	bool own, shared;	/* of the placement, of the referral */
	uint64_t parent_id;
	struct reward_term t;
	int64_t max_redemptions;
	struct str parts;
};

#define TERM(member, column, ...) \
    FIELD(struct term_row, t.member, column, __VA_ARGS__)
SHAPE(reward_term_row, struct term_row, NULL,
    COLUMN(struct term_row, own),
    COLUMN(struct term_row, shared),
    COLUMN(struct term_row, parent_id),
    TERM(reward_id, "id"),
    TERM(kind, "kind", .labels = reward_kind_labels),
    TERM(mode, "mode", .labels = tier_mode_labels),
    TERM(level, "level"),
    TERM(duration, "duration", .labels = duration_labels),
    TERM(months, "months"),
    COLUMN(struct term_row, max_redemptions),
    TERM(new_only, "new_only"),
    COLUMN(struct term_row, parts),
    TERM(created_at, "created_at"),
    TERM(apply_on, "apply_on", .labels = apply_on_labels),
    TERM(listed, "listed"));

struct redeemed {
	int64_t redeemed;
};

SHAPE(redeemed_row, struct redeemed, NULL,
    COLUMN(struct redeemed, redeemed));

SHAPE(placement_facts_row, struct reward_facts, NULL,
    COLUMN(struct reward_facts, customers),
    COLUMN(struct reward_facts, revenue));

SHAPE(price_facts_row, struct reward_facts, NULL,
    COLUMN(struct reward_facts, price_sales),
    COLUMN(struct reward_facts, price_at));

SHAPE(partner_row, struct reward_recipient, NULL,
    COLUMN(struct reward_recipient, placement_id),
    COLUMN(struct reward_recipient, referrer_id),
    COLUMN(struct reward_recipient, campaign_id),
    COLUMN(struct reward_recipient, share_ppm));

struct parent {
	struct reward_recipient is;	/* no placement: he gets nothing */
	uint64_t parent_id;
};

SHAPE(parent_row, struct parent, NULL,
    FIELD(struct parent, is.placement_id, "placement_id"),
    FIELD(struct parent, is.referrer_id, "referrer_id"),
    FIELD(struct parent, is.campaign_id, "campaign_id"),
    COLUMN(struct parent, parent_id));

/* A campaign without rewards pays what the program pays. */
static struct list
default_terms(struct arena *a)
{
	struct reward_part *p = ARENA_NEW(a, struct reward_part);
	struct reward_term *t = ARENA_NEW(a, struct reward_term);

	*p = (struct reward_part){ .unit = UNIT_CASH,
	    .amount = DEFAULT_REWARD_PPM };
	*t = (struct reward_term){ .kind = REWARD_SALE,
	    .duration = DURATION_FOREVER, .apply_on = APPLY_ALL,
	    .parts = { p, 1 } };
	return (struct list){ t, 1 };
}

/* Rewards that are given by hand only are terms of nothing. */
static enum err
read_terms(struct arena *a, struct list rows, struct list *terms)
{
	const struct term_row *row = rows.items;
	struct reward_term *t = arena_array(a, rows.n, sizeof(*t));
	size_t n = 0;

	if (row->t.reward_id == 0) {
		*terms = row->own ? (struct list){ t, 0 } : default_terms(a);
		return OK;
	}
	for (size_t i = 0; i < rows.n; i++) {
		if (row[i].t.kind < 0)
			continue;
		t[n] = row[i].t;
		t[n].limited = row[i].max_redemptions != 0;
		t[n].left = row[i].max_redemptions;
		TRY(reward_parts_read(a, row[i].parts, &t[n++].parts));
	}
	*terms = (struct list){ t, n };
	return OK;
}

/* Is there such a rule? */
static bool
asks(const struct reward_facts *f, bool (*fits)(const struct reward_rule *))
{
	for (size_t i = 0; i < f->n_terms; i++) {
		const struct reward_part *p = f->terms[i].parts.items;

		for (size_t k = 0; k < f->terms[i].parts.n; k++) {
			const struct reward_rule *r = p[k].rules.items;

			for (size_t j = 0; j < p[k].rules.n; j++)
				if (fits(&r[j]))
					return true;
		}
	}
	return false;
}

static bool
of_placement(const struct reward_rule *r)
{
	return r->type == RULE_CUSTOMERS || r->type == RULE_REVENUE;
}

static bool
of_price(const struct reward_rule *r)
{
	return r->filter == RULE_BY_PRICE;
}

static int64_t
highest_tier(const struct reward_facts *f)
{
	int64_t level = 0;

	for (size_t i = 0; i < f->n_terms; i++)
		if (f->terms[i].kind == REWARD_TIER &&
		    f->terms[i].level > level)
			level = f->terms[i].level;
	return level;
}

static enum err
read_parents(struct db *db, struct arena *a, uint64_t id,
    struct reward_facts *f)
{
	int64_t top = id != 0 ? highest_tier(f) : 0;
	struct reward_recipient *found = arena_array(a, (size_t)top + 1,
	    sizeof(*found));

	f->parents = found;
	for (int64_t level = 2; level <= top && id != 0; level++) {
		struct parent p = { 0 };
		enum err e = db_row(db, a, Q_REWARD_PARENT, ARGS(
		    f->sale.campaign_id, id, f->sale.organization_id),
		    &parent_row, &p);

		if (e == ERR_NOT_FOUND)
			return OK;
		TRY(e);
		id = p.parent_id;
		p.is.level = level;
		if (p.is.placement_id != 0)
			found[f->n_parents++] = p.is;
	}
	return OK;
}

/* Of those that may be given so often only, always in the same order. */
static enum err
read_limits(struct db *db, struct arena *a, struct reward_term *t, size_t n)
{
	uint64_t last = 0;

	for (;;) {
		struct redeemed r = { 0 };
		uint64_t next = UINT64_MAX;

		for (size_t i = 0; i < n; i++)
			if (t[i].limited && t[i].reward_id > last &&
			    t[i].reward_id < next)
				next = t[i].reward_id;
		if (next == UINT64_MAX)
			return OK;
		TRY(db_row(db, a, Q_REWARD_LEFT, ARGS(next), &redeemed_row,
		    &r));
		for (size_t i = 0; i < n; i++)
			if (t[i].reward_id == next)
				t[i].left -= r.redeemed;
		last = next;
	}
}

static enum err
redeem(struct db *db, const struct reward_term *t, size_t n,
    const struct list *due)
{
	const struct commission_due *c = due->items;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0, before = 0;

		while (k < due->n && c[k].reward_id != t[i].reward_id)
			k++;
		while (t[before].reward_id != t[i].reward_id)
			before++;
		if (t[i].limited && k < due->n && before == i)
			TRY(db_exec(db, Q_REWARD_REDEEM,
			    ARGS(t[i].reward_id), NULL, NULL));
	}
	return OK;
}

static enum err
read_partners(struct db *db, struct arena *a, struct reward_facts *f)
{
	struct list rows;

	TRY(db_rows(db, a, Q_REWARD_PARTNERS, ARGS(f->sale.referral_id,
	    f->sale.organization_id), &partner_row, &rows));
	f->partners = rows.items;
	f->n_partners = rows.n;
	return OK;
}

enum err
reward_of_sale(struct db *db, struct arena *a, const struct rewarded_sale *s,
    struct list *due)
{
	struct reward_facts f = { .sale = *s };
	const struct term_row *first;
	struct list rows, terms;

	TRY(db_rows(db, a, Q_REWARD_TERMS, ARGS(s->referral_id, s->plan,
	    s->placement_id, s->organization_id), &reward_term_row, &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	first = rows.items;
	TRY(read_terms(a, rows, &terms));
	f.terms = terms.items;
	f.n_terms = terms.n;
	if (asks(&f, of_placement))
		TRY(db_row(db, a, Q_REWARD_PLACEMENT, ARGS(s->placement_id),
		    &placement_facts_row, &f));
	if (asks(&f, of_price))
		TRY(db_row(db, a, Q_REWARD_PRICE, ARGS(s->referral_id,
		    s->plan, arg_bound(s->sale_id)), &price_facts_row, &f));
	TRY(read_parents(db, a, first->parent_id, &f));
	if (first->shared)
		TRY(read_partners(db, a, &f));
	TRY(read_limits(db, a, terms.items, terms.n));
	TRY(reward_work_out(a, &f, due));
	return redeem(db, terms.items, terms.n, due);
}
