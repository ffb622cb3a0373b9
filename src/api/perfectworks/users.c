/* Users: registration, profile, active organization. */
#include "api/perfectworks/routes.h"
#include "auth/password.h"
#include "auth/secret.h"
#include "base/settings.h"
#include "http/cookie.h"
#include "model/deletion.h"
#include "model/event/event.h"
#include "model/people/identity.h"
#include "model/people/invitation.h"
#include "model/people/organization.h"
#include "model/referral/referral.h"
#include "model/people/user_token.h"

#include "base/banned.h"

struct register_in {
	struct str email, password, name, organization_name, referral_code;
	struct str invitation_token;
};

SHAPE(register_in, struct register_in, "Registration",
    FIELD(struct register_in, email, "email", .flags = F_REQUIRED, .max = 254,
	.format = "email", .example = "\"ada@example.com\""),
    FIELD(struct register_in, password, "password", .flags = F_REQUIRED,
	.min = 10, .max = 200),
    FIELD(struct register_in, name, "name", .flags = F_REQUIRED, .min = 1,
	.max = 120, .example = "\"Ada Lovelace\""),
    FIELD(struct register_in, organization_name, "organizationName",
	.min = 1, .max = 120, .doc = "Makes an organization and its owner"),
    FIELD(struct register_in, referral_code, "referralCode", .max = 40,
	.doc = "In place of the cookie of a click on a referral link"),
    FIELD(struct register_in, invitation_token, "invitationToken",
	.min = 1, .max = 100,
	.doc = "Of an invitation for this address: joins its organization"));

SHAPE(pw_user, struct user, "User",
    FIELD(struct user, id, "id"),
    FIELD(struct user, email, "email", .max = 254, .format = "email"),
    FIELD(struct user, name, "name", .max = 120));

struct registered {
	struct user user;
	struct organization made;	/* id 0: none */
};

struct registration {
	struct str password_hash;
	struct origin origin;		/* id 0: nobody's */
	struct signup signup;
	int64_t checks;
};

static enum err
prepare_registration(struct request *rq)
{
	const struct register_in *in = rq->in;
	struct registration *r = ARENA_NEW(rq->arena, struct registration);
	const char *why = password_problem(in->password, in->email);

	rq->prepared = r;
	if (why != NULL) {
		complain(&rq->wrong, rq->arena, STR("password"), "%s", why);
		return ERR_INVALID;
	}
	r->password_hash = password_hash(rq->arena, in->password);
	r->signup.email = in->email;
	secret_address(rq->http->address, r->signup.address_hash);
	TRY(referral_attribute(rq->db, rq->arena, in->referral_code,
	    cookie_value(rq->http->cookie, "aff_ref"), rq->now, &r->origin));
	return r->origin.id == 0 ? OK : screen_signup(rq->db, rq->arena,
	    &r->origin, &r->signup, rq->now, &r->checks);
}

static enum err
make_organization(struct request *rq, struct registered *out)
{
	const struct register_in *in = rq->in;
	const struct registration *r = rq->prepared;

	out->made.name = in->organization_name;
	TRY(organization_create(rq->db, rq->arena, out->user.id, rq->now,
	    &out->made));
	if (r->origin.id == 0)
		return OK;
	return referral_create(rq->db, rq->arena, &r->origin, out->made.id,
	    &r->signup, r->checks, rq->now);
}

/* The organization that he joins is his, where he makes none. */
static enum err
accept_invitation(struct request *rq, struct registered *out)
{
	const struct register_in *in = rq->in;
	struct membership m = { 0 };
	bool again;
	enum err e;

	e = invitation_accept(rq->db, rq->arena, out->user.id,
	    in->invitation_token, rq->now, &m, &again);
	if (err_status(e) >= 400 && err_status(e) < 500) {
		complain(&rq->wrong, rq->arena, STR("invitationToken"),
		    "must be of an open invitation for this address");
		return ERR_INVALID;
	}
	TRY(e);
	return out->made.id != 0 ? OK : organization_get(rq->db, rq->arena,
	    m.organization_id, &out->made);
}

static enum err
register_user(struct request *rq)
{
	const struct register_in *in = rq->in;
	const struct registration *r = rq->prepared;
	struct registered *out = ARENA_NEW(rq->arena, struct registered);

	out->user = (struct user){ .email = in->email, .name = in->name };
	TRY(user_create(rq->db, in->email, in->name, r->password_hash, rq->now,
	    &out->user.id));
	if (in->organization_name.p != NULL)
		TRY(make_organization(rq, out));
	if (in->invitation_token.p != NULL)
		TRY(accept_invitation(rq, out));
	if (settings->confirm_email)
		TRY(letter_order_user(rq->db, rq->arena, LETTER_CONFIRMATION,
		    in->email, rq->now));
	rq->out = out;
	rq->about = out->user.id;
	return event_write(rq->db, rq->arena, &(struct event){
	    out->made.id != 0 ? out->made.id : HOUSE_ID, "user.registered",
	    out->user.id, out->user.id, rq->now }, NULL);
}

/* Users of the house are made by its administrators, not by registration. */
enum { SYSTEM_ADMIN, SYSTEM_MEMBER };
static const char *const system_role_labels[] = { "admin", "member", NULL };

struct system_in {
	struct str email, password, name;
	int role;
};

SHAPE(system_in, struct system_in, "SystemUserCreate",
    FIELD(struct system_in, email, "email", .flags = F_REQUIRED, .max = 254,
	.format = "email", .example = "\"grace@example.com\""),
    FIELD(struct system_in, password, "password", .flags = F_REQUIRED,
	.min = 10, .max = 200),
    FIELD(struct system_in, name, "name", .flags = F_REQUIRED, .min = 1,
	.max = 120, .example = "\"Grace Hopper\""),
    FIELD(struct system_in, role, "role", .labels = system_role_labels,
	.doc = "In the house; member where absent"));

static enum err
prepare_system(struct request *rq)
{
	const struct system_in *in = rq->in;
	struct str *hash = ARENA_NEW(rq->arena, struct str);
	const char *why = password_problem(in->password, in->email);

	rq->prepared = hash;
	if (why != NULL) {
		complain(&rq->wrong, rq->arena, STR("password"), "%s", why);
		return ERR_INVALID;
	}
	*hash = password_hash(rq->arena, in->password);
	return OK;
}

static enum err
register_system(struct request *rq)
{
	const struct system_in *in = rq->in;
	const struct str *hash = rq->prepared;
	struct user *out = ARENA_NEW(rq->arena, struct user);

	*out = (struct user){ .email = in->email, .name = in->name };
	TRY(user_create(rq->db, in->email, in->name, *hash, rq->now,
	    &out->id));
	TRY(user_confirm_known(rq->db, out->id, rq->now));
	TRY(member_add(rq->db, HOUSE_ID, out->id, in->role == SYSTEM_ADMIN ?
	    ROLE_ADMIN : ROLE_MEMBER, rq->now));
	rq->out = out;
	rq->about = out->id;
	return event_write(rq->db, rq->arena, &(struct event){ HOUSE_ID,
	    "user.registered", out->id, rq->who.user_id, rq->now }, NULL);
}

SHAPE(profile_out, struct user, "Profile",
    FIELD(struct user, id, "id"),
    FIELD(struct user, email, "email", .max = 254, .format = "email"),
    FIELD(struct user, email_confirmed, "emailConfirmed"),
    FIELD(struct user, name, "name", .max = 120),
    FIELD(struct user, created_at, "createdAt"),
    FIELD(struct user, updated_at, "updatedAt"));

static enum err
get_profile(struct request *rq)
{
	struct user *u = ARENA_NEW(rq->arena, struct user);

	TRY(pw_own_user(rq, u));
	rq->out = u;
	answer_etag(rq, (uint64_t)u->version);
	return OK;
}

struct profile_in {
	struct str name;
};

SHAPE(profile_in, struct profile_in, "ProfileUpdate",
    FIELD(struct profile_in, name, "name", .min = 1, .max = 120));

static enum err
put_profile(struct request *rq)
{
	const struct profile_in *in = rq->in;
	struct user *u = ARENA_NEW(rq->arena, struct user);

	TRY(pw_own_user(rq, u));
	TRY(precondition(rq, (uint64_t)u->version));
	if (in->name.p != NULL)
		u->name = in->name;
	TRY(user_update(rq->db, rq->arena, u, rq->now));
	rq->out = u;
	answer_etag(rq, (uint64_t)u->version);
	return OK;
}

static enum err
delete(struct request *rq)
{
	return user_delete(rq->db, rq->arena, rq->who.user_id, rq->now);
}

static enum err
erase(struct request *rq)
{
	return user_erase(rq->db, rq->arena, rq->who.user_id, rq->now);
}

struct active_in {
	uint64_t organization_id;
};

SHAPE(active_in, struct active_in, "ActiveOrganization",
    FIELD(struct active_in, organization_id, "organizationId",
	.flags = F_REQUIRED));

static enum err
get_active(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct organization);
	return pw_active_organization(rq, rq->out);
}

static enum err
put_active(struct request *rq)
{
	const struct active_in *in = rq->in;

	TRY(session_choose(rq->db, rq->arena, rq->who.session_id,
	    rq->who.user_id, in->organization_id));
	rq->who.org_id = in->organization_id;
	return get_active(rq);
}

SHAPE(registered_out, struct registered, "Registered",
    FIELD(struct registered, user, "user", .of = &pw_user),
    FIELD(struct registered, made, "organization", .flags = F_NULLABLE,
	.of = &pw_organization));

static const enum err register_errors[] = ERRORS(ERR_EMAIL_TAKEN);
static const enum err profile_errors[] = ERRORS(ERR_STALE);
static const enum err delete_errors[] = ERRORS(ERR_LAST_OWNER);
static const enum err erase_errors[] = ERRORS(ERR_LAST_OWNER,
    ERR_WRONG_PASSWORD);
static const enum err active_errors[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_user_routes[] = {
	{ .op = "registerUser", .method = POST, .path = "/users/register",
	  .prepare = prepare_registration, .handle = register_user,
	  .in = &register_in, .out = &registered_out, .status = 201,
	  .flags = R_PUBLIC | R_WRITE, .errors = register_errors,
	  .tag = "users", .summary = "Register a user, with an organization",
	  .done = "User registered" },
	{ .op = "registerSystemUser", .method = POST,
	  .path = "/users/register-system", .prepare = prepare_system,
	  .handle = register_system, .in = &system_in, .out = &pw_user,
	  .status = 201, .flags = R_WRITE | R_HOUSE | R_NO_ORG,
	  .scope = SCOPE_MEMBERS_WRITE, .errors = register_errors,
	  .tag = "users", .summary = "Make a user who is a member of the house",
	  .done = "User registered" },
	{ .op = "deleteUser", .method = DELETE, .path = "/users",
	  .handle = delete, .status = 204,
	  .flags = R_WRITE | R_USER | R_NO_ORG, .errors = delete_errors,
	  .tag = "users", .summary = "Delete yourself, with a time to recover",
	  .done = "User deleted" },
	{ .op = "deleteUserPermanently", .method = DELETE,
	  .path = "/users/permanent", .prepare = pw_confirm_password,
	  .handle = erase, .in = &pw_password, .status = 204,
	  .flags = R_WRITE | R_USER | R_NO_ORG, .errors = erase_errors,
	  .tag = "users", .summary = "Delete yourself and all personal data, "
	    "for ever; a wrong password is 403",
	  .done = "User deleted for ever" },
	{ .op = "getProfile", .method = GET, .path = "/users/profile",
	  .handle = get_profile, .out = &profile_out, .status = 200,
	  .flags = R_NO_ORG, .tag = "users", .summary = "Read your profile",
	  .done = "Profile" },
	{ .op = "updateProfile", .method = PUT, .path = "/users/profile",
	  .handle = put_profile, .in = &profile_in, .out = &profile_out,
	  .status = 200, .flags = R_WRITE | R_USER | R_NO_ORG,
	  .errors = profile_errors, .tag = "users",
	  .summary = "Change your profile", .done = "Profile updated" },
	{ .op = "getActiveOrganization", .method = GET,
	  .path = "/users/active-organization", .handle = get_active,
	  .out = &pw_organization, .status = 200, .tag = "users",
	  .summary = "Read the organization that you act for",
	  .done = "Active organization" },
	{ .op = "setActiveOrganization", .method = PUT,
	  .path = "/users/active-organization", .handle = put_active,
	  .in = &active_in, .out = &pw_organization, .status = 200,
	  .flags = R_WRITE | R_USER | R_NO_ORG, .errors = active_errors,
	  .tag = "users", .summary = "Choose the organization that you act for",
	  .done = "Active organization changed" },
	{ .op = NULL }
};
