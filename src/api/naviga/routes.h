/* The Naviga face: its tables, its money, what its resources share. */
#ifndef AFF_API_NAVIGA_ROUTES_H
#define AFF_API_NAVIGA_ROUTES_H

#include "api/campaigns.h"
#include "model/campaign/settlement.h"

extern const struct face naviga;

extern const struct route nv_consolidated_routes[];
extern const struct route nv_campaign_routes[];
extern const struct route nv_money_routes[];
extern const struct route nv_ending_routes[];
extern const struct route nv_deletion_routes[];

#define LLU(v) ((unsigned long long)(v))

/* Complains, unless there is a complaint of that field already. */
void nv_wrong(struct request *, struct str field, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Digits of the campaign's currency; 0 where it has none. */
int nv_digits(const struct campaign *);
struct decimal nv_money(struct arena *, const struct campaign *,
    int64_t minor);
/*
 * An amount that was sent, in minor units; what is absent or wrong is 0, and
 * wrong also complained of.
 */
int64_t nv_amount(struct request *, struct str field, struct decimal,
    int digits);
/* The same of one that must be more than nothing. */
int64_t nv_positive(struct request *, struct str field, struct decimal,
    int digits);

/* By the id in the path. */
MUST_CHECK enum err nv_lock(struct request *, struct campaign *);

/* As this face calls it: Q1, CO, ST, KI, AC, DE. */
extern const char *const nv_status_labels[];
int nv_status(const struct campaign *);

/* The day that the delivery of a campaign counts to. */
struct day nv_today(const struct request *, const struct campaign *);

/* What is counted of a line of that price: "impressions". */
const char *nv_unit(int price);

/* A campaign in whole, as in GET. */
extern const struct shape nv_campaign, nv_line;
MUST_CHECK enum err nv_answer(struct request *, const struct campaign *);
/* One of its lines. */
MUST_CHECK enum err nv_answer_line(struct request *, const struct campaign *,
    uint64_t id);

/* "2026-02", absent for DAY_NONE. */
struct str nv_month(struct arena *, struct day);

#endif
