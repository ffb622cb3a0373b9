/* A promoter as this face shows him. */
#ifndef AFF_API_FIRSTPROMOTER_PROMOTERS_H
#define AFF_API_FIRSTPROMOTER_PROMOTERS_H

#include "api/firstpromoter/routes.h"
#include "model/promoter/promoter.h"

/* What came of a promoter, or of him in one campaign. */
struct fp_stats {
	int64_t clicks, referrals, sales, customers, revenue, active;
};
extern const struct shape fp_stats;

struct fp_campaign_ref {
	uint64_t id;
	struct str name, color;
};
extern const struct shape fp_campaign_ref;

struct fp_promoter_ref {
	uint64_t id;
	struct str email, name;
};
extern const struct shape fp_promoter_ref;

struct fp_promoted {		/* him in a campaign */
	uint64_t id, campaign_id, promoter_id;
	int state;
	struct when created_at;
	struct fp_campaign_ref campaign;
	struct str coupon, code, link;
};

struct fp_profile {
	uint64_t id;
	struct promoter_profile p;
	struct str none, errors;
	bool validate;
};

struct fp_balances {		/* earned, and not paid out yet */
	int64_t cash, credits, points, free_months, discount;
};

struct fp_promoter {
	struct promoter p;
	struct fp_stats stats;
	bool customized, confirmed;
	struct list suspicions;
	int invoices;
	struct fp_profile profile;
	struct str none, fields, ad_traffic, password_url;
	struct list campaigns;		/* struct fp_promoted */
	struct fp_balances balances;
	struct fp_promoter_ref parent;
};
extern const struct shape fp_promoter, fp_balances, fp_profile;
extern const char *const fp_invoice_labels[];

/* What looked wrong with those whom each brought, each once: struct str. */
MUST_CHECK enum err fp_suspicions_read(struct db *, struct arena *,
    uint64_t org, const uint64_t *ids, size_t n, struct list *out);
/*
 * n promoters with all that stands in other tables; each item of a list of
 * step bytes begins with a struct promoter.
 */
MUST_CHECK enum err fp_promoters_show(struct db *, struct arena *,
    uint64_t org, const void *items, size_t step, size_t n,
    struct fp_promoter *out);
/* One, with who stands above him: a struct fp_promoter. */
MUST_CHECK enum err fp_promoter_read(struct db *, struct arena *, uint64_t org,
    uint64_t id, void *);
/* The same as an answer, with where he chooses a password. */
MUST_CHECK enum err fp_promoter_answer(struct request *, uint64_t id);

#endif
