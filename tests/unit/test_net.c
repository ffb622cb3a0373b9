/* Forms, Stripe's money, its events and its signatures. */
#include "harness.h"

#include "auth/stripe_signature.h"
#include "net/https.h"
#include "net/outside.h"
#include "net/stripe.h"
#include "base/banned.h"

static int
start(void **state)
{
	(void)open_arena(state);
	outside_init();
	return 0;
}

static void
a_form_is_encoded(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, &arena, 16);
	form_put(&b, "a[b]", STR("x y&z=\xC3\xA4+"));
	form_int(&b, "n", -5);
	form_put(&b, "empty", STR(""));
	assert_string_equal(b.p,
	    "a%5Bb%5D=x%20y%26z%3D%C3%A4%2B&n=-5&empty=");
}

static void
only_public_addresses_are_called(void **state)
{
	static const char *const urls[] = {
		"https://127.0.0.1:1/", "https://[::1]:1/",
		"https://10.0.0.1:1/", "http://example.com/",
		"file:///etc/passwd",
	};

	(void)state;
	for (size_t i = 0; i < LEN(urls); i++) {
		struct https_answer answer = { .status = 0 };
		struct str why;

		assert_false(https_call(&arena, &(struct https){
		    .url = str_of(urls[i]), .seconds = 1 }, &answer, &why));
		assert_int_equal(answer.status, 0);
		assert_true(why.n > 0);
	}
}

static void
stripe_counts_its_own_way(void **state)
{
	static const struct {
		const char *currency;
		int64_t ours, theirs;		/* -1: none */
	} cases[] = {
		{ "USD", 1999, 1999 }, { "JPY", 700, 700 },
		{ "ISK", 500, 50000 }, { "UGX", 7, 700 },
		{ "MGA", 500, 5 }, { "MGA", 501, -1 },
		{ "BHD", 1230, 1230 }, { "BHD", 1234, -1 },
		{ "IQD", 1000, -1 }, { "LYD", 1000, -1 },
		{ "HUF", 12345, 12345 }, { "XXX", 5, -1 },
		{ "ISK", INT64_MAX, -1 },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct str currency = str_of(cases[i].currency);
		int64_t theirs = 0, back = 0;
		bool good = stripe_money(currency, cases[i].ours, &theirs);

		assert_int_equal(good, cases[i].theirs >= 0);
		if (!good)
			continue;
		assert_int_equal(theirs, cases[i].theirs);
		assert_true(stripe_money_back(currency, theirs, &back));
		assert_int_equal(back, cases[i].ours);
	}
}

static void
a_fraction_does_not_come_back(void **state)
{
	int64_t amount;

	(void)state;
	assert_false(stripe_money_back(STR("ISK"), 50001, &amount));
	assert_false(stripe_money_back(STR("MGA"), INT64_MAX, &amount));
}

static enum err
read_event(const char *text, struct str *type, struct stripe_object *o)
{
	struct complaints wrong;

	complaints_init(&wrong);
	*type = STR_NULL;
	*o = (struct stripe_object){ .amount = 0 };
	TRY(stripe_event_type(&arena, str_of(text), type, &wrong));
	return stripe_event_object(&arena, str_of(text), o, &wrong);
}

static void
an_event_is_read(void **state)
{
	struct stripe_object o;
	struct str type;

	(void)state;
	assert_int_equal(read_event("{\"type\":\"refund.created\",\"x\":1.5,"
	    "\"data\":{\"previous\":null,\"object\":{\"id\":\"re_1\","
	    "\"object\":\"refund\",\"amount\":5,\"currency\":\"eur\","
	    "\"payment_intent\":\"pi_1\",\"status\":null,\"metadata\":"
	    "{\"affiliated_refund\":\"7\",\"other\":\"x\"}}}}", &type, &o),
	    OK);
	assert_true(str_is(type, "refund.created"));
	assert_true(str_is(o.id, "re_1"));
	assert_true(str_is(o.currency, "EUR"));
	assert_true(str_is(o.metadata.refund, "7"));
	assert_null(o.metadata.payment.p);
	assert_null(o.status.p);
	assert_int_equal(o.amount, 5);
	assert_int_equal(read_event("{\"type\":\"x\"}", &type, &o),
	    ERR_INVALID);
	assert_int_equal(read_event("{\"type\":\"x\",\"data\":{\"object\":"
	    "[]}}", &type, &o), ERR_INVALID);
	assert_int_equal(read_event("{\"data\":{}}", &type, &o), ERR_INVALID);
	assert_int_equal(read_event("[]", &type, &o), ERR_BAD_JSON);
}

/* printf '1614556800.{"a":1}' | openssl sha256 -hmac whsec_test */
#define BODY STR("{\"a\":1}")
#define MAC "f2a60f86f2bdd1169572cd27ae5e6522e19b4183bab11c6d3d2ed0082341793f"

static bool
verify(const char *header, struct str body, int64_t at)
{
	return stripe_signature_verify(STR("whsec_test"), str_of(header),
	    body, (struct when){ at * SECOND_US });
}

static void
a_signature_is_checked(void **state)
{
	const int64_t at = 1614556800;

	(void)state;
	assert_true(verify("t=1614556800,v1=" MAC, BODY, at));
	assert_true(verify("t=1614556800,v0=1,v1=" MAC, BODY, at + 300));
	assert_true(verify("v1=00,v1=" MAC ", t=1614556800", BODY, at - 300));
	assert_false(verify("t=1614556800,v1=" MAC, BODY, at + 301));
	assert_false(verify("t=1614556800,v1=" MAC, BODY, at - 301));
	assert_false(verify("t=1614556801,v1=" MAC, BODY, at));
	assert_false(verify("t=1614556800,v0=" MAC, BODY, at));
	assert_false(verify("t=1614556800,v1=" MAC "00", BODY, at));
	assert_false(verify("t=1614556800", BODY, at));
	assert_false(verify("v1=" MAC, BODY, at));
	assert_false(verify("t=-5,v1=" MAC, BODY, at));
	assert_false(verify("", BODY, at));
	assert_false(verify("t=1614556800,v1=" MAC, STR("{\"a\":2}"), at));
	assert_false(stripe_signature_verify(STR(""),
	    STR("t=1614556800,v1=" MAC), BODY,
	    (struct when){ at * SECOND_US }));
	assert_false(stripe_signature_verify(STR("whsec_test"), STR_NULL,
	    BODY, (struct when){ at * SECOND_US }));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_is_encoded),
		cmocka_unit_test(only_public_addresses_are_called),
		cmocka_unit_test(stripe_counts_its_own_way),
		cmocka_unit_test(a_fraction_does_not_come_back),
		cmocka_unit_test(an_event_is_read),
		cmocka_unit_test(a_signature_is_checked),
	};

	return cmocka_run_group_tests(tests, start, close_arena);
}
