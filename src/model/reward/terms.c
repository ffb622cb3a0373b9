/* The rewards of a sale. */
#include "model/reward/terms.h"

#include "base/money.h"
#include "model/program/program.h"
#include "base/banned.h"

#define MILLION INT64_C(1000000)

const char *const billing_period_labels[] = {
	"monthly", "yearly", "one_time", NULL
};

enum err
reward_of_sale(struct db *db, struct arena *a, const struct rewarded_sale *s,
    struct list *due)
{
	struct commission_due *one = ARENA_NEW(a, struct commission_due);

	(void)db;
	*one = (struct commission_due){ .placement_id = s->placement_id,
	    .referrer_id = s->referrer_id, .campaign_id = s->campaign_id,
	    .currency = s->currency, .rate_ppm = DEFAULT_REWARD_PPM,
	    .tier = 1 };
	TRY(money_share(s->amount, DEFAULT_REWARD_PPM, MILLION, &one->amount));
	*due = (struct list){ one, one->amount != 0 ? 1 : 0 };
	return OK;
}
