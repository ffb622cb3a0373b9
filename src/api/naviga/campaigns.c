/* Reading and confirming a campaign, and what was delivered of it. */
#include "api/naviga/routes.h"

#include "base/banned.h"

static enum err
get(struct request *rq)
{
	struct campaign c = CAMPAIGN_NEW;

	TRY(campaign_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &c));
	return nv_answer(rq, &c);
}

/*
 * What was confirmed before stays so.  A draft may know when it is to begin,
 * unless that is after its end: one that is entered late runs for a day.
 */
static enum err
confirm(struct request *rq)
{
	struct when at = { 0 };
	struct campaign c;

	TRY(nv_lock(rq, &c));
	if (campaign_over(&c))
		return campaign_told(rq, &c, ERR_CONFLICT);
	if (c.begins_at.us > rq->now.us && (c.ends_on.n == DAY_NONE.n ||
	    day_of(c.begins_at).n <= c.ends_on.n))
		at = c.begins_at;
	if (c.status == CAMPAIGN_DRAFT)
		TRY(campaign_begin(rq->db, rq->arena, ACTOR(rq), &c, at));
	return nv_answer(rq, &c);
}

struct delivery_in {
	int64_t impressions, clicks;
	struct day at;
};

#define COUNT_MAX INT64_C(9007199254740991)

SHAPE(delivery_in, struct delivery_in, "Delivery",
    FIELD(struct delivery_in, impressions, "Impressions", .min = 0,
	.max = COUNT_MAX, .doc = "All so far; as before where absent",
	.example = "40000"),
    FIELD(struct delivery_in, clicks, "Clicks", .min = 0, .max = COUNT_MAX,
	.doc = "All so far; as before where absent", .example = "120"),
    FIELD(struct delivery_in, at, "AsOf", .flags = F_REQUIRED,
	.doc = "The last day that is counted", .example = "\"2026-02-15\""));

enum { GIVEN_IMPRESSIONS = 1, GIVEN_CLICKS = 2 };

static void
check_delivery(struct request *rq)
{
	const struct delivery_in *in = rq->in;

	if (in->at.n > day_of(rq->now).n)
		nv_wrong(rq, STR("AsOf"), "must not be a day to come");
}

static enum err
deliver(struct request *rq)
{
	const struct delivery_in *in = rq->in;
	const struct line_report r = { .line_id = rq->id[1], .at = in->at,
	    .impressions = rq->given & GIVEN_IMPRESSIONS ?
		in->impressions : -1,
	    .clicks = rq->given & GIVEN_CLICKS ? in->clicks : -1 };
	struct campaign c;

	TRY(nv_lock(rq, &c));
	TRY(campaign_told(rq, &c, line_deliver(rq->db, rq->arena, ACTOR(rq),
	    &c, &r)));
	return nv_answer_line(rq, &c, r.line_id);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err confirm_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);
static const enum err delivery_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_AFTER_STOP, ERR_BACKWARDS);

const struct route nv_campaign_routes[] = {
	{ .op = "getCampaignWithLines", .method = GET,
	  .path = "/{id:campaignId}", .handle = get,
	  .out = &nv_campaign, .status = 200, .flags = R_MOMENT,
	  .scope = SCOPE_CAMPAIGNS_READ, .errors = not_found,
	  .tag = "campaigns",
	  .summary = "A campaign, its lines and its money" },
	{ .op = "confirmCampaign", .method = POST,
	  .path = "/{id:campaignId}/confirm", .handle = confirm,
	  .out = &nv_campaign, .status = 200, .flags = R_WRITE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = confirm_errors,
	  .tag = "campaigns",
	  .summary = "Confirm a quote: from then it runs by its dates" },
	{ .op = "reportDelivery", .method = PUT,
	  .path = "/{id:campaignId}/lines/{id:lineId}/delivery",
	  .handle = deliver, .check = check_delivery, .in = &delivery_in,
	  .out = &nv_line,
	  .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = delivery_errors,
	  .tag = "campaigns",
	  .summary = "What was delivered of a line so far, as of a day" },
	{ .op = NULL }
};
