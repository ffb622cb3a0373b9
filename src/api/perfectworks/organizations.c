/* Organizations: the tenants. */
#include "api/perfectworks/routes.h"
#include "model/organization.h"

#include "base/banned.h"

SHAPE(pw_organization, struct organization, "Organization",
    FIELD(struct organization, id, "id"),
    FIELD(struct organization, name, "name", .max = 120),
    FIELD(struct organization, slug, "slug", .max = 60, .format = "slug"),
    FIELD(struct organization, account_id, "accountId", .max = 16),
    FIELD(struct organization, created_at, "createdAt"));

struct organization_in {
	struct str name, slug;
};

SHAPE(organization_in, struct organization_in, "OrganizationCreate",
    FIELD(struct organization_in, name, "name", .flags = F_REQUIRED,
	.min = 1, .max = 120),
    FIELD(struct organization_in, slug, "slug", .min = 3, .max = 48,
	.format = "slug", .doc = "Made from the name where absent"));

SHAPE(organization_change, struct organization_in, "OrganizationUpdate",
    FIELD(struct organization_in, name, "name", .flags = F_REQUIRED,
	.min = 1, .max = 120));

static enum err
create(struct request *rq)
{
	const struct organization_in *in = rq->in;
	struct organization *out = ARENA_NEW(rq->arena, struct organization);

	out->name = in->name;
	out->slug = in->slug;
	rq->out = out;
	return organization_create(rq->db, rq->arena, rq->who.user_id, rq->now,
	    out);
}

static enum err
list(struct request *rq)
{
	const struct pw_list_query *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, pw_created_sorts, &p));
	TRY(organization_list(rq->db, rq->arena, rq->who.user_id, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct organization),
	    offsetof(struct organization, created_at),
	    offsetof(struct organization, id));
	return OK;
}

static enum err
get_current(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct organization);
	return organization_get(rq->db, rq->arena, rq->who.org_id, rq->out);
}

static enum err
put_current(struct request *rq)
{
	const struct organization_in *in = rq->in;

	TRY(organization_rename(rq->db, rq->who.org_id, in->name, rq->now));
	return get_current(rq);
}

static const enum err create_errors[] = ERRORS(ERR_SLUG_TAKEN);

const struct route pw_organization_routes[] = {
	{ .op = "createOrganization", .method = POST, .path = "/organizations",
	  .handle = create, .in = &organization_in, .out = &pw_organization,
	  .status = 201, .flags = R_WRITE | R_USER | R_NO_ORG,
	  .errors = create_errors, .tag = "organizations",
	  .summary = "Create an organization that you own",
	  .done = "Organization created" },
	{ .op = "listOrganizations", .method = GET, .path = "/organizations",
	  .handle = list, .query = &pw_list_query, .out = &pw_organization,
	  .status = 200, .flags = R_LIST | R_USER | R_NO_ORG,
	  .tag = "organizations",
	  .summary = "List the organizations that you are a member of",
	  .done = "Organizations" },
	{ .op = "getCurrentOrganization", .method = GET,
	  .path = "/organizations/current", .handle = get_current,
	  .out = &pw_organization, .status = 200,
	  .scope = SCOPE_ORGANIZATION_READ, .tag = "organizations",
	  .summary = "Read the active organization", .done = "Organization" },
	{ .op = "updateCurrentOrganization", .method = PUT,
	  .path = "/organizations/current", .handle = put_current,
	  .in = &organization_change, .out = &pw_organization, .status = 200,
	  .flags = R_WRITE, .scope = SCOPE_ORGANIZATION_WRITE,
	  .tag = "organizations", .summary = "Rename the active organization",
	  .done = "Organization updated" },
	{ .op = NULL }
};
