/* What a referrer campaign has brought, and its link to hand on. */
#include <sodium.h>

#include "api/perfectworks/routes.h"
#include "base/qr.h"
#include "model/referral/analytics.h"

#include "base/banned.h"

#define ANALYTICS_DAYS 30
#define ANALYTICS_DAYS_MAX 366
#define QR_SIZE 256
#define QR_MARGIN 4
#define QR_SECONDS "86400"

struct analytics_query {
	struct day from, to;
};

SHAPE(analytics_query, struct analytics_query, "AnalyticsQuery",
    FIELD(struct analytics_query, from, "from",
	.doc = "First day, UTC; thirty days up to the last where absent"),
    FIELD(struct analytics_query, to, "to",
	.doc = "Last day, UTC; today where absent"));

SHAPE(analytics_day, struct count_day, "AnalyticsDay",
    FIELD(struct count_day, day, "date"),
    FIELD(struct count_day, clicks, "clicks"),
    FIELD(struct count_day, unique_clicks, "uniqueClicks"),
    FIELD(struct count_day, bot_clicks, "botClicks"),
    FIELD(struct count_day, referrals, "referrals"),
    FIELD(struct count_day, conversions, "conversions"));

SHAPE(analytics_source, struct source_count, "AnalyticsSource",
    FIELD(struct source_count, source, "source", .max = 40,
	.doc = "src or utm_source of the link, else the host that linked, "
	"else direct; other: all the rest"),
    FIELD(struct source_count, clicks, "clicks"),
    FIELD(struct source_count, unique_clicks, "uniqueClicks"),
    FIELD(struct source_count, bot_clicks, "botClicks"));

SHAPE(analytics_out, struct analytics, "Analytics",
    FIELD(struct analytics, clicks, "clicks",
	.doc = "Of people; bots are counted apart"),
    FIELD(struct analytics, unique_clicks, "uniqueClicks",
	.doc = "A visitor counts once a campaign, on the first day"),
    FIELD(struct analytics, bot_clicks, "botClicks"),
    FIELD(struct analytics, referrals, "referrals"),
    FIELD(struct analytics, conversions, "conversions",
	.doc = "Referrals that became customers"),
    FIELD(struct analytics, conversion_rate, "conversionRate",
	.flags = F_NULLABLE, .doc = "Conversions to unique clicks",
	.example = "\"0.0312\""),
    FIELD(struct analytics, earnings, "earnings", .of = &pw_money,
	.max = 200, .doc = "Commissions less what refunds took back"),
    FIELD(struct analytics, daily, "daily", .of = &analytics_day,
	.max = ANALYTICS_DAYS_MAX),
    FIELD(struct analytics, sources, "sources", .of = &analytics_source,
	.max = ANALYTICS_SOURCES, .doc = "Those with the most clicks"),
    FIELD(struct analytics, sources_until, "sourcesUntil",
	.doc = "Sources are exact up to here; the rest at any moment"));

static enum err
read_days(struct request *rq, struct day *from, struct day *to)
{
	const struct analytics_query *q = rq->query;

	*to = q->to.n != DAY_NONE.n ? q->to : day_of(rq->now);
	*from = q->from.n != DAY_NONE.n ? q->from :
	    (struct day){ to->n - ANALYTICS_DAYS + 1 };
	if (from->n <= to->n && to->n - from->n < ANALYTICS_DAYS_MAX)
		return OK;
	complain(&rq->wrong, rq->arena, STR("from"),
	    "must be a day up to to, of %d days at most", ANALYTICS_DAYS_MAX);
	return ERR_INVALID;
}

static enum err
analytics(struct request *rq)
{
	struct day from, to;

	TRY(read_days(rq, &from, &to));
	rq->out = ARENA_NEW(rq->arena, struct analytics);
	return placement_analytics(rq->db, rq->arena, rq->who.org_id,
	    rq->id[0], from, to, rq->out);
}

struct qr_query {
	int64_t size, margin;
	int level;
};

SHAPE(qr_query, struct qr_query, "QrQuery",
    FIELD(struct qr_query, size, "size", .min = 32, .max = 4096,
	.doc = "Width and height in pixels, 256 if absent"),
    FIELD(struct qr_query, margin, "margin", .min = 0, .max = 32,
	.doc = "White modules around it, 4 if absent"),
    FIELD(struct qr_query, level, "level", .labels = qr_level_labels,
	.doc = "How much of it may be damaged, M if absent"));

/* Bits of asked. */
enum { ASKED_SIZE = 1, ASKED_MARGIN = 2 };

/* The answer has this tag, or "*" stands for any. */
static bool
none_match(struct str want, struct str tag)
{
	struct str one;

	while (want.n > 0) {
		(void)str_cut(want, ',', &one, &want);
		one = str_trim(one);
		if (str_has_prefix(one, STR("W/")))
			one = str_skip(one, 2);
		if (str_is(one, "*") || str_eq(one, tag))
			return true;
	}
	return false;
}

/* A picture of one link never changes: clients may keep it. */
static enum err
answer_svg(struct request *rq, struct str svg)
{
	unsigned char hash[16];
	struct str tag;

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)svg.p,
	    svg.n, NULL, 0);
	tag = str_printf(rq->arena, "\"%.*s\"", STR_ARG(str_hex(rq->arena,
	    hash, sizeof(hash))));
	answer_header(rq, "ETag", tag);
	answer_header(rq, "Cache-Control", STR("private, max-age=" QR_SECONDS));
	if (none_match(rq->http->if_none_match, tag))
		rq->status = 304;
	rq->raw = svg;
	return OK;
}

static enum err
qr(struct request *rq)
{
	const struct qr_query *q = rq->query;
	struct placement p = { 0 };
	struct buf svg;

	TRY(placement_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &p));
	buf_init(&svg, rq->arena, 4096);
	if (!qr_svg(&svg, link_of_code(rq->arena, p.code), &(struct qr_options){
	    .size = (rq->asked & ASKED_SIZE) != 0 ? q->size : QR_SIZE,
	    .margin = (rq->asked & ASKED_MARGIN) != 0 ? q->margin : QR_MARGIN,
	    .level = q->level >= 0 ? (enum qr_level)q->level : QR_M }))
		return ERR_INTERNAL;
	return answer_svg(rq, buf_view(&svg));
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err analytics_errors[] = ERRORS(ERR_NOT_FOUND, ERR_INVALID);

const struct route pw_campaign_report_routes[] = {
	{ .op = "getReferrerCampaignAnalytics", .method = GET,
	  .path = "/referrer-campaigns/{id}/analytics", .handle = analytics,
	  .query = &analytics_query, .out = &analytics_out, .status = 200,
	  .scope = SCOPE_CAMPAIGNS_READ, .errors = analytics_errors,
	  .tag = "referrer-campaigns",
	  .summary = "Clicks, referrals and earnings by day and source",
	  .done = "Analytics" },
	{ .op = "getReferrerCampaignQr", .method = GET,
	  .path = "/referrer-campaigns/{id}/qr", .handle = qr,
	  .query = &qr_query, .status = 200, .also = 304, .flags = R_RAW,
	  .raw_type = "image/svg+xml", .scope = SCOPE_CAMPAIGNS_READ,
	  .errors = not_found, .tag = "referrer-campaigns",
	  .summary = "The link as a QR code", .done = "QR code" },
	{ .op = NULL }
};
