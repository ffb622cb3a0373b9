/* The program's decisions: one row, made at the first of them. */
#include "model/program/program.h"

#include "auth/secret.h"
#include "model/campaign/campaign.h"
#include "model/event/event.h"
#include "base/banned.h"

#define KEY_LABEL "stripe key of a company"

#define DEFAULTS ((struct program){ .currency = STR(DEFAULT_CURRENCY), \
	.net_days = 15, .least_payout = 0, .least_customers = 0 })

SHAPE(program_row, struct program, NULL,
    COLUMN(struct program, campaign_id),
    COLUMN(struct program, currency),
    COLUMN(struct program, net_days),
    COLUMN(struct program, least_payout),
    COLUMN(struct program, least_customers),
    COLUMN(struct program, has_key),
    COLUMN(struct program, version));

SHAPE(program_key_row, struct program, NULL,
    COLUMN(struct program, key, .flags = F_BYTES));

static struct arg
sealed(struct arena *a, const struct program *p)
{
	struct str s;

	if (p->key.p == NULL)
		return ARG(STR_NULL);
	s = secret_seal(a, KEY_LABEL, p->key);
	return BYTES(s.p, s.n);
}

enum err
program_stripe_key(struct db *db, struct arena *a, uint64_t org,
    struct str *key)
{
	struct program p = { 0 };
	enum err e = db_row(db, a, Q_PROGRAM_KEY, ARGS(org), &program_key_row,
	    &p);

	if (e == ERR_NOT_FOUND || (e == OK && p.key.p == NULL))
		return ERR_NO_STRIPE;
	TRY(e);
	*key = secret_open(a, KEY_LABEL, p.key);
	return key->p == NULL ? ERR_NO_STRIPE : OK;
}

enum err
program_get(struct db *db, struct arena *a, uint64_t org, struct program *p)
{
	enum err e = db_row(db, a, Q_PROGRAM_GET, ARGS(org), &program_row, p);

	if (e != ERR_NOT_FOUND)
		return e;
	*p = DEFAULTS;
	return OK;
}

static enum err
insert(struct db *db, struct arena *a, const struct actor *who,
    const struct program *p, uint64_t *rows)
{
	return db_exec(db, Q_PROGRAM_INSERT, ARGS(who->organization_id,
	    p->campaign_id, p->currency, p->net_days, p->least_payout,
	    p->least_customers, sealed(a, p), who->now), rows, NULL);
}

/* Revenue is what came in the program's currency. */
static enum err
count_again(struct db *db, uint64_t org, struct str currency)
{
	TRY(db_exec(db, Q_PROGRAM_PLACEMENT_REVENUE, ARGS(currency, org), NULL,
	    NULL));
	return db_exec(db, Q_PROGRAM_PROMOTER_REVENUE, ARGS(currency, org),
	    NULL, NULL);
}

static enum err
tell(struct db *db, struct arena *a, const struct actor *who)
{
	return event_by(db, a, who, who->organization_id, "program.updated");
}

enum err
program_set(struct db *db, struct arena *a, const struct actor *who,
    struct program *p)
{
	struct program was = DEFAULTS;
	struct campaign c = CAMPAIGN_NEW;
	uint64_t rows;
	enum err e;

	if (p->campaign_id != 0) {
		TRY(campaign_get(db, a, who->organization_id, p->campaign_id,
		    &c));
		if (c.status == CAMPAIGN_DELETED)
			return ERR_NOT_FOUND;
	}
	e = db_row(db, a, Q_PROGRAM_LOCK, ARGS(who->organization_id),
	    &program_row, &was);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (p->version == 0)
		TRY(insert(db, a, who, p, &rows));
	else
		TRY(db_exec(db, Q_PROGRAM_UPDATE, ARGS(p->campaign_id,
		    p->currency, p->net_days, p->least_payout,
		    p->least_customers, p->key_given, sealed(a, p), who->now,
		    who->organization_id, p->version), &rows, NULL));
	if (rows == 0)
		return ERR_STALE;
	if (!str_eq(was.currency, p->currency))
		TRY(count_again(db, who->organization_id, p->currency));
	p->version++;
	p->has_key = p->key_given ? p->key.p != NULL : p->has_key;
	return tell(db, a, who);
}

enum err
program_adopt(struct db *db, struct arena *a, const struct actor *who,
    uint64_t campaign_id)
{
	struct program p = DEFAULTS;
	uint64_t rows;

	p.campaign_id = campaign_id;
	TRY(insert(db, a, who, &p, &rows));
	if (rows == 0)
		TRY(db_exec(db, Q_PROGRAM_ADOPT, ARGS(campaign_id, who->now,
		    who->organization_id), &rows, NULL));
	return rows == 0 ? OK : tell(db, a, who);
}

enum err
program_leave(struct db *db, struct arena *a, const struct actor *who,
    uint64_t campaign_id)
{
	uint64_t rows;

	TRY(db_exec(db, Q_PROGRAM_LEAVE, ARGS(who->now, who->organization_id,
	    campaign_id), &rows, NULL));
	return rows == 0 ? OK : tell(db, a, who);
}
