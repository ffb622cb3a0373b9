/*
 * What a program brought: counts and amounts of things over a period, and over
 * the days, weeks, months or years that it is made of.  docs/reports.md says
 * what each column is.
 */
#ifndef AFF_MODEL_REPORT_REPORT_H
#define AFF_MODEL_REPORT_REPORT_H

#include "model/promoter/chart.h"
#include "model/report/fold.h"

/* In the order of report_column_labels, which are names on the wire. */
extern const char *const report_column_labels[];
enum report_column {
	REPORT_ACTIVE_CUSTOMERS, REPORT_CHURN, REPORT_CLICKS,
	REPORT_NET_REVENUE, REPORT_REVENUE, REPORT_REFERRALS,
	REPORT_CUSTOMERS, REPORT_SALES, REPORT_REFUNDS, REPORT_CANCELLED,
	REPORT_EARNINGS, REPORT_NON_LINK, REPORT_REFERRALS_CR, REPORT_EPC3,
	REPORT_EPC6, REPORT_CLICKS_CR, REPORT_CLICKS_REFERRALS_CR,
	REPORT_PAID, REPORT_SIGNUPS, REPORT_COLUMNS
};
#define REPORT_COLUMN(c) (UINT32_C(1) << (c))
/* Has it two digits behind the point? */
bool report_is_rate(enum report_column);

/* What all reports of an organization stand on. */
struct report_ground {
	uint64_t organization_id;
	struct str currency;	/* of amounts */
	struct when done_until;	/* sums are of what came before */
	struct day first;	/* that has any; DAY_NONE: none */
	struct day since;	/* of the last days: see rank.h */
};
MUST_CHECK enum err report_ground(struct db *, struct arena *, uint64_t org,
    struct report_ground *);

struct report_ask {
	uint64_t organization_id;
	const struct report_ground *ground;	/* NULL: it is read */
	enum report_subject subject;
	uint64_t subject_id;	/* whose, or which one; 0: all */
	const struct list *ids;	/* of uint64_t: these only; NULL: any */
	struct str part;	/* of the name; or absent */
	struct str name;	/* which one of subject_id's; or absent */
	struct day from, to;	/* both included */
	enum chart_group group;
	bool periods;		/* lines have them */
	bool counted;		/* how many lines there are matters */
	uint32_t columns;	/* those that matter, by their bits */
	int sort;		/* of enum report_column */
	bool ascending;
	int64_t skip, limit;	/* of lines */
};
#define REPORT_EVER	(day_from(2000, 1, 1))	/* nothing is from before */

struct report_period {
	struct day first, last;
};

struct report_figures {
	struct report_counts n;
	int64_t active_before;
	int64_t clicks3, earned3, clicks6, earned6;
};

struct report_line {
	uint64_t id;
	struct str name;
	struct report_figures total, *periods;	/* as many as the report has */
	int64_t key;		/* what it is sorted by */
};

struct report {
	struct str currency;	/* of its amounts */
	struct list periods;	/* struct report_period, none left out */
	struct list lines;	/* struct report_line */
	int64_t count;		/* of lines, where counted those that were cut
				 * included */
};

/* Days, weeks, months or years of a period, cut at its ends. */
struct list report_periods(struct arena *, enum chart_group, struct day from,
    struct day to);

/*
 * Lines of which some column is not zero, by a column and then by id and name;
 * of one thing alone (REPORT_ALL, a campaign or promoter by subject_id, or one
 * by its name) that one.  To be read as of one moment (R_MOMENT).
 */
MUST_CHECK enum err report_read(struct db *, struct arena *,
    const struct report_ask *, struct report *);

void report_add(struct report_figures *to, const struct report_figures *);
/* All its lines become one, of all of them. */
void report_merge(struct arena *, struct report *);

/* A number, or hundredths of it where report_is_rate(). */
MUST_CHECK enum err report_value(const struct report_figures *,
    const struct report_period *, enum report_column, int64_t *);

struct report_name {
	uint64_t id;
	struct str name, email, color;	/* some may be absent */
};
/* Of REPORT_CAMPAIGNS or REPORT_PROMOTERS: struct report_name, by id. */
MUST_CHECK enum err report_names(struct db *, struct arena *, uint64_t org,
    enum report_subject, const struct report *, struct list *);
/* Whose name begins so, of a promoter also his address: ids, 2000 at most. */
MUST_CHECK enum err report_find(struct db *, struct arena *, uint64_t org,
    enum report_subject, struct str prefix, struct list *ids);

#endif
