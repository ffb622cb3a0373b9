/* What several resources of this face share. */
#include "api/perfectworks/routes.h"
#include "model/people/identity.h"
#include "model/people/organization.h"
#include "model/referral/placement.h"
#include "model/referral/analytics.h"

#include "base/banned.h"

SHAPE(pw_list_query, struct pw_list_query, "ListQuery",
    PAGE_FIELDS(struct pw_list_query));

const char *const pw_created_sorts[] = {
	"createdAt:desc", "createdAt:asc", NULL
};

enum err
pw_page_found(struct request *rq, const struct page_query *asked, struct str q,
    unsigned by_name, struct paging *p)
{
	const char *name = rq->route->sorts[by_name];
	struct page_query paging = *asked;

	if (q.p != NULL && paging.sort.p == NULL)
		paging.sort = str_of(name);
	TRY(page_read(rq, &paging, p));
	if (q.p == NULL || p->order == by_name)
		return OK;
	complain(&rq->wrong, rq->arena, STR("sort"), "is %s where q is given",
	    name);
	return ERR_BAD_PAGE;
}

SHAPE(pw_password, struct pw_password, "PasswordConfirmation",
    FIELD(struct pw_password, password, "password", .flags = F_REQUIRED,
	.min = 1, .max = 200));

enum err
pw_confirm_password(struct request *rq)
{
	const struct pw_password *in = rq->in;
	enum err e = identity_confirm(rq->db, rq->arena, rq->who.user_id,
	    in->password);

	if (e == ERR_WRONG_PASSWORD)
		complain(&rq->wrong, rq->arena, STR("password"), "is wrong");
	return e;
}

enum err
pw_active_organization(struct request *rq, struct organization *o)
{
	enum err e = organization_get(rq->db, rq->arena, rq->who.org_id, o);

	return e == ERR_NOT_FOUND ? ERR_NO_ORGANIZATION : e;
}

enum err
pw_own_user(struct request *rq, struct user *u)
{
	enum err e = user_get(rq->db, rq->arena, rq->who.user_id, u);

	return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
}

SHAPE(pw_money, struct money_of, "Money",
    FIELD(struct money_of, currency, "currency", .format = "currency",
	.max = 3, .doc = "ISO 4217", .example = "\"USD\""),
    FIELD(struct money_of, amount, "amount",
	.doc = "In minor units: cents", .example = "2000"));
