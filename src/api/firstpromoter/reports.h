/* Reports: what is asked, and how their lines are written. */
#ifndef AFF_API_FIRSTPROMOTER_REPORTS_H
#define AFF_API_FIRSTPROMOTER_REPORTS_H

#include "api/firstpromoter/routes.h"
#include "base/csv.h"
#include "model/report/report.h"

struct fp_report_query {
	struct list columns;
	struct str q, start, end;
	int group, type;
	int64_t page, per_page;		/* 0: not given */
	int sort[REPORT_COLUMNS], by_period;
	bool totals;
};
/* Of reports by time, of those of things, and of their files. */
extern const struct shape fp_report_query, fp_report_things_query;
extern const struct shape fp_report_file_query, fp_promoter_report_file_query;

/* Which of report_type is which subject. */
extern const char *const fp_report_type_labels[];
enum { FP_REPORT_OVERVIEW, FP_REPORT_CAMPAIGNS, FP_REPORT_PROMOTERS,
	FP_REPORT_SOURCES, FP_REPORT_URLS };
extern const char *const fp_promoter_report_type_labels[];
enum { FP_OWN_OVERVIEW, FP_OWN_SOURCES, FP_OWN_URLS, FP_OWN_SUB_IDS };

/* Columns of where clicks came from; others have all. */
#define FP_REPORT_SOME (REPORT_COLUMN(REPORT_CLICKS) | \
    REPORT_COLUMN(REPORT_REVENUE) | REPORT_COLUMN(REPORT_EARNINGS) | \
    REPORT_COLUMN(REPORT_REFERRALS) | REPORT_COLUMN(REPORT_CUSTOMERS) | \
    REPORT_COLUMN(REPORT_SALES) | REPORT_COLUMN(REPORT_REFUNDS) | \
    REPORT_COLUMN(REPORT_CANCELLED) | REPORT_COLUMN(REPORT_REFERRALS_CR) | \
    REPORT_COLUMN(REPORT_CLICKS_CR) | \
    REPORT_COLUMN(REPORT_CLICKS_REFERRALS_CR))
#define FP_REPORT_ALL ((UINT32_C(1) << REPORT_COLUMNS) - 1)

/*
 * Reads the query for a subject; ERR_PARAMS with complaints where something is
 * missing or wrong.
 */
MUST_CHECK enum err fp_report_ask(struct request *, enum report_subject,
    struct report_ask *);

struct fp_report_data {
	struct decimal v[REPORT_COLUMNS];	/* those not asked: absent */
};
extern const struct shape fp_report_data;

struct fp_report_part {
	struct str period, id;
	struct fp_report_data data;
};
extern const struct shape fp_report_part;

MUST_CHECK enum err fp_report_data_put(struct arena *,
    const struct report_figures *, const struct report_period *,
    uint32_t columns, struct fp_report_data *);
/* A line's parts, oldest first: struct fp_report_part. */
MUST_CHECK enum err fp_report_parts(struct arena *, const struct report_ask *,
    const struct report *, const struct report_line *, struct list *);

/* Handlers that both scopes have: of all, of one promoter, of his names. */
MUST_CHECK enum err fp_report_overview(struct request *, enum report_subject,
    uint64_t id);
MUST_CHECK enum err fp_report_named(struct request *, enum report_subject,
    uint64_t id, bool parts);
extern const struct shape fp_report_source, fp_report_url, fp_report_sub_id;
MUST_CHECK enum err fp_report_file(struct request *, enum report_subject,
    uint64_t id);

#endif
