/* Pausing, resuming and canceling campaigns. */
#include "api/ocamba/routes.h"
#include "model/campaign/ending.h"

#include "base/banned.h"

struct reason_in {
	struct str reason;
	bool dry_run;
};

#define REASON \
    FIELD(struct reason_in, reason, "reason", .flags = F_REQUIRED, \
	.min = 1, .max = 1000, .doc = "Why; it stands in the history", \
	.example = "\"The shop is closed\"")

SHAPE(hood_pause_in, struct reason_in, "CampaignPause", REASON);
SHAPE(hood_cancel_in, struct reason_in, "CampaignCancel", REASON,
    FIELD(struct reason_in, dry_run, "dry_run",
	.doc = "True: says what it would do, and changes nothing"));

static enum err
pause_campaign(struct request *rq)
{
	const struct reason_in *in = rq->in;
	struct campaign c = CAMPAIGN_NEW;

	TRY(hood_hold(rq, &c));
	return campaign_told(rq, &c, campaign_move(rq->db, rq->arena,
	    ACTOR(rq), &c, VERB_PAUSE, in->reason));
}

SHAPE(hood_resume_in, struct hood_start, "CampaignResume",
    HOOD_START(struct hood_start, ));

static enum err
resume(struct request *rq)
{
	const struct hood_start *in = rq->in;
	struct campaign c = CAMPAIGN_NEW;

	TRY(hood_hold(rq, &c));
	if (in->now == 0 && in->at.us == 0) {
		complain(&rq->wrong, rq->arena, STR("run_immediately"),
		    "must be 1, or scheduled_time given");
		return ERR_INVALID;
	}
	if (c.status != CAMPAIGN_PAUSED)
		return campaign_told(rq, &c, ERR_CONFLICT);
	TRY(hood_check_start(rq, in, &c));
	return campaign_begin(rq->db, rq->arena, ACTOR(rq), &c, in->at);
}

/* Money that goes back to the advertiser, in minor units and without tax. */
SHAPE(hood_line_out, struct line, "CampaignEndLine",
    FIELD(struct line, id, "id"),
    FIELD(struct line, earned, "earned"),
    FIELD(struct line, due, "refund_due"),
    FIELD(struct line, due_tax, "tax_refund_due"));

struct end_out {
	int64_t due, due_tax, on_account;
	struct str currency;
	struct list lines;
};

SHAPE(hood_end_out, struct end_out, "CampaignEnd",
    FIELD(struct end_out, due, "refund_due",
	.doc = "In minor units, without tax"),
    FIELD(struct end_out, due_tax, "tax_refund_due", .doc = "The tax of it"),
    FIELD(struct end_out, on_account, "on_account",
	.doc = "What the advertiser then has on account, of this campaign "
	    "and others"),
    FIELD(struct end_out, currency, "currency", .flags = F_NULLABLE,
	.format = "currency", .max = 3),
    FIELD(struct end_out, lines, "lines", .of = &hood_line_out));

/* What it comes to is the quote, whether it is asked for or done. */
static enum err
tell(struct request *rq, const struct campaign *c)
{
	struct end_out *out = ARENA_NEW(rq->arena, struct end_out);
	struct books b;

	TRY(books_read(rq->db, rq->arena, c, c->ended_on, &b));
	*out = (struct end_out){ b.due, b.due_tax, b.on_account, c->currency,
	    { b.lines, b.n_lines } };
	rq->out = out;
	campaign_quote(rq, c, &b);
	return OK;
}

static enum err
cancel(struct request *rq)
{
	const struct reason_in *in = rq->in;
	struct campaign c = CAMPAIGN_NEW;

	TRY(hood_hold(rq, &c));
	TRY(campaign_told(rq, &c, campaign_cancel(rq->db, rq->arena,
	    ACTOR(rq), &c, in->reason)));
	TRY(tell(rq, &c));
	rq->dry = in->dry_run;
	rq->status = in->dry_run ? 200 : 204;
	return OK;
}

static const enum err errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);
static const enum err cancel_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_DELETE_INSTEAD);

const struct route hood_verb_routes[] = {
	{ .op = "pauseHoodCampaign", .method = POST,
	  .path = "/campaigns/{id}/pause", .handle = pause_campaign,
	  .in = &hood_pause_in, .status = 204, .flags = R_WRITE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = errors,
	  .tag = "campaigns",
	  .summary = "Pause a campaign that runs or is scheduled",
	  .done = "The campaign is paused" },
	{ .op = "resumeHoodCampaign", .method = POST,
	  .path = "/campaigns/{id}/resume", .handle = resume,
	  .in = &hood_resume_in, .status = 204, .flags = R_WRITE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = errors,
	  .tag = "campaigns", .summary = "Let a paused campaign go on, at "
	    "once or at a time: exactly one of the two",
	  .done = "The campaign goes on" },
	{ .op = "cancelHoodCampaign", .method = POST,
	  .path = "/campaigns/{id}/cancel", .handle = cancel,
	  .in = &hood_cancel_in, .out = &hood_end_out, .status = 204,
	  .also = 200, .flags = R_WRITE | R_LIVE | R_QUOTE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = cancel_errors,
	  .tag = "campaigns", .summary = "Cancel for ever a campaign that "
	    "runs, is scheduled or paused; again with the same reason is the "
	    "same; a dry run answers 200 and its ETag is a quote for If-Match",
	  .done = "The campaign is canceled, or what that would do" },
	{ .op = NULL }
};
