/* From the credential to the principal, and his rights on a route. */
#include "http/authenticate.h"

#include "auth/apikey.h"
#include "auth/credential.h"
#include "auth/jwt.h"

#include "base/banned.h"

enum err
authenticate(struct request *rq, const struct auth_lookup *look,
    const struct face *face)
{
	struct str authorization = rq->http->authorization;
	uint64_t id = 0;
	struct credential c = credential_of(!face->basic ? authorization :
	    credential_of_basic(rq->arena, authorization, &id),
	    rq->http->api_key);
	struct apikey_parts key;
	struct claims claims;

	switch (c.kind) {
	case CREDENTIAL_NONE:
		return (rq->route->flags & R_PUBLIC) != 0 ? OK :
		    ERR_UNAUTHENTICATED;
	case CREDENTIAL_JWT:
		TRY(jwt_verify(rq->arena, c.text, rq->now, &claims));
		return look->session(rq->db, rq->arena, claims.session_id,
		    claims.user_id, &rq->who);
	case CREDENTIAL_API_KEY:
		if (!apikey_parse(c.text, &key))
			return ERR_UNAUTHENTICATED;
		TRY(look->api_key(rq->db, rq->arena, key.public_id, key.hash,
		    rq->now, &rq->who));
		if (id == 0 || id == rq->who.key_id)
			return OK;
		rq->who = (struct principal){ .user_id = 0 };
		break;
	case CREDENTIAL_PROMOTER:
		return !face->promoters ? ERR_UNAUTHENTICATED :
		    look->promoter(rq->db, rq->arena, c.text, rq->now,
			&rq->who);
	case CREDENTIAL_BAD:
		break;
	}
	return ERR_UNAUTHENTICATED;
}

enum err
authorize(const struct route *r, const struct principal *who)
{
	if ((r->flags & R_PUBLIC) != 0)
		return OK;
	if (((r->flags & R_PROMOTER) != 0) != (who->promoter_id != 0))
		return ERR_FORBIDDEN;
	if ((r->flags & R_USER) != 0 && who->session_id == 0)
		return ERR_LOGIN_ONLY;
	if ((r->flags & R_HOUSE) != 0 && !who->house_admin)
		return ERR_FORBIDDEN;
	/* The house's by his log-in, whatever organization he acts for. */
	if ((r->flags & R_HOUSE) != 0 && who->session_id != 0)
		return OK;
	if ((r->flags & R_NO_ORG) == 0 && who->org_id == 0)
		return ERR_NO_ORGANIZATION;
	if ((r->flags & R_OWNER) != 0 && who->role != ROLE_OWNER)
		return ERR_FORBIDDEN;
	if ((r->flags & R_SELF) != 0 && who->session_id != 0)
		return OK;
	if ((r->scope & ~who->scopes) != 0)
		return ERR_SCOPE;
	return (r->flags & R_LIVE) != 0 && who->test ? ERR_TEST_KEY : OK;
}
