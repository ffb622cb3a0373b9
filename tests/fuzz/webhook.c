/*
 * What payment providers send: by lines the header of Stripe's signature, then
 * id, time-stamp and signatures after Standard Webhooks, then the body.  A
 * signature that is taken stands in the header; a good one is taken among any
 * others.  The body is then read as an event.
 */
#include <sodium.h>

#include "auth/stripe_signature.h"
#include "auth/webhook.h"
#include "fuzz.h"
#include "net/stripe.h"
#include "base/banned.h"

#define NOW	((struct when){ 1800000000 * SECOND_US })
#define NOW_TEXT "1800000000"

static const struct str key = { "0123456789abcdefghijklmnopqrstuv", 32 };

static bool
holds(struct str s, struct str part)
{
	for (size_t i = 0; i + part.n <= s.n; i++)
		if (memcmp(s.p + i, part.p, part.n) == 0)
			return true;
	return false;
}

static struct str
stripe_sign(struct arena *a, struct str at, struct str body)
{
	struct str text = str_printf(a, "%.*s.%.*s", STR_ARG(at),
	    STR_ARG(body));
	unsigned char mac[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256(mac, (const unsigned char *)text.p, text.n,
	    (const unsigned char *)key.p);
	return str_hex(a, mac, sizeof(mac));
}

/* printf would end at the first NUL. */
static bool
is_text(struct str s)
{
	return s.n == 0 || memchr(s.p, '\0', s.n) == NULL;
}

static void
stripe(struct arena *a, struct str header, struct str body)
{
	struct str good = stripe_sign(a, STR(NOW_TEXT), body);

	INVARIANT(!stripe_signature_verify(STR(""), header, body, NOW));
	if (stripe_signature_verify(key, header, body, NOW))
		INVARIANT(holds(header, STR("t=")) && holds(header,
		    STR("v1=")));
	if (is_text(header) && is_text(body))
		INVARIANT(stripe_signature_verify(key, str_printf(a,
		    "t=%s,%.*s,v1=%.*s", NOW_TEXT, STR_ARG(header),
		    STR_ARG(good)), body, NOW));
}

static void
standard(struct arena *a, struct str id, struct str at, struct str signatures,
    struct str body)
{
	struct str good;

	if (webhook_verify(key, id, at, signatures, body, NOW))
		INVARIANT(holds(signatures, webhook_sign(a, key, id, at,
		    body)));
	if (id.n == 0 || memchr(id.p, '.', id.n) != NULL ||
	    !is_text(signatures))
		return;
	good = webhook_sign(a, key, id, STR(NOW_TEXT), body);
	INVARIANT(webhook_verify(key, id, STR(NOW_TEXT), str_printf(a,
	    "%.*s %.*s", STR_ARG(signatures), STR_ARG(good)), body, NOW));
}

static void
event(struct arena *a, struct str body)
{
	struct stripe_object o = { .amount = 0 };
	struct complaints wrong;
	struct str type;

	complaints_init(&wrong);
	if (stripe_event_type(a, body, &type, &wrong) == OK)
		INVARIANT(type.p != NULL);
	(void)!stripe_event_object(a, body, &o, &wrong);
}

static void
run(struct arena *a, struct str rest)
{
	struct str header = fuzz_line(&rest), id = fuzz_line(&rest);
	struct str at = fuzz_line(&rest), signatures = fuzz_line(&rest);

	stripe(a, header, rest);
	standard(a, id, at, signatures, rest);
	(void)webhook_key(a, signatures);
	event(a, rest);
}

const struct target fuzz_webhook = { "webhook", NULL, run };
