/* Referrals: leads and customers, one by one and as lists. */
#include "api/firstpromoter/referrals.h"

#include "api/firstpromoter/custom_statuses.h"
#include "api/firstpromoter/record.h"
#include "model/program/program.h"
#include "model/track/import.h"

#include "base/banned.h"

SHAPE(fp_placed_promoter, struct placed, "PlacedPromoter",
    FP_ID(struct placed, promoter.id, "id"),
    FIELD(struct placed, promoter.email, "email", .flags = F_NULLABLE),
    FIELD(struct placed, promoter.name, "name"));

SHAPE(fp_placed_campaign, struct placed, "PlacedCampaign",
    FP_ID(struct placed, campaign.id, "id"),
    FIELD(struct placed, campaign.name, "name"),
    FIELD(struct placed, campaign.color, "color"));

/* The two within it are views of the same record. */
#define VIEW(wire, shape) { .name = (wire), .type = T_RECORD, .at = 0, \
	.of = &(shape) }
SHAPE(fp_placed, struct placed, "PlacedPromoterCampaign",
    FP_ID(struct placed, id, "id"),
    FP_ID(struct placed, campaign.id, "campaign_id"),
    FP_ID(struct placed, promoter.id, "promoter_id"),
    FIELD(struct placed, created_at, "created_at"),
    VIEW("promoter", fp_placed_promoter),
    VIEW("campaign", fp_placed_campaign));

SHAPE(fp_own_placed, struct placed, "OwnPlacement",
    FP_ID(struct placed, id, "id"),
    FP_ID(struct placed, campaign.id, "campaign_id"),
    FIELD(struct placed, created_at, "created_at"),
    VIEW("campaign", fp_placed_campaign));

SHAPE(fp_referral, struct referral, "Referral",
    FP_ID(struct referral, id, "id"),
    FIELD(struct referral, email, "email", .flags = F_NULLABLE),
    FIELD(struct referral, uid, "uid", .flags = F_NULLABLE),
    FIELD(struct referral, username, "username", .flags = F_NULLABLE),
    FIELD(struct referral, state, "state", .labels = lead_state_labels),
    FIELD(struct referral, metadata, "metadata", .flags = F_JSON),
    FIELD(struct referral, entry_source, "entry_source",
	.labels = lead_source_labels),
    FIELD(struct referral, created_at, "created_at"),
    FIELD(struct referral, customer_at, "customer_since",
	.flags = F_NULLABLE, .doc = "Of the first sale"),
    FIELD(struct referral, placed, "promoter_campaign", .of = &fp_placed),
    FIELD(struct referral, fraud, "fraud_check",
	.labels = lead_fraud_labels),
    FIELD(struct referral, created_by, "created_by_user_email",
	.flags = F_NULLABLE),
    FIELD(struct referral, split, "split_details", .flags = F_JSON,
	.format = "array", .doc = "Who shares its commissions: "
	    "promoter_campaign_id, promoter_id, percentage"),
    FIELD(struct referral, first_name, "first_name", .flags = F_NULLABLE),
    FIELD(struct referral, last_name, "last_name", .flags = F_NULLABLE),
    FIELD(struct referral, website, "website", .flags = F_NULLABLE),
    FIELD(struct referral, comment, "comment", .flags = F_NULLABLE),
    FIELD(struct referral, status, "custom_status", .flags = F_NULLABLE,
	.of = &fp_custom_status),
    FIELD(struct referral, is_expired, "is_expired",
	.doc = "It brings no commissions any more"));

struct list_query_in {
	struct fp_page_query page;
	struct list ids;
	struct lead_filter f;
};

/* What can be asked for, and what a filter brings: by LEADS_NEWEST... */
static const char *const list_sorts[] = { "created_at:desc", "created_at:asc",
	"customer_since:desc", "cancelled_at:desc", NULL };

#define DAY(member, wire) \
    FIELD(struct list_query_in, f.member, "filters[" wire "]")
SHAPE(fp_referral_query, struct list_query_in, "ReferralQuery",
    FP_PAGE_FIELDS(struct list_query_in),
    FP_SORT(struct list_query_in, 0, "created_at"),
    FIELD(struct list_query_in, f.q, "q", .min = 1, .max = 254,
	.doc = "How the email, uid, username or website begins"),
    FIELD(struct list_query_in, ids, "ids", .max = 1000,
	.flags = F_LOOSE, .doc = "Only these"),
    FIELD(struct list_query_in, f.type, "filters[type]",
	.labels = lead_type_labels),
    FIELD(struct list_query_in, f.referrer_id, "filters[promoter_id]"),
    FIELD(struct list_query_in, f.state, "filters[state]",
	.labels = lead_state_labels),
    DAY(customer_from, "customer_since][from"),
    DAY(customer_to, "customer_since][to"),
    DAY(created_from, "created_at][from"),
    DAY(created_to, "created_at][to"),
    DAY(cancelled_from, "cancelled_at][from"),
    DAY(cancelled_to, "cancelled_at][to"));

static enum err
list(struct request *rq)
{
	static const size_t keys[] = {
		[LEADS_NEWEST] = offsetof(struct referral, created_at),
		[LEADS_OLDEST] = offsetof(struct referral, created_at),
		[LEADS_BY_CUSTOMER] = offsetof(struct referral, customer_at),
		[LEADS_BY_CANCELLED] = offsetof(struct referral,
		    cancelled_at),
	};
	struct list_query_in *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(fp_ids_read(rq, &q->ids, "ids", &q->f.ids));
	if (q->page.sort[0] < 0)
		q->page.order = lead_order(&q->f);
	TRY(fp_page_read(rq, &q->page, 1, &p));
	TRY(lead_list(rq->db, rq->arena, rq->who.org_id, &q->f, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct referral), keys[p.order],
	    offsetof(struct referral, id));
	return OK;
}

SHAPE(fp_find_query, struct fp_find, "FindQuery",
    FIELD(struct fp_find, find_by, "find_by", .labels = lead_key_labels,
	.doc = "What the last part of the path is, where it is not the id"));

enum err
fp_referral_read(struct db *db, struct arena *a, uint64_t org,
    uint64_t id, void *out)
{
	return lead_get(db, a, org, id, out);
}

static enum err
get(struct request *rq)
{
	const struct fp_find *q = rq->query;
	uint64_t id;

	TRY(lead_find(rq->db, rq->arena, rq->who.org_id, q->find_by,
	    rq->text[0], &id));
	return fp_answer(rq, RECORD_REFERRAL, id);
}

struct referral_in {
	struct str email, uid, username;
	uint64_t placement_id;
	struct list shares;
	int find_by, fraud;
	uint64_t status_id;
	struct split_share one;
};

SHAPE(fp_split_in, struct split_share, "SplitShare",
    FIELD(struct split_share, placement_id, "promoter_campaign_id",
	.flags = F_REQUIRED | F_ID_NUMBER),
    FIELD(struct split_share, percent, "percentage", .flags = F_REQUIRED,
	.min = 0, .max = 100));

#define NAMES \
    FIELD(struct referral_in, email, "email", .flags = F_NULLABLE, \
	.format = "email", .min = 3, .max = 254), \
    FIELD(struct referral_in, uid, "uid", \
	.flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 120, \
	.doc = "What the company calls it"), \
    FIELD(struct referral_in, username, "username", \
	.flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 120)
#define SHARES \
    FIELD(struct referral_in, shares, "split_details", .of = &fp_split_in, \
	.max = 20, .flags = F_NULLABLE, \
	.doc = "Others who get a part of its commissions, 100 % at most")
enum { IN_EMAIL, IN_UID, IN_USERNAME, IN_PLACEMENT, IN_SHARES, IN_FIND_BY,
	IN_FRAUD, IN_STATUS, IN_ONE_PERCENT, IN_ONE_PLACEMENT };

SHAPE(fp_referral_in, struct referral_in, "ReferralCreate",
    NAMES,
    FIELD(struct referral_in, placement_id, "promoter_campaign_id",
	.flags = F_REQUIRED | F_ID_NUMBER,
	.doc = "Whose it is, in which campaign"),
    SHARES);
SHAPE(fp_referral_change, struct referral_in, "ReferralUpdate",
    NAMES,
    FIELD(struct referral_in, placement_id, "promoter_campaign_id",
	.flags = F_ID_NUMBER,
	.doc = "Another one moves it there: as a new referral"),
    SHARES,
    FIELD(struct referral_in, find_by, "find_by", .labels = lead_key_labels,
	.doc = "What the last part of the path is, where it is not the id"),
    FIELD(struct referral_in, fraud, "fraud_check",
	.labels = lead_fraud_labels),
    FIELD(struct referral_in, status_id, "custom_status_id",
	.flags = F_ID_NUMBER | F_NULLABLE,
	.doc = "Of the company's own: null takes it away"),
    FIELD(struct referral_in, one.percent, "split_details[percentage]",
	.min = 0, .max = 100,
	.doc = "With the next: the only one of split_details"),
    FIELD(struct referral_in, one.placement_id,
	"split_details[promoter_campaign_id]", .flags = F_ID_NUMBER));

static void
check_shares(struct request *rq)
{
	const struct referral_in *in = rq->in;
	const struct split_share *s = in->shares.items;
	int64_t sum = 0;

	for (size_t i = 0; i < in->shares.n; i++) {
		sum += s[i].percent;
		if (s[i].placement_id == in->placement_id)
			complain(&rq->wrong, rq->arena, STR("split_details"),
			    "must not name its own promoter campaign");
		for (size_t j = 0; j < i; j++)
			if (s[j].placement_id == s[i].placement_id)
				complain(&rq->wrong, rq->arena,
				    STR("split_details"), "names one twice");
	}
	if (sum > 100)
		complain(&rq->wrong, rq->arena, STR("split_details"),
		    "must not share more than 100 percent");
}

static bool
is_given(const struct request *rq, int field)
{
	return (rq->given >> field & 1) != 0;
}

/* Clients of before the list name one share in brackets. */
static void
check_change(struct request *rq)
{
	struct referral_in *in = rq->in;

	if (is_given(rq, IN_ONE_PERCENT) != is_given(rq, IN_ONE_PLACEMENT))
		complain(&rq->wrong, rq->arena, STR("split_details"),
		    "in brackets needs percentage and promoter_campaign_id");
	else if (is_given(rq, IN_ONE_PERCENT) && !is_given(rq, IN_SHARES)) {
		in->shares = (struct list){ &in->one, 1 };
		rq->given |= UINT64_C(1) << IN_SHARES;
	}
	check_shares(rq);
}

static void
check_new(struct request *rq)
{
	const struct referral_in *in = rq->in;

	check_shares(rq);
	if (in->email.p == NULL && in->uid.p == NULL &&
	    in->username.p == NULL)
		complain(&rq->wrong, rq->arena, STR("email"),
		    "or a uid must be given");
}

static struct lead_change
change_of(const struct request *rq)
{
	const struct referral_in *in = rq->in;
	bool by_key = rq->who.key_id != 0;

	return (struct lead_change){ .placement_id = in->placement_id,
	    .names = { in->email, in->uid, in->username },
	    .entry_source = by_key ? LEAD_BY_API : LEAD_BY_ADMIN,
	    .fraud = -1, .shares = in->shares,
	    .shared = is_given(rq, IN_SHARES),
	    .marked = is_given(rq, IN_STATUS), .status_id = in->status_id,
	    .named = { is_given(rq, IN_EMAIL), is_given(rq, IN_UID),
		is_given(rq, IN_USERNAME) } };
}

static enum err
told(struct request *rq, const struct lead_change *c, enum err e)
{
	if (e == ERR_CONFLICT) {
		complain(&rq->wrong, rq->arena,
		    str_of(lead_key_labels[c->taken]),
		    "is of another referral");
		return ERR_INVALID;
	}
	if (e == ERR_INVALID)
		complain(&rq->wrong, rq->arena, STR("email"),
		    "or a uid must be left");
	return e;
}

static enum err
create(struct request *rq)
{
	struct lead_change c = change_of(rq);

	TRY(told(rq, &c, lead_create(rq->db, rq->arena, ACTOR(rq), &c)));
	return fp_answer(rq, RECORD_REFERRAL, c.id);
}

/* Which one it is, is looked up before the transaction begins. */
static enum err
find(struct request *rq)
{
	const struct referral_in *in = rq->in;
	const struct fp_find *q = rq->query;

	rq->prepared = ARENA_NEW(rq->arena, uint64_t);
	return lead_find(rq->db, rq->arena, rq->who.org_id, in->find_by >= 0 ?
	    in->find_by : q->find_by, rq->text[0], rq->prepared);
}

static enum err
update(struct request *rq)
{
	struct lead_change c = change_of(rq);

	c.id = *(const uint64_t *)rq->prepared;
	c.fraud = ((const struct referral_in *)rq->in)->fraud;
	TRY(told(rq, &c, lead_update(rq->db, rq->arena, ACTOR(rq), &c)));
	return fp_answer(rq, RECORD_REFERRAL, c.id);
}

/* Whether there is a key is known before anything is begun. */
static enum err
find_with_key(struct request *rq)
{
	const struct fp_find *q = rq->query;
	uint64_t *id = ARENA_NEW(rq->arena, uint64_t);
	struct str key;

	rq->prepared = id;
	TRY(lead_find(rq->db, rq->arena, rq->who.org_id, q->find_by,
	    rq->text[0], id));
	return program_stripe_key(rq->db, rq->arena, rq->who.org_id, &key);
}

static enum err
import(struct request *rq)
{
	return fp_batch(rq, &referral_import, NULL,
	    (struct list){ rq->prepared, 1 });
}

static const enum err import_errors[] = ERRORS(ERR_NOT_FOUND, ERR_NO_STRIPE);
static const enum err get_errors[] = ERRORS(ERR_NOT_FOUND);
static const enum err create_errors[] = ERRORS(ERR_NOT_FOUND);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_MOVED,
    ERR_NO_STATUS);

const struct route fp_referral_routes[] = {
	{ .op = "listReferrals", .method = GET, .path = "/company/referrals",
	  .handle = list, .query = &fp_referral_query, .out = &fp_referral,
	  .sorts = list_sorts, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_REFERRALS_READ, .tag = "Referrals",
	  .summary = "List referrals" },
	{ .op = "createReferral", .method = POST,
	  .path = "/company/referrals", .check = check_new, .handle = create,
	  .in = &fp_referral_in, .out = &fp_referral, .status = 200,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_REFERRALS_WRITE,
	  .errors = create_errors, .tag = "Referrals",
	  .summary = "Enter a referral of a promoter" },
	{ .op = "getReferral", .method = GET,
	  .path = "/company/referrals/{text:id}", .handle = get,
	  .query = &fp_find_query, .out = &fp_referral, .status = 200,
	  .scope = SCOPE_REFERRALS_READ, .errors = get_errors,
	  .tag = "Referrals", .summary = "Get a referral" },
	{ .op = "updateReferral", .method = PUT,
	  .path = "/company/referrals/{text:id}", .check = check_change,
	  .prepare = find, .handle = update, .query = &fp_find_query,
	  .in = &fp_referral_change,
	  .out = &fp_referral, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_REFERRALS_WRITE, .errors = update_errors,
	  .tag = "Referrals",
	  .summary = "Change a referral, or move it to another promoter" },
	{ .op = "importReferralEvents", .method = POST,
	  .path = "/company/referrals/{text:id}/import_events",
	  .prepare = find_with_key, .handle = import,
	  .query = &fp_find_query, .out = &fp_batch_out, .status = 202,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_REFERRALS_WRITE,
	  .errors = import_errors, .tag = "Referrals",
	  .summary = "Take what a customer paid before as sales, from the "
	      "company's own account at Stripe" },
	{ .op = NULL }
};
