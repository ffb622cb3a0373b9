/* The units of rewards and their codes. */
#include "model/reward/unit.h"
#include "base/banned.h"

const char *const unit_labels[] = {
	"cash", "free_months", "credits", "points", "mon_discount",
	"discount_per", NULL
};

static const struct str codes[] = {
	[UNIT_CASH] = { NULL, 0 },
	[UNIT_FREE_MONTHS] = { "QTM", 3 },
	[UNIT_CREDITS] = { "QSC", 3 },
	[UNIT_POINTS] = { "QPT", 3 },
	[UNIT_MON_DISCOUNT] = { "QMD", 3 },
	[UNIT_DISCOUNT_PER] = { "QPD", 3 },
};

struct str
unit_currency(enum unit unit)
{
	return codes[unit];
}

enum unit
unit_of(struct str currency)
{
	for (unsigned i = UNIT_FREE_MONTHS; i < LEN(codes); i++)
		if (str_eq(codes[i], currency))
			return (enum unit)i;
	return UNIT_CASH;
}
