/* Logging in and out: sessions, access tokens and refresh tokens. */
#include "api/perfectworks/routes.h"
#include "auth/jwt.h"
#include "auth/secret.h"
#include "base/settings.h"
#include "model/deletion.h"
#include "model/people/identity.h"

#include "base/banned.h"

struct login_in {
	struct str email, password;
};

SHAPE(login_in, struct login_in, "Login",
    FIELD(struct login_in, email, "email", .flags = F_REQUIRED, .max = 254,
	.format = "email", .example = "\"ada@example.com\""),
    FIELD(struct login_in, password, "password", .flags = F_REQUIRED,
	.max = 200));

struct refresh_in {
	struct str refresh_token;
};

SHAPE(refresh_in, struct refresh_in, "Refresh",
    FIELD(struct refresh_in, refresh_token, "refreshToken",
	.flags = F_REQUIRED, .max = 200));

struct tokens {
	struct str access_token, refresh_token;
	int64_t expires_in;
};

SHAPE(tokens_out, struct tokens, "Tokens",
    FIELD(struct tokens, access_token, "accessToken", .flags = F_SECRET,
	.max = 4096, .doc = "Send it as Authorization: Bearer"),
    FIELD(struct tokens, refresh_token, "refreshToken", .flags = F_SECRET,
	.max = 200, .doc = "Good for one use of /auth/refresh"),
    FIELD(struct tokens, expires_in, "expiresIn",
	.doc = "Seconds for which the access token is good"));

static enum err
answer_tokens(struct request *rq, const struct login *login)
{
	struct tokens *out = ARENA_NEW(rq->arena, struct tokens);

	*out = (struct tokens){
		.access_token = jwt_sign(rq->arena, &(struct claims){
		    .user_id = login->user_id,
		    .session_id = login->session_id }, rq->now),
		.refresh_token = login->refresh_token,
		.expires_in = settings->access_seconds,
	};
	rq->out = out;
	return OK;
}

static enum err
check_password(struct request *rq)
{
	const struct login_in *in = rq->in;
	struct known_user *user = ARENA_NEW(rq->arena, struct known_user);

	rq->prepared = user;
	secret_address(rq->http->address, user->address_hash);
	return identity_password(rq->db, rq->arena, in->email, in->password,
	    user);
}

static enum err
check_deleted(struct request *rq)
{
	const struct login_in *in = rq->in;
	struct known_user *user = ARENA_NEW(rq->arena, struct known_user);

	rq->prepared = user;
	secret_address(rq->http->address, user->address_hash);
	return identity_recoverable(rq->db, rq->arena, in->email, in->password,
	    rq->now, user);
}

static enum err
log_in(struct request *rq)
{
	struct login login = { 0 };

	TRY(session_open(rq->db, rq->arena, rq->prepared, rq->now, &login));
	return answer_tokens(rq, &login);
}

static enum err
recover(struct request *rq)
{
	const struct known_user *user = rq->prepared;

	TRY(user_recover(rq->db, rq->arena, user->id, rq->now));
	return log_in(rq);
}

struct refreshing {
	struct request *rq;
	struct login login;
	bool reused;
};

static enum err
use_refresh(struct db *db, void *arg)
{
	struct refreshing *r = arg;
	const struct refresh_in *in = r->rq->in;

	return session_refresh(db, r->rq->arena, in->refresh_token,
	    r->rq->now, &r->login, &r->reused);
}

/* Its own transaction: a reused token ends the session and is an error. */
static enum err
refresh(struct request *rq)
{
	struct refreshing r = { .rq = rq };

	TRY(tx_run(rq->db, rq->arena, use_refresh, &r));
	return r.reused ? ERR_TOKEN_REUSED : answer_tokens(rq, &r.login);
}

static enum err
log_out(struct request *rq)
{
	return session_end(rq->db, rq->who.session_id, rq->now);
}

static const enum err login_errors[] = ERRORS(ERR_BAD_LOGIN,
    ERR_EMAIL_UNCONFIRMED);
static const enum err refresh_errors[] = ERRORS(ERR_UNAUTHENTICATED,
    ERR_TOKEN_REUSED);

const struct route pw_auth_routes[] = {
	{ .op = "login", .method = POST, .path = "/auth/login",
	  .prepare = check_password, .handle = log_in, .in = &login_in,
	  .out = &tokens_out, .status = 200,
	  .flags = R_PUBLIC | R_WRITE | R_NO_KEY, .errors = login_errors,
	  .tag = "auth", .summary = "Log in", .done = "Logged in" },
	{ .op = "recoverUser", .method = POST, .path = "/auth/recover",
	  .prepare = check_deleted, .handle = recover, .in = &login_in,
	  .out = &tokens_out, .status = 200,
	  .flags = R_PUBLIC | R_WRITE | R_NO_KEY, .errors = login_errors,
	  .tag = "auth", .summary = "Bring a deleted user back, and log in",
	  .done = "User recovered" },
	{ .op = "refreshToken", .method = POST, .path = "/auth/refresh",
	  .handle = refresh, .in = &refresh_in, .out = &tokens_out,
	  .status = 200, .flags = R_PUBLIC | R_OWN_TX | R_NO_KEY,
	  .errors = refresh_errors, .tag = "auth",
	  .summary = "Exchange a refresh token for new tokens",
	  .done = "Token refreshed" },
	{ .op = "logout", .method = POST, .path = "/auth/logout",
	  .handle = log_out, .status = 200,
	  .flags = R_WRITE | R_NO_KEY | R_USER | R_NO_ORG, .tag = "auth",
	  .summary = "End the session", .done = "Logged out" },
	{ .op = NULL }
};
