/* Authorization, and in the next line X-API-Key: one credential or none. */
#include "auth/apikey.h"
#include "auth/credential.h"
#include "fuzz.h"
#include "base/banned.h"

static void
check(const struct credential *c)
{
	struct apikey_parts parts;
	bool key;

	if (c->kind == CREDENTIAL_NONE || c->kind == CREDENTIAL_BAD) {
		INVARIANT(c->text.p == NULL);
		return;
	}
	INVARIANT(c->text.n > 0);
	for (size_t i = 0; i < c->text.n; i++)
		INVARIANT(c->text.p[i] > ' ' && c->text.p[i] <= '~');
	key = str_has_prefix(c->text, STR("aff_"));
	INVARIANT(key == (c->kind == CREDENTIAL_API_KEY));
	if (!apikey_parse(c->text, &parts))
		return;
	INVARIANT(key && parts.public_id.n == APIKEY_ID);
	INVARIANT(parts.test == str_has_prefix(c->text, STR("aff_test_")));
	INVARIANT(c->text.n == strlen("aff_live_") + APIKEY_ID + 1 +
	    APIKEY_SECRET);
}

static void
run(struct arena *a, struct str rest)
{
	struct str authorization = fuzz_line(&rest), bearer;
	struct str api_key = fuzz_line(&rest);
	struct credential c = credential_of(authorization, api_key);
	uint64_t id;

	check(&c);
	/* By Basic comes a whole key, or what was sent as it is. */
	bearer = credential_of_basic(a, authorization, &id);
	c = credential_of(bearer, STR_NULL);
	check(&c);
	if (bearer.p == authorization.p)
		return;
	INVARIANT(c.kind == CREDENTIAL_API_KEY);
	INVARIANT(apikey_parse(c.text, &(struct apikey_parts){ 0 }));
	INVARIANT(id <= INT64_MAX);
}

const struct target fuzz_credential = { "credential", NULL, run };
