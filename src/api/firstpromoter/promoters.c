/* Promoters of a company: made, read, changed. */
#include "api/firstpromoter/charts.h"
#include "api/firstpromoter/promoters.h"

#include "base/banned.h"

/* As it is sent; what is kept of it is merged of the text (see profile_of). */
SHAPE(fp_profile_in, struct promoter_profile, "PromoterProfileInput",
    PROMOTER_PROFILE(struct promoter_profile, , F_NULLABLE));

struct create_in {
	struct str email, customer, code;
	struct promoter_profile profile;
	struct str fields;
	uint64_t campaign_id;
	bool mail, approve;
};

#define WHO(type, bits) \
    FIELD(type, email, "email", .flags = (bits), .format = "email", .min = 3, \
	.max = 254, .example = "\"promoter@example.com\""), \
    FIELD(type, customer, "cust_id", .flags = F_NULLABLE | F_LOOSE, \
	.min = 1, .max = 120, .doc = "The company's own name of him"), \
    FIELD(type, profile, "profile", .of = &fp_profile_in), \
    FIELD(type, fields, "custom_fields", .flags = F_JSON | F_NULLABLE, \
	.format = "any", .doc = "An object: texts, or arrays of texts")

SHAPE(fp_promoter_create, struct create_in, "PromoterCreate",
    WHO(struct create_in, F_REQUIRED),
    FIELD(struct create_in, code, "ref_token", .flags = F_NULLABLE, .min = 3,
	.max = 40, .format = "code",
	.doc = "Ours: of his links; made of his name, if absent"),
    FIELD(struct create_in, campaign_id, "initial_campaign_id",
	.flags = F_ID_NUMBER | F_NULLABLE,
	.doc = "The program's own, if absent"),
    FIELD(struct create_in, mail, "drip_emails",
	.doc = "Promoters get no mail from here"),
    FIELD(struct create_in, approve, "always_approve",
	.doc = "false: he waits for a decision; true, if absent"));
enum { GIVEN_APPROVE = 0x80 };

struct update_in {
	struct str email, customer;
	struct promoter_profile profile;
	struct str fields;
	int find_by;
};

SHAPE(fp_promoter_update, struct update_in, "PromoterUpdate",
    WHO(struct update_in, 0),
    FIELD(struct update_in, find_by, "find_by", .labels = promoter_key_labels,
	.doc = "What {id} is, where it is no id"));
enum { GIVEN_EMAIL = 1, GIVEN_CUSTOMER = 2, GIVEN_FIELDS = 8 };

struct get_query {
	int find_by;
};

SHAPE(fp_promoter_query, struct get_query, "PromoterQuery",
    FIELD(struct get_query, find_by, "find_by", .labels = promoter_key_labels,
	.doc = "What {id} is, where it is no id"));

/* The texts of the body's open parts. */
struct open_parts {
	struct str profile;
};

SHAPE(fp_open_parts, struct open_parts, NULL,
    FIELD(struct open_parts, profile, "profile",
	.flags = F_JSON | F_NULLABLE));

/*
 * What was sent of a profile, merged into what is kept: null takes a member
 * away.  The body was decoded before, so it is good.
 */
static enum err
profile_of(struct request *rq, struct str kept, struct str *out)
{
	struct open_parts parts = { STR_NULL };
	struct promoter_profile p;
	struct complaints wrong;
	uint64_t given;
	struct buf b;

	complaints_init(&wrong);
	TRY(json_decode(rq->arena, rq->http->body, &fp_open_parts, true,
	    &parts, &given, &wrong));
	if (parts.profile.p != NULL)
		kept = json_merge(rq->arena, kept, parts.profile);
	TRY(promoter_profile_read(rq->arena, kept, &p));
	buf_init(&b, rq->arena, 512);
	json_encode(&b, &promoter_profile, &p, false);
	*out = buf_view(&b);
	return OK;
}

/* An empty array is what some clients send for an empty object. */
static enum err
fields_of(struct request *rq, struct str sent, struct str kept,
    struct str *out)
{
	*out = kept.p != NULL ? kept : STR("{}");
	if (sent.p == NULL || str_is(sent, "[]"))
		return OK;
	*out = json_merge(rq->arena, *out, sent);
	if (sent.p[0] == '{' && out->n <= PROMOTER_FIELDS_MAX)
		return OK;
	complain(&rq->wrong, rq->arena, STR("custom_fields"),
	    sent.p[0] == '{' ? "are too long" : "must be an object");
	return ERR_INVALID;
}

/* What only one may have is wrong where another has it. */
static enum err
taken(struct request *rq, enum err e)
{
	const char *field = e == ERR_EMAIL_TAKEN ? "email" :
	    e == ERR_NAME_TAKEN ? "cust_id" :
	    e == ERR_CODE_TAKEN ? "ref_token" : NULL;

	if (field == NULL)
		return e;
	complain(&rq->wrong, rq->arena, str_of(field),
	    "has already been taken");
	return ERR_INVALID;
}

static enum err
create(struct request *rq)
{
	const struct create_in *in = rq->in;
	struct new_promoter p = { .email = in->email,
	    .customer = in->customer, .code = in->code,
	    .campaign_id = in->campaign_id,
	    .accepted = in->approve || (rq->given & GIVEN_APPROVE) == 0 };
	uint64_t id;

	TRY(profile_of(rq, STR_NULL, &p.profile));
	TRY(fields_of(rq, in->fields, STR_NULL, &p.fields));
	TRY(taken(rq, promoter_create(rq->db, rq->arena, ACTOR(rq), &p, &id)));
	return fp_promoter_answer(rq, id);
}

static enum err
get(struct request *rq)
{
	const struct get_query *q = rq->query;
	uint64_t id;

	TRY(promoter_find(rq->db, rq->arena, rq->who.org_id, q->find_by,
	    rq->text[0], &id));
	return fp_promoter_answer(rq, id);
}

/* Found before the transaction begins. */
static enum err
find(struct request *rq)
{
	const struct update_in *in = rq->in;
	uint64_t *id = arena_alloc(rq->arena, sizeof(*id));

	rq->prepared = id;
	return promoter_find(rq->db, rq->arena, rq->who.org_id, in->find_by,
	    rq->text[0], id);
}

static enum err
update(struct request *rq)
{
	const struct update_in *in = rq->in;
	struct promoter was = { 0 }, p;

	TRY(promoter_lock(rq->db, rq->arena, ACTOR(rq),
	    *(const uint64_t *)rq->prepared, &was));
	p = was;
	if (rq->given & GIVEN_EMAIL)
		p.email = in->email;
	if (rq->given & GIVEN_CUSTOMER)
		p.customer = in->customer;
	TRY(profile_of(rq, p.profile, &p.profile));
	TRY(fields_of(rq, in->fields, p.fields, &p.fields));
	TRY(taken(rq, promoter_update(rq->db, rq->arena, ACTOR(rq),
	    &was, &p)));
	return fp_promoter_answer(rq, p.id);
}

struct chart_out {
	struct chart c;
	struct str items;
};

SHAPE(fp_promoter_chart, struct chart_out, "PromoterChart",
    FIELD(struct chart_out, c.from, "period_from"),
    FIELD(struct chart_out, c.to, "period_to"),
    FIELD(struct chart_out, c.selection, "selection",
	.labels = chart_selection_labels),
    FIELD(struct chart_out, items, "selection_items", .flags = F_JSON,
	.format = "array", .doc = "Pairs: a first day, and the number"),
    FIELD(struct chart_out, c.group, "group_by",
	.labels = chart_group_labels));

static enum err
chart(struct request *rq)
{
	struct chart_out *out = ARENA_NEW(rq->arena, struct chart_out);
	const struct chart_point *p;
	struct promoter promoter = { 0 };
	char day[11];
	struct buf b;
	uint64_t id;

	TRY(promoter_find(rq->db, rq->arena, rq->who.org_id, -1, rq->text[0],
	    &id));
	TRY(promoter_get(rq->db, rq->arena, rq->who.org_id, id, &promoter));
	TRY(fp_chart_ask(rq, &out->c));
	TRY(chart_read(rq->db, rq->arena, rq->who.org_id, id, 0, &out->c));
	p = out->c.points.items;
	buf_init(&b, rq->arena, 24 * out->c.points.n + 3);
	for (size_t i = 0; i < out->c.points.n; i++) {
		day_iso(p[i].day, day);
		buf_printf(&b, "%c[\"%s\",%lld]", i == 0 ? '[' : ',', day,
		    (long long)p[i].value);
	}
	buf_char(&b, ']');
	out->items = buf_view(&b);
	rq->out = out;
	return OK;
}

static const enum err chart_errors[] = ERRORS(ERR_NOT_FOUND, ERR_PARAMS);
static const enum err create_errors[] = ERRORS(ERR_NOT_FOUND,
    ERR_NO_CAMPAIGN, ERR_CAMPAIGN_OVER);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_FORBIDDEN);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route fp_promoter_routes[] = {
	{ .op = "createPromoter", .method = POST, .path = "/company/promoters",
	  .handle = create, .in = &fp_promoter_create, .out = &fp_promoter,
	  .status = 201, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_REFERRALS_WRITE, .errors = create_errors,
	  .tag = "Promoters", .summary = "Make a promoter" },
	{ .op = "getPromoter", .method = GET,
	  .path = "/company/promoters/{text:id}", .handle = get,
	  .query = &fp_promoter_query, .out = &fp_promoter, .status = 200,
	  .scope = SCOPE_REFERRALS_READ, .errors = not_found,
	  .tag = "Promoters", .summary = "Read a promoter" },
	{ .op = "updatePromoter", .method = PUT,
	  .path = "/company/promoters/{text:id}", .prepare = find,
	  .handle = update, .in = &fp_promoter_update, .out = &fp_promoter,
	  .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_REFERRALS_WRITE, .errors = update_errors,
	  .tag = "Promoters", .summary = "Change a promoter" },
	{ .op = "chartPromoter", .method = GET,
	  .path = "/company/promoters/{text:id}/chart_data", .handle = chart,
	  .query = &fp_chart_query, .out = &fp_promoter_chart, .status = 200,
	  .scope = SCOPE_REFERRALS_READ, .errors = chart_errors,
	  .tag = "Promoters", .summary = "What a promoter brought, by day, "
	    "week, month or year" },
	{ .op = NULL }
};
