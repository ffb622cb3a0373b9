/* Commissions that somebody enters by hand: of a sale, or of nothing else. */
#include "model/track/commission_enter.h"

#include "model/program/program.h"
#include "model/reward/terms.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

struct place {
	uint64_t id, campaign_id, referrer_id;
};

SHAPE(commission_place_row, struct place, NULL,
    COLUMN(struct place, id),
    COLUMN(struct place, campaign_id),
    COLUMN(struct place, referrer_id));

enum err
commission_enter_read(struct db *db, struct arena *a, const struct actor *who,
    struct commission_entry *e)
{
	struct program p = { 0 };

	if (e->placement_id == 0)
		return track_sale_read(db, a, who, &e->sale);
	TRY(program_get(db, a, who->organization_id, &p));
	e->sale.currency = e->unit == UNIT_CASH ? p.currency :
	    unit_currency((enum unit)e->unit);
	return OK;
}

static struct arg
period_of(const struct track_sale *s)
{
	return s->billing_period < 0 ? ARG(STR_NULL) :
	    LABEL(billing_period_labels, s->billing_period);
}

/* A sale of nothing carries it. */
static enum err
enter_custom(struct db *db, struct arena *a, const struct actor *who,
    struct commission_entry *e)
{
	struct track_sale *s = &e->sale;
	struct place at = { 0 };
	struct commission c;
	uint64_t id;
	enum err err;

	TRY(db_row(db, a, Q_LEAD_PLACEMENT, ARGS(e->placement_id,
	    who->organization_id), &commission_place_row, &at));
	err = db_exec(db, Q_COMMISSION_CUSTOM_SALE, ARGS(who->organization_id,
	    s->event, s->currency, period_of(s), s->on, who->now), NULL,
	    &s->id);
	if (err == ERR_CONFLICT)
		return ERR_EVENT_TAKEN;
	TRY(err);
	c = (struct commission){ .organization_id = who->organization_id,
	    .sale_id = s->id, .referrer_id = at.referrer_id,
	    .campaign_id = at.campaign_id, .placement_id = at.id,
	    .amount = e->amount, .tier = 1, .currency = s->currency };
	TRY(earning_post(db, a, &c, 1, who->now, &id));
	return event_write(db, a, &(struct event){ who->organization_id,
	    "commission.created", id, who->user_id, who->now },
	    "\"campaignId\":\"%llu\",\"promoterId\":\"%llu\",\"amount\":%lld,"
	    "\"currency\":\"%.*s\",\"state\":\"approved\"", LLU(at.id),
	    LLU(at.referrer_id),
	    (long long)e->amount, STR_ARG(s->currency));
}

enum err
commission_enter(struct db *db, struct arena *a, const struct actor *who,
    struct commission_entry *e, struct list *out)
{
	TRY(e->placement_id != 0 ? enter_custom(db, a, who, e) :
	    track_sale(db, a, who, &e->sale));
	TRY(db_exec(db, Q_COMMISSION_ENTERED, ARGS(who->user_id,
	    e->notes.internal, e->notes.external, e->sale.id), NULL, NULL));
	return commission_of_sale(db, a, who->organization_id, e->sale.id,
	    out);
}
