/* Placements: their life, their lists and their counts. */
#include "model/referral/placement.h"

#include <sodium.h>

#include "base/settings.h"
#include "db/due.h"
#include "model/event/event.h"
#include "model/program/program.h"
#include "base/banned.h"

const char *const placement_status_labels[] = { "ACTIVE", "INACTIVE", NULL };
const char *const placement_phase_labels[] = {
	"upcoming", "running", "over", NULL
};

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

SHAPE(origin_row, struct origin, NULL,
    COLUMN(struct origin, id),
    COLUMN(struct origin, organization_id),
    COLUMN(struct origin, campaign_id),
    COLUMN(struct origin, referrer_id),
    COLUMN(struct origin, click_id),
    COLUMN(struct origin, member_organization_id),
    COLUMN(struct origin, landing_url),
    COLUMN(struct origin, parameter),
    COLUMN(struct origin, cookie_days),
    COLUMN(struct origin, counts));

SHAPE(money_of_row, struct money_of, NULL,
    COLUMN(struct money_of, currency),
    COLUMN(struct money_of, amount));

#define CODE_LENGTH 10

/* Without vowels and look-alikes: no words, easy to read out. */
struct str
placement_code(struct arena *a)
{
	static const char letters[] = "23456789bcdfghjkmnpqrstvwxyz";
	char *p = arena_alloc(a, CODE_LENGTH + 1);

	for (size_t i = 0; i < CODE_LENGTH; i++)
		p[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
	return (struct str){ p, CODE_LENGTH };
}

enum err
placement_code_free(struct db *db, struct arena *a, struct str code,
    uint64_t id)
{
	struct id_row owner = { 0 };
	enum err e = db_row(db, a, Q_PLACEMENT_CODE_OWNER, ARGS(code),
	    &id_row, &owner);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	return owner.id == id ? OK : ERR_CONFLICT;
}

static enum err
insert(struct db *db, struct arena *a, uint64_t org, struct placement *p,
    struct when now)
{
	bool made = p->code.p == NULL;
	enum err e = ERR_CODE_TAKEN;

	for (int i = 0; i < (made ? 4 : 1); i++) {
		if (made)
			p->code = placement_code(a);
		e = placement_code_free(db, a, p->code, 0);
		if (e == OK)
			e = db_exec(db, Q_PLACEMENT_INSERT, ARGS(org,
			    p->campaign_id, p->referrer_id, p->name, p->code,
			    p->landing_url, p->description, p->starts_at,
			    p->ends_at, now), NULL, &p->id);
		if (e != ERR_CONFLICT)
			return e;
	}
	return ERR_CODE_TAKEN;
}

static enum err
create(struct db *db, struct arena *a, const struct actor *who, uint64_t org,
    struct placement *p)
{
	p->status = PLACEMENT_ACTIVE;
	p->created_at = p->updated_at = who->now;
	p->version = 1;
	TRY(insert(db, a, org, p, who->now));
	return db_exec(db, Q_PLACEMENT_TOTAL_INSERT, ARGS(p->id), NULL, NULL);
}

enum err
placement_create(struct db *db, struct arena *a, const struct actor *who,
    struct placement *p)
{
	struct referrer r = { 0 };

	TRY(referrer_active(db, a, who->organization_id, &r));
	p->referrer_id = r.id;
	p->campaign_id = PROGRAM_CAMPAIGN;
	TRY(create(db, a, who, HOUSE_ID, p));
	TRY(db_exec(db, Q_STANDING_ACCEPTED, ARGS(HOUSE_ID, 1,
	    ids_json(a, &p->id, 1)), NULL, NULL));
	return event_by(db, a, who, p->id, "referrer_campaign.created");
}

enum err
placement_create_own(struct db *db, struct arena *a, const struct actor *who,
    struct placement *p)
{
	TRY(referrer_itself(db, a, who, &p->referrer_id));
	return create(db, a, who, who->organization_id, p);
}

enum err
placement_get(struct db *db, struct arena *a, uint64_t member, uint64_t id,
    struct placement *p)
{
	return db_row(db, a, Q_PLACEMENT_GET, ARGS(id, HOUSE_ID, member),
	    &placement_row, p);
}

static enum err
lock(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    struct placement *p)
{
	return db_row(db, a, Q_PLACEMENT_LOCK, ARGS(id, HOUSE_ID,
	    who->organization_id), &placement_row, p);
}

enum err
placement_lock(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct placement *p)
{
	TRY(lock(db, a, who, id, p));
	return db_row(db, a, Q_PLACEMENT_COUNTS, ARGS(id), &placement_row, p);
}

/* Clients know times to the millisecond and send them back as they got them. */
static bool
same_time(struct when a, struct when b)
{
	return a.us / 1000 == b.us / 1000;
}

/* Its time is over, even where the jobs role has not ended it yet. */
static bool
is_over(const struct placement *p, struct when now)
{
	return p->status == PLACEMENT_INACTIVE ||
	    (p->ends_at.us != 0 && p->ends_at.us <= now.us);
}

enum err
placement_update(struct db *db, struct arena *a, const struct actor *who,
    const struct placement *was, struct placement *p)
{
	uint64_t rows;

	if (is_over(was, who->now) && !(same_time(was->starts_at,
	    p->starts_at) && same_time(was->ends_at, p->ends_at)))
		return ERR_CONFLICT;
	TRY(db_exec(db, Q_PLACEMENT_UPDATE, ARGS(p->name, p->landing_url,
	    p->description, p->starts_at, p->ends_at, who->now, p->id,
	    p->version), &rows, NULL));
	INVARIANT(rows == 1);	/* it is locked */
	p->version++;
	p->updated_at = who->now;
	return event_by(db, a, who, p->id, "referrer_campaign.updated");
}

static enum err
end_one(struct db *db, struct arena *a, const struct actor *who, uint64_t id)
{
	uint64_t rows;

	TRY(db_exec(db, Q_PLACEMENT_END, ARGS(who->now, id), &rows, NULL));
	return rows == 0 ? OK :
	    event_by(db, a, who, id, "referrer_campaign.ended");
}

enum err
placement_end(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct placement p = { 0 };

	TRY(lock(db, a, who, id, &p));
	return end_one(db, a, who, id);
}

enum err
placement_end_all(struct db *db, const struct actor *who)
{
	TRY(db_exec(db, Q_PLACEMENT_END_ALL, ARGS(who->now,
	    who->organization_id, HOUSE_ID), NULL, NULL));
	return db_exec(db, Q_PLACEMENT_END_EVENTS, ARGS(who->organization_id,
	    who->user_id, who->now, HOUSE_ID), NULL, NULL);
}

/* The time of the end says what ended it. */
enum err
placement_resume_all(struct db *db, const struct actor *who,
    struct when deleted_at)
{
	TRY(db_exec(db, Q_PLACEMENT_RESUME_EVENTS, ARGS(who->organization_id,
	    who->user_id, who->now, HOUSE_ID, deleted_at), NULL, NULL));
	return db_exec(db, Q_PLACEMENT_RESUME_ALL, ARGS(who->now,
	    who->organization_id, HOUSE_ID, deleted_at), NULL, NULL);
}

static enum err
end_due(struct db *db, struct arena *a, const void *record, struct when now)
{
	const struct due *due = record;

	return end_one(db, a, &(struct actor){ due->organization_id, 0, now },
	    due->id);
}

enum err
placement_end_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	return due_run(db, a, Q_PLACEMENT_DUE, &due_row, end_due, now, count);
}

static void
push_filters(struct arena *a, const struct placement_filter *f,
    struct list_query *q, struct arg_list *args)
{
	int status = f->phase < 0 ? f->status : f->phase == PHASE_OVER ?
	    PLACEMENT_INACTIVE : PLACEMENT_ACTIVE;

#define PART(given, name, value) \
	if (given) { \
		q->wheres |= Q_PLACEMENT_LIST_WHERE_##name; \
		arg_push(args, value); \
	}
	PART(status >= 0, STATUS, LABEL(placement_status_labels, status))
	PART(f->phase == PHASE_UPCOMING, UPCOMING, ARG(f->now))
	PART(f->phase == PHASE_RUNNING, STARTED, ARG(f->now))
	PART(f->prefix.p != NULL, PREFIX, ARG(like_prefix(a, f->prefix)))
	PART(f->code.p != NULL, CODE, ARG(f->code))
	PART(f->from.n > 0, FROM, ARG(day_start(f->from)))
	PART(f->to.n != DAY_NONE.n, UNTIL, ARG(day_end(f->to)))
#undef PART
}

struct name_row {
	struct str name;
};

SHAPE(name_row, struct name_row, NULL, COLUMN(struct name_row, name));

/* In the order of names the cursor is a row, which has its name now. */
static enum err
cursor_key(struct db *db, struct arena *a, uint64_t referrer_id,
    const struct paging *p, struct arg *key)
{
	struct name_row row = { STR_NULL };
	enum err e;

	*key = ARG((struct when){ p->after_key });
	if (p->order != PLACEMENTS_BY_NAME || p->after_id == 0)
		return OK;
	e = db_row(db, a, Q_PLACEMENT_NAME, ARGS(p->after_id, referrer_id),
	    &name_row, &row);
	*key = ARG(row.name);
	return e == ERR_NOT_FOUND ? ERR_BAD_PAGE : e;
}

enum err
placement_list(struct db *db, struct arena *a, uint64_t referrer_id,
    const struct placement_filter *f, const struct paging *p,
    struct list *out)
{
	static const uint32_t after[] = {
		[PLACEMENTS_NEWEST] = Q_PLACEMENT_LIST_WHERE_AFTER_DESC,
		[PLACEMENTS_OLDEST] = Q_PLACEMENT_LIST_WHERE_AFTER_ASC,
		[PLACEMENTS_BY_NAME] = Q_PLACEMENT_LIST_WHERE_AFTER_NAME,
	};
	struct list_query q = { .q = Q_PLACEMENT_LIST };
	struct arg_list args = { 0 };
	struct arg key;

	TRY(cursor_key(db, a, referrer_id, p, &key));
	arg_push(&args, ARG(referrer_id));
	push_filters(a, f, &q, &args);
	paging_args(p, &q, &args, after[p->order], key);
	return db_list(db, a, &q, ARG_LIST(args), &placement_row, out);
}

static enum err
find_by_code(struct db *db, struct arena *a, struct str code, struct when now,
    struct origin *origin)
{
	return db_row(db, a, Q_PLACEMENT_BY_CODE, ARGS(STR(DEFAULT_PARAMETER),
	    (int64_t)DEFAULT_COOKIE_DAYS, now, code), &origin_row, origin);
}

enum err
placement_by_code(struct db *db, struct arena *a, struct str code,
    struct when now, struct origin *origin)
{
	enum err e = find_by_code(db, a, code, now, origin);

	if (e != ERR_NOT_FOUND)
		return e;
	TRY(placement_code_now(db, a, &code));
	return find_by_code(db, a, code, now, origin);
}

struct code_row {
	struct str code;
};

SHAPE(code_row, struct code_row, NULL, COLUMN(struct code_row, code));

enum err
placement_code_now(struct db *db, struct arena *a, struct str *code)
{
	struct code_row row = { STR_NULL };

	TRY(db_row(db, a, Q_PLACEMENT_CODE_NOW, ARGS(*code), &code_row, &row));
	*code = row.code;
	return OK;
}

enum err
placement_by_click(struct db *db, struct arena *a,
    const unsigned char token[16], struct when now, struct origin *origin)
{
	struct when since = when_add(now, -settings->cookie_days * 86400);

	return db_row(db, a, Q_PLACEMENT_BY_CLICK, ARGS(now, BYTES(token, 16),
	    since), &origin_row, origin);
}

enum err
placement_count(struct db *db, uint64_t id, uint64_t referrer_id,
    struct when at, const struct count_day *m)
{
	TRY(db_exec(db, Q_COUNT_TOTAL, ARGS(m->clicks, m->unique_clicks,
	    m->bot_clicks, id), NULL, NULL));
	return db_exec(db, Q_COUNT_DAY, ARGS(id, day_of(at), referrer_id,
	    m->clicks, m->unique_clicks, m->bot_clicks), NULL, NULL);
}

enum err
placement_active(struct db *db, struct str ids, int sign, struct when now)
{
	TRY(db_exec(db, Q_REPORT_ACTIVE, ARGS(sign, now, ids), NULL, NULL));
	TRY(db_exec(db, Q_BROUGHT_ACTIVE, ARGS(ids, sign), NULL, NULL));
	return db_exec(db, Q_BROUGHT_ACTIVE_PROMOTERS, ARGS(ids, sign), NULL,
	    NULL);
}

/* For reports, which the jobs role adds up. */
static enum err
report(struct db *db, const struct brought *o)
{
	if (o->arrived.p != NULL)
		return db_exec(db, Q_REPORT_ARRIVED, ARGS(o->at, o->arrived),
		    NULL, NULL);
	return db_exec(db, Q_REPORT_BROUGHT, ARGS(o->organization_id,
	    o->placement_id, o->referral_id, o->currency, o->referrals,
	    o->customers, o->cancellations, o->active, o->sales, o->refunds,
	    o->revenue, o->at), NULL, NULL);
}

enum err
placement_brought(struct db *db, const struct brought *o)
{
	TRY(db_exec(db, Q_BROUGHT_TOTAL, ARGS(o->referrer_id, o->referrals,
	    o->customers, o->active, o->upgrades, o->sales, o->revenue,
	    o->currency, o->organization_id, STR(DEFAULT_CURRENCY), o->at,
	    o->placement_id), NULL, NULL));
	if (o->referrals != 0 || o->customers != 0 || o->cancellations != 0)
		TRY(db_exec(db, Q_BROUGHT_DAY, ARGS(o->placement_id,
		    day_of(o->at), o->referrer_id, o->referrals, o->customers,
		    o->cancellations), NULL, NULL));
	TRY(report(db, o));
	return o->currency.p == NULL ? OK :
	    db_exec(db, Q_BROUGHT_SALES, ARGS(o->placement_id, o->currency,
	    day_of(o->at), o->referrer_id, o->sales, o->revenue), NULL, NULL);
}
