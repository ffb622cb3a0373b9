/* A company's own states of referrals, as they are shown. */
#ifndef AFF_API_FIRSTPROMOTER_CUSTOM_STATUSES_H
#define AFF_API_FIRSTPROMOTER_CUSTOM_STATUSES_H

#include "json/shape.h"

extern const struct shape fp_custom_status;	/* of struct custom_status */

#endif
