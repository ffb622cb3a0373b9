/* What the files of reports share. */
#ifndef AFF_MODEL_REPORT_INSIDE_H
#define AFF_MODEL_REPORT_INSIDE_H

#include "model/report/report.h"

/* --- plan.c --- */

/* Which sums make up a period: two ranges of months and two of days. */
struct report_plan {
	struct day three, six;		/* see report_figures */
	struct day m1, m2, m3, m4, d1, d2, d3, d4;
};
/* in_days: its days are asked for, and not only its months. */
struct report_plan report_plan(const struct report_ask *, bool in_days);
/* The first day of a month, so many months before that of a day. */
struct day report_month(struct day, int before);

/* --- line.c --- */

/* What is known of a thing on a day, or on all days of a month. */
struct report_row {
	uint64_t subject_id;
	struct str name;
	struct day day;
	struct report_counts n;
};
void report_add_row(struct report_figures *, const struct report_period *,
    const struct report_row *);

/* Orders for qsort() of struct report_line. */
int report_by_name(const void *, const void *);
int report_by_key_down(const void *, const void *);
/* The one of a row, of lines that stand by name; NULL: none. */
struct report_line *report_line_of(const struct list *lines,
    const struct report_row *);
/* What came since, thing after thing, into sums that stand by name. */
struct list report_add_fresh(struct arena *, const struct report_ask *,
    struct list lines, const struct list *fresh);
/* Those that are asked for and not all zero, by the key of the column. */
MUST_CHECK enum err report_put_in_order(const struct report_ask *,
    struct list *lines);

#endif
