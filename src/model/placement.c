/* Placements: their life, their lists and their counts. */
#include "model/placement.h"

#include <sodium.h>

#include "base/settings.h"
#include "model/event.h"
#include "model/organization.h"
#include "base/banned.h"

#define DEFAULT_CAMPAIGN UINT64_C(1)	/* of the house */
#define DUE_ROWS 200

const char *const placement_status_labels[] = { "ACTIVE", "INACTIVE", NULL };

SHAPE(placement_row, struct placement, NULL,
    COLUMN(struct placement, id),
    COLUMN(struct placement, referrer_id),
    COLUMN(struct placement, campaign_id),
    COLUMN(struct placement, name),
    COLUMN(struct placement, code),
    COLUMN(struct placement, landing_url),
    COLUMN(struct placement, description),
    COLUMN(struct placement, status, .labels = placement_status_labels),
    COLUMN(struct placement, starts_at),
    COLUMN(struct placement, ends_at),
    COLUMN(struct placement, ended_at),
    COLUMN(struct placement, created_at),
    COLUMN(struct placement, updated_at),
    COLUMN(struct placement, version),
    COLUMN(struct placement, clicks),
    COLUMN(struct placement, unique_clicks),
    COLUMN(struct placement, bot_clicks),
    COLUMN(struct placement, referrals),
    COLUMN(struct placement, conversions));

SHAPE(lead_row, struct lead, NULL,
    COLUMN(struct lead, id),
    COLUMN(struct lead, organization_id),
    COLUMN(struct lead, campaign_id),
    COLUMN(struct lead, referrer_id),
    COLUMN(struct lead, click_id),
    COLUMN(struct lead, member_organization_id),
    COLUMN(struct lead, landing_url),
    COLUMN(struct lead, counts));

SHAPE(money_of_row, struct money_of, NULL,
    COLUMN(struct money_of, currency),
    COLUMN(struct money_of, amount));

#define CODE_LENGTH 10

/* Without vowels and look-alikes: no words, easy to read out. */
static struct str
make_code(struct arena *a)
{
	static const char letters[] = "23456789bcdfghjkmnpqrstvwxyz";
	char *p = arena_alloc(a, CODE_LENGTH + 1);

	for (size_t i = 0; i < CODE_LENGTH; i++)
		p[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
	return (struct str){ p, CODE_LENGTH };
}

static enum err
insert(struct db *db, struct arena *a, struct placement *p, struct when now)
{
	bool made = p->code.p == NULL;
	enum err e = ERR_CODE_TAKEN;

	for (int i = 0; i < (made ? 4 : 1); i++) {
		if (made)
			p->code = make_code(a);
		e = db_exec(db, Q_PLACEMENT_INSERT, ARGS(HOUSE_ID,
		    p->campaign_id, p->referrer_id, p->name, p->code,
		    p->landing_url, p->description, p->starts_at, p->ends_at,
		    now), NULL, &p->id);
		if (e != ERR_CONFLICT)
			return e;
	}
	return ERR_CODE_TAKEN;
}

static enum err
event(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    const char *type)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    id, who->user_id, who->now }, NULL);
}

enum err
placement_create(struct db *db, struct arena *a, const struct actor *who,
    struct placement *p)
{
	struct referrer r = { 0 };

	TRY(referrer_active(db, a, who->organization_id, &r));
	p->referrer_id = r.id;
	p->campaign_id = DEFAULT_CAMPAIGN;
	p->status = PLACEMENT_ACTIVE;
	p->created_at = p->updated_at = who->now;
	p->version = 1;
	TRY(insert(db, a, p, who->now));
	TRY(db_exec(db, Q_PLACEMENT_TOTAL_INSERT, ARGS(p->id), NULL, NULL));
	return event(db, a, who, p->id, "referrer_campaign.created");
}

enum err
placement_get(struct db *db, struct arena *a, uint64_t member, uint64_t id,
    struct placement *p)
{
	return db_row(db, a, Q_PLACEMENT_GET, ARGS(id, HOUSE_ID, member),
	    &placement_row, p);
}

enum err
placement_update(struct db *db, struct arena *a, const struct actor *who,
    struct placement *p)
{
	uint64_t rows;

	TRY(db_exec(db, Q_PLACEMENT_UPDATE, ARGS(p->name, p->landing_url,
	    p->description, p->starts_at, p->ends_at, who->now, p->id,
	    p->version), &rows, NULL));
	if (rows != 1)
		return ERR_STALE;
	p->version++;
	p->updated_at = who->now;
	return event(db, a, who, p->id, "referrer_campaign.updated");
}

static enum err
end_one(struct db *db, struct arena *a, const struct actor *who, uint64_t id)
{
	uint64_t rows;

	TRY(db_exec(db, Q_PLACEMENT_END, ARGS(who->now, id), &rows, NULL));
	return rows == 0 ? OK :
	    event(db, a, who, id, "referrer_campaign.ended");
}

enum err
placement_end(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct placement p = { 0 };

	TRY(db_row(db, a, Q_PLACEMENT_LOCK, ARGS(id, HOUSE_ID,
	    who->organization_id), &placement_row, &p));
	return end_one(db, a, who, id);
}

struct due {
	uint64_t id, organization_id;
	struct when now;
};

SHAPE(due_row, struct due, NULL,
    COLUMN(struct due, id),
    COLUMN(struct due, organization_id));

struct ending {
	struct arena *arena;
	struct due *due;
	size_t n;
	struct when now;
};

static enum err
end_all(struct db *db, void *arg)
{
	struct ending *e = arg;

	for (size_t i = 0; i < e->n; i++)
		TRY(end_one(db, e->arena, &(struct actor){
		    e->due[i].organization_id, 0, e->now }, e->due[i].id));
	return OK;
}

enum err
placement_end_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	struct list rows;
	struct ending e;

	TRY(db_rows(db, a, Q_PLACEMENT_DUE, ARGS(now), &due_row, &rows));
	*count = rows.n;
	if (rows.n == 0)
		return OK;
	e = (struct ending){ a, rows.items, rows.n, now };
	return tx_run(db, a, end_all, &e);
}

enum err
placement_list(struct db *db, struct arena *a, uint64_t referrer_id,
    int status, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_PLACEMENT_LIST_WHERE_AFTER_DESC,
		Q_PLACEMENT_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_PLACEMENT_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(referrer_id));
	if (status >= 0) {
		q.wheres |= Q_PLACEMENT_LIST_WHERE_STATUS;
		arg_push(&args, LABEL(placement_status_labels, status));
	}
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &placement_row, out);
}

static void
add_up(struct analytics *out)
{
	const struct count_day *d = out->daily.items;

	for (size_t i = 0; i < out->daily.n; i++) {
		out->clicks += d[i].clicks;
		out->unique_clicks += d[i].unique_clicks;
		out->bot_clicks += d[i].bot_clicks;
		out->referrals += d[i].referrals;
		out->conversions += d[i].conversions;
	}
}

enum err
placement_analytics(struct db *db, struct arena *a, uint64_t member,
    uint64_t id, struct day first, struct day last, struct analytics *out)
{
	struct day behind = { last.n + 1 };
	struct placement p = { 0 };
	struct list some;

	TRY(placement_get(db, a, member, id, &p));
	TRY(db_rows(db, a, Q_PLACEMENT_DAYS, ARGS(id, first, last),
	    &count_day_row, &some));
	out->daily = count_days_filled(a, some, first, last);
	add_up(out);
	return db_rows(db, a, Q_PLACEMENT_EARNED, ARGS(id, day_start(first),
	    day_start(behind)), &money_of_row, &out->earnings);
}

enum err
placement_by_code(struct db *db, struct arena *a, struct str code,
    struct when now, struct lead *lead)
{
	return db_row(db, a, Q_PLACEMENT_BY_CODE, ARGS(now, code), &lead_row,
	    lead);
}

enum err
placement_by_click(struct db *db, struct arena *a,
    const unsigned char token[16], struct when now, struct lead *lead)
{
	struct when since = when_add(now, -settings->cookie_days * 86400);

	return db_row(db, a, Q_PLACEMENT_BY_CLICK, ARGS(now, BYTES(token, 16),
	    since), &lead_row, lead);
}

enum err
placement_count(struct db *db, uint64_t id, struct when at,
    const struct count_day *m)
{
	TRY(db_exec(db, Q_COUNT_TOTAL, ARGS(m->clicks, m->unique_clicks,
	    m->bot_clicks, m->referrals, m->conversions, id), NULL, NULL));
	return db_exec(db, Q_COUNT_DAY, ARGS(id, day_of(at), m->clicks,
	    m->unique_clicks, m->bot_clicks, m->referrals, m->conversions),
	    NULL, NULL);
}
