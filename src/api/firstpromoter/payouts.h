/* What the files about payouts share. */
#ifndef AFF_API_FIRSTPROMOTER_PAYOUTS_H
#define AFF_API_FIRSTPROMOTER_PAYOUTS_H

#include "api/firstpromoter/routes.h"
#include "model/payout/payout.h"

/* Of struct payout, struct payout_method and fp_payments_read(). */
extern const struct shape fp_payout, fp_payout_method, fp_payments_batch;
MUST_CHECK enum err fp_payout_read(struct db *, struct arena *, uint64_t org,
    uint64_t id, void *);
MUST_CHECK enum err fp_method_read(struct db *, struct arena *, uint64_t org,
    uint64_t id, void *);
MUST_CHECK enum err fp_payments_read(struct db *, struct arena *, uint64_t org,
    uint64_t id, void *);

extern const struct shape fp_payout_promoter;	/* of struct payout: */
extern const struct shape fp_payout_campaign;	/* views of it */

extern const char *const fp_payout_units[];

/* A payout, with its period as days or as moments. */
#define FP_PAYOUT_FIELD(member, wire, ...) \
	FIELD(struct payout, member, wire, __VA_ARGS__)
#define FP_PAYOUT_VIEW(wire, shape, bits) { .name = (wire), \
	.type = T_RECORD, .at = 0, .of = &(shape), .flags = (bits) }
#define FP_PAYOUT_FIELDS(start, end) \
    FP_PAYOUT_FIELD(id, "id", .flags = F_ID_NUMBER), \
    FP_PAYOUT_FIELD(status, "status", .labels = payout_status_labels), \
    FP_PAYOUT_FIELD(amount, "amount", \
	.doc = "Minor units of its currency"), \
    FP_PAYOUT_FIELD(currency, "currency", \
	.doc = "This service's own member"), \
    FP_PAYOUT_FIELD(batch_id, "payments_batch_id", \
	.flags = F_ID_NUMBER | F_NULLABLE), \
    FP_PAYOUT_FIELD(tax_rate, "tax_rate", \
	.doc = "Taxes are not worked out here"), \
    FP_PAYOUT_FIELD(unit, "unit", .labels = fp_payout_units), \
    FP_PAYOUT_FIELD(start, "period_start"), \
    FP_PAYOUT_FIELD(end, "period_end"), \
    FP_PAYOUT_FIELD(due_on, "due_date", \
	.doc = "This service's own member"), \
    FP_PAYOUT_FIELD(paid_at, "paid_at", .flags = F_NULLABLE), \
    FP_PAYOUT_FIELD(never, "processing_started_at", .flags = F_NULLABLE), \
    FP_PAYOUT_FIELD(never, "failed_at", .flags = F_NULLABLE), \
    FP_PAYOUT_FIELD(error, "error", .flags = F_NULLABLE), \
    FP_PAYOUT_FIELD(amount, "total_incl_tax"), \
    FP_PAYOUT_FIELD(created_at, "created_at"), \
    FP_PAYOUT_FIELD(method, "payout_method", .of = &fp_payout_method, \
	.flags = F_NULLABLE), \
    FP_PAYOUT_VIEW("promoter", fp_payout_promoter, 0), \
    FP_PAYOUT_VIEW("campaign", fp_payout_campaign, F_NULLABLE)

/* What some payouts come to. */
struct fp_total {
	struct arena *arena;
	struct str own;		/* the program's currency */
	int64_t promoters, cash;	/* cash: of that currency */
	struct list more;	/* of other currencies: struct money_of */
	size_t room;
	struct str amounts;	/* all of it: fp_total_end() */
};
MUST_CHECK enum err fp_total_add(struct fp_total *, struct str currency,
    int64_t amount);
void fp_total_end(struct fp_total *);

#define FP_TOTAL(type, t) \
    FIELD(type, t cash, "total", \
	.doc = "Minor units of the program's currency"), \
    FIELD(type, t amounts, "amounts", .flags = F_JSON, \
	.doc = "This service's own member: cash, which is the same, and by " \
	    "currency what is of others"), \
    FIELD(type, t promoters, "promoters_count"), \
    FIELD(type, t cash, "total_incl_tax")

/* When and how a program pays. */
struct fp_payout_terms {
	struct program program;
	struct str cycle, text, methods, options;
	bool managed;
};
extern const struct shape fp_payout_terms_out;
MUST_CHECK enum err fp_payout_terms(struct request *,
    struct fp_payout_terms *);

/* By which a company can say that it paid, as JSON. */
#define FP_METHODS "[\"paypal\",\"bank\",\"wise\",\"crypto\",\"custom\"]"

#endif
