/* What is done to many referrals: each call begins a batch. */
#include "api/firstpromoter/routes.h"
#include "model/referral/referral_actions.h"

#include "base/banned.h"

struct ids {
	struct list ids;
};

SHAPE(referral_ids, struct ids, "ReferralIds", FP_IDS(struct ids));

struct move_in {
	struct list ids;
	struct referral_move to;
};

SHAPE(referral_move_in, struct move_in, "ReferralMove",
    FP_IDS(struct move_in),
    FIELD(struct move_in, to.placement_id, "promoter_campaign_id",
	.flags = F_ID_NUMBER | F_NULLABLE, .doc = "Where they go: needed"),
    FIELD(struct move_in, to.commissions, "move_associated_commissions",
	.doc = "With the promoter's commissions that are not paid"));

static enum err
begin(struct request *rq, const struct batch_action *action)
{
	const struct ids *in = rq->in;

	return fp_batch(rq, action, NULL, in->ids);
}

static enum err
delete(struct request *rq)
{
	return begin(rq, &referral_delete);
}

static enum err
approve(struct request *rq)
{
	return begin(rq, &referral_approve);
}

static enum err
disable(struct request *rq)
{
	return begin(rq, &referral_disable);
}

static enum err
enable(struct request *rq)
{
	return begin(rq, &referral_enable);
}

static enum err
look_where(struct request *rq)
{
	const struct move_in *in = rq->in;
	enum err e = in->to.placement_id == 0 ? ERR_NOT_FOUND :
	    referral_move_check(rq->db, rq->arena, rq->who.org_id, &in->to);

	if (e != ERR_NOT_FOUND)
		return e;
	complain(&rq->wrong, rq->arena, STR("promoter_campaign_id"),
	    "must name one whose promoter can get referrals");
	return ERR_PARAMS;
}

static enum err
move(struct request *rq)
{
	const struct move_in *in = rq->in;

	return fp_batch(rq, &referral_move, &in->to, in->ids);
}

#define BATCH(op_, method_, path_, handle_, summary_) \
	.op = op_, .method = method_, .path = "/company/referrals" path_, \
	.handle = handle_, .out = &fp_batch_out, .status = 200, .also = 202, \
	.flags = R_WRITE | R_LIVE | R_BARE, .scope = SCOPE_REFERRALS_WRITE, \
	.errors = fp_batch_errors, .tag = "Referrals", .summary = summary_

const struct route fp_referral_batch_routes[] = {
	{ BATCH("deleteReferrals", DELETE, "", delete, "Delete referrals"),
	  .in = &referral_ids },
	{ BATCH("approveReferrals", POST, "/approve", approve,
	    "Approve referrals that wait"), .in = &referral_ids },
	{ BATCH("disableReferrals", POST, "/disable", disable,
	    "Deny referrals: they bring no commissions from then on"),
	  .in = &referral_ids },
	{ BATCH("enableReferrals", POST, "/enable", enable,
	    "Take referrals back that were denied"), .in = &referral_ids },
	{ BATCH("moveReferrals", POST, "/move_to_promoter", move,
	    "Move referrals to another promoter"), .prepare = look_where,
	  .in = &referral_move_in },
	{ .op = NULL }
};
