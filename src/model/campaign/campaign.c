/* Campaigns and their lifecycle. */
#include "model/campaign/campaign.h"

#include <stdarg.h>

#include "ledger/history.h"
#include "model/event/event.h"
#include "base/banned.h"

const char *const campaign_status_labels[] = {
	"draft", "scheduled", "running", "paused", "stopped", "finished",
	"canceled", "deleted", NULL
};
const char *const campaign_type_labels[] = {
	"Flexible", "Performance", NULL
};
const char *const campaign_verb_labels[] = {
	"schedule", "start", "pause", "stop", "finish", "cancel", "delete",
	NULL
};

/* What a verb does, and from where; all others are refused. */
#define FROM(status) (1u << CAMPAIGN_##status)
#define LIVE (FROM(SCHEDULED) | FROM(RUNNING) | FROM(PAUSED))

static const struct move {
	unsigned from;
	int to;
	const char *event;
} moves[CAMPAIGN_VERBS] = {
	[VERB_SCHEDULE] = { FROM(DRAFT) | FROM(SCHEDULED) | FROM(PAUSED),
	    CAMPAIGN_SCHEDULED, "campaign.scheduled" },
	[VERB_START] = { FROM(DRAFT) | FROM(SCHEDULED) | FROM(PAUSED),
	    CAMPAIGN_RUNNING, "campaign.started" },
	[VERB_PAUSE] = { FROM(SCHEDULED) | FROM(RUNNING), CAMPAIGN_PAUSED,
	    "campaign.paused" },
	[VERB_STOP] = { LIVE, CAMPAIGN_STOPPED, "campaign.stopped" },
	[VERB_FINISH] = { LIVE, CAMPAIGN_FINISHED, "campaign.finished" },
	[VERB_CANCEL] = { LIVE, CAMPAIGN_CANCELED, "campaign.canceled" },
	[VERB_DELETE] = { FROM(DRAFT) | LIVE | FROM(STOPPED) |
	    FROM(FINISHED) | FROM(CANCELED), CAMPAIGN_DELETED,
	    "campaign.deleted" },
};

bool
campaign_may(enum campaign_verb verb, int status)
{
	return (moves[verb].from >> status & 1) != 0;
}

void
campaign_lifecycle(struct buf *b)
{
	buf_lit(b, "| verb |");
	for (int from = 0; campaign_status_labels[from] != NULL; from++)
		buf_printf(b, " %s |", campaign_status_labels[from]);
	buf_lit(b, "\n|");
	for (int i = 0; i <= CAMPAIGN_DELETED + 1; i++)
		buf_lit(b, " --- |");
	buf_lit(b, "\n");
	for (int verb = 0; verb < CAMPAIGN_VERBS; verb++) {
		buf_printf(b, "| %s |", campaign_verb_labels[verb]);
		for (int from = 0; campaign_status_labels[from] != NULL; from++)
			buf_printf(b, " %s |", campaign_may(
			    (enum campaign_verb)verb, from) ?
			    campaign_status_labels[moves[verb].to] : "");
		buf_lit(b, "\n");
	}
}

bool
campaign_over(const struct campaign *c)
{
	return c->status >= CAMPAIGN_STOPPED;
}

SHAPE(campaign_row, struct campaign, NULL,
    COLUMN(struct campaign, id),
    COLUMN(struct campaign, organization_id),
    COLUMN(struct campaign, advertiser_id),
    COLUMN(struct campaign, user_id),
    COLUMN(struct campaign, name),
    COLUMN(struct campaign, description),
    COLUMN(struct campaign, advertiser),
    COLUMN(struct campaign, brand),
    COLUMN(struct campaign, product_group),
    COLUMN(struct campaign, currency),
    COLUMN(struct campaign, extras),
    COLUMN(struct campaign, type, .labels = campaign_type_labels),
    COLUMN(struct campaign, status, .labels = campaign_status_labels),
    COLUMN(struct campaign, starts_on),
    COLUMN(struct campaign, ends_on),
    COLUMN(struct campaign, begins_at),
    COLUMN(struct campaign, launched_at),
    COLUMN(struct campaign, ended_on),
    COLUMN(struct campaign, ended_at),
    COLUMN(struct campaign, created_at),
    COLUMN(struct campaign, updated_at),
    COLUMN(struct campaign, settled),
    COLUMN(struct campaign, billed),
    COLUMN(struct campaign, archived),
    COLUMN(struct campaign, paid),
    COLUMN(struct campaign, earned),
    COLUMN(struct campaign, released),
    COLUMN(struct campaign, refunded),
    COLUMN(struct campaign, runs),
    COLUMN(struct campaign, version));

static enum err
event(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, const char *type)
{
	return event_write(db, a, &(struct event){ c->organization_id, type,
	    c->id, who->user_id, who->now }, "\"status\":\"%s\"",
	    campaign_status_labels[c->status]);
}

static struct arg
type_arg(const struct campaign *c)
{
	return c->type < 0 ? ARG(STR_NULL) :
	    LABEL(campaign_type_labels, c->type);
}

enum err
campaign_note(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, const char *action, struct str text,
    const char *data, ...)
{
	struct str members = STR("");
	va_list ap;

	if (data != NULL) {
		va_start(ap, data);
		members = str_vprintf(a, data, ap);
		va_end(ap);
	}
	return history_write(db, a, &(struct history_entry){
	    .organization_id = c->organization_id, .campaign_id = c->id,
	    .user_id = who->user_id, .action = action,
	    .status = campaign_status_labels[c->status],
	    .data = str_printf(a, "{%.*s}", STR_ARG(members)), .text = text,
	    .at = who->now });
}

static enum err
note_creation(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c)
{
	return history_begin(db, a, &(struct history_entry){
	    .organization_id = c->organization_id, .campaign_id = c->id,
	    .user_id = who->user_id, .action = "create",
	    .status = campaign_status_labels[c->status], .data = STR("{}"),
	    .at = who->now });
}

SHAPE(advertiser_row, struct campaign, NULL,
    FIELD(struct campaign, advertiser_id, "id"));

/* The advertiser of that reference, made on its first use. */
static enum err
meet(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	enum err e = db_exec(db, Q_ADVERTISER_INSERT, ARGS(
	    c->organization_id, c->advertiser, who->now), NULL,
	    &c->advertiser_id);

	return e != ERR_CONFLICT ? e : db_row(db, a, Q_ADVERTISER_FIND, ARGS(
	    c->organization_id, c->advertiser), &advertiser_row, c);
}

enum err
campaign_create(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	c->organization_id = who->organization_id;
	c->user_id = who->user_id;
	c->status = CAMPAIGN_DRAFT;
	c->created_at = c->updated_at = who->now;
	c->version = 1;
	if (c->advertiser.p != NULL)
		TRY(meet(db, a, who, c));
	TRY(db_exec(db, Q_CAMPAIGN_INSERT, ARGS(c->organization_id,
	    c->advertiser_id, c->user_id, c->name, c->description, c->brand,
	    c->product_group, type_arg(c), c->currency, c->extras,
	    c->starts_on, c->ends_on, c->begins_at, who->now), NULL, &c->id));
	TRY(note_creation(db, a, who, c));
	return event(db, a, who, c, "campaign.created");
}

enum err
campaign_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct campaign *c)
{
	return db_row(db, a, Q_CAMPAIGN_GET, ARGS(org, id), &campaign_row, c);
}

enum err
campaign_lock(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct campaign *c)
{
	return db_row(db, a, Q_CAMPAIGN_LOCK, ARGS(org, id), &campaign_row,
	    c);
}

enum err
campaign_engage(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	TRY(meet(db, a, who, c));
	return db_exec(db, Q_CAMPAIGN_ENGAGE, ARGS(c->advertiser_id,
	    c->currency, c->brand, c->product_group, type_arg(c), c->id),
	    NULL, NULL);
}

enum err
campaign_update(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	c->version++;
	c->updated_at = who->now;
	TRY(db_exec(db, Q_CAMPAIGN_UPDATE, ARGS(c->name, c->description,
	    c->extras, c->archived, c->starts_on, c->ends_on, c->begins_at,
	    who->now, c->id), NULL, NULL));
	TRY(campaign_note(db, a, who, c, "update", STR_NULL, NULL));
	return event(db, a, who, c, "campaign.updated");
}

enum err
campaign_store_money(struct db *db, const struct actor *who,
    struct campaign *c)
{
	c->version++;
	c->updated_at = who->now;
	return db_exec(db, Q_CAMPAIGN_MONEY, ARGS(c->paid, c->earned,
	    c->released, c->refunded, c->billed, c->settled, who->now,
	    c->id), NULL, NULL);
}

/* What is known of a move besides: when it begins, as of which day it ends. */
static enum err
note_move(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, const char *verb, struct str reason)
{
	char text[CLOCK_ISO_LEN + 1];

	if (c->status == CAMPAIGN_SCHEDULED) {
		clock_iso(c->begins_at, text);
		return campaign_note(db, a, who, c, verb, reason,
		    "\"begins_at\":\"%s\"", text);
	}
	if (!campaign_over(c) || c->status == CAMPAIGN_DELETED)
		return campaign_note(db, a, who, c, verb, reason, NULL);
	day_iso(c->ended_on, text);
	return campaign_note(db, a, who, c, verb, reason,
	    "\"as_of\":\"%s\"", text);
}

enum err
campaign_move(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, enum campaign_verb verb, struct str reason)
{
	if (c->id == PROGRAM_CAMPAIGN || !campaign_may(verb, c->status))
		return ERR_CONFLICT;
	c->status = moves[verb].to;
	if (c->status != CAMPAIGN_SCHEDULED)
		c->begins_at = (struct when){ 0 };
	if (c->status == CAMPAIGN_RUNNING) {
		c->runs++;
		if (c->launched_at.us == 0)
			c->launched_at = who->now;
	}
	if (campaign_over(c) && c->ended_at.us == 0)
		c->ended_at = who->now;
	TRY(db_exec(db, Q_CAMPAIGN_MOVE, ARGS(
	    LABEL(campaign_status_labels, c->status), c->begins_at,
	    c->launched_at, c->ended_on, c->ended_at, c->runs, c->id), NULL,
	    NULL));
	TRY(campaign_store_money(db, who, c));
	TRY(note_move(db, a, who, c, campaign_verb_labels[verb], reason));
	return event(db, a, who, c, moves[verb].event);
}

enum err
campaign_begin(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, struct when at)
{
	if (at.us == 0 && c->starts_on.n != DAY_NONE.n)
		at = day_start(c->starts_on);
	if (at.us <= who->now.us)
		return campaign_move(db, a, who, c, VERB_START, STR_NULL);
	c->begins_at = at;
	return campaign_move(db, a, who, c, VERB_SCHEDULE, STR_NULL);
}
