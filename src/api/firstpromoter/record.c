/* The records of this face. */
#include "api/firstpromoter/record.h"

#include "api/firstpromoter/commissions.h"
#include "api/firstpromoter/payouts.h"
#include "api/firstpromoter/promoter_campaigns.h"
#include "api/firstpromoter/promoters.h"
#include "api/firstpromoter/referrals.h"

#include "base/banned.h"

const struct fp_record fp_records[] = {
	[RECORD_REFERRAL] = { "Referral", &fp_referral, fp_referral_read },
	[RECORD_COMMISSION] = { "Commission", &fp_commission,
	    fp_commission_read },
	[RECORD_PROMOTER] = { "Promoter", &fp_promoter, fp_promoter_read },
	[RECORD_PROMOTED] = { "PromoterCampaign", &fp_promoter_campaign,
	    fp_promoted_read },
	[RECORD_PAYOUT] = { "Payout", &fp_payout, fp_payout_read },
	[RECORD_METHOD] = { "PayoutMethod", &fp_payout_method,
	    fp_method_read },
	[RECORD_PAYMENTS] = { "PaymentsBatch", &fp_payments_batch,
	    fp_payments_read },
};

enum err
fp_record_read(struct db *db, struct arena *a, uint64_t org,
    enum record record, uint64_t id, void **out)
{
	const struct fp_record *r = &fp_records[record];

	*out = arena_alloc(a, r->shape->size);
	memset(*out, 0, r->shape->size);
	return r->read(db, a, org, id, *out);
}

enum err
fp_answer(struct request *rq, enum record record, uint64_t id)
{
	return fp_record_read(rq->db, rq->arena, rq->who.org_id, record, id,
	    &rq->out);
}
