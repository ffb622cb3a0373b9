/*
 * The beginning of a purchase by work.h: a checkout session of the sandbox,
 * with the row of a key of idempotency or without.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "statements.h"

#define TOKEN 24
#define LIFE 1800	/* seconds, where nothing is set */
#define TEXT_MAX 4096
#define HASH crypto_hash_sha256_BYTES

/* Columns of product_get. */
enum { TOKENS = 3, VALID_DAYS = 4, PRICES = 10 };

static unsigned char owner[16], key[HASH], request[HASH];
static char text[TEXT_MAX];

static void
hash(const char *of, unsigned char *out)
{
	crypto_hash_sha256(out, (const unsigned char *)of, strlen(of));
}

/* As the program's keys are owned. */
static void
begin_key(const struct order *o)
{
	unsigned long long id = strtoull(o->organization, NULL, 10);

	owner[0] = 1;
	memcpy(owner + 8, &id, sizeof(id));
	hash(o->key, key);
	hash(o->request, request);
	RUN(Q_IDEMPOTENCY_INSERT, B(owner, sizeof(owner)), B(key, HASH),
	    B(request, HASH), S(now));
}

static void
store_answer(const struct order *o)
{
	RUN(Q_IDEMPOTENCY_STORE, I(201), NONE, S(text), S(o->user),
	    B(owner, sizeof(owner)), B(key, HASH));
}

/* Of "USD:100,EUR:90"; 0: there is none. */
static long long
price(const char *prices, const char *currency)
{
	const char *at = strstr(prices, currency);

	return at != NULL ? atoll(at + strlen(currency) + 1) : 0;
}

static void
set_end(char *out, size_t size)
{
	time_t at = (time_t)(now_us / 1000000 + LIFE);
	struct tm tm;
	size_t n = strftime(out, size, "%Y-%m-%d %H:%M:%S",
	    gmtime_r(&at, &tm));

	snprintf(out + n, size - n, "%s", now + n);
}

static bool
insert(const struct order *o)
{
	unsigned char random[TOKEN];
	char token[2 * TOKEN], expires[32];
	long long amount, tokens, id;
	struct value days = NONE;

	if (RUN(Q_PRODUCT_GET, S(o->product)) != 1)
		return false;
	amount = o->quantity * price(work_value(0, PRICES), o->currency);
	tokens = o->quantity * work_number(0, TOKENS);
	if (*work_value(0, VALID_DAYS) != '\0')
		days = I(work_number(0, VALID_DAYS));
	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(token, sizeof(token), random, sizeof(random),
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	set_end(expires, sizeof(expires));
	id = MAKE(Q_PAYMENT_INSERT, S(o->organization), S(o->product),
	    I(o->quantity), S(o->currency), I(amount), I(tokens), days,
	    S("sandbox"), S(token), S("open"), S(o->success), S(o->cancel),
	    S(now), S(expires), S(expires));
	RUN(Q_EVENT_INSERT, S(o->organization), S("checkout_session.created"),
	    I(id), S(o->user), S("{}"), S(now));
	snprintf(text, sizeof(text), "{\"success\":true,\"message\":"
	    "\"Checkout session created\",\"data\":{\"id\":\"%lld\","
	    "\"url\":\"https://localhost/sandbox/%s\","
	    "\"provider\":\"sandbox\",\"status\":\"open\","
	    "\"paymentStatus\":\"unpaid\",\"amount\":%lld,"
	    "\"refundedAmount\":0,\"currency\":\"%s\",\"productId\":\"%s\","
	    "\"quantity\":%lld,\"expiresAt\":\"%s\",\"createdAt\":\"%s\","
	    "\"paidAt\":null}}", id, token, amount, o->currency, o->product,
	    o->quantity, expires, now);
	return true;
}

const char *
work_order(const struct order *o)
{
	bool there;

	set_now();
	if (RUN(Q_IDENTITY_SESSION, S(o->session), S(o->user), S(now)) != 1)
		return NULL;
	do {
		begin();
		if (o->key != NULL)
			begin_key(o);
		there = insert(o);
		if (there && o->key != NULL)
			store_answer(o);
	} while (!commit());
	return there ? text : NULL;
}
