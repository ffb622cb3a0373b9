/*
 * What a reward is counted in.  cash is money of the sale's currency; the
 * others are no money: they stand in the books as currencies of their own, in
 * whole units, by codes that ISO 4217 can't have (see base/money.h).
 */
#ifndef AFF_MODEL_REWARD_UNIT_H
#define AFF_MODEL_REWARD_UNIT_H

#include "base/str.h"

enum unit {
	UNIT_CASH, UNIT_FREE_MONTHS, UNIT_CREDITS, UNIT_POINTS,
	UNIT_MON_DISCOUNT, UNIT_DISCOUNT_PER,
};
extern const char *const unit_labels[];

/* By what it stands in the books; absent for cash. */
struct str unit_currency(enum unit);
/* The other way round: UNIT_CASH for any money. */
enum unit unit_of(struct str currency);

#endif
