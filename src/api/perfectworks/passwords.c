/* Confirming an address, and passwords: forgotten, chosen anew, changed. */
#include "api/perfectworks/routes.h"
#include "auth/password.h"
#include "model/people/organization.h"
#include "model/people/user_token.h"

#include "base/banned.h"

struct token_in {
	struct str token, password;
};

SHAPE(email_confirm_in, struct token_in, "Confirmation",
    FIELD(struct token_in, token, "token", .flags = F_REQUIRED, .min = 1,
	.max = 100, .doc = "As it came by mail"));
SHAPE(password_reset_in, struct token_in, "PasswordReset",
    FIELD(struct token_in, token, "token", .flags = F_REQUIRED, .min = 1,
	.max = 100, .doc = "As it came by mail"),
    FIELD(struct token_in, password, "password", .flags = F_REQUIRED,
	.min = 10, .max = 200));

struct address_in {
	struct str email;
};

SHAPE(address_in, struct address_in, "Address",
    FIELD(struct address_in, email, "email", .flags = F_REQUIRED, .max = 254,
	.format = "email", .example = "\"ada@example.com\""));

static enum err
confirm(struct request *rq)
{
	const struct token_in *in = rq->in;

	return user_confirm(rq->db, rq->arena, in->token, rq->now);
}

/* Whether there is such a user is found out when the letter is written. */
static enum err
resend(struct request *rq)
{
	const struct address_in *in = rq->in;

	return letter_order_user(rq->db, rq->arena, LETTER_CONFIRMATION,
	    in->email, rq->now);
}

static enum err
forgot(struct request *rq)
{
	const struct address_in *in = rq->in;

	return letter_order_user(rq->db, rq->arena, LETTER_PASSWORD,
	    in->email, rq->now);
}

static enum err
hash_password(struct request *rq, const char *field, struct str password,
    struct str email, struct str *hash)
{
	const char *why = password_problem(password, email);

	if (why != NULL) {
		complain(&rq->wrong, rq->arena, str_of(field), "%s", why);
		return ERR_INVALID;
	}
	*hash = password_hash(rq->arena, password);
	return OK;
}

struct resetting {
	struct token_holder holder;
	struct str hash;
};

static enum err
prepare_reset(struct request *rq)
{
	const struct token_in *in = rq->in;
	struct resetting *r = ARENA_NEW(rq->arena, struct resetting);

	rq->prepared = r;
	TRY(user_password_token(rq->db, rq->arena, in->token, rq->now,
	    &r->holder));
	return hash_password(rq, "password", in->password, r->holder.email,
	    &r->hash);
}

static enum err
reset(struct request *rq)
{
	const struct token_in *in = rq->in;
	const struct resetting *r = rq->prepared;

	return user_reset_password(rq->db, rq->arena, &r->holder, in->token,
	    r->hash, rq->now);
}

struct password_change_in {
	struct str old, new;
};

SHAPE(password_change_in, struct password_change_in, "PasswordChange",
    FIELD(struct password_change_in, old, "currentPassword",
	.flags = F_REQUIRED, .max = 200),
    FIELD(struct password_change_in, new, "newPassword",
	.flags = F_REQUIRED, .min = 10, .max = 200));

struct changing {
	struct str known, hash;		/* the old one and the new */
};

static enum err
check_old(struct request *rq, enum err e)
{
	if (e != ERR_BAD_LOGIN)
		return e;
	complain(&rq->wrong, rq->arena, STR("currentPassword"),
	    "is not your password");
	return ERR_INVALID;
}

static enum err
prepare_change(struct request *rq)
{
	const struct password_change_in *in = rq->in;
	struct changing *c = ARENA_NEW(rq->arena, struct changing);
	struct user user = { 0 };

	rq->prepared = c;
	TRY(pw_own_user(rq, &user));
	TRY(check_old(rq, user_check_password(rq->db, rq->arena, user.id,
	    in->old, &c->known)));
	return hash_password(rq, "newPassword", in->new, user.email, &c->hash);
}

static enum err
change(struct request *rq)
{
	const struct changing *c = rq->prepared;

	return check_old(rq, user_change_password(rq->db, rq->arena,
	    rq->who.user_id, rq->who.session_id, c->known, c->hash, rq->now));
}

static const enum err token_errors[] = ERRORS(ERR_BAD_TOKEN);

#define OPEN (R_PUBLIC | R_WRITE | R_NO_KEY)

const struct route pw_password_routes[] = {
	{ .op = "confirmEmail", .method = POST, .path = "/auth/confirm",
	  .handle = confirm, .in = &email_confirm_in, .status = 200,
	  .flags = OPEN, .errors = token_errors, .tag = "auth",
	  .summary = "Confirm an email address by the token of a mail",
	  .done = "Address confirmed" },
	{ .op = "resendConfirmation", .method = POST,
	  .path = "/auth/confirm/resend", .handle = resend, .in = &address_in,
	  .status = 200, .flags = OPEN, .tag = "auth",
	  .summary = "Ask for the mail that confirms an address",
	  .done = "If it waits for that, a mail is on its way" },
	{ .op = "forgotPassword", .method = POST,
	  .path = "/auth/password/forgot", .handle = forgot, .in = &address_in,
	  .status = 200, .flags = OPEN, .tag = "auth",
	  .summary = "Ask for a mail to choose a new password",
	  .done = "If there is such a user, a mail is on its way" },
	{ .op = "resetPassword", .method = POST,
	  .path = "/auth/password/reset", .prepare = prepare_reset,
	  .handle = reset, .in = &password_reset_in, .status = 200,
	  .flags = OPEN, .errors = token_errors, .tag = "auth",
	  .summary = "Choose a new password by the token of a mail",
	  .done = "Password changed; all sessions are ended" },
	{ .op = "changePassword", .method = PUT, .path = "/users/password",
	  .prepare = prepare_change, .handle = change,
	  .in = &password_change_in, .status = 200,
	  .flags = R_WRITE | R_USER | R_NO_ORG, .tag = "users",
	  .summary = "Change your password",
	  .done = "Password changed; your other sessions are ended" },
	{ .op = NULL }
};
