/* Attribution, and its explanation. */
#include "model/track/attribution.h"

#include "base/buf.h"
#include "model/program/program.h"
#include "model/referral/placement.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

const char *const track_lost_labels[] = {
	"later_click", "named", "promo_code", "expired", "inactive",
	"not_accepted", "blocked", NULL
};
static const char *const reasons[] = {
	[LOST_LATER] = "A later click won",
	[LOST_NAMED] = "The promoter was named by his ref_id",
	[LOST_CODE] = "The promo code of a promoter was used",
	[LOST_EXPIRED] = "It was longer ago than the campaign's cookie lives",
	[LOST_INACTIVE] = "The promoter was not active in the campaign, or the "
	    "campaign did not run",
	[LOST_NOT_ACCEPTED] = "The promoter was not accepted in the campaign",
	[LOST_BLOCKED] = "The promoter was blocked",
};

SHAPE(candidate_row, struct candidate, NULL,
    COLUMN(struct candidate, placement_id),
    COLUMN(struct candidate, campaign_id),
    COLUMN(struct candidate, referrer_id),
    COLUMN(struct candidate, member_organization_id),
    COLUMN(struct candidate, standing, .labels = standing_labels),
    COLUMN(struct candidate, referrer_status,
	.labels = referrer_status_labels),
    COLUMN(struct candidate, open),
    COLUMN(struct candidate, approve_leads),
    COLUMN(struct candidate, upgrades),
    COLUMN(struct candidate, email),
    COLUMN(struct candidate, address_hash, .flags = F_BYTES),
    COLUMN(struct candidate, click_id),
    COLUMN(struct candidate, clicked_at),
    COLUMN(struct candidate, cookie_days));

/* Why he gets nobody new; -1: he may. */
static int
why_not(const struct candidate *c)
{
	if (c->standing == STANDING_BLOCKED ||
	    c->referrer_status == REFERRER_BLOCKED)
		return LOST_BLOCKED;
	if (c->standing != STANDING_ACCEPTED ||
	    c->referrer_status != REFERRER_ACTIVE)
		return LOST_NOT_ACCEPTED;
	return c->open ? -1 : LOST_INACTIVE;
}

/* The placement of a code; not found as well where he gets nobody new. */
static enum err
find_named(struct db *db, struct arena *a, uint64_t org, uint32_t by,
    struct str code, struct when now, struct candidate *c)
{
	const struct list_query q = { .q = Q_TRACK_NAMED, .wheres = by };
	struct list rows;

	TRY(db_list(db, a, &q, ARGS(now, org, code), &candidate_row, &rows));
	if (rows.n == 0 && by == Q_TRACK_NAMED_WHERE_CODE) {
		TRY(placement_code_now(db, a, &code));
		TRY(db_list(db, a, &q, ARGS(now, org, code), &candidate_row,
		    &rows));
	}
	if (rows.n == 0 || why_not(rows.items) >= 0)
		return ERR_NOT_FOUND;
	*c = *(const struct candidate *)rows.items;
	return OK;
}

/* The clicks of a visitor, newest first; none where it is no visitor's name. */
static enum err
find_clicks(struct db *db, struct arena *a, uint64_t org, struct str tid,
    struct when now, struct list *clicks)
{
	unsigned char visitor[VISITOR_BYTES];

	*clicks = (struct list){ NULL, 0 };
	if (!str_unhex(tid, visitor, sizeof(visitor)))
		return OK;
	return db_rows(db, a, Q_TRACK_CLICKS, ARGS(now,
	    (int64_t)DEFAULT_COOKIE_DAYS, org, BYTES(visitor,
	    sizeof(visitor))), &candidate_row, clicks);
}

static int
why_lost(const struct candidate *c, struct when at, int otherwise)
{
	int why = why_not(c);

	if (why < 0 && when_add(c->clicked_at, c->cookie_days * 86400).us <=
	    at.us)
		return LOST_EXPIRED;
	return why < 0 ? otherwise : why;
}

/*
 * The first of them that counts, if nothing has won before, goes to *won;
 * otherwise says why such a one loses then.
 */
static struct str
judge(struct arena *a, const struct list *clicks, struct when at,
    int otherwise, struct candidate *won)
{
	const struct candidate *c = clicks->items;
	char time[CLOCK_ISO_LEN + 1];
	struct buf b;

	buf_init(&b, a, 256);
	for (size_t i = 0; i < clicks->n; i++, c++) {
		int why = why_lost(c, at, otherwise);

		if (why < 0) {
			*won = *c;
			otherwise = LOST_LATER;
			continue;
		}
		clock_iso(c->clicked_at, time);
		buf_printf(&b, "%c{\"click\":%llu,\"placement\":%llu,"
		    "\"at\":\"%s\",\"why\":\"%s\"}", b.n == 0 ? '[' : ',',
		    LLU(c->click_id), LLU(c->placement_id), time,
		    track_lost_labels[why]);
	}
	if (b.n == 0)
		return STR_NULL;
	buf_char(&b, ']');
	return buf_view(&b);
}

enum err
track_attribute(struct db *db, struct arena *a, uint64_t org,
    const struct track_origin *o, struct when at, struct candidate *won,
    int *source, struct str *lost)
{
	struct list clicks;
	int otherwise = -1;
	enum err e = ERR_NOT_FOUND;

	*won = (struct candidate){ 0 };
	*source = LEAD_BY_COOKIE;
	if (o->ref_id.p != NULL) {
		TRY(find_named(db, a, org, Q_TRACK_NAMED_WHERE_CODE, o->ref_id,
		    at, won));
		*source = LEAD_BY_API;
		otherwise = LOST_NAMED;
	} else if (o->promo_code.p != NULL) {
		e = find_named(db, a, org, Q_TRACK_NAMED_WHERE_COUPON,
		    o->promo_code, at, won);
		if (e == ERR_NOT_FOUND)
			e = find_named(db, a, org, Q_TRACK_NAMED_WHERE_PROMO,
			    o->promo_code, at, won);
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
	}
	if (e == OK) {
		*source = LEAD_BY_COUPON;
		otherwise = LOST_CODE;
	}
	TRY(find_clicks(db, a, org, o->tid, at, &clicks));
	*lost = judge(a, &clicks, at, otherwise, won);
	return won->placement_id != 0 ? OK : ERR_NOT_FOUND;
}

struct lost_clicks {
	struct list clicks;
};

SHAPE(lost_click_in, struct lost_click, NULL,
    FIELD(struct lost_click, click, "click"),
    FIELD(struct lost_click, placement, "placement"),
    FIELD(struct lost_click, at, "at"),
    FIELD(struct lost_click, why, "why", .labels = track_lost_labels));

SHAPE(lost_clicks_in, struct lost_clicks, NULL,
    FIELD(struct lost_clicks, clicks, "clicks", .of = &lost_click_in));

SHAPE(explained_lead_row, struct explained_lead, NULL,
    COLUMN(struct explained_lead, id),
    COLUMN(struct explained_lead, placement_id),
    COLUMN(struct explained_lead, campaign_id),
    COLUMN(struct explained_lead, referrer_id),
    COLUMN(struct explained_lead, click_id),
    COLUMN(struct explained_lead, code),
    COLUMN(struct explained_lead, promo_code),
    COLUMN(struct explained_lead, lost_json),
    COLUMN(struct explained_lead, source, .labels = lead_source_labels),
    COLUMN(struct explained_lead, clicked_at),
    COLUMN(struct explained_lead, created_at));

/* What was stored by judge(). */
static enum err
read_lost(struct arena *a, struct explained_lead *l)
{
	struct lost_clicks lost = { .clicks = { NULL, 0 } };
	struct lost_click *c;
	struct complaints wrong;
	uint64_t given;

	if (l->lost_json.p == NULL)
		return OK;
	complaints_init(&wrong);
	if (json_decode(a, str_printf(a, "{\"clicks\":%.*s}",
	    STR_ARG(l->lost_json)), &lost_clicks_in, true, &lost, &given,
	    &wrong) != OK)
		return ERR_INTERNAL;
	l->lost = lost.clicks;
	c = l->lost.items;
	for (size_t i = 0; i < l->lost.n; i++)
		c[i].reason = str_of(reasons[c[i].why]);
	return OK;
}

static struct str
explain(struct arena *a, const struct explained_lead *l)
{
	char at[CLOCK_ISO_LEN + 1];

	clock_iso(l->clicked_at, at);
	switch (l->source) {
	case LEAD_BY_API:
		return str_printf(a, "The company named the promoter by his "
		    "ref_id %.*s.", STR_ARG(l->code));
	case LEAD_BY_COUPON:
		return str_printf(a, "The promo code %.*s of the promoter was "
		    "used.", STR_ARG(l->promo_code));
	case LEAD_BY_COOKIE:
		return l->click_id == 0 ?
		    STR("A link of the promoter was followed.") :
		    str_printf(a, "The click of %s on the promoter's link "
		    "%.*s was the last that counted.", at, STR_ARG(l->code));
	case LEAD_BY_AFFILIATE:
		return STR("The promoter entered the referral himself.");
	default:
		return STR("Somebody of the company entered the referral.");
	}
}

enum err
track_explain(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct explained_lead *l)
{
	*l = (struct explained_lead){ 0 };
	TRY(db_row(db, a, Q_TRACK_EXPLAIN, ARGS(id, org), &explained_lead_row,
	    l));
	TRY(read_lost(a, l));
	l->explanation = explain(a, l);
	return OK;
}
