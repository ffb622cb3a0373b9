/* Rewards of a company. */
#include "api/firstpromoter/routes.h"
#include "base/money.h"
#include "model/reward/reward.h"

#include "base/banned.h"

#define PER_CENT INT64_C(1000000)	/* all of it, in ppm */
#define PER_CENT_DIGITS 4

/* A part as it is written: an amount, or per cent. */
struct part_wire {
	int unit;
	struct decimal amount;
	bool flat;
	struct list rules;
};

#define RULE(member, wire, ...) \
    FIELD(struct reward_rule, member, wire, __VA_ARGS__)
#define RULE_FIELDS \
    RULE(type, "type", .flags = F_REQUIRED, .labels = rule_type_labels), \
    RULE(condition, "condition", .flags = F_REQUIRED, \
	.labels = rule_condition_labels), \
    RULE(filter, "filter_by", .flags = F_NULLABLE, \
	.labels = rule_filter_labels, \
	.doc = "Price: of sales of the same plan only"), \
    RULE(value, "value", .flags = F_REQUIRED, .min = 0, .max = MONEY_MAX, \
	.doc = "Of revenue: minor units"), \
    RULE(join, "operator", .labels = rule_operator_labels, \
	.doc = "How it is joined with those before it; and binds tighter")
SHAPE(fp_rule_in, struct reward_rule, "RewardRuleInput", RULE_FIELDS);
SHAPE(fp_rule, struct reward_rule, "RewardRule", RULE_FIELDS);

#define PART_FIELDS(rule) \
    FIELD(struct part_wire, unit, "unit", .flags = F_REQUIRED, \
	.labels = unit_labels), \
    FIELD(struct part_wire, amount, "amount", .flags = F_REQUIRED, \
	.doc = "Flat: minor units of money, or whole units; else per cent " \
	    "of the sale", .example = "20"), \
    FIELD(struct part_wire, flat, "flat_amount", .flags = F_REQUIRED), \
    FIELD(struct part_wire, rules, "rules", .of = (rule), \
	.max = REWARD_RULES_MAX, .doc = "None: always")
SHAPE(fp_reward_part_in, struct part_wire, "RewardSchemaInput",
    PART_FIELDS(&fp_rule_in));
SHAPE(fp_reward_part, struct part_wire, "RewardSchema",
    PART_FIELDS(&fp_rule));

/* What is made by hand has the fourth name, and none when it is read. */
static const char *const type_labels[] = {
	"sale", "tier", "target", "custom", NULL
};
enum { TYPE_CUSTOM = 3 };

struct reward_wire {
	struct reward r;
	struct list schemas;
	bool at_provider;
};

#define INPUT(required) \
    FIELD(struct reward_wire, r.name, "name", .flags = (required), \
	.min = 1, .max = 120), \
    FIELD(struct reward_wire, r.promoter, "is_promoter_reward", \
	.flags = (required), .example = "false", \
	.doc = "Else for those who were referred"), \
    FIELD(struct reward_wire, r.kind, "promoter_reward_type", \
	.flags = F_NULLABLE, .labels = type_labels, \
	.doc = "Custom: given by hand only"), \
    FIELD(struct reward_wire, r.mode, "tier_reward_mode", \
	.flags = F_NULLABLE, .labels = tier_mode_labels), \
    FIELD(struct reward_wire, r.level, "tier_level", .flags = F_NULLABLE, \
	.min = 2, .max = REWARD_LEVEL_MAX, .doc = "2: the parent"), \
    FIELD(struct reward_wire, r.coupon, "coupon", .flags = F_NULLABLE, \
	.max = 120), \
    FIELD(struct reward_wire, r.hidden, "hide_reward"), \
    FIELD(struct reward_wire, r.duration, "duration", \
	.flags = F_NULLABLE, .labels = duration_labels, \
	.doc = "Of a customer; forever, if absent"), \
    FIELD(struct reward_wire, r.months, "duration_in_months", \
	.flags = F_NULLABLE, .min = 1, .max = 1200), \
    FIELD(struct reward_wire, r.max_redemptions, "max_redemptions", \
	.flags = F_NULLABLE, .min = 1, .max = 1000000000, \
	.doc = "It pays for so many sales in all"), \
    FIELD(struct reward_wire, at_provider, "should_create_provider_coupon", \
	.doc = "False: coupons are made at the payment provider"), \
    FIELD(struct reward_wire, r.new_only, "new_customers_only", \
	.doc = "Only for who bought nothing before it was made"), \
    FIELD(struct reward_wire, r.provider_coupon, "provider_coupon_id", \
	.flags = F_NULLABLE, .max = 120), \
    FIELD(struct reward_wire, schemas, "schemas", .flags = (required), \
	.of = &fp_reward_part_in, .min = 1, .max = REWARD_PARTS_MAX, \
	.example = "[{\"unit\":\"cash\",\"amount\":20," \
	    "\"flat_amount\":false}]")
SHAPE(fp_reward_in, struct reward_wire, "RewardCreate", INPUT(F_REQUIRED));
SHAPE(fp_reward_change, struct reward_wire, "RewardUpdate", INPUT(0));

/* Bits of given, in the order of INPUT. */
enum { HAS_NAME, HAS_PROMOTER, HAS_TYPE, HAS_MODE, HAS_LEVEL, HAS_COUPON,
	HAS_HIDDEN, HAS_DURATION, HAS_MONTHS, HAS_MAX, HAS_AT_PROVIDER,
	HAS_NEW_ONLY, HAS_PROVIDER_COUPON, HAS_SCHEMAS };
#define GIVEN(given, bit) (((given) >> (bit) & 1) != 0)

struct reward_out {
	struct reward r;
	struct decimal level, months, max_redemptions;
	bool editable;
	struct str provider;
	struct list schemas;
};

#define OUT(member, wire, ...) \
    FIELD(struct reward_out, member, wire, __VA_ARGS__)
SHAPE(fp_reward, struct reward_out, "Reward",
    FP_ID(struct reward_out, r.id, "id"),
    OUT(r.name, "name", .max = 120),
    OUT(r.promoter, "is_promoter_reward"),
    OUT(r.kind, "promoter_reward_type", .flags = F_NULLABLE,
	.labels = reward_kind_labels),
    OUT(r.coupon, "coupon", .flags = F_NULLABLE, .max = 120),
    OUT(editable, "editable",
	.doc = "True: a change holds for sales after it"),
    OUT(r.hidden, "hide_reward"),
    OUT(r.provider_coupon, "provider_coupon_id", .flags = F_NULLABLE,
	.max = 120),
    OUT(r.duration, "duration", .flags = F_NULLABLE,
	.labels = duration_labels),
    OUT(months, "duration_in_months", .flags = F_NULLABLE),
    OUT(max_redemptions, "max_redemptions", .flags = F_NULLABLE),
    OUT(r.new_only, "new_customers_only"),
    OUT(r.created_at, "created_at"),
    OUT(r.updated_at, "updated_at"),
    OUT(provider, "provider", .max = 20),
    OUT(r.mode, "tier_reward_mode", .flags = F_NULLABLE,
	.labels = tier_mode_labels),
    OUT(level, "tier_level", .flags = F_NULLABLE),
    OUT(schemas, "schemas", .of = &fp_reward_part,
	.max = REWARD_PARTS_MAX));

static struct decimal
number(struct arena *a, int64_t n)
{
	return n == 0 ? (struct decimal){ STR_NULL } :
	    (struct decimal){ str_printf(a, "%lld", (long long)n) };
}

static struct list
parts_out(struct arena *a, struct list parts)
{
	const struct reward_part *p = parts.items;
	struct part_wire *w = arena_array(a, parts.n, sizeof(*w));

	for (size_t i = 0; i < parts.n; i++)
		w[i] = (struct part_wire){ p[i].unit, { reward_is_flat(&p[i]) ?
		    str_printf(a, "%lld", (long long)p[i].amount) :
		    percent_print(a, p[i].amount) }, p[i].flat, p[i].rules };
	return (struct list){ w, parts.n };
}

static struct reward_out
show(struct arena *a, const struct reward *r)
{
	return (struct reward_out){ .r = *r, .level = number(a, r->level),
	    .months = number(a, r->months),
	    .max_redemptions = number(a, r->max_redemptions),
	    .editable = true, .provider = STR("api"),
	    .schemas = parts_out(a, r->parts) };
}

static enum err
answer(struct request *rq, const struct reward *r)
{
	struct reward_out out = show(rq->arena, r);

	rq->out = arena_copy(rq->arena, &out, sizeof(out));
	answer_etag(rq, (uint64_t)r->version);
	return OK;
}

#define WRONG(rq, field, ...) \
	complain(&(rq)->wrong, (rq)->arena, field, __VA_ARGS__)
#define MISSING(rq, field) \
	complain_missing(&(rq)->wrong, (rq)->arena, STR(field))

static void
check_amount(struct request *rq, struct str at, const struct reward *r,
    const struct part_wire *w, struct reward_part *p)
{
	struct str field = str_printf(rq->arena, "%.*s.amount", STR_ARG(at));
	bool flat = reward_is_flat(p);

	p->amount = 0;
	if (w->amount.text.p == NULL)
		return;		/* complained of before */
	if (!money_parse(w->amount.text, flat ? 0 : PER_CENT_DIGITS,
	    &p->amount))
		WRONG(rq, field, flat ? "must be a whole number: of minor "
		    "units, or of whole ones" : "must have at most four "
		    "digits behind the point");
	else if (p->amount == 0)
		WRONG(rq, field, "must be more than nothing");
	else if (!flat && p->amount > PER_CENT)
		WRONG(rq, field, "must be at most 100 per cent");
	else if (!flat && r->kind == REWARD_TARGET)
		WRONG(rq, field, "must be flat: a target is no part of a "
		    "sale");
}

static void
check_rules(struct request *rq, struct str at, const struct reward *r,
    struct list rules)
{
	const struct reward_rule *rule = rules.items;

	if (r->kind == REWARD_TARGET && rules.n == 0)
		WRONG(rq, str_printf(rq->arena, "%.*s.rules", STR_ARG(at)),
		    "must say what the target is");
	for (size_t i = 0; i < rules.n; i++) {
		struct str field = str_printf(rq->arena, "%.*s.rules[%zu]",
		    STR_ARG(at), i);

		if (rule[i].condition == RULE_MULTIPLE && rule[i].value == 0)
			WRONG(rq, field, "must be a multiple of more than 0");
		if (rule[i].filter >= 0 && rule[i].type != RULE_SALES &&
		    rule[i].type != RULE_AGE)
			WRONG(rq, field, "can't be filtered: it counts no "
			    "sales of a customer");
		if (r->kind == REWARD_TARGET && rule[i].type == RULE_AGE)
			WRONG(rq, field, "is no target: no sale reaches it");
	}
}

/* Where nothing is said all rules have to hold. */
static void
join_rules(struct list rules)
{
	struct reward_rule *r = rules.items;

	for (size_t i = 0; i < rules.n; i++)
		if (r[i].join < 0)
			r[i].join = RULE_AND;
}

/* The parts of a reward from the wire; what is wrong is complained of. */
static void
check_parts(struct request *rq, struct reward *r, struct list schemas)
{
	const struct part_wire *w = schemas.items;
	struct reward_part *p = arena_array(rq->arena, schemas.n + 1,
	    sizeof(*p));

	for (size_t i = 0; i < schemas.n; i++) {
		struct str at = str_printf(rq->arena, "schemas[%zu]", i);

		p[i] = (struct reward_part){ .unit = w[i].unit,
		    .flat = w[i].flat, .rules = w[i].rules };
		join_rules(w[i].rules);
		check_amount(rq, at, r, &w[i], &p[i]);
		check_rules(rq, at, r, w[i].rules);
	}
	r->parts = (struct list){ p, schemas.n };
}

/* What only tiers have, and what a repeating one needs. */
static void
check_kind(struct request *rq, struct reward *r)
{
	if (!r->promoter || r->kind == TYPE_CUSTOM)
		r->kind = -1;
	if (r->kind == REWARD_TIER) {
		if (r->mode < 0)
			MISSING(rq, "tier_reward_mode");
		if (r->level == 0)
			MISSING(rq, "tier_level");
	} else {
		r->mode = -1;
		r->level = 0;
	}
	if (r->duration != DURATION_REPEATING)
		r->months = 0;
	else if (r->months == 0)
		MISSING(rq, "duration_in_months");
}

static void
check(struct request *rq)
{
	struct reward_wire *in = rq->in;

	if (in->at_provider)
		WRONG(rq, STR("should_create_provider_coupon"),
		    "must be false: make coupons at the payment provider");
	if (in->r.promoter && in->r.kind < 0)
		MISSING(rq, "promoter_reward_type");
	check_kind(rq, &in->r);
	check_parts(rq, &in->r, in->schemas);
}

static enum err
create(struct request *rq)
{
	struct reward r = ((const struct reward_wire *)rq->in)->r;

	TRY(reward_create(rq->db, rq->arena, ACTOR(rq), &r));
	return answer(rq, &r);
}

/* Partial: what was not given stays. */
static void
change(struct reward *r, const struct reward *in, uint64_t given)
{
	if (GIVEN(given, HAS_NAME))
		r->name = in->name;
	if (GIVEN(given, HAS_PROMOTER))
		r->promoter = in->promoter;
	if (GIVEN(given, HAS_TYPE))
		r->kind = in->kind;
	if (GIVEN(given, HAS_MODE))
		r->mode = in->mode;
	if (GIVEN(given, HAS_LEVEL))
		r->level = in->level;
	if (GIVEN(given, HAS_COUPON))
		r->coupon = in->coupon;
	if (GIVEN(given, HAS_HIDDEN))
		r->hidden = in->hidden;
	if (GIVEN(given, HAS_DURATION))
		r->duration = in->duration;
	if (GIVEN(given, HAS_MONTHS))
		r->months = in->months;
	if (GIVEN(given, HAS_MAX))
		r->max_redemptions = in->max_redemptions;
	if (GIVEN(given, HAS_NEW_ONLY))
		r->new_only = in->new_only;
	if (GIVEN(given, HAS_PROVIDER_COUPON))
		r->provider_coupon = in->provider_coupon;
}

struct changing {
	struct reward was, now;
};

/* What it is now, before the transaction; what it would be must be right. */
static enum err
read_first(struct request *rq)
{
	const struct reward_wire *in = rq->in;
	struct changing *c = ARENA_NEW(rq->arena, struct changing);

	TRY(reward_get(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    &c->was));
	TRY(precondition(rq, (uint64_t)c->was.version));
	c->now = c->was;
	change(&c->now, &in->r, rq->given);
	if (in->at_provider)
		WRONG(rq, STR("should_create_provider_coupon"),
		    "must be false: make coupons at the payment provider");
	check_kind(rq, &c->now);
	check_parts(rq, &c->now, GIVEN(rq->given, HAS_SCHEMAS) ? in->schemas :
	    parts_out(rq->arena, c->now.parts));
	rq->prepared = c;
	return rq->wrong.n == 0 ? OK : ERR_INVALID;
}

static enum err
update(struct request *rq)
{
	struct changing *c = rq->prepared;

	TRY(reward_update(rq->db, rq->arena, ACTOR(rq), &c->was, &c->now));
	return answer(rq, &c->now);
}

static enum err
hide(struct request *rq)
{
	struct reward r = { 0 };

	TRY(reward_hide(rq->db, rq->arena, ACTOR(rq), rq->id[0]));
	TRY(reward_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &r));
	return answer(rq, &r);
}

static const char *const scope_labels_of[] = {
	"promoters", "referrals", NULL
};

struct reward_query {
	struct fp_page_query page;
	int scope;
};

SHAPE(fp_reward_query, struct reward_query, "RewardQuery",
    FP_PAGE_FIELDS(struct reward_query),
    FIELD(struct reward_query, scope, "scope", .labels = scope_labels_of,
	.doc = "Only those for promoters, or for those whom they refer"));

static const char *const sorts[] = { "id:asc", NULL };

static enum err
list(struct request *rq)
{
	const struct reward_query *q = rq->query;
	const struct reward *r;
	struct reward_out *out;
	struct paging p;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(reward_list(rq->db, rq->arena, rq->who.org_id,
	    q->scope < 0 ? -1 : q->scope == 0, &p, &rows));
	r = rows.items;
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = show(rq->arena, &r[i]);
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct reward_out, r.id),
	    offsetof(struct reward_out, r.id));
	return OK;
}

static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STALE,
    ERR_REWARD_USED);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route fp_reward_routes[] = {
	{ .op = "listRewards", .method = GET, .path = "/company/rewards",
	  .handle = list, .query = &fp_reward_query, .sorts = sorts,
	  .out = &fp_reward, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_CAMPAIGNS_READ, .tag = "Rewards",
	  .summary = "List rewards, hidden ones too" },
	{ .op = "createReward", .method = POST, .path = "/company/rewards",
	  .check = check, .handle = create, .in = &fp_reward_in,
	  .out = &fp_reward, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .tag = "Rewards",
	  .summary = "Make a reward, for campaigns and placements to give" },
	{ .op = "updateReward", .method = PUT, .path = "/company/rewards/{id}",
	  .prepare = read_first, .handle = update, .in = &fp_reward_change,
	  .out = &fp_reward, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = update_errors,
	  .tag = "Rewards",
	  .summary = "Change a reward, for sales from then on" },
	{ .op = "hideReward", .method = POST,
	  .path = "/company/rewards/{id}/hide", .handle = hide,
	  .out = &fp_reward, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = not_found,
	  .tag = "Rewards", .summary = "Hide a reward from who chooses one; "
	    "where it is given it pays on" },
	{ .op = NULL }
};
