/* All organizations of the installation, for administrators of the house. */
#include "api/perfectworks/routes.h"
#include "model/deletion.h"
#include "model/statistics.h"

#include "base/banned.h"

struct admin_organization {
	struct organization o;
	struct str owner_email;
	struct statistics statistics;
};

#define ADMIN_FIELDS(type, member) \
    FIELD(type, member id, "id"), \
    FIELD(type, member name, "name", .max = 120), \
    FIELD(type, member slug, "slug", .max = 60, .format = "slug", \
	.flags = F_NULLABLE, .doc = "Null once it is erased"), \
    FIELD(type, member account_id, "accountId", .max = 16), \
    FIELD(type, member created_at, "createdAt"), \
    FIELD(type, member updated_at, "updatedAt"), \
    FIELD(type, member deleted_at, "deletedAt", .flags = F_NULLABLE), \
    FIELD(type, member erased_at, "erasedAt", .flags = F_NULLABLE)

SHAPE(admin_listed_out, struct organization, "AdminListedOrganization",
    ADMIN_FIELDS(struct organization,));

SHAPE(admin_organization_out, struct admin_organization, "AdminOrganization",
    ADMIN_FIELDS(struct admin_organization, o.),
    FIELD(struct admin_organization, owner_email, "ownerEmail", .max = 254,
	.format = "email", .flags = F_NULLABLE,
	.doc = "Of the first of its owners"),
    FIELD(struct admin_organization, statistics, "statistics",
	.of = &pw_statistics));

struct search_query {
	struct page_query paging;
	struct organization_filter filter;
};

SHAPE(search_query, struct search_query, "AdminOrganizationQuery",
    PAGE_FIELDS(struct search_query),
    FIELD(struct search_query, filter.q, "q", .min = 1, .max = 120,
	.doc = "How the name begins, in any case; sorted by name:asc"),
    FIELD(struct search_query, filter.slug, "slug", .min = 1, .max = 60,
	.format = "slug", .doc = "The one with this slug"),
    FIELD(struct search_query, filter.account_id, "accountId", .min = 1,
	.max = 16, .format = "code"),
    FIELD(struct search_query, filter.deleted, "deleted",
	.doc = "Those that are deleted, instead of those that live"));

static const char *const sorts[] = {
	[ORGANIZATIONS_NEWEST] = "createdAt:desc",
	[ORGANIZATIONS_OLDEST] = "createdAt:asc",
	[ORGANIZATIONS_BY_NAME] = "name:asc",
	NULL
};

static enum err
search(struct request *rq)
{
	const struct search_query *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(pw_page_found(rq, &q->paging, q->filter.q, ORGANIZATIONS_BY_NAME,
	    &p));
	TRY(organization_search(rq->db, rq->arena, &q->filter, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct organization),
	    offsetof(struct organization, created_at),
	    offsetof(struct organization, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	struct admin_organization *out = ARENA_NEW(rq->arena,
	    struct admin_organization);

	rq->out = out;
	TRY(organization_find(rq->db, rq->arena, rq->id[0], &out->o));
	TRY(organization_owner(rq->db, rq->arena, rq->id[0],
	    &out->owner_email));
	return organization_statistics(rq->db, rq->arena, rq->id[0],
	    &out->statistics);
}

static struct actor
house_on(const struct request *rq)
{
	return (struct actor){ rq->id[0], rq->who.user_id, rq->now };
}

static enum err
delete(struct request *rq)
{
	struct actor who = house_on(rq);

	return organization_delete(rq->db, rq->arena, &who, true);
}

static enum err
recover(struct request *rq)
{
	struct actor who = house_on(rq);

	rq->out = ARENA_NEW(rq->arena, struct organization);
	return organization_recover(rq->db, rq->arena, &who, true, rq->out);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err conflict[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);

const struct route pw_admin_organization_routes[] = {
	{ .op = "adminListOrganizations", .method = GET,
	  .path = "/admin/organizations", .handle = search,
	  .query = &search_query, .out = &admin_listed_out, .status = 200,
	  .sorts = sorts, .flags = R_LIST | R_HOUSE | R_NO_ORG,
	  .scope = SCOPE_ORGANIZATION_READ, .tag = "organizations",
	  .summary = "List all organizations", .done = "Organizations" },
	{ .op = "adminGetOrganization", .method = GET,
	  .path = "/admin/organizations/{id}", .handle = get,
	  .out = &admin_organization_out, .status = 200,
	  .flags = R_HOUSE | R_NO_ORG, .scope = SCOPE_ORGANIZATION_READ,
	  .errors = not_found, .tag = "organizations",
	  .summary = "Read any organization", .done = "Organization" },
	{ .op = "adminDeleteOrganization", .method = DELETE,
	  .path = "/admin/organizations/{id}", .handle = delete,
	  .status = 204, .flags = R_WRITE | R_HOUSE | R_NO_ORG | R_LIVE,
	  .scope = SCOPE_ORGANIZATION_WRITE, .errors = conflict,
	  .tag = "organizations",
	  .summary = "Delete any organization, with a time to recover",
	  .done = "Organization deleted" },
	{ .op = "adminRecoverOrganization", .method = POST,
	  .path = "/admin/organizations/{id}/recover", .handle = recover,
	  .out = &admin_listed_out, .status = 200,
	  .flags = R_WRITE | R_HOUSE | R_NO_ORG,
	  .scope = SCOPE_ORGANIZATION_WRITE, .errors = conflict,
	  .tag = "organizations",
	  .summary = "Bring any deleted organization back",
	  .done = "Organization recovered" },
	{ .op = NULL }
};
