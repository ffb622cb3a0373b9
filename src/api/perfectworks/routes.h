/* The route tables of the PerfectWorks face, one a resource. */
#ifndef AFF_API_PERFECTWORKS_ROUTES_H
#define AFF_API_PERFECTWORKS_ROUTES_H

#include "api/common.h"

extern const struct face perfectworks;

extern const struct route pw_auth_routes[];
extern const struct route pw_user_routes[];
extern const struct route pw_password_routes[];
extern const struct route pw_organization_routes[];
extern const struct route pw_admin_organization_routes[];
extern const struct route pw_member_routes[];
extern const struct route pw_invitation_routes[];
extern const struct route pw_api_key_routes[];
extern const struct route pw_referrer_routes[];
extern const struct route pw_campaign_routes[];
extern const struct route pw_campaign_report_routes[];
extern const struct route pw_campaign_history_routes[];
extern const struct route pw_earning_routes[];
extern const struct route pw_withdrawal_routes[];
extern const struct route pw_program_routes[];
extern const struct route pw_product_routes[];
extern const struct route pw_payment_routes[];
extern const struct route pw_house_payment_routes[];
extern const struct route pw_attribution_routes[];
extern const struct route pw_callback_routes[];
extern const struct route pw_token_routes[];
extern const struct route pw_reservation_routes[];
extern const struct route pw_adjustment_routes[];
extern const struct route pw_ledger_routes[];
extern const struct route pw_event_routes[];
extern const struct route pw_webhook_routes[];
extern const struct route pw_webhook_delivery_routes[];

/* List with no filter of its own. */
struct pw_list_query {
	struct page_query paging;
};
extern const struct shape pw_list_query;
extern const char *const pw_created_sorts[];	/* createdAt:desc, :asc */
/*
 * Of a list that can be searched by how names begin: what is found (q) stands
 * in the order of names, the one of the route's sorts that is given.
 */
MUST_CHECK enum err pw_page_found(struct request *, const struct page_query *,
    struct str q, unsigned by_name, struct paging *);

/*
 * For what can't be undone the password is asked again; a route's .in and
 * .prepare.  A wrong one is ERR_WRONG_PASSWORD, 403: the credential is good.
 */
struct pw_password {
	struct str password;
};
extern const struct shape pw_password;
MUST_CHECK enum err pw_confirm_password(struct request *);

/* Who asks and what he acts for, which may have gone since he was known. */
struct organization;
struct user;
MUST_CHECK enum err pw_active_organization(struct request *,
    struct organization *);
MUST_CHECK enum err pw_own_user(struct request *, struct user *);

/* Amount and currency, as in earnings. */
extern const struct shape pw_money;

/* A payment as a client sees it now; and a page of such. */
struct payment;
struct payment pw_payment_shown(const struct request *, const struct payment *);
void pw_payment_page(struct request *, const struct paging *, struct list);

/* A referrer's transaction. */
extern const struct shape pw_earning;
/* organizations.c */
extern const struct shape pw_organization, pw_statistics;

#endif
