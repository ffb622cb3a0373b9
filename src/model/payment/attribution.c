/* From the facts of a payment to the reason, and to a sentence. */
#include "model/payment/attribution.h"

#include "base/money.h"
#include "base/settings.h"
#include "model/payment/payment.h"
#include "base/banned.h"

const char *const attribution_labels[] = {
	"not_paid", "no_referral", "referral_gone", "commission_rounds_to_zero",
	"held", "refused", "reversed", "rewarded", NULL
};

struct row {
	struct attribution a;
	int64_t paid;
	int payment_status;
	bool sold;		/* while the referral was there */
	bool held;
	struct when refused_at;
};

SHAPE(attribution_row, struct row, NULL,
    FIELD(struct row, a.payment_id, "id"),
    FIELD(struct row, a.referral.id, "referral_id"),
    FIELD(struct row, a.referral.placement_id, "placement_id"),
    FIELD(struct row, a.referral.click_id, "click_id"),
    FIELD(struct row, a.referral.code, "code"),
    FIELD(struct row, a.referral.at, "attributed_at"),
    FIELD(struct row, a.commission.id, "earning_id"),
    FIELD(struct row, a.commission.amount, "amount"),
    FIELD(struct row, a.commission.reversed_amount, "reversed_amount"),
    FIELD(struct row, a.commission.rate_ppm, "rate_ppm"),
    FIELD(struct row, a.commission.currency, "currency"),
    FIELD(struct row, a.commission.status, "status",
	.labels = earning_status_labels),
    COLUMN(struct row, paid),
    COLUMN(struct row, payment_status, .labels = payment_paid_labels),
    COLUMN(struct row, sold),
    COLUMN(struct row, held),
    COLUMN(struct row, refused_at));

static int
reason_of(const struct row *r)
{
	const struct attributed_commission *c = &r->a.commission;

	if (r->payment_status != PAYMENT_PAID)
		return ATTRIBUTION_NOT_PAID;
	if (r->a.referral.id == 0)
		return ATTRIBUTION_NO_REFERRAL;
	if (!r->sold)
		return ATTRIBUTION_GONE;
	if (c->id == 0)
		return ATTRIBUTION_ROUNDED;
	if (r->refused_at.us != 0)
		return ATTRIBUTION_REFUSED;
	if (c->reversed_amount >= c->amount)
		return ATTRIBUTION_REVERSED;
	return r->held ? ATTRIBUTION_HELD : ATTRIBUTION_REWARDED;
}

static const char *
money(struct arena *a, int64_t amount, struct str currency)
{
	return str_printf(a, "%.*s %.*s", STR_ARG(money_print(a, amount,
	    currency_digits(currency))), STR_ARG(currency)).p;
}

static struct str
explain(struct arena *a, const struct row *r)
{
	const struct attributed_commission *c = &r->a.commission;
	const char *paid = money(a, r->paid, c->currency);
	const char *share = money(a, c->amount, c->currency);

	switch (r->a.reason) {
	case ATTRIBUTION_NOT_PAID:
		return STR("The session is not paid, so there is no sale that "
		    "could be rewarded.");
	case ATTRIBUTION_NO_REFERRAL:
		return STR("The organization came by no referral link or code "
		    "before this session was made.");
	case ATTRIBUTION_GONE:
		return STR("The organization was referred, but its referral "
		    "was denied or deleted before this session was paid.");
	case ATTRIBUTION_ROUNDED:
		return str_printf(a, "The organization was referred, but the "
		    "commission of %s rounds to nothing.", paid);
	case ATTRIBUTION_HELD:
		return str_printf(a, "The organization was referred; the "
		    "commission of %s for %s is held until the house has "
		    "looked at it.", share, paid);
	case ATTRIBUTION_REFUSED:
		return str_printf(a, "The organization was referred, but the "
		    "house took back the commission of %s.", share);
	case ATTRIBUTION_REVERSED:
		return str_printf(a, "The organization was referred; the "
		    "commission of %s was reversed, for the payment went "
		    "back.", share);
	default:
		return str_printf(a, "The organization was referred with the "
		    "code %.*s; %.*s %% of %s is a commission of %s.",
		    STR_ARG(r->a.referral.code),
		    STR_ARG(percent_print(a, c->rate_ppm)), paid, share);
	}
}

enum err
attribution_of(struct db *db, struct arena *a, uint64_t org, bool house,
    uint64_t payment_id, struct attribution *out)
{
	struct row r = { .paid = 0 };

	TRY(db_row(db, a, Q_PAYMENT_ATTRIBUTION, ARGS(payment_id, org, house),
	    &attribution_row, &r));
	r.a.reason = reason_of(&r);
	r.a.explanation = explain(a, &r);
	*out = r.a;
	return OK;
}
