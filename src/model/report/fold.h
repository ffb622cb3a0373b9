/*
 * Sums of what programs brought, made behind the writers by the jobs role: see
 * rollup.h.  Readers add what came since.
 */
#ifndef AFF_MODEL_REPORT_FOLD_H
#define AFF_MODEL_REPORT_FOLD_H

#include "model/referral/rollup_mark.h"

extern const char *const report_subject_labels[];
enum report_subject { REPORT_ALL, REPORT_CAMPAIGNS, REPORT_PROMOTERS,
	REPORT_SOURCES, REPORT_URLS, REPORT_PROMOTER_SOURCES,
	REPORT_PROMOTER_URLS, REPORT_PROMOTER_SUB_IDS,
	REPORT_PROMOTER_CAMPAIGNS };

/* What is counted of something; amounts are of one currency. */
struct report_counts {
	int64_t clicks, referrals, customers, non_link, cancellations;
	int64_t active;		/* customers who came, less who were lost */
	int64_t sales, refunds;
	int64_t revenue, earned, paid;
};
#define REPORT_COUNTS(type, at) \
	FIELD(type, at clicks, "clicks"), \
	FIELD(type, at referrals, "referrals"), \
	FIELD(type, at customers, "customers"), \
	FIELD(type, at non_link, "non_link"), \
	FIELD(type, at cancellations, "cancellations"), \
	FIELD(type, at active, "active"), \
	FIELD(type, at sales, "sales"), \
	FIELD(type, at refunds, "refunds"), \
	FIELD(type, at revenue, "revenue"), \
	FIELD(type, at earned, "earned"), \
	FIELD(type, at paid, "paid")

/* One bounded piece of work; *more is set where there is another at once. */
MUST_CHECK enum err report_fold(struct db *, struct arena *, struct when now,
    const struct rollup_conf *, bool *more);

#endif
