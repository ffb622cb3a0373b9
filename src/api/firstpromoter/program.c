/* Settings of a company's program: this project's own path. */
#include "api/firstpromoter/routes.h"
#include "base/money.h"
#include "model/program/program.h"

#include "base/banned.h"

#define SETTINGS(...) \
    FIELD(struct program, campaign_id, "default_campaign_id", \
	.flags = F_ID_NUMBER | F_NULLABLE, \
	.doc = "Where promoters come if nothing else is said"), \
    FIELD(struct program, currency, "currency", __VA_ARGS__ \
	.format = "currency", .min = 3, .max = 3, .example = "\"USD\"", \
	.doc = "Of amounts that name none"), \
    FIELD(struct program, net_days, "net_payout_days", __VA_ARGS__ \
	.min = 0, .max = 365, .doc = "A payout is due so many days after " \
	    "its month"), \
    FIELD(struct program, least_payout, "min_payment", __VA_ARGS__ \
	.min = 0, .max = MONEY_MAX), \
    FIELD(struct program, least_customers, "min_paying_customers", \
	__VA_ARGS__ .min = 0, .max = 1000000)

SHAPE(fp_settings, struct program, "Settings", SETTINGS(),
    FIELD(struct program, has_key, "has_stripe_key"));
SHAPE(fp_settings_in, struct program, "SettingsUpdate",
    SETTINGS(.flags = F_REQUIRED,),
    FIELD(struct program, key, "stripe_key", .flags = F_NULLABLE, .min = 10,
	.max = 300, .doc = "A restricted key of the company's own account "
	    "at Stripe that may read customers, charges and refunds, for "
	    "sales of before; kept encrypted and never shown; null takes it "
	    "away, else it stays"));
enum { GIVEN_KEY = 5 };		/* its place */

/* So begin those that may stand in a server, and so are all of them. */
static void
check(struct request *rq)
{
	const struct program *in = rq->in;
	bool good = str_has_prefix(in->key, STR("rk_")) ||
	    str_has_prefix(in->key, STR("sk_"));

	for (size_t i = 0; i < in->key.n; i++) {
		char c = in->key.p[i];

		good = good && (c == '_' || (c >= '0' && c <= '9') ||
		    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
	}
	if (in->key.p != NULL && !good)
		complain(&rq->wrong, rq->arena, STR("stripe_key"),
		    "must be a secret or restricted key of Stripe");
}

static enum err
answer(struct request *rq, struct program *p)
{
	answer_etag(rq, (uint64_t)p->version);
	rq->out = p;
	return OK;
}

static enum err
get(struct request *rq)
{
	struct program *p = ARENA_NEW(rq->arena, struct program);

	TRY(program_get(rq->db, rq->arena, rq->who.org_id, p));
	return answer(rq, p);
}

/* What it stands at is read before the transaction begins. */
static enum err
read_first(struct request *rq)
{
	struct program *p = ARENA_NEW(rq->arena, struct program);

	TRY(program_get(rq->db, rq->arena, rq->who.org_id, p));
	rq->prepared = p;
	return precondition(rq, (uint64_t)p->version);
}

static enum err
update(struct request *rq)
{
	const struct program *was = rq->prepared;
	struct program *p = ARENA_NEW(rq->arena, struct program);

	*p = *(const struct program *)rq->in;
	p->version = was->version;
	p->has_key = was->has_key;
	p->key_given = (rq->given >> GIVEN_KEY & 1) != 0;
	TRY(program_set(rq->db, rq->arena, ACTOR(rq), p));
	return answer(rq, p);
}

static const enum err update_errors[] = ERRORS(ERR_STALE, ERR_NOT_FOUND);

const struct route fp_program_routes[] = {
	{ .op = "getSettings", .method = GET, .path = "/company/settings",
	  .handle = get, .out = &fp_settings, .status = 200,
	  .scope = SCOPE_ORGANIZATION_READ, .tag = "Settings",
	  .summary = "Settings of the program" },
	{ .op = "updateSettings", .method = PUT, .path = "/company/settings",
	  .prepare = read_first, .check = check, .handle = update,
	  .in = &fp_settings_in,
	  .out = &fp_settings, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_ORGANIZATION_WRITE, .errors = update_errors,
	  .tag = "Settings", .summary = "Replace the settings of the program" },
	{ .op = NULL }
};
