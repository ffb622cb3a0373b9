/*
 * What visitors bring along: by lines an address, a Referer, and cookies; and
 * whether an address is private.
 */
#include "api/site/source.h"
#include "base/address.h"
#include "fuzz.h"
#include "http/cookie.h"
#include "base/banned.h"

static void
check_source(struct str s)
{
	INVARIANT(s.n > 0 && s.n <= SOURCE_MAX);
	INVARIANT(s.p[0] != '-' && s.p[s.n - 1] != '-');
	for (size_t i = 0; i < s.n; i++)
		INVARIANT(s.p[i] != '\0' && strchr("abcdefghijklmnopqrstuvwxyz"
		    "0123456789._-", s.p[i]) != NULL);
}

static void
check_cookie(struct arena *a, struct str cookies)
{
	struct str value = cookie_value(cookies, "aff_vid"), ours;

	INVARIANT(value.n == 0 || memchr(value.p, ';', value.n) == NULL);
	/* the first of a name counts */
	ours = str_printf(a, "aff_vid=mine; %.*s", STR_ARG(cookies));
	INVARIANT(str_is(cookie_value(ours, "aff_vid"), "mine"));
}

static void
run(struct arena *a, struct str rest)
{
	struct str uri = fuzz_line(&rest), referer = fuzz_line(&rest);

	check_source(source_of(a, uri, referer));
	check_cookie(a, rest);
	(void)address_url_private(referer);
	/* whoever the user and whatever the path: the host counts */
	INVARIANT(address_url_private(str_printf(a, "https://127.0.0.1/%.*s",
	    STR_ARG(uri))));
}

const struct target fuzz_click = { "click", NULL, run };
