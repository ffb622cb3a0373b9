/* What is done to many promoters at once. */
#include "api/firstpromoter/routes.h"
#include "model/campaign/campaign.h"
#include "model/promoter/promoter.h"
#include "model/promoter/promoter_actions.h"

#include "base/banned.h"

struct ids_in {
	struct list ids;
};

SHAPE(fp_promoter_ids, struct ids_in, "PromoterIds", FP_IDS(struct ids_in));

struct decision_in {
	struct list ids;
	struct promoter_decision d;
	bool mail;
};

/* What has to be there may be missing as well: that is 422 on this face. */
#define MUST(type, member, wire) \
    FIELD(type, member, wire, .flags = F_ID_NUMBER | F_NULLABLE, \
	.doc = "Must be given", .example = "1")
#define MAIL(type) \
    FIELD(type, mail, "drip_emails", .doc = "Promoters get no mail from here")

SHAPE(fp_promoter_decision, struct decision_in, "PromoterDecisionInput",
    FP_IDS(struct decision_in),
    MUST(struct decision_in, d.campaign_id, "campaign_id"),
    MAIL(struct decision_in));

struct move_in {
	struct list ids;
	struct promoter_move m;
	bool mail;
};

SHAPE(fp_promoter_move, struct move_in, "PromoterMoveInput",
    FP_IDS(struct move_in),
    MUST(struct move_in, m.from_id, "from_campaign_id"),
    MUST(struct move_in, m.to_id, "to_campaign_id"),
    MAIL(struct move_in),
    FIELD(struct move_in, m.with_referrals, "soft_move_referrals",
	.doc = "His referrals go with him; else they stay, and what recurs "
	    "goes on as before"));

struct family_in {
	struct list ids;
	struct promoter_family f;
};

SHAPE(fp_promoter_family, struct family_in, "PromoterFamilyInput",
    FP_IDS(struct family_in),
    MUST(struct family_in, f.parent_id, "parent_promoter_id"));

static enum err
missing(struct request *rq, const char *field, enum err e)
{
	if (e != ERR_NOT_FOUND)
		return e;
	complain(&rq->wrong, rq->arena, str_of(field),
	    "must name one that is there");
	return ERR_PARAMS;
}

static enum err
check_campaign(struct request *rq, const char *field, uint64_t id)
{
	struct campaign c = CAMPAIGN_NEW;
	enum err e = id == 0 ? ERR_NOT_FOUND : campaign_get(rq->db, rq->arena,
	    rq->who.org_id, id, &c);

	if (e == OK && c.status == CAMPAIGN_DELETED)
		e = ERR_NOT_FOUND;
	return missing(rq, field, e);
}

static enum err
look_campaign(struct request *rq)
{
	const struct decision_in *in = rq->in;

	return check_campaign(rq, "campaign_id", in->d.campaign_id);
}

static enum err
look_campaigns(struct request *rq)
{
	const struct move_in *in = rq->in;

	TRY(check_campaign(rq, "from_campaign_id", in->m.from_id));
	return check_campaign(rq, "to_campaign_id", in->m.to_id);
}

static enum err
look_parent(struct request *rq)
{
	const struct family_in *in = rq->in;
	struct promoter p = { 0 };

	return missing(rq, "parent_promoter_id", in->f.parent_id == 0 ?
	    ERR_NOT_FOUND : promoter_get(rq->db, rq->arena, rq->who.org_id,
	    in->f.parent_id, &p));
}

#define DECISION(name) \
static enum err \
name(struct request *rq) \
{ \
	const struct decision_in *in = rq->in; \
\
	return fp_batch(rq, &promoter_##name, &in->d, in->ids); \
}
DECISION(accept)
DECISION(reject)
DECISION(block)
DECISION(add)
#undef DECISION

static enum err
move(struct request *rq)
{
	const struct move_in *in = rq->in;

	return fp_batch(rq, &promoter_move, &in->m, in->ids);
}

static enum err
assign(struct request *rq)
{
	const struct family_in *in = rq->in;

	return fp_batch(rq, &promoter_assign, &in->f, in->ids);
}

static enum err
archive(struct request *rq)
{
	const struct ids_in *in = rq->in;

	return fp_batch(rq, &promoter_archive, NULL, in->ids);
}

static enum err
restore(struct request *rq)
{
	const struct ids_in *in = rq->in;

	return fp_batch(rq, &promoter_restore, NULL, in->ids);
}

#define BATCH(op_, path_, handle_, summary_) \
	.op = op_, .method = POST, .path = "/company/promoters" path_, \
	.handle = handle_, .out = &fp_batch_out, .status = 200, .also = 202, \
	.flags = R_WRITE | R_LIVE | R_BARE, .scope = SCOPE_REFERRALS_WRITE, \
	.errors = fp_batch_errors, .tag = "Promoters", .summary = summary_
#define DECISION(op_, path_, handle_, summary_) \
	{ BATCH(op_, path_, handle_, summary_), .prepare = look_campaign, \
	  .in = &fp_promoter_decision }

const struct route fp_promoter_batch_routes[] = {
	DECISION("acceptPromoters", "/accept", accept,
	    "Accept promoters in a campaign"),
	DECISION("rejectPromoters", "/reject", reject,
	    "Reject promoters who wait in a campaign"),
	DECISION("blockPromoters", "/block", block,
	    "Block promoters in a campaign: nothing of theirs counts there"),
	DECISION("addPromotersToCampaign", "/add_to_campaign", add,
	    "Add promoters to a campaign"),
	{ BATCH("movePromotersToCampaign", "/move_to_campaign", move,
	    "Move promoters from one campaign to another"),
	  .prepare = look_campaigns, .in = &fp_promoter_move },
	{ BATCH("assignParentPromoter", "/assign_parent", assign,
	    "Put promoters under another"), .prepare = look_parent,
	  .in = &fp_promoter_family },
	{ BATCH("archivePromoters", "/archive", archive,
	    "Archive promoters: their links end, lists leave them out"),
	  .in = &fp_promoter_ids },
	{ BATCH("restorePromoters", "/restore", restore,
	    "Bring promoters back that were archived"),
	  .in = &fp_promoter_ids },
	{ .op = NULL }
};
