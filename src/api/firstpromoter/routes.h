/* The FirstPromoter face: its routes, and what its files share. */
#ifndef AFF_API_FIRSTPROMOTER_ROUTES_H
#define AFF_API_FIRSTPROMOTER_ROUTES_H

#include "api/common.h"
#include "model/batch/batch.h"

extern const struct face firstpromoter;
extern const struct route fp_affiliate_routes[];
extern const struct route fp_affiliate_commission_routes[];
extern const struct route fp_affiliate_payout_routes[];
extern const struct route fp_affiliate_referral_routes[];
extern const struct route fp_affiliate_campaign_routes[];
extern const struct route fp_batch_routes[];
extern const struct route fp_commission_routes[];
extern const struct route fp_export_routes[];
extern const struct route fp_custom_status_routes[];
extern const struct route fp_payments_batch_routes[];
extern const struct route fp_payout_group_routes[];
extern const struct route fp_payout_method_routes[];
extern const struct route fp_payout_routes[];
extern const struct route fp_payout_stats_routes[];
extern const struct route fp_program_routes[];
extern const struct route fp_promoter_batch_routes[];
extern const struct route fp_promoter_campaign_routes[];
extern const struct route fp_promoter_list_routes[];
extern const struct route fp_promoter_login_routes[];
extern const struct route fp_promoter_routes[];
extern const struct route fp_referral_batch_routes[];
extern const struct route fp_report_routes[];
extern const struct route fp_affiliate_report_routes[];
extern const struct route fp_dashboard_routes[];
extern const struct route fp_track_routes[];
extern const struct route fp_track_change_routes[];
extern const struct route fp_referral_link_routes[];
extern const struct route fp_referral_routes[];
extern const struct route fp_product_routes[];
extern const struct route fp_campaign_routes[];
extern const struct route fp_promo_code_routes[];
extern const struct route fp_reward_routes[];
extern const struct route fp_webhook_routes[];
extern const struct route fp_webhook_delivery_routes[];

/*
 * The paging of this face: page and per_page, or the cursor of X-Next-Cursor,
 * and sorting[NAME]=asc.  The record of a list's query begins with
 *
 *	struct fp_page_query page;
 *
 * and its table with FP_PAGE_FIELDS(struct q) and an FP_SORT(struct q, i, NAME)
 * for each order.  The route's .sorts has two entries for each, in the same
 * order: "NAME:desc", "NAME:asc".
 */
#define FP_SORTS 5
struct fp_page_query {
	int64_t page, per_page;		/* 0: not given */
	struct str cursor;
	int sort[FP_SORTS];
	unsigned order;		/* of .sorts, where none is asked for */
};

extern const char *const fp_directions[];
enum { FP_ASC, FP_DESC };

#define FP_PAGE_FIELDS(type) \
	FIELD(type, page.page, "page", .min = 1, .max = 1000000, \
	    .doc = "Number of the page, from 1"), \
	FIELD(type, page.per_page, "per_page", .min = 1, \
	    .max = PAGE_LIMIT_MAX, .doc = "Items a page, 20 if absent"), \
	FIELD(type, page.cursor, "cursor", .max = 600, \
	    .doc = "What X-Next-Cursor said, in place of page")
#define FP_SORT(type, i, name) \
	FIELD(type, page.sort[i], "sorting[" name "]", .labels = fp_directions)

/* As page_read(), with the number of orders that the list has. */
MUST_CHECK enum err fp_page_read(struct request *, const struct fp_page_query *,
    size_t sorts, struct paging *);

/* To prepare what erases: the answer is what get reads, as it was. */
MUST_CHECK enum err fp_read_gone(struct request *,
    enum err (*get)(struct request *));

/*
 * Of a body over many rows; its route has R_BARE, .status = 200, .also = 202,
 * .out = &fp_batch_out and fp_batch_errors.
 */
#define FP_IDS(type) \
	FIELD(type, ids, "ids", .flags = F_IDS | F_NULLABLE, \
	    .max = 300000, .doc = "At least one, at most 100000", \
	    .example = "[1,2]")

extern const struct shape fp_batch_out;		/* of struct batch */
extern const enum err fp_batch_errors[];
/*
 * Does it to a few at once, or begins to: the handler's last call.  params: a
 * record of the action's, or NULL.
 */
MUST_CHECK enum err fp_batch(struct request *, const struct batch_action *,
    const void *params, struct list ids);

/* The same within {data, meta}; meta: JSON text of an object. */
struct fp_batch_data {
	struct batch data;
	struct str meta;
};
extern const struct shape fp_batch_data_out;
MUST_CHECK enum err fp_batch_data(struct request *,
    const struct batch_action *, const void *params, struct list ids,
    struct str meta);

/* ids[]= as numbers; list->items is NULL where there are none. */
MUST_CHECK enum err fp_ids_read(struct request *, const struct list *texts,
    const char *field, struct list *ids);

/* An id as this face writes it: a number. */
#define FP_ID(type, member, wire, ...) \
	FIELD(type, member, wire, .flags = F_ID_NUMBER, __VA_ARGS__)

#endif
