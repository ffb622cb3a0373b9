/* A promoter's own commissions. */
#include "api/firstpromoter/commissions.h"
#include "api/firstpromoter/exports.h"
#include "model/promoter/export.h"

#include "base/banned.h"

#define C(member, wire, ...) \
    FIELD(struct commission_row, member, wire, __VA_ARGS__)
#define MAYBE .flags = F_NULLABLE

SHAPE(fp_own_commission_referral, struct commission_row,
    "OwnCommissionReferral",
    C(referral.id, "id", .flags = F_ID_NUMBER),
    C(referral.uid, "uid", MAYBE),
    C(referral.email, "email", MAYBE));

#define VIEW(wire, shape, bits) { .name = (wire), .type = T_RECORD, .at = 0, \
	.of = &(shape), .flags = (bits) }
SHAPE(fp_own_commission, struct commission_row, "OwnCommission",
    C(id, "id", .flags = F_ID_NUMBER),
    C(status, "status", .labels = commission_status_labels),
    C(external_note, "external_note", MAYBE),
    C(created_at, "created_at"),
    C(decided_at, "status_updated_at", MAYBE),
    C(placed, "promoter_campaign", .of = &fp_own_placed),
    VIEW("referral", fp_own_commission_referral, F_NULLABLE),
    VIEW("reward", fp_commission_reward, 0),
    C(custom, "commission_type", .labels = commission_type_labels),
    C(sale_amount, "sale_amount"),
    C(sale_amount, "original_sale_amount"),
    C(sale_currency, "original_sale_currency", MAYBE,
	.doc = "Where it is not the program's"),
    C(plan, "plan_id", MAYBE),
    C(tier, "tier"),
    C(unit, "unit", .labels = unit_labels),
    C(amount, "amount", .doc = "Minor units of its currency, or whole "
	"units; below zero: taken back by a refund"),
    C(currency, "currency", .doc = "This service's own member"),
    C(is_paid, "is_paid"));

SHAPE(fp_own_commission_query, struct fp_commission_list,
    "OwnCommissionQuery",
    FP_COMMISSION_FILTERS,
    FP_COMMISSION_PAGING);
SHAPE(fp_own_commission_export, struct fp_commission_list,
    "OwnCommissionExport",
    FP_COMMISSION_FILTERS);

/* Those of another promoter, as far as he can tell, are none. */
static enum err
read_filter(struct request *rq, struct fp_commission_list *q)
{
	const uint64_t asked = q->f.referrer_id;

	q->f.fulfilled = -1;
	q->f.referrer_id = rq->who.promoter_id;
	TRY(fp_commissions_read(rq, q));
	q->f.none = asked != 0 && asked != rq->who.promoter_id;
	return OK;
}

static enum err
list(struct request *rq)
{
	TRY(read_filter(rq, rq->query));
	return fp_commissions_list(rq, rq->query);
}

static enum err
export(struct request *rq)
{
	struct fp_commission_list *q = rq->query;

	TRY(read_filter(rq, q));
	return fp_export(rq, EXPORT_COMMISSIONS, &q->f);
}

#define TAG "Affiliate"
const struct route fp_affiliate_commission_routes[] = {
	{ .op = "affiliateCommissions", .method = GET,
	  .path = "/affiliate/commissions", .handle = list,
	  .query = &fp_own_commission_query, .out = &fp_own_commission,
	  .sorts = fp_commission_sorts, .status = 200,
	  .flags = R_LIST | R_PROMOTER, .tag = TAG,
	  .summary = "List a promoter's own commissions" },
	{ .op = "affiliateExportCommissions", FP_EXPORT, .method = GET,
	  .path = "/affiliate/commissions/export", .handle = export,
	  .query = &fp_own_commission_export, .tag = TAG,
	  .summary = "Get a promoter's own commissions as a file" },
	{ .op = NULL }
};
