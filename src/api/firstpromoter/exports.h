/* Files of promoters' rows, and where they are fetched. */
#ifndef AFF_API_FIRSTPROMOTER_EXPORTS_H
#define AFF_API_FIRSTPROMOTER_EXPORTS_H

#include "api/firstpromoter/routes.h"

struct str fp_export_link(struct arena *, uint64_t id, struct str token);

/*
 * The whole answer of an export route, which has FP_EXPORT: lines at once, or
 * 202 and where they will be.  filter: see export_keep().
 */
MUST_CHECK enum err fp_export(struct request *, int kind, const void *filter);

struct fp_message {
	struct str message;
};
extern const struct shape fp_message;
extern const enum err fp_export_errors[];
#define FP_EXPORT .raw_type = "text/csv", .out = &fp_message, .status = 200, \
	.also = 202, .flags = R_RAW | R_OWN_TX | R_PROMOTER, \
	.errors = fp_export_errors

#endif
