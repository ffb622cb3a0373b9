/* Reads Authorization and X-API-Key. */
#include "auth/credential.h"

#include <sodium.h>

#include "auth/apikey.h"
#include "base/banned.h"

static const struct credential bad = { .kind = CREDENTIAL_BAD };
static const struct credential none = { .kind = CREDENTIAL_NONE };

/* Printable ASCII without a space: exactly one token. */
static bool
one_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

static bool
has_two_dots(struct str s)
{
	size_t dots = 0;

	for (size_t i = 0; i < s.n; i++)
		dots += s.p[i] == '.';
	return dots == 2;
}

static struct credential
api_key_of(struct str text)
{
	if (!one_word(text) || !str_has_prefix(text, STR("aff_")))
		return bad;
	return (struct credential){ CREDENTIAL_API_KEY, text };
}

static struct credential
bearer_of(struct str header)
{
	struct str scheme, text;

	if (!str_cut(header, ' ', &scheme, &text) ||
	    !str_eq_nocase(scheme, STR("Bearer")))
		return bad;
	text = str_trim(text);
	if (str_has_prefix(text, STR("aff_")))
		return api_key_of(text);
	if (!one_word(text))
		return bad;
	if (str_has_prefix(text, STR(PROMOTER_TOKEN)))
		return (struct credential){ CREDENTIAL_PROMOTER, text };
	if (!has_two_dots(text))
		return bad;
	return (struct credential){ CREDENTIAL_JWT, text };
}

struct credential
credential_of(struct str authorization, struct str api_key)
{
	struct credential bearer = none, key = none;

	authorization = str_trim(authorization);
	api_key = str_trim(api_key);
	if (authorization.n > 0)
		bearer = bearer_of(authorization);
	if (api_key.n > 0)
		key = api_key_of(api_key);
	if (bearer.kind == CREDENTIAL_NONE)
		return key;
	if (key.kind == CREDENTIAL_NONE)
		return bearer;
	if (bearer.kind != key.kind || !str_eq(bearer.text, key.text))
		return bad;
	return bearer;
}

/* Of one spelling only: each would have a rate limit of its own. */
static bool
decode_base64(struct arena *a, struct str text, struct str *out)
{
	char *p = arena_alloc(a, text.n + 1);

	out->p = p;
	return sodium_base642bin((unsigned char *)p, text.n, text.p, text.n,
	    NULL, &out->n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}

/* Does the user name the key, in one of few ways? */
static bool
names(struct str user, struct str key, uint64_t *id)
{
	struct apikey_parts parts;

	if (!apikey_parse(key, &parts))
		return false;
	if (user.n > 0 && user.n < APIKEY_ID && user.p[0] != '0' &&
	    str_to_u64(user, id))
		return true;
	return str_eq(user, parts.public_id) ||
	    (str_has_prefix(key, user) && user.n > APIKEY_ID &&
	    key.n == user.n + 1 + APIKEY_SECRET);
}

struct str
credential_of_basic(struct arena *a, struct str authorization, uint64_t *id)
{
	struct str scheme, text, both, user, secret;

	*id = 0;
	if (!str_cut(str_trim(authorization), ' ', &scheme, &text) ||
	    !str_eq_nocase(scheme, STR("Basic")) ||
	    !decode_base64(a, str_trim(text), &both) ||
	    !str_cut(both, ':', &user, &secret))
		return authorization;
	if (!str_has_prefix(secret, STR("aff_")))
		secret = str_printf(a, "%s%.*s_%.*s",
		    str_has_prefix(user, STR("aff_")) ? "" : "aff_live_",
		    STR_ARG(user), STR_ARG(secret));
	return names(user, secret, id) ? str_printf(a, "Bearer %.*s",
	    STR_ARG(secret)) : authorization;
}
