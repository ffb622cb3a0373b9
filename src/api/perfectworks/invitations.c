/* Invitations to the active organization. */
#include "api/perfectworks/routes.h"
#include "model/people/invitation.h"
#include "model/people/organization.h"

#include "base/banned.h"

struct invitation_in {
	struct str email, message;
	int role;
};

SHAPE(invitation_in, struct invitation_in, "InvitationCreate",
    FIELD(struct invitation_in, email, "email", .flags = F_REQUIRED,
	.max = 254, .format = "email", .example = "\"grace@example.com\""),
    FIELD(struct invitation_in, role, "role", .flags = F_REQUIRED,
	.labels = role_labels, .example = "\"member\"",
	.doc = "Only an owner invites an owner"),
    FIELD(struct invitation_in, message, "message", .flags = F_NULLABLE,
	.max = 500, .doc = "A line of your own in the mail"));

struct invitation_out {
	struct invitation row;
	bool expired;
};

#define INVITATION_FIELDS \
    FIELD(struct invitation_out, row.id, "id"), \
    FIELD(struct invitation_out, row.email, "email", .max = 254, \
	.format = "email"), \
    FIELD(struct invitation_out, row.role, "role", .labels = role_labels), \
    FIELD(struct invitation_out, row.message, "message", \
	.flags = F_NULLABLE, .max = 500), \
    FIELD(struct invitation_out, expired, "expired"), \
    FIELD(struct invitation_out, row.created_at, "createdAt"), \
    FIELD(struct invitation_out, row.expires_at, "expiresAt")

SHAPE(invitation_out, struct invitation_out, "Invitation", INVITATION_FIELDS);
SHAPE(invitation_made, struct invitation_out, "InvitationCreated",
    INVITATION_FIELDS,
    FIELD(struct invitation_out, row.token, "invitationToken",
	.flags = F_SECRET | F_NULLABLE, .max = 100,
	.doc = "Accepts the invitation; shown this once"));

/* The stored answer is the data of whom it is for, where he is a user. */
static enum err
about_addressee(struct request *rq, struct str email)
{
	struct user u = { 0 };
	enum err e = user_by_email(rq->db, rq->arena, email, &u);

	rq->about = u.id;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
explain(struct request *rq, enum err e)
{
	if (e == ERR_LIMIT)
		complain(&rq->wrong, rq->arena, STR(""), "Too many invitations "
		    "are open, or were sent within a day: withdraw some, or "
		    "try again tomorrow");
	return e;
}

static enum err
invite(struct request *rq)
{
	const struct invitation_in *in = rq->in;
	struct invitation_out *out = ARENA_NEW(rq->arena,
	    struct invitation_out);

	out->row = (struct invitation){ .email = in->email,
	    .message = in->message, .role = in->role };
	rq->out = out;
	TRY(explain(rq, invitation_make(rq->db, rq->arena, ACTOR(rq),
	    &out->row)));
	return about_addressee(rq, in->email);
}

static enum err
list(struct request *rq)
{
	const struct pw_list_query *q = rq->query;
	const struct invitation *row;
	struct invitation_out *out;
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(invitation_list(rq->db, rq->arena, rq->who.org_id, &p, &rows));
	row = rows.items;
	out = arena_array(rq->arena, rows.n, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = (struct invitation_out){ row[i],
		    row[i].expires_at.us <= rq->now.us };
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct invitation_out, row.created_at),
	    offsetof(struct invitation_out, row.id));
	return OK;
}

static enum err
resend(struct request *rq)
{
	struct invitation_out *out = ARENA_NEW(rq->arena,
	    struct invitation_out);

	rq->out = out;
	TRY(explain(rq, invitation_renew(rq->db, rq->arena, ACTOR(rq),
	    rq->id[0], &out->row)));
	return about_addressee(rq, out->row.email);
}

static enum err
withdraw(struct request *rq)
{
	return invitation_withdraw(rq->db, rq->arena, ACTOR(rq), rq->id[0]);
}

static const enum err invite_errors[] = ERRORS(ERR_FORBIDDEN,
    ERR_ALREADY_MEMBER, ERR_LIMIT);
static const enum err resend_errors[] = ERRORS(ERR_NOT_FOUND, ERR_FORBIDDEN,
    ERR_LIMIT);
static const enum err withdraw_errors[] = ERRORS(ERR_NOT_FOUND,
    ERR_FORBIDDEN);

const struct route pw_invitation_routes[] = {
	{ .op = "inviteMember", .method = POST,
	  .path = "/organization-members/invite", .handle = invite,
	  .in = &invitation_in, .out = &invitation_made, .status = 201,
	  .flags = R_WRITE, .scope = SCOPE_MEMBERS_WRITE,
	  .errors = invite_errors, .tag = "organization-members",
	  .summary = "Invite somebody by mail, or renew his invitation",
	  .done = "Invited; the token is shown this once" },
	{ .op = "listPendingInvitations", .method = GET,
	  .path = "/organization-members/pending-invitations",
	  .handle = list, .query = &pw_list_query, .out = &invitation_out,
	  .sorts = pw_created_sorts, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_MEMBERS_READ,
	  .tag = "organization-members",
	  .summary = "List invitations that nobody has accepted yet",
	  .done = "Pending invitations" },
	{ .op = "resendInvitation", .method = POST,
	  .path = "/organization-members/invitations/{id}/resend",
	  .handle = resend, .out = &invitation_made, .status = 200,
	  .flags = R_WRITE, .scope = SCOPE_MEMBERS_WRITE,
	  .errors = resend_errors, .tag = "organization-members",
	  .summary = "Send an invitation again, with a new token",
	  .done = "Invitation sent again; the token is shown this once" },
	{ .op = "deleteInvitation", .method = DELETE,
	  .path = "/organization-members/invitations/{id}",
	  .handle = withdraw, .status = 204, .flags = R_WRITE,
	  .scope = SCOPE_MEMBERS_WRITE, .errors = withdraw_errors,
	  .tag = "organization-members", .summary = "Withdraw an invitation",
	  .done = "Invitation withdrawn" },
	{ .op = NULL }
};
