/* Members of the active organization, and joining one. */
#include "api/perfectworks/routes.h"
#include "model/people/identity.h"
#include "model/people/invitation.h"

#include "base/banned.h"

#define MEMBER_FIELDS(type, prefix) \
    FIELD(type, prefix id, "id"), \
    FIELD(type, prefix user_id, "userId"), \
    FIELD(type, prefix email, "email", .max = 254, .format = "email"), \
    FIELD(type, prefix name, "name", .max = 120), \
    FIELD(type, prefix role, "role", .labels = role_labels), \
    FIELD(type, prefix joined_at, "joinedAt")

SHAPE(member_out, struct member, "Member", MEMBER_FIELDS(struct member, ));
SHAPE(membership_out, struct membership, "Membership",
    MEMBER_FIELDS(struct membership, member.),
    FIELD(struct membership, organization_id, "organizationId"),
    FIELD(struct membership, organization_name, "organizationName",
	.max = 120));

struct member_query_in {
	struct page_query paging;
	int role;
};

SHAPE(member_query, struct member_query_in, "MemberQuery",
    PAGE_FIELDS(struct member_query_in),
    FIELD(struct member_query_in, role, "role", .labels = role_labels,
	.doc = "Only those of this role"));

static enum err
list(struct request *rq)
{
	const struct member_query_in *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(member_list(rq->db, rq->arena, rq->who.org_id, q->role, &p,
	    &rows));
	page_cut(rq, &p, rows, sizeof(struct member),
	    offsetof(struct member, joined_at), offsetof(struct member, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct member);
	return member_get(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    rq->out);
}

struct member_role_in {
	int role;
};

SHAPE(member_role_in, struct member_role_in, "MemberUpdate",
    FIELD(struct member_role_in, role, "role", .flags = F_REQUIRED,
	.labels = role_labels, .example = "\"admin\""));

static enum err
change(struct request *rq)
{
	const struct member_role_in *in = rq->in;

	TRY(member_change(rq->db, rq->arena, ACTOR(rq), rq->id[0], in->role));
	TRY(get(rq));
	rq->about = ((const struct member *)rq->out)->user_id;
	return OK;
}

static enum err
end(struct request *rq)
{
	return member_remove(rq->db, rq->arena, ACTOR(rq), rq->id[0]);
}

struct member_join_in {
	struct str invitation_token;
};

SHAPE(member_join_in, struct member_join_in, "Join",
    FIELD(struct member_join_in, invitation_token, "invitationToken",
	.flags = F_REQUIRED, .min = 1, .max = 100,
	.doc = "As it came by mail, or with the invitation"));

static enum err
join(struct request *rq)
{
	const struct member_join_in *in = rq->in;
	struct membership *out = ARENA_NEW(rq->arena, struct membership);
	bool again;

	TRY(invitation_accept(rq->db, rq->arena, rq->who.user_id,
	    in->invitation_token, rq->now, out, &again));
	rq->out = out;
	rq->status = again ? 200 : 201;
	if (rq->who.org_id != 0)
		return OK;
	return session_choose(rq->db, rq->arena, rq->who.session_id,
	    rq->who.user_id, out->organization_id);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err change_errors[] = ERRORS(ERR_NOT_FOUND, ERR_FORBIDDEN,
    ERR_LAST_OWNER);
static const enum err join_errors[] = ERRORS(ERR_NOT_FOUND, ERR_NOT_INVITED,
    ERR_INVITATION_OVER, ERR_INVITATION_USED);

const struct route pw_member_routes[] = {
	{ .op = "listMembers", .method = GET, .path = "/organization-members",
	  .handle = list, .query = &member_query, .out = &member_out,
	  .sorts = pw_created_sorts, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_MEMBERS_READ,
	  .tag = "organization-members", .summary = "List members",
	  .done = "Members" },
	{ .op = "getMember", .method = GET,
	  .path = "/organization-members/{id}", .handle = get,
	  .out = &member_out, .status = 200, .scope = SCOPE_MEMBERS_READ,
	  .errors = not_found, .tag = "organization-members",
	  .summary = "Read a member", .done = "Member" },
	{ .op = "updateMember", .method = PUT,
	  .path = "/organization-members/{id}", .handle = change,
	  .in = &member_role_in, .out = &member_out, .status = 200,
	  .flags = R_WRITE, .scope = SCOPE_MEMBERS_WRITE,
	  .errors = change_errors, .tag = "organization-members",
	  .summary = "Give a member another role", .done = "Member updated" },
	{ .op = "deleteMember", .method = DELETE,
	  .path = "/organization-members/{id}", .handle = end, .status = 204,
	  .flags = R_WRITE | R_SELF, .scope = SCOPE_MEMBERS_WRITE,
	  .errors = change_errors, .tag = "organization-members",
	  .summary = "Remove a member, or leave", .done = "Member removed" },
	{ .op = "joinOrganization", .method = POST,
	  .path = "/organization-members/join", .handle = join,
	  .in = &member_join_in, .out = &membership_out, .status = 201,
	  .also = 200, .flags = R_WRITE | R_USER | R_NO_ORG,
	  .errors = join_errors, .tag = "organization-members",
	  .summary = "Accept an invitation", .done = "Joined" },
	{ .op = NULL }
};
