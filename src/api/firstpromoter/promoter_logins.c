/* Tokens of promoters: got by their company, taken back by it. */
#include "api/firstpromoter/affiliate.h"
#include "base/settings.h"

#include "base/banned.h"

SHAPE(fp_token, struct fp_token, "PromoterToken",
    FIELD(struct fp_token, access_token, "access_token", .flags = F_SECRET,
	.max = 100, .doc = "Send it as Authorization: Bearer, with the "
	    "Account-ID of the company"),
    FIELD(struct fp_token, type, "token_type", .max = 10),
    FIELD(struct fp_token, expires_in, "expires_in",
	.doc = "Seconds for which it is good"),
    FIELD(struct fp_token, expires_at, "expires_at"),
    FP_ID(struct fp_token, promoter_id, "promoter_id"));

enum err
fp_token_answer(struct request *rq, const struct promoter_login *l)
{
	struct fp_token *out = ARENA_NEW(rq->arena, struct fp_token);

	*out = (struct fp_token){ .type = STR("Bearer"),
	    .expires_in = settings->promoter_seconds,
	    .expires_at = when_add(rq->now, settings->promoter_seconds),
	    .promoter_id = l->id };
	rq->out = out;
	return promoter_session_open(rq->db, rq->arena, l, rq->who.user_id,
	    rq->now, &out->access_token);
}

/* In the address or in the body. */
struct login_in {
	struct str promoter_id;
	int find_by;
};

#define LOGIN_FIELDS(bits) \
    FIELD(struct login_in, promoter_id, "promoter_id", \
	.flags = (bits) | F_NULLABLE, .max = 254, \
	.doc = "Needed, here or in the other place"), \
    FIELD(struct login_in, find_by, "find_by", \
	.labels = promoter_key_labels, \
	.doc = "What promoter_id is, where it is no id")
SHAPE(fp_login_query, struct login_in, "PromoterLoginQuery",
    LOGIN_FIELDS(0));
SHAPE(fp_login_in, struct login_in, "PromoterLogin", LOGIN_FIELDS(F_LOOSE));

static enum err
find(struct request *rq)
{
	const struct login_in *q = rq->query, *in = rq->in;
	struct promoter_login *l = ARENA_NEW(rq->arena, struct promoter_login);

	rq->prepared = l;
	if (q->promoter_id.n == 0)
		q = in;
	if (q->promoter_id.n == 0) {
		complain(&rq->wrong, rq->arena, STR("promoter_id"),
		    "must be there");
		return ERR_PARAMS;
	}
	return promoter_find(rq->db, rq->arena, rq->who.org_id, q->find_by,
	    q->promoter_id, &l->id);
}

/* Before the transaction: what is looked at here is looked at again. */
static enum err
find_able(struct request *rq)
{
	struct promoter_login *l;

	TRY(find(rq));
	l = rq->prepared;
	return promoter_login_of(rq->db, rq->arena, rq->who.org_id, l->id, l);
}

static enum err
log_in(struct request *rq)
{
	return fp_token_answer(rq, rq->prepared);
}

static enum err
find_any(struct request *rq)
{
	struct promoter_login *l;
	struct promoter p = { 0 };

	TRY(find(rq));
	l = rq->prepared;
	return promoter_get(rq->db, rq->arena, rq->who.org_id, l->id, &p);
}

static enum err
log_out(struct request *rq)
{
	const struct promoter_login *l = rq->prepared;

	return promoter_sessions_end(rq->db, l->id);
}

static const enum err login_errors[] = ERRORS(ERR_NOT_FOUND, ERR_PARAMS,
    ERR_FORBIDDEN, ERR_ARCHIVED, ERR_BLOCKED);
static const enum err logout_errors[] = ERRORS(ERR_NOT_FOUND, ERR_PARAMS);

/* A token says how the promoter is paid as well. */
#define LOGIN .method = POST, .prepare = find_able, .handle = log_in, \
	.in = &fp_login_in, .query = &fp_login_query, .out = &fp_token, \
	.status = 200, .flags = R_WRITE | R_LIVE | R_BARE, \
	.scope = SCOPE_REFERRALS_WRITE | SCOPE_EARNINGS_WRITE, \
	.errors = login_errors, \
	.tag = "Promoters"
#define LOGOUT .method = POST, .prepare = find_any, .handle = log_out, \
	.in = &fp_login_in, .query = &fp_login_query, .status = 204, \
	.flags = R_WRITE | R_LIVE | R_BARE, \
	.scope = SCOPE_REFERRALS_WRITE, .errors = logout_errors, \
	.tag = "Promoters"

/* Each at the path of its kind, and at the one that is known. */
const struct route fp_promoter_login_routes[] = {
	{ LOGIN, .op = "logPromoterIn",
	  .path = "/company/promoters/iframe_login",
	  .summary = "Get a promoter's own token" },
	{ LOGIN, .op = "logPromoterInAsKnown",
	  .path = "/promoters/iframe_login",
	  .summary = "Get a promoter's own token, at the known path" },
	{ LOGOUT, .op = "logPromoterOut",
	  .path = "/company/promoters/iframe_logout",
	  .summary = "Take a promoter's tokens back" },
	{ LOGOUT, .op = "logPromoterOutAsKnown",
	  .path = "/promoters/iframe_logout",
	  .summary = "Take a promoter's tokens back, at the known path" },
	{ .op = NULL }
};
