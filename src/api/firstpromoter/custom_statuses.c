/* States of its own that a company gives to referrals. */
#include "api/firstpromoter/custom_statuses.h"
#include "api/firstpromoter/routes.h"
#include "model/referral/custom_status.h"

#include "base/banned.h"

SHAPE(fp_custom_status, struct custom_status, "CustomReferralStatus",
    FP_ID(struct custom_status, id, "id"),
    FIELD(struct custom_status, name, "name", .max = 120),
    FIELD(struct custom_status, description, "description",
	.flags = F_NULLABLE, .max = 1000),
    FIELD(struct custom_status, position, "order"),
    FP_ID(struct custom_status, organization_id, "company_id"),
    FIELD(struct custom_status, created_at, "created_at"),
    FIELD(struct custom_status, updated_at, "updated_at"));

/* What is only to be deleted needs no name and order. */
struct change_in {
	struct custom_status_change c;
	struct decimal order;
};

SHAPE(fp_custom_status_change, struct change_in, "CustomReferralStatusChange",
    FIELD(struct change_in, c.id, "id",
	.flags = F_ID_NUMBER | F_NULLABLE, .doc = "None: a new one"),
    FIELD(struct change_in, c.name, "name", .flags = F_NULLABLE,
	.max = 120, .doc = "Needed; no other has it"),
    FIELD(struct change_in, c.description, "description",
	.flags = F_NULLABLE, .max = 1000),
    FIELD(struct change_in, order, "order", .flags = F_NULLABLE,
	.doc = "Needed: a whole number that no other has", .example = "1"),
    FIELD(struct change_in, c.destroy, "_destroy",
	.doc = "True: it is deleted, and referrals have it no more"));

struct changes_in {
	struct list changes;
};

SHAPE(fp_custom_statuses_in, struct changes_in, "CustomReferralStatuses",
    FIELD(struct changes_in, changes, "custom_referral_statuses",
	.flags = F_REQUIRED, .min = 1, .max = 2 * CUSTOM_STATUSES_MAX,
	.of = &fp_custom_status_change,
	.example = "[{\"name\":\"Warm\",\"order\":1}]"));

static void
wrong(struct request *rq, size_t i, const char *member, const char *why)
{
	complain(&rq->wrong, rq->arena, str_printf(rq->arena,
	    "custom_referral_statuses[%zu].%s", i, member), "%s", why);
}

static void
missing(struct request *rq, size_t i, const char *member)
{
	complain_missing(&rq->wrong, rq->arena, str_printf(rq->arena,
	    "custom_referral_statuses[%zu].%s", i, member));
}

static void
check_one(struct request *rq, size_t i, struct change_in *in)
{
	if (in->c.name.p != NULL)
		in->c.name = str_trim(in->c.name);
	if (in->c.destroy) {
		if (in->c.id == 0)
			missing(rq, i, "id");
		return;
	}
	if (in->c.name.n == 0)
		missing(rq, i, "name");
	if (in->order.text.p == NULL)
		missing(rq, i, "order");
	else if (!str_to_i64(in->order.text, &in->c.position) ||
	    in->c.position > INT32_MAX)
		wrong(rq, i, "order", "must be a whole number");
}

static void
check(struct request *rq)
{
	const struct changes_in *in = rq->in;
	struct change_in *one = in->changes.items;

	for (size_t i = 0; i < in->changes.n; i++) {
		check_one(rq, i, &one[i]);
		for (size_t k = 0; k < i; k++)
			if (one[i].c.id != 0 && one[k].c.id == one[i].c.id)
				wrong(rq, i, "id", "stands there twice");
	}
}

static const char *const sorts[] = { "order:asc", NULL };

static enum err
list(struct request *rq)
{
	return custom_status_list(rq->db, rq->arena, rq->who.org_id,
	    &rq->page.items);
}

static enum err
update(struct request *rq)
{
	const struct changes_in *in = rq->in;
	const struct change_in *one = in->changes.items;
	struct custom_status_change *c = arena_array(rq->arena, in->changes.n,
	    sizeof(*c));
	size_t at;
	enum err e;

	for (size_t i = 0; i < in->changes.n; i++)
		c[i] = one[i].c;
	e = custom_status_update(rq->db, rq->arena, ACTOR(rq), c,
	    in->changes.n, &at);
	if (e == ERR_NOT_FOUND)
		wrong(rq, at, "id", "is none of the company's");
	else if (e == ERR_NAME_TAKEN)
		wrong(rq, at, "name", "is that of another");
	else if (e == ERR_CONFLICT)
		wrong(rq, at, "order", "is that of another");
	else
		return e == OK ? list(rq) : e;
	return ERR_INVALID;
}

static const enum err update_errors[] = ERRORS(ERR_LIMIT);

const struct route fp_custom_status_routes[] = {
	{ .op = "listCustomReferralStatuses", .method = GET,
	  .path = "/company/custom_referral_statuses", .handle = list,
	  .sorts = sorts, .out = &fp_custom_status, .status = 200,
	  .flags = R_LIST, .scope = SCOPE_REFERRALS_READ,
	  .tag = "Custom referral statuses",
	  .summary = "List the company's own states of referrals" },
	{ .op = "updateCustomReferralStatuses", .method = PUT,
	  .path = "/company/custom_referral_statuses/update", .check = check,
	  .handle = update, .in = &fp_custom_statuses_in,
	  .out = &fp_custom_status, .status = 200,
	  .flags = R_WRITE | R_LIVE | R_LIST,
	  .scope = SCOPE_REFERRALS_WRITE, .errors = update_errors,
	  .tag = "Custom referral statuses",
	  .summary = "Make, change and delete states of referrals at once" },
	{ .op = NULL }
};
