/*
 * The periods of payouts: months of UTC.  What was earned up to the end of one
 * is due net_days after it.
 */
#ifndef AFF_MODEL_PROGRAM_PERIOD_H
#define AFF_MODEL_PROGRAM_PERIOD_H

#include "model/program/program.h"

struct day period_first(struct day);		/* of the month of this day */
struct day period_last(struct day);
/* The end of the last month that is over. */
struct day period_over(struct when now);
struct day period_due(const struct program *, struct day last);
/* Ends of months: of the last that is overdue, and of the one after it. */
struct day period_overdue(const struct program *, struct when now);
struct day period_next(const struct program *, struct when now);

#endif
