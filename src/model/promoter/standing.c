/* Promoters in campaigns: how they come in, and what becomes of them there. */
#include "model/promoter/standing.h"

#include <sodium.h>

#include "model/campaign/campaign.h"
#include "model/event/record.h"
#include "model/people/slug.h"
#include "model/referral/placement.h"
#include "base/banned.h"

#define CODE_LEAST 3
#define CODE_MOST 30	/* the column has room for a suffix */
#define CODE_TRIES 5

const char *const standing_labels[] = {
	"pending", "accepted", "rejected", "blocked", "inactive", "not_set",
	NULL
};

/* Where one may come from; what has ended was accepted. */
static const struct {
	unsigned from;
	int standing, status;
	const char *event;
} moves[] = {
#define FROM(name) (1u << STANDING_##name)
	[STANDING_PENDING] = { 0, STANDING_PENDING, PLACEMENT_INACTIVE, NULL },
	[STANDING_ACCEPTED] = { FROM(PENDING) | FROM(REJECTED) |
	    FROM(BLOCKED) | FROM(INACTIVE), STANDING_ACCEPTED,
	    PLACEMENT_ACTIVE, "promoter_campaign.accepted" },
	[STANDING_REJECTED] = { FROM(PENDING), STANDING_REJECTED,
	    PLACEMENT_INACTIVE, "promoter_campaign.rejected" },
	[STANDING_BLOCKED] = { FROM(PENDING) | FROM(ACCEPTED) |
	    FROM(REJECTED) | FROM(INACTIVE), STANDING_BLOCKED,
	    PLACEMENT_INACTIVE, "promoter_campaign.blocked" },
	[STANDING_INACTIVE] = { FROM(ACCEPTED), STANDING_ACCEPTED,
	    PLACEMENT_INACTIVE, "promoter_campaign.ended" },
#undef FROM
};

SHAPE(standing_row_shape, struct standing_row, NULL,
    COLUMN(struct standing_row, id),
    COLUMN(struct standing_row, organization_id),
    COLUMN(struct standing_row, promoter_id),
    COLUMN(struct standing_row, campaign_id),
    COLUMN(struct standing_row, state, .labels = standing_labels),
    COLUMN(struct standing_row, archived_at),
    COLUMN(struct standing_row, code),
    COLUMN(struct standing_row, coupon),
    COLUMN(struct standing_row, landing_url),
    COLUMN(struct standing_row, campaign_name),
    COLUMN(struct standing_row, campaign_color),
    COLUMN(struct standing_row, promoter_email),
    COLUMN(struct standing_row, promoter_name),
    COLUMN(struct standing_row, created_at),
    COLUMN(struct standing_row, clicks),
    COLUMN(struct standing_row, referrals),
    COLUMN(struct standing_row, customers),
    COLUMN(struct standing_row, sales),
    COLUMN(struct standing_row, revenue),
    COLUMN(struct standing_row, own_rewards));

SHAPE(standing_campaign_row, struct standing_campaign, NULL,
    COLUMN(struct standing_campaign, id),
    COLUMN(struct standing_campaign, name),
    COLUMN(struct standing_campaign, status, .labels = campaign_status_labels));

bool
standing_may(int from, int to)
{
	return from == to || (moves[to].from >> from & 1) != 0;
}

enum err
standing_lock(struct db *db, struct arena *a, const struct actor *who,
    uint64_t placement_id, struct standing_row *s)
{
	return db_row(db, a, Q_STANDING_LOCK, ARGS(placement_id,
	    who->organization_id), &standing_row_shape, s);
}

enum err
standing_lock_in(struct db *db, struct arena *a, const struct actor *who,
    struct str promoters, uint64_t campaign_id, struct list *out)
{
	return db_rows(db, a, Q_STANDING_LOCK_IN, ARGS(promoters,
	    campaign_id, who->organization_id), &standing_row_shape, out);
}

/* Some placements come to a count, or leave it; q: of which. */
static enum err
count(struct db *db, struct arena *a, enum query q, uint64_t org, bool more,
    const uint64_t *ids, size_t n)
{
	return n == 0 ? OK : db_exec(db, q, ARGS(org, more ? 1 : -1,
	    ids_json(a, ids, n)), NULL, NULL);
}

static struct event_data
event_of(struct arena *a, const struct actor *who,
    const struct standing_row *s, const char *type, int was)
{
	struct record_diff d;

	diff_init(&d, a);
	diff_label(&d, "state", standing_labels[was],
	    standing_labels[s->state]);
	return (struct event_data){ { who->organization_id, type, s->id,
	    who->user_id, who->now }, str_printf(a, "\"promoterId\":\"%llu\","
	    "\"campaignId\":\"%llu\"%.*s",
	    (unsigned long long)s->promoter_id,
	    (unsigned long long)s->campaign_id, STR_ARG(diff_members(&d))) };
}

static bool
is_accepted(int state)
{
	return state == STANDING_ACCEPTED || state == STANDING_INACTIVE;
}

/* May this one move? */
static enum err
judge(const struct standing_row *s, enum standing to)
{
	if (s->state == (int)to)
		return OK;
	if (to == STANDING_ACCEPTED && s->archived_at.us != 0)
		return ERR_ARCHIVED;
	return standing_may(s->state, to) ? OK : ERR_STANDING;
}

enum err
standing_move_all(struct db *db, struct arena *a, const struct actor *who,
    struct standing_row *s, size_t n, enum standing to, enum err *result)
{
	struct when ended = { to == STANDING_INACTIVE ? who->now.us : 0 };
	struct when over = { to == STANDING_ACCEPTED ? who->now.us : 0 };
	struct event_data *events = arena_array(a, n, sizeof(*events));
	uint64_t *ids = arena_array(a, 3 * n, sizeof(*ids));
	uint64_t *waited = ids + n, *counted = waited + n;
	size_t moved = 0, waits = 0, counts = 0;

	for (size_t i = 0; i < n; i++) {
		int was = s[i].state;

		result[i] = judge(&s[i], to);
		if (result[i] != OK || s[i].state == (int)to)
			continue;
		if (was == STANDING_PENDING && s[i].archived_at.us == 0)
			waited[waits++] = s[i].id;
		if (is_accepted(was) != is_accepted(to))
			counted[counts++] = s[i].id;
		s[i].state = to;
		events[moved] = event_of(a, who, &s[i], moves[to].event, was);
		ids[moved++] = s[i].id;
	}
	if (moved == 0)
		return OK;
	TRY(db_exec(db, Q_STANDING_MOVE, ARGS(ids_json(a, ids, moved),
	    LABEL(standing_labels, moves[to].standing),
	    LABEL(placement_status_labels, moves[to].status), ended, over,
	    who->now), NULL, NULL));
	TRY(count(db, a, Q_STANDING_WAITING, who->organization_id, false,
	    waited, waits));
	TRY(count(db, a, Q_STANDING_ACCEPTED, who->organization_id,
	    is_accepted(to), counted, counts));
	return event_write_all(db, a, events, moved);
}

enum err
standing_move(struct db *db, struct arena *a, const struct actor *who,
    struct standing_row *s, enum standing to)
{
	enum err result;

	TRY(standing_move_all(db, a, who, s, 1, to, &result));
	return result;
}

enum err
standing_campaign(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct standing_campaign *c)
{
	enum err e = id == 0 ?
	    db_row(db, a, Q_STANDING_DEFAULT, ARGS(org),
		&standing_campaign_row, c) :
	    db_row(db, a, Q_STANDING_CAMPAIGN, ARGS(id, org),
		&standing_campaign_row, c);

	if (e == ERR_NOT_FOUND && id == 0)
		return ERR_NO_CAMPAIGN;
	if (e != OK)
		return e;
	if (c->status == CAMPAIGN_DELETED)
		return id == 0 ? ERR_NO_CAMPAIGN : ERR_NOT_FOUND;
	return c->status == CAMPAIGN_STOPPED ||
	    c->status == CAMPAIGN_FINISHED || c->status == CAMPAIGN_CANCELED ?
	    ERR_CAMPAIGN_OVER : OK;
}

/* His name, then with a number behind it; where he has none, a random one. */
static struct str
code_candidate(struct arena *a, struct str name, int try)
{
	struct str slug = slug_of(a, name);

	if (slug.n > CODE_MOST)
		slug.n = CODE_MOST;
	if (slug.n < CODE_LEAST || try == CODE_TRIES - 1)
		return placement_code(a);
	return try == 0 ? slug : str_printf(a, "%.*s%u", STR_ARG(slug),
	    10 + randombytes_uniform(try == 1 ? 90 : 9990));
}

static enum err
insert(struct db *db, struct arena *a, const struct actor *who,
    const struct standing_campaign *c, const struct entrance *in, uint64_t *id)
{
	int tries = in->code.p != NULL ? 1 : CODE_TRIES;

	for (int i = 0; i < tries; i++) {
		struct str code = in->code.p != NULL ? in->code :
		    code_candidate(a, in->name, i);
		enum err e = placement_code_free(db, a, code, 0);

		if (e == OK)
			e = db_exec(db, Q_STANDING_ENTER, ARGS(
			    who->organization_id, c->id, in->promoter_id,
			    c->name, code, LABEL(placement_status_labels,
			    in->accepted ? PLACEMENT_ACTIVE :
			    PLACEMENT_INACTIVE), LABEL(standing_labels,
			    in->accepted ? STANDING_ACCEPTED :
			    STANDING_PENDING), who->now), NULL, id);
		if (e != ERR_CONFLICT)
			return e;
	}
	return ERR_CODE_TAKEN;
}

enum err
standing_enter(struct db *db, struct arena *a, const struct actor *who,
    const struct standing_campaign *c, const struct entrance *in, uint64_t *id)
{
	struct event_data event;

	TRY(insert(db, a, who, c, in, id));
	TRY(db_exec(db, Q_PLACEMENT_TOTAL_INSERT, ARGS(*id), NULL, NULL));
	TRY(count(db, a, in->accepted ? Q_STANDING_ACCEPTED :
	    Q_STANDING_WAITING, who->organization_id, true, id, 1));
	event = (struct event_data){ { who->organization_id,
	    "promoter_campaign.created", *id, who->user_id, who->now },
	    str_printf(a, "\"promoterId\":\"%llu\","
	    "\"campaignId\":\"%llu\",\"state\":\"%s\"",
	    (unsigned long long)in->promoter_id, (unsigned long long)c->id,
	    standing_labels[in->accepted ? STANDING_ACCEPTED :
	    STANDING_PENDING]) };
	return event_write_all(db, a, &event, 1);
}

enum err
standing_of(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *promoters, size_t n, struct list *out)
{
	return db_rows(db, a, Q_STANDING_OF, ARGS(ids_json(a, promoters, n),
	    org), &standing_row_shape, out);
}
