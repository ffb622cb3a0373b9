/* What the columns of reports are, of counts and amounts. */
#include "model/report/report.h"

#include "base/money.h"
#include "base/banned.h"

#define HUNDRED INT64_C(100)
#define MONTH_DAYS 30

const char *const report_column_labels[] = {
	"active_customers", "monthly_churn", "clicks_count",
	"net_revenue_amount", "revenue_amount", "referrals_count",
	"customers_count", "sales_count", "refunds_count",
	"cancelled_customers_count", "promoter_earnings_amount",
	"non_link_customers", "referrals_to_customers_cr", "3m_epc", "6m_epc",
	"clicks_to_customers_cr", "clicks_to_referrals_cr",
	"promoter_paid_amount", "signups_count", NULL
};

bool
report_is_rate(enum report_column c)
{
	return c == REPORT_CHURN || c == REPORT_REFERRALS_CR ||
	    c == REPORT_EPC3 || c == REPORT_EPC6 || c == REPORT_CLICKS_CR ||
	    c == REPORT_CLICKS_REFERRALS_CR;
}

/* Per cent, in hundredths; of nothing it is nothing. */
static enum err
rate(int64_t part, int64_t whole, int64_t *v)
{
	*v = 0;
	return whole <= 0 ? OK :
	    money_share(part, HUNDRED * HUNDRED, whole, v);
}

/* A click's, in hundredths of a minor unit. */
static enum err
epc(int64_t earned, int64_t clicks, int64_t *v)
{
	*v = 0;
	return clicks <= 0 ? OK : money_share(earned, HUNDRED, clicks, v);
}

/* As if it went on like this for 30 days. */
static enum err
churn(const struct report_figures *f, const struct report_period *p,
    int64_t *v)
{
	const int64_t days = p->last.n - p->first.n + 1;

	return rate(f->n.cancellations * MONTH_DAYS, f->active_before * days,
	    v);
}

enum err
report_value(const struct report_figures *f, const struct report_period *p,
    enum report_column c, int64_t *v)
{
	const struct report_counts *n = &f->n;

	*v = n->referrals;
	switch (c) {
	case REPORT_ACTIVE_CUSTOMERS:
		return money_add(f->active_before, n->active, v);
	case REPORT_CHURN:
		return churn(f, p, v);
	case REPORT_CLICKS:
		*v = n->clicks;
		break;
	case REPORT_NET_REVENUE:
		return money_add(n->revenue, -n->earned, v);
	case REPORT_REVENUE:
		*v = n->revenue;
		break;
	case REPORT_CUSTOMERS:
		*v = n->customers;
		break;
	case REPORT_SALES:
		*v = n->sales;
		break;
	case REPORT_REFUNDS:
		*v = n->refunds;
		break;
	case REPORT_CANCELLED:
		*v = n->cancellations;
		break;
	case REPORT_EARNINGS:
		*v = n->earned;
		break;
	case REPORT_NON_LINK:
		*v = n->non_link;
		break;
	case REPORT_REFERRALS_CR:
		return rate(n->customers, n->referrals, v);
	case REPORT_EPC3:
		return epc(f->earned3, f->clicks3, v);
	case REPORT_EPC6:
		return epc(f->earned6, f->clicks6, v);
	case REPORT_CLICKS_CR:
		return rate(n->customers, n->clicks, v);
	case REPORT_CLICKS_REFERRALS_CR:
		return rate(n->referrals, n->clicks, v);
	case REPORT_PAID:
		*v = n->paid;
		break;
	case REPORT_REFERRALS:
	case REPORT_SIGNUPS:
	case REPORT_COLUMNS:
		break;
	}
	return OK;
}
