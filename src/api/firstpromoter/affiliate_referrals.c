/* A promoter's own referrals. */
#include "api/firstpromoter/exports.h"
#include "api/firstpromoter/referrals.h"
#include "model/promoter/export.h"
#include "model/referral/own_lead.h"

#include "base/banned.h"

SHAPE(fp_own_referral, struct referral, "OwnReferral",
    FP_ID(struct referral, id, "id"),
    FIELD(struct referral, uid, "uid", .flags = F_NULLABLE),
    FIELD(struct referral, state, "state", .labels = lead_state_labels),
    FIELD(struct referral, metadata, "metadata", .flags = F_JSON),
    FIELD(struct referral, created_at, "created_at"),
    FIELD(struct referral, customer_at, "customer_since",
	.flags = F_NULLABLE, .doc = "Of the first sale"),
    FIELD(struct referral, email, "email", .flags = F_NULLABLE),
    FIELD(struct referral, placed, "promoter_campaign",
	.of = &fp_own_placed));

struct list_in {
	struct fp_page_query page;
	struct list campaigns;
	struct lead_filter f;
};

/* What can be asked for, and what a filter brings: by OWN_STATE_DOWN... */
static const char *const sorts[] = { "state:desc", "state:asc", "email:desc",
	"email:asc", "created_at:desc", "customer_since:desc", NULL };
#define SORTS 2

#define F(member, wire, ...) \
    FIELD(struct list_in, member, "filters[" wire "]", __VA_ARGS__)
#define FILTERS \
    FIELD(struct list_in, f.q, "q", .min = 1, .max = 254, \
	.doc = "How the email, uid, username or website begins"), \
    F(f.type, "type", .labels = lead_type_labels), \
    F(f.state, "state", .labels = lead_state_labels), \
    F(f.created_from, "created_at][from"), \
    F(f.created_to, "created_at][to"), \
    F(f.customer_from, "customer_since][from"), \
    F(f.customer_to, "customer_since][to"), \
    F(campaigns, "campaign_id", .max = 100, .flags = F_LOOSE)
SHAPE(fp_own_referral_query, struct list_in, "OwnReferralQuery",
    FP_PAGE_FIELDS(struct list_in),
    FP_SORT(struct list_in, 0, "state"),
    FP_SORT(struct list_in, 1, "email"),
    FILTERS);
SHAPE(fp_own_referral_export, struct list_in, "OwnReferralExport", FILTERS);

static enum err
read_filter(struct request *rq, struct list_in *q)
{
	q->f.referrer_id = rq->who.promoter_id;
	return fp_ids_read(rq, &q->campaigns, "filters[campaign_id]",
	    &q->f.campaigns);
}

static enum err
list(struct request *rq)
{
	struct list_in *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(read_filter(rq, q));
	q->page.order = own_order(&q->f);
	TRY(fp_page_read(rq, &q->page, SORTS, &p));
	TRY(own_leads(rq->db, rq->arena, rq->who.org_id, &q->f, &p, &rows));
	if (p.order == OWN_EMAIL_DOWN || p.order == OWN_EMAIL)
		page_cut_text(rq, &p, rows, sizeof(struct referral),
		    own_keys[p.order], offsetof(struct referral, id));
	else
		page_cut(rq, &p, rows, sizeof(struct referral),
		    own_keys[p.order], offsetof(struct referral, id));
	return OK;
}

static enum err
export(struct request *rq)
{
	struct list_in *q = rq->query;

	TRY(read_filter(rq, q));
	return fp_export(rq, EXPORT_REFERRALS, &q->f);
}

struct referral_in {
	struct str email, uid;
	uint64_t placement_id;
};
enum { IN_EMAIL, IN_UID };

#define UID FIELD(struct referral_in, uid, "uid", \
	.flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 120, \
	.doc = "What the company calls it")
SHAPE(fp_own_referral_in, struct referral_in, "OwnReferralCreate",
    FIELD(struct referral_in, email, "email", .flags = F_REQUIRED,
	.format = "email", .min = 3, .max = 254),
    UID,
    FIELD(struct referral_in, placement_id, "promoter_campaign_id",
	.flags = F_REQUIRED | F_ID_NUMBER,
	.doc = "In which of his campaigns"));
SHAPE(fp_own_referral_change, struct referral_in, "OwnReferralUpdate",
    FIELD(struct referral_in, email, "email", .flags = F_NULLABLE,
	.format = "email", .min = 3, .max = 254),
    UID);

static enum err
show(struct request *rq, uint64_t id)
{
	struct referral *r = ARENA_NEW(rq->arena, struct referral);

	rq->out = r;
	return lead_get(rq->db, rq->arena, rq->who.org_id, id, r);
}

static struct lead_change
change_of(const struct request *rq)
{
	const struct referral_in *in = rq->in;

	return (struct lead_change){ .id = rq->id[0],
	    .placement_id = in->placement_id,
	    .names = { [LEAD_EMAIL] = in->email, [LEAD_UID] = in->uid },
	    .entry_source = LEAD_BY_AFFILIATE, .fraud = -1,
	    .named = { [LEAD_EMAIL] = (rq->given >> IN_EMAIL & 1) != 0,
		[LEAD_UID] = (rq->given >> IN_UID & 1) != 0 } };
}

/* Whose it is, nobody tells a promoter. */
static enum err
told(struct request *rq, const struct lead_change *c, enum err e)
{
	if (e == ERR_CONFLICT)
		complain(&rq->wrong, rq->arena,
		    str_of(lead_key_labels[c->taken]),
		    "is of another referral");
	else if (e == ERR_INVALID)
		complain(&rq->wrong, rq->arena, STR("email"),
		    "or a uid must be left");
	return e == ERR_CONFLICT ? ERR_INVALID : e;
}

static enum err
find_placement(struct request *rq)
{
	const struct referral_in *in = rq->in;

	return own_placement(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, in->placement_id, rq->now);
}

static enum err
create(struct request *rq)
{
	struct lead_change c = change_of(rq);

	TRY(told(rq, &c, lead_create(rq->db, rq->arena, ACTOR(rq), &c)));
	return show(rq, c.id);
}

static enum err
find(struct request *rq)
{
	return own_lead(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, rq->id[0]);
}

/* Within the transaction: a sale may have come since. */
static enum err
hold(struct request *rq)
{
	return own_lead_hold(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, rq->id[0]);
}

static enum err
update(struct request *rq)
{
	struct lead_change c = change_of(rq);

	TRY(hold(rq));
	TRY(told(rq, &c, lead_update(rq->db, rq->arena, ACTOR(rq), &c)));
	return show(rq, c.id);
}

static enum err
delete(struct request *rq)
{
	TRY(hold(rq));
	return lead_delete(rq->db, rq->arena, ACTOR(rq), rq->id[0]);
}

static const enum err find_errors[] = ERRORS(ERR_NOT_FOUND);
static const enum err kept_errors[] = ERRORS(ERR_NOT_FOUND, ERR_KEPT);

#define TAG "Affiliate"
const struct route fp_affiliate_referral_routes[] = {
	{ .op = "affiliateReferrals", .method = GET,
	  .path = "/affiliate/referrals", .handle = list,
	  .query = &fp_own_referral_query, .out = &fp_own_referral,
	  .sorts = sorts, .status = 200, .flags = R_LIST | R_PROMOTER,
	  .tag = TAG, .summary = "List a promoter's own referrals" },
	{ .op = "affiliateExportReferrals", FP_EXPORT, .method = GET,
	  .path = "/affiliate/referrals/export", .handle = export,
	  .query = &fp_own_referral_export, .tag = TAG,
	  .summary = "Get a promoter's own referrals as a file" },
	{ .op = "affiliateCreateReferral", .method = POST,
	  .path = "/affiliate/referrals", .prepare = find_placement,
	  .handle = create, .in = &fp_own_referral_in,
	  .out = &fp_own_referral, .status = 200,
	  .flags = R_WRITE | R_PROMOTER, .errors = find_errors, .tag = TAG,
	  .summary = "Enter a referral of one's own" },
	{ .op = "affiliateUpdateReferral", .method = PUT,
	  .path = "/affiliate/referrals/{id}", .prepare = find,
	  .handle = update, .in = &fp_own_referral_change,
	  .out = &fp_own_referral, .status = 200,
	  .flags = R_WRITE | R_PROMOTER, .errors = kept_errors,
	  .tag = TAG, .summary = "Change the names of an own referral" },
	{ .op = "affiliateDeleteReferral", .method = DELETE,
	  .path = "/affiliate/referrals/{id}", .prepare = find,
	  .handle = delete, .status = 204, .flags = R_WRITE | R_PROMOTER,
	  .errors = kept_errors, .tag = TAG,
	  .summary = "Delete an own referral" },
	{ .op = NULL }
};
