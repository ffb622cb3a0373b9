/* Promo codes of a company. */
#include "api/firstpromoter/promo_codes.h"
#include "model/promoter/own_room.h"
#include "model/reward/promo_code.h"

#include "base/banned.h"

#define CODE(bits) \
    FIELD(struct promo_code, code, "code", .flags = (bits), .min = 1, \
	.max = 120)
#define DESCRIPTION \
    FIELD(struct promo_code, description, "description", \
	.flags = F_NULLABLE, .max = 1000)
#define PLACEMENT(bits) \
    FIELD(struct promo_code, placement_id, "promoter_campaign_id", \
	.flags = F_ID_NUMBER | (bits), .doc = "Whose sales it brings")
#define OBJECTS \
    FIELD(struct promo_code, metadata, "metadata", \
	.flags = F_JSON | F_NULLABLE), \
    FIELD(struct promo_code, details, "details", \
	.flags = F_JSON | F_NULLABLE)

SHAPE(fp_promo_code_in, struct promo_code, "PromoCodeCreate",
    CODE(F_REQUIRED), DESCRIPTION, PLACEMENT(F_REQUIRED), OBJECTS,
    FIELD(struct promo_code, reward_id, "reward_id",
	.flags = F_REQUIRED | F_ID_NUMBER));
SHAPE(fp_promo_code_change, struct promo_code, "PromoCodeUpdate",
    CODE(0), DESCRIPTION, PLACEMENT(0), OBJECTS);

/* Bits of given, in their order. */
enum { HAS_CODE = 1, HAS_DESCRIPTION = 2, HAS_PLACEMENT = 4,
	HAS_METADATA = 8, HAS_DETAILS = 16 };

SHAPE(fp_code_reward, struct promo_code, "PromoCodeReward",
    FP_ID(struct promo_code, reward_id, "id"),
    FIELD(struct promo_code, reward_name, "name", .max = 120));

struct code_out {
	struct promo_code c, reward;
};

#define OUT(member, wire, ...) \
    FIELD(struct code_out, member, wire, __VA_ARGS__)
SHAPE(fp_promo_code, struct code_out, "PromoCode",
    FP_ID(struct code_out, c.id, "id"),
    OUT(c.code, "code", .max = 120),
    OUT(reward, "reward", .of = &fp_code_reward),
    OUT(c.ext_id, "ext_id", .flags = F_NULLABLE, .max = 120),
    OUT(c.description, "description", .flags = F_NULLABLE, .max = 1000),
    FP_ID(struct code_out, c.organization_id, "company_id"),
    FP_ID(struct code_out, c.placement_id, "promoter_campaign_id"),
    OUT(c.metadata, "metadata", .flags = F_JSON),
    OUT(c.details, "details", .flags = F_JSON),
    OUT(c.archived_at, "archived_at", .flags = F_NULLABLE));

static struct code_out
show(const struct promo_code *c)
{
	struct code_out out = { .c = *c, .reward = *c };

	if (out.c.metadata.p == NULL)
		out.c.metadata = STR("{}");
	if (out.c.details.p == NULL)
		out.c.details = STR("{}");
	return out;
}

static enum err
answer(struct request *rq, const struct promo_code *c)
{
	const struct code_out out = show(c);

	rq->out = arena_copy(rq->arena, &out, sizeof(out));
	answer_etag(rq, (uint64_t)c->version);
	return OK;
}

static enum err
wrong(struct request *rq, const char *field, const char *why)
{
	complain(&rq->wrong, rq->arena, str_of(field), "%s", why);
	return ERR_INVALID;
}

#define TAKEN "is that of another one that is not archived"

static enum err
create(struct request *rq)
{
	struct promo_code c = *(const struct promo_code *)rq->in;
	enum err e = promo_code_create(rq->db, rq->arena, ACTOR(rq), &c);

	if (e == ERR_CODE_TAKEN)
		return wrong(rq, "code", TAKEN);
	if (e == ERR_NOT_FOUND)
		return wrong(rq, "base", "The reward and the promoter "
		    "campaign must be the company's own");
	return e == OK ? answer(rq, &c) : e;
}

static enum err
get(struct request *rq)
{
	struct promo_code c = { 0 };

	TRY(promo_code_get(rq->db, rq->arena, rq->who.org_id, 0, rq->id[0],
	    &c));
	return answer(rq, &c);
}

/* As it is to be: what was sent, the rest as it was. */
static enum err
read_changed(struct request *rq, struct promo_code *c)
{
	const struct promo_code *in = rq->in;

	TRY(promo_code_get(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, rq->id[0], c));
	TRY(precondition(rq, (uint64_t)c->version));
	if (rq->given & HAS_CODE)
		c->code = in->code;
	if (rq->given & HAS_DESCRIPTION)
		c->description = in->description;
	if (rq->given & HAS_METADATA)
		c->metadata = in->metadata;
	if (rq->given & HAS_DETAILS)
		c->details = in->details;
	if (rq->given & HAS_PLACEMENT)
		c->placement_id = in->placement_id;
	return OK;
}

static enum err
read_first(struct request *rq)
{
	struct promo_code *c = ARENA_NEW(rq->arena, struct promo_code);
	enum err e;

	rq->prepared = c;
	TRY(read_changed(rq, c));
	if ((rq->given & HAS_PLACEMENT) == 0)
		return OK;
	e = promo_code_placement(rq->db, rq->arena, rq->who.org_id,
	    c->placement_id);
	return e != ERR_NOT_FOUND ? e : wrong(rq, "promoter_campaign_id",
	    "must be the company's own");
}

static enum err
update(struct request *rq)
{
	struct promo_code c = *(const struct promo_code *)rq->prepared;
	enum err e = promo_code_update(rq->db, rq->arena, ACTOR(rq), &c);

	if (e == ERR_CODE_TAKEN)
		return wrong(rq, "code", TAKEN);
	return e == OK ? answer(rq, &c) : e;
}

static enum err
archive(struct request *rq)
{
	struct promo_code c = { 0 };

	TRY(promo_code_archive(rq->db, rq->arena, ACTOR(rq),
	    rq->who.promoter_id, rq->id[0]));
	TRY(promo_code_get(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, rq->id[0], &c));
	return answer(rq, &c);
}

struct code_query {
	struct fp_page_query page;
	uint64_t placement_id;
};

SHAPE(fp_promo_code_query, struct code_query, "PromoCodeQuery",
    FP_PAGE_FIELDS(struct code_query),
    FIELD(struct code_query, placement_id, "promoter_campaign_id",
	.flags = F_ID_NUMBER, .doc = "Only those that stand for it"));

static const char *const sorts[] = { "id:asc", NULL };

static enum err
list(struct request *rq)
{
	const struct code_query *q = rq->query;
	const struct promo_code *c;
	struct code_out *out;
	struct paging p;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(promo_code_list(rq->db, rq->arena, rq->who.org_id,
	    q->placement_id, &p, &rows));
	c = rows.items;
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = show(&c[i]);
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct code_out, c.id), offsetof(struct code_out, c.id));
	return OK;
}

enum err
fp_promo_codes_of(struct request *rq, uint64_t placement_id, struct list *out)
{
	const struct promo_code *c;
	struct code_out *shown;
	struct list rows;

	TRY(promo_code_live(rq->db, rq->arena, rq->who.org_id, placement_id,
	    &rows));
	c = rows.items;
	shown = arena_array(rq->arena, rows.n + 1, sizeof(*shown));
	for (size_t i = 0; i < rows.n; i++)
		shown[i] = show(&c[i]);
	*out = (struct list){ shown, rows.n };
	return OK;
}

/* --- by a promoter himself --- */

SHAPE(fp_own_code_in, struct promo_code, "OwnPromoCodeCreate",
    CODE(F_REQUIRED), DESCRIPTION, PLACEMENT(F_REQUIRED), OBJECTS,
    FIELD(struct promo_code, reward_id, "reward_id",
	.flags = F_REQUIRED | F_ID_NUMBER,
	.doc = "Of those that the campaign gives to referrals"));
SHAPE(fp_own_code_change, struct promo_code, "OwnPromoCodeUpdate",
    CODE(0), DESCRIPTION, PLACEMENT(0), OBJECTS,
    FIELD(struct promo_code, reward_id, "reward_id",
	.flags = F_ID_NUMBER));
enum { HAS_REWARD = 32 };

static enum err
check_offered(struct request *rq, struct promo_code *c)
{
	enum err e = promo_code_offered(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, c);

	return e != ERR_NOT_FOUND ? e : wrong(rq, "base", "The promoter "
	    "campaign must be one's own, and give the reward to referrals");
}

static enum err
check_own(struct request *rq)
{
	TRY(check_offered(rq, rq->in));
	return own_room(rq->db, rq->arena, rq->who.promoter_id, OWN_CODES);
}

static enum err
create_own(struct request *rq)
{
	((struct promo_code *)rq->in)->promoter_id = rq->who.promoter_id;
	return create(rq);
}

static enum err
read_own(struct request *rq)
{
	const struct promo_code *in = rq->in;
	struct promo_code *c = ARENA_NEW(rq->arena, struct promo_code);

	rq->prepared = c;
	TRY(read_changed(rq, c));
	if (rq->given & HAS_REWARD)
		c->reward_id = in->reward_id;
	return (rq->given & (HAS_PLACEMENT | HAS_REWARD)) == 0 ? OK :
	    check_offered(rq, c);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err own_errors[] = ERRORS(ERR_LIMIT);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STALE,
    ERR_CODE_ARCHIVED);

const struct route fp_promo_code_routes[] = {
	{ .op = "listPromoCodes", .method = GET,
	  .path = "/company/promo_codes", .handle = list,
	  .query = &fp_promo_code_query, .sorts = sorts,
	  .out = &fp_promo_code, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_CAMPAIGNS_READ, .tag = "Promo codes",
	  .summary = "List promo codes, archived ones too" },
	{ .op = "createPromoCode", .method = POST,
	  .path = "/company/promo_codes", .handle = create,
	  .in = &fp_promo_code_in, .out = &fp_promo_code, .status = 200,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_CAMPAIGNS_WRITE,
	  .tag = "Promo codes", .summary = "Make a promo code" },
	{ .op = "getPromoCode", .method = GET,
	  .path = "/company/promo_codes/{id}", .handle = get,
	  .out = &fp_promo_code, .status = 200, .scope = SCOPE_CAMPAIGNS_READ,
	  .errors = not_found, .tag = "Promo codes",
	  .summary = "Read a promo code" },
	{ .op = "updatePromoCode", .method = PUT,
	  .path = "/company/promo_codes/{id}", .prepare = read_first,
	  .handle = update, .in = &fp_promo_code_change,
	  .out = &fp_promo_code, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = update_errors,
	  .tag = "Promo codes", .summary = "Change a promo code" },
	{ .op = "archivePromoCode", .method = DELETE,
	  .path = "/company/promo_codes/{id}", .handle = archive,
	  .out = &fp_promo_code, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = not_found,
	  .tag = "Promo codes", .summary = "Archive a promo code: another "
	    "may have the code then" },
	{ .op = "affiliateCreateCode", .method = POST,
	  .path = "/affiliate/promo_codes", .prepare = check_own,
	  .handle = create_own, .in = &fp_own_code_in, .out = &fp_promo_code,
	  .status = 200, .flags = R_PROMOTER | R_WRITE, .errors = own_errors,
	  .tag = "Affiliate promo codes", .summary = "Make a promo code of "
	    "one's own" },
	{ .op = "affiliateUpdateCode", .method = PUT,
	  .path = "/affiliate/promo_codes/{id}", .prepare = read_own,
	  .handle = update, .in = &fp_own_code_change,
	  .out = &fp_promo_code, .status = 200,
	  .flags = R_PROMOTER | R_WRITE, .errors = update_errors,
	  .tag = "Affiliate promo codes", .summary = "Change a promo code of "
	    "one's own" },
	{ .op = "affiliateArchiveCode", .method = DELETE,
	  .path = "/affiliate/promo_codes/{id}", .handle = archive,
	  .out = &fp_promo_code, .status = 200,
	  .flags = R_PROMOTER | R_WRITE, .errors = not_found,
	  .tag = "Affiliate promo codes", .summary = "Archive a promo code "
	    "of one's own" },
	{ .op = NULL }
};
