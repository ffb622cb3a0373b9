/* Months, and when they are due. */
#include "model/program/period.h"

#include "base/banned.h"

struct day
period_first(struct day d)
{
	int year, month, mday;

	day_split(d, &year, &month, &mday);
	return day_from(year, month, 1);
}

struct day
period_last(struct day d)
{
	int year, month, mday;

	day_split(d, &year, &month, &mday);
	return (struct day){ (month == 12 ? day_from(year + 1, 1, 1) :
	    day_from(year, month + 1, 1)).n - 1 };
}

struct day
period_over(struct when now)
{
	return (struct day){ period_first(day_of(now)).n - 1 };
}

struct day
period_due(const struct program *p, struct day last)
{
	return (struct day){ last.n + (int32_t)p->net_days };
}

/* It is over when its day has passed. */
struct day
period_overdue(const struct program *p, struct when now)
{
	struct day last = period_over(now);

	while (period_due(p, last).n >= day_of(now).n)
		last = (struct day){ period_first(last).n - 1 };
	return last;
}

struct day
period_next(const struct program *p, struct when now)
{
	return period_last((struct day){ period_overdue(p, now).n + 1 });
}
