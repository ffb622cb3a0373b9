/* Why a payment made a commission, or none. */
#include "api/perfectworks/routes.h"
#include "model/payment/attribution.h"

#include "base/banned.h"

SHAPE(referral_out, struct attributed_referral, "AttributedReferral",
    FIELD(struct attributed_referral, id, "id"),
    FIELD(struct attributed_referral, placement_id, "referrerCampaignId"),
    FIELD(struct attributed_referral, code, "code", .max = 40),
    FIELD(struct attributed_referral, click_id, "clickId",
	.flags = F_NULLABLE, .doc = "Null where a code was entered"),
    FIELD(struct attributed_referral, at, "attributedAt"));

SHAPE(commission_out, struct attributed_commission, "AttributedCommission",
    FIELD(struct attributed_commission, id, "id"),
    FIELD(struct attributed_commission, amount, "amount",
	.doc = "In minor units"),
    FIELD(struct attributed_commission, reversed_amount, "reversedAmount",
	.doc = "What refunds took back of it"),
    FIELD(struct attributed_commission, currency, "currency", .max = 3,
	.format = "currency"),
    FIELD(struct attributed_commission, rate_ppm, "ratePpm",
	.doc = "In millionths of what was paid", .example = "200000"),
    FIELD(struct attributed_commission, status, "status",
	.labels = earning_status_labels));

SHAPE(attribution_out, struct attribution, "Attribution",
    FIELD(struct attribution, payment_id, "paymentId"),
    FIELD(struct attribution, referral, "referral", .flags = F_NULLABLE,
	.of = &referral_out),
    FIELD(struct attribution, commission, "commission",
	.flags = F_NULLABLE, .of = &commission_out),
    FIELD(struct attribution, reason, "reason",
	.labels = attribution_labels),
    FIELD(struct attribution, explanation, "explanation", .max = 500));

static enum err
get(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct attribution);
	return attribution_of(rq->db, rq->arena, rq->who.org_id,
	    rq->who.house_admin, rq->id[0], rq->out);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_attribution_routes[] = {
	{ .op = "getPaymentAttribution", .method = GET,
	  .path = "/payments/{id}/attribution", .handle = get,
	  .out = &attribution_out, .status = 200,
	  .scope = SCOPE_PAYMENTS_READ, .errors = not_found,
	  .tag = "payments",
	  .summary = "Why a payment made a commission, or none",
	  .done = "Attribution" },
	{ .op = NULL }
};
