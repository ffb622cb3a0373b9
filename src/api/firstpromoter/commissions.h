/* What lists of commissions share: the company's, and a promoter's own. */
#ifndef AFF_API_FIRSTPROMOTER_COMMISSIONS_H
#define AFF_API_FIRSTPROMOTER_COMMISSIONS_H

#include "api/firstpromoter/referrals.h"
#include "base/money.h"
#include "model/referral/commission.h"

struct fp_commission_list {
	struct fp_page_query page;
	struct list ids, payouts, campaigns;
	struct commission_filter f;
};

extern const struct shape fp_commission;	/* of struct commission_row */
MUST_CHECK enum err fp_commission_read(struct db *, struct arena *,
    uint64_t org, uint64_t id, void *);

extern const struct shape fp_commission_reward;	/* of struct commission_row */

extern const char *const fp_yes_labels[], *const fp_true_labels[];

/* A table begins with them: fp_commissions_read() looks which are given. */
#define FP_COMMISSION_FILTER(member, wire, ...) \
    FIELD(struct fp_commission_list, member, "filters[" wire "]", __VA_ARGS__)
#define FP_COMMISSION_AMOUNT(member, wire) \
    FP_COMMISSION_FILTER(member, wire, .min = -MONEY_MAX, .max = MONEY_MAX)
#define FP_COMMISSION_FILTERS \
    FP_COMMISSION_AMOUNT(f.sale.from, "sale_amount][from"), \
    FP_COMMISSION_AMOUNT(f.sale.to, "sale_amount][to"), \
    FP_COMMISSION_AMOUNT(f.amount.from, "amount][from"), \
    FP_COMMISSION_AMOUNT(f.amount.to, "amount][to"), \
    FIELD(struct fp_commission_list, f.q, "q", .min = 1, .max = 254, \
	.doc = "How the event, or the email or uid of the referral begins"), \
    FP_COMMISSION_FILTER(f.status, "status", \
	.labels = commission_status_labels), \
    FP_COMMISSION_FILTER(f.paid, "paid", .labels = fp_yes_labels, \
	.doc = "Of money: paid out, or approved and not paid out"), \
    FP_COMMISSION_FILTER(f.created_from, "created_at][from"), \
    FP_COMMISSION_FILTER(f.created_to, "created_at][to"), \
    FP_COMMISSION_FILTER(campaigns, "campaign_id", .max = 100, \
	.flags = F_LOOSE), \
    FP_COMMISSION_FILTER(payouts, "payout_id", .max = 100, \
	.flags = F_LOOSE), \
    FP_COMMISSION_FILTER(f.due, "due_period", \
	.labels = commission_due_labels), \
    FP_COMMISSION_FILTER(f.referrer_id, "promoter_id"), \
    FP_COMMISSION_FILTER(f.first, "first_commission", \
	.labels = fp_true_labels, .doc = "Of the first sale of a customer"), \
    FP_COMMISSION_FILTER(f.refunded, "refunded", .labels = fp_true_labels), \
    FP_COMMISSION_FILTER(f.frauds, "fraud_check", \
	.labels = lead_fraud_labels, .flags = F_LOOSE), \
    FP_COMMISSION_FILTER(f.plans, "plan_id", .max = 100, .flags = F_LOOSE)

#define FP_COMMISSION_SORTS 4
#define FP_COMMISSION_PAGING \
    FP_PAGE_FIELDS(struct fp_commission_list), \
    FP_SORT(struct fp_commission_list, 0, "created_at"), \
    FP_SORT(struct fp_commission_list, 1, "amount"), \
    FP_SORT(struct fp_commission_list, 2, "sale_amount"), \
    FP_SORT(struct fp_commission_list, 3, "referral")
extern const char *const fp_commission_sorts[];

/* What of a filter is not read yet. */
MUST_CHECK enum err fp_commissions_read(struct request *,
    struct fp_commission_list *);
/* The page. */
MUST_CHECK enum err fp_commissions_list(struct request *,
    struct fp_commission_list *);

#endif
