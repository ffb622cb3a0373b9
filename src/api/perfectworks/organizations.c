/* Organizations: the tenants. */
#include "api/perfectworks/routes.h"
#include "model/deletion.h"
#include "model/people/slug.h"
#include "model/statistics.h"

#include "base/banned.h"

#define ORGANIZATION_FIELDS \
    FIELD(struct organization, id, "id"), \
    FIELD(struct organization, name, "name", .max = 120), \
    FIELD(struct organization, slug, "slug", .max = 60, .format = "slug"), \
    FIELD(struct organization, account_id, "accountId", .max = 16), \
    FIELD(struct organization, created_at, "createdAt"), \
    FIELD(struct organization, updated_at, "updatedAt")

SHAPE(pw_organization, struct organization, "Organization",
    ORGANIZATION_FIELDS);

SHAPE(listed_organization, struct organization, "ListedOrganization",
    ORGANIZATION_FIELDS,
    FIELD(struct organization, deleted_at, "deletedAt",
	.flags = F_NULLABLE),
    FIELD(struct organization, erase_at, "recoverableUntil",
	.flags = F_NULLABLE));

struct organization_in {
	struct str name, slug;
};

SHAPE(organization_in, struct organization_in, "OrganizationCreate",
    FIELD(struct organization_in, name, "name", .flags = F_REQUIRED,
	.min = 1, .max = 120),
    FIELD(struct organization_in, slug, "slug", .min = 3, .max = SLUG_MAX,
	.format = "slug", .doc = "Made from the name where absent"));

SHAPE(organization_change, struct organization_in, "OrganizationUpdate",
    FIELD(struct organization_in, name, "name", .min = 1, .max = 120),
    FIELD(struct organization_in, slug, "slug", .min = 3, .max = SLUG_MAX,
	.format = "slug"));

static enum err
check_slug(struct request *rq, struct str slug)
{
	if (slug.p == NULL || !slug_reserved(slug))
		return OK;
	complain(&rq->wrong, rq->arena, STR("slug"), "is a reserved word");
	return ERR_INVALID;
}

static enum err
create(struct request *rq)
{
	const struct organization_in *in = rq->in;
	struct organization *out = ARENA_NEW(rq->arena, struct organization);

	TRY(check_slug(rq, in->slug));
	out->name = in->name;
	out->slug = in->slug;
	rq->out = out;
	return organization_create(rq->db, rq->arena, rq->who.user_id, rq->now,
	    out);
}

struct organization_query {
	struct page_query paging;
	bool deleted;
};

SHAPE(organization_query, struct organization_query, "OrganizationQuery",
    PAGE_FIELDS(struct organization_query),
    FIELD(struct organization_query, deleted, "deleted",
	.doc = "Those of your own instead that can still be recovered"));

static enum err
list(struct request *rq)
{
	const struct organization_query *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(organization_list(rq->db, rq->arena, rq->who.user_id, q->deleted,
	    rq->now, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct organization),
	    offsetof(struct organization, created_at),
	    offsetof(struct organization, id));
	return OK;
}

static enum err
answer(struct request *rq, struct organization *o)
{
	rq->out = o;
	answer_etag(rq, (uint64_t)o->version);
	return OK;
}

static enum err
get_current(struct request *rq)
{
	struct organization *o = ARENA_NEW(rq->arena, struct organization);

	TRY(pw_active_organization(rq, o));
	return answer(rq, o);
}

/* PUT is partial on this face: what was not given stays. */
static enum err
put_current(struct request *rq)
{
	const struct organization_in *in = rq->in;
	struct organization *o = ARENA_NEW(rq->arena, struct organization);

	TRY(pw_active_organization(rq, o));
	TRY(precondition(rq, (uint64_t)o->version));
	if (in->name.p != NULL)
		o->name = in->name;
	if (in->slug.p != NULL && !str_eq(in->slug, o->slug)) {
		TRY(check_slug(rq, in->slug));
		o->slug = in->slug;
	}
	TRY(organization_update(rq->db, rq->arena, ACTOR(rq), o));
	return answer(rq, o);
}

SHAPE(public_organization, struct organization, "PublicOrganization",
    FIELD(struct organization, name, "name", .max = 120),
    FIELD(struct organization, slug, "slug", .max = 60, .format = "slug"),
    FIELD(struct organization, created_at, "createdAt"));

static enum err
get_public(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct organization);
	return organization_by_slug(rq->db, rq->arena, rq->text[0], rq->out);
}

SHAPE(campaign_counts_out, struct campaign_counts, "CampaignCounts",
    FIELD(struct campaign_counts, total, "total"),
    FIELD(struct campaign_counts, active, "active"));

SHAPE(payment_sums_out, struct payment_sums, "PaymentSums",
    FIELD(struct payment_sums, count, "count", .doc = "Those that were paid"),
    FIELD(struct payment_sums, amounts, "amounts", .of = &pw_money,
	.max = 200));

SHAPE(token_counts_out, struct token_balance, "TokenCounts",
    FIELD(struct token_balance, available, "available"),
    FIELD(struct token_balance, reserved, "reserved"));

SHAPE(pw_statistics, struct statistics, "OrganizationStatistics",
    FIELD(struct statistics, organization_id, "organizationId"),
    FIELD(struct statistics, members, "members"),
    FIELD(struct statistics, api_keys, "apiKeys"),
    FIELD(struct statistics, campaigns, "referrerCampaigns",
	.of = &campaign_counts_out),
    FIELD(struct statistics, clicks, "clicks"),
    FIELD(struct statistics, referrals, "referrals"),
    FIELD(struct statistics, conversions, "conversions"),
    FIELD(struct statistics, checkout_sessions, "checkoutSessions"),
    FIELD(struct statistics, payments, "payments",
	.of = &payment_sums_out),
    FIELD(struct statistics, tokens, "tokens", .of = &token_counts_out),
    FIELD(struct statistics, created_at, "createdAt"));

static enum err
get_statistics(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct statistics);
	return organization_statistics(rq->db, rq->arena, rq->who.org_id,
	    rq->out);
}

static enum err
delete(struct request *rq)
{
	return organization_delete(rq->db, rq->arena, ACTOR(rq), false);
}

static enum err
erase(struct request *rq)
{
	return organization_erase(rq->db, rq->arena, ACTOR(rq));
}

static enum err
recover(struct request *rq)
{
	struct organization *o = ARENA_NEW(rq->arena, struct organization);
	struct actor who = { rq->id[0], rq->who.user_id, rq->now };

	TRY(organization_recover(rq->db, rq->arena, &who, false, o));
	return answer(rq, o);
}

static const enum err create_errors[] = ERRORS(ERR_SLUG_TAKEN);
static const enum err update_errors[] = ERRORS(ERR_SLUG_TAKEN, ERR_STALE);
static const enum err delete_errors[] = ERRORS(ERR_CONFLICT);
static const enum err erase_errors[] = ERRORS(ERR_CONFLICT,
    ERR_WRONG_PASSWORD);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_organization_routes[] = {
	{ .op = "createOrganization", .method = POST, .path = "/organizations",
	  .handle = create, .in = &organization_in, .out = &pw_organization,
	  .status = 201, .flags = R_WRITE | R_USER | R_NO_ORG,
	  .errors = create_errors, .tag = "organizations",
	  .summary = "Create an organization that you own",
	  .done = "Organization created" },
	{ .op = "listOrganizations", .method = GET, .path = "/organizations",
	  .handle = list, .query = &organization_query,
	  .sorts = pw_created_sorts, .out = &listed_organization, .status = 200,
	  .flags = R_LIST | R_USER | R_NO_ORG,
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
	  .errors = update_errors, .tag = "organizations",
	  .summary = "Change name or slug of the active organization",
	  .done = "Organization updated" },
	{ .op = "deleteCurrentOrganization", .method = DELETE,
	  .path = "/organizations/current", .handle = delete, .status = 204,
	  .flags = R_WRITE | R_OWNER | R_LIVE,
	  .scope = SCOPE_ORGANIZATION_WRITE, .errors = delete_errors,
	  .tag = "organizations",
	  .summary = "Delete the active organization, with a time to recover",
	  .done = "Organization deleted" },
	{ .op = "deleteCurrentOrganizationPermanently", .method = DELETE,
	  .path = "/organizations/current/permanent",
	  .prepare = pw_confirm_password, .handle = erase, .in = &pw_password,
	  .status = 204, .flags = R_WRITE | R_USER | R_OWNER,
	  .errors = erase_errors, .tag = "organizations",
	  .summary = "Delete the active organization and all personal data in "
	    "it, for ever; a wrong password is 403",
	  .done = "Organization deleted for ever" },
	{ .op = "recoverOrganization", .method = POST,
	  .path = "/organizations/{id}/recover", .handle = recover,
	  .out = &pw_organization, .status = 200,
	  .flags = R_WRITE | R_USER | R_NO_ORG, .errors = not_found,
	  .tag = "organizations",
	  .summary = "Bring a deleted organization of yours back",
	  .done = "Organization recovered" },
	{ .op = "getOrganizationStatistics", .method = GET,
	  .path = "/organizations/current/statistics",
	  .handle = get_statistics, .out = &pw_statistics, .status = 200,
	  .scope = SCOPE_ORGANIZATION_READ, .tag = "organizations",
	  .summary = "Count what the active organization has",
	  .done = "Statistics" },
	{ .op = "getOrganizationBySlug", .method = GET,
	  .path = "/organizations/slug/{text:slug}", .handle = get_public,
	  .out = &public_organization, .status = 200, .flags = R_PUBLIC,
	  .errors = not_found, .tag = "organizations",
	  .summary = "Read what anybody may know of an organization",
	  .done = "Organization" },
	{ .op = NULL }
};
