/*
 * Access tokens: what is signed verifies, and every known forgery is refused.
 */
#include <stdlib.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>

#include "base/buf.h"
#include "key_files.h"
#include "base/banned.h"

static struct str
base64(struct str s)
{
	return str_base64url(&arena, s.p, s.n);
}

static struct str
dotted(struct str a, struct str b)
{
	return str_printf(&arena, "%.*s.%.*s", STR_ARG(a), STR_ARG(b));
}

static struct str
hmac(const void *key, size_t n, const EVP_MD *md, struct str text)
{
	unsigned char *out = arena_alloc(&arena, EVP_MAX_MD_SIZE);
	unsigned len;

	assert_non_null(HMAC(md, key, (int)n, (const unsigned char *)text.p,
	    text.n, out, &len));
	return (struct str){ (char *)out, len };
}

static struct str
digest_sign(EVP_PKEY *key, const EVP_MD *md, struct str text)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = 512;
	unsigned char *out = arena_alloc(&arena, n);

	assert_int_equal(EVP_DigestSignInit(ctx, NULL, md, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, out, &n,
	    (const unsigned char *)text.p, text.n), 1);
	EVP_MD_CTX_free(ctx);
	return (struct str){ (char *)out, n };
}

/* r and s, 32 bytes each, out of OpenSSL's DER. */
static struct str
raw_of_der(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.n);
	unsigned char *out = arena_alloc(&arena, 64);

	assert_non_null(sig);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32), 32);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32),
	    32);
	ECDSA_SIG_free(sig);
	return (struct str){ (char *)out, 64 };
}

static struct str
signing_input(const char *header, struct str payload)
{
	return dotted(base64(str_of(header)), base64(payload));
}

static struct str
hs_token(const char *header, struct str payload)
{
	struct str input = signing_input(header, payload);

	return dotted(input, base64(hmac(KEY_SECRET, 36, EVP_sha256(), input)));
}

static int64_t
seconds(void)
{
	return now.us / SECOND_US;
}

/* A good payload but for what is appended or put in place of exp. */
static struct str
payload_with(const char *dates, const char *parties, const char *more)
{
	return str_printf(&arena, "{%s%s\"sub\":\"12\",\"sid\":\"34\"%s}",
	    dates, parties, more);
}

#define GOOD_PARTIES "\"iss\":\"affiliated\",\"aud\":\"affiliated\","
#define HS_HEADER "{\"alg\":\"HS256\",\"kid\":\"h\",\"typ\":\"JWT\"}"

static const char *
good_dates(void)
{
	return str_printf(&arena, "\"exp\":%lld,",
	    (long long)seconds() + 60).p;
}

static struct str
good_payload(void)
{
	return payload_with(good_dates(), GOOD_PARTIES, "");
}

static bool
header_accepted(const char *header)
{
	return accepted(hs_token(header, good_payload()));
}

static bool
payload_accepted(struct str payload)
{
	return accepted(hs_token(HS_HEADER, payload));
}

/* Tests */

static void
signs_and_verifies(void **state UNUSED)
{
	static const char *const signers[] = { "h", "r", "e" };

	for (size_t i = 0; i < LEN(signers); i++) {
		assert_true(load(signers[i]));
		for (size_t k = 0; k < 50; k++)
			assert_true(accepted(good_token()));
	}
	assert_true(payload_accepted(good_payload()));
}

static void
lives_for_access_seconds(void **state UNUSED)
{
	struct str token = good_token();
	struct claims c;

	assert_int_equal(jwt_verify(&arena, token, when_add(now, 899), &c), OK);
	assert_int_equal(jwt_verify(&arena, token, when_add(now, 901), &c),
	    ERR_UNAUTHENTICATED);
	assert_int_equal(jwt_verify(&arena, token, when_add(now, -59), &c), OK);
	assert_int_equal(jwt_verify(&arena, token, when_add(now, -62), &c),
	    ERR_UNAUTHENTICATED);
}

static void
rsa_key_as_hmac_secret(void **state UNUSED)
{
	static const char *const headers[] = {
		"{\"alg\":\"HS256\",\"kid\":\"r\"}",
		"{\"alg\":\"HS256\",\"kid\":\"pub\"}",
		"{\"alg\":\"RS256\",\"kid\":\"pub\"}",
		"{\"alg\":\"HS256\",\"kid\":\"h\"}",
		"{\"alg\":\"HS256\"}",
	};

	for (size_t i = 0; i < LEN(headers); i++) {
		struct str input = signing_input(headers[i], good_payload());

		assert_false(accepted(dotted(input, base64(hmac(rsa_public.p,
		    rsa_public.n, EVP_sha256(), input)))));
	}
}

static void
alg_none(void **state UNUSED)
{
	static const char *const names[] = { "none", "None", "NONE", "nOnE",
	    "", "none ", "HS256\\u0000" };
	static const char *const kids[] = { "h", "r", "e", "pub" };

	for (size_t i = 0; i < LEN(names) * LEN(kids); i++) {
		const char *header = str_printf(&arena,
		    "{\"alg\":\"%s\",\"kid\":\"%s\"}", names[i % LEN(names)],
		    kids[i / LEN(names)]).p;
		struct str input = signing_input(header, good_payload());

		assert_false(accepted(input));
		assert_false(accepted(dotted(input, STR(""))));
		assert_false(accepted(dotted(input, STR("AAAA"))));
		assert_false(header_accepted(header));
	}
}

static void
alg_of_another_key(void **state UNUSED)
{
	static const char *const algs[] = { "HS384", "HS512", "RS256", "ES256",
	    "hs256", "PS256", "EdDSA" };
	struct str input;

	for (size_t i = 0; i < LEN(algs); i++)
		assert_false(header_accepted(str_printf(&arena,
		    "{\"alg\":\"%s\",\"kid\":\"h\"}", algs[i]).p));
	input = signing_input("{\"alg\":\"HS512\",\"kid\":\"h\"}",
	    good_payload());
	assert_false(accepted(dotted(input, base64(hmac(KEY_SECRET, 36,
	    EVP_sha512(), input)))));
	input = signing_input("{\"alg\":\"RS512\",\"kid\":\"r\"}",
	    good_payload());
	assert_false(accepted(dotted(input, base64(digest_sign(rsa,
	    EVP_sha512(), input)))));
	input = signing_input("{\"alg\":\"RS256\",\"kid\":\"r\"}",
	    good_payload());
	assert_true(accepted(dotted(input, base64(digest_sign(rsa,
	    EVP_sha256(), input)))));
}

static void
kids(void **state UNUSED)
{
	static const char *const bad[] = {
		"{\"alg\":\"HS256\"}",
		"{\"alg\":\"HS256\",\"kid\":null}",
		"{\"alg\":\"HS256\",\"kid\":\"\"}",
		"{\"alg\":\"HS256\",\"kid\":1}",
		"{\"alg\":\"HS256\",\"kid\":[\"h\"]}",
		"{\"alg\":\"HS256\",\"kid\":\"other\"}",
		"{\"alg\":\"HS256\",\"kid\":\"H\"}",
		"{\"alg\":\"HS256\",\"kid\":\"./h\"}",
		"{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}",
		"{\"alg\":\"HS256\",\"kid\":\"/dev/null\"}",
		"{\"alg\":\"HS256\",\"kid\":\"h.hs256\"}",
		"{\"alg\":\"HS256\",\"kid\":\"h\\u0000\"}",
		"{\"alg\":\"HS256\",\"kid\":\"h' OR '1'='1\"}",
		"{\"kid\":\"h\"}",
		"{\"alg\":null,\"kid\":\"h\"}",
		"{\"alg\":1,\"kid\":\"h\"}",
	};

	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(header_accepted(bad[i]));
}

static void
headers(void **state UNUSED)
{
	static const char *const more[] = {
		"\"crit\":[\"exp\"]", "\"crit\":[]", "\"crit\":null",
		"\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}",
		"\"jku\":\"https://example.com/keys\"",
		"\"x5u\":\"https://example.com/key\"", "\"x5c\":[\"AAAA\"]",
		"\"b64\":false", "\"zip\":\"DEF\"", "\"cty\":\"JWT\"",
		"\"typ\":\"JWE\"", "\"typ\":null", "\"typ\":1",
		"\"alg\":\"HS256\"", "\"alg\":\"none\"", "\"kid\":\"h\"",
		"\"\\u0061lg\":\"none\"",
	};

	for (size_t i = 0; i < LEN(more); i++)
		assert_false(header_accepted(str_printf(&arena,
		    "{\"alg\":\"HS256\",\"kid\":\"h\",%s}", more[i]).p));
	assert_true(header_accepted("{\"alg\":\"HS256\",\"kid\":\"h\"}"));
	assert_true(header_accepted(
	    "{\"alg\":\"HS256\",\"kid\":\"h\",\"typ\":\"jwt\"}"));
	assert_true(header_accepted(
	    " { \"kid\" : \"h\" , \"alg\" : \"HS256\" } "));
	assert_false(header_accepted("[\"HS256\",\"h\"]"));
	assert_false(header_accepted("null"));
	assert_false(header_accepted("{'alg':'HS256','kid':'h'}"));
	assert_false(header_accepted(HS_HEADER "{}"));
}

static bool
dates_accepted(const char *fmt, long long offset)
{
	struct buf b;

	buf_init(&b, &arena, 128);
	for (const char *p = fmt; *p != '\0'; p++) {
		if (*p == '@')
			buf_i64(&b, seconds() + offset);
		else
			buf_char(&b, *p);
	}
	return payload_accepted(payload_with(b.p, GOOD_PARTIES, ""));
}

static bool
more_accepted(const char *fmt, long long offset)
{
	return dates_accepted(str_printf(&arena, "%s%s", good_dates(), fmt).p,
	    offset);
}

static void
expiry(void **state UNUSED)
{
	assert_true(dates_accepted("\"exp\":@,", 1));
	assert_false(dates_accepted("\"exp\":@,", 0));
	assert_false(dates_accepted("\"exp\":@,", -1));
	assert_false(dates_accepted("", 0));
	assert_false(dates_accepted("\"exp\":\"@\",", 60));
	assert_false(dates_accepted("\"exp\":@.5,", 60));
	assert_false(dates_accepted("\"exp\":@e3,", 60));
	assert_false(dates_accepted("\"exp\":null,", 0));
	assert_false(dates_accepted("\"exp\":true,", 0));
	assert_false(dates_accepted("\"exp\":[@],", 60));
	assert_false(dates_accepted("\"exp\":-@,", 60));
	assert_false(dates_accepted("\"exp\":99999999999999999999,", 0));
	assert_false(dates_accepted("\"exp\":@,\"exp\":@,", 60));
}

static void
beginning(void **state UNUSED)
{
	assert_true(more_accepted("\"nbf\":@,", -1));
	assert_true(more_accepted("\"nbf\":@,", 60));
	assert_false(more_accepted("\"nbf\":@,", 61));
	assert_false(more_accepted("\"nbf\":\"@\",", -1));
	assert_false(more_accepted("\"nbf\":null,", 0));
	assert_true(more_accepted("\"iat\":@,", -1));
	assert_true(more_accepted("\"iat\":@,", 60));
	assert_false(more_accepted("\"iat\":@,", 61));
	assert_false(more_accepted("\"iat\":@.5,", -1));
}

static void
issuer_and_audience(void **state UNUSED)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "\"iss\":\"affiliated\",\"aud\":\"affiliated\",", true },
		{ "\"iss\":\"affiliated\",\"aud\":[\"affiliated\"],", true },
		{ "\"iss\":\"affiliated\",\"aud\":[\"x\",\"affiliated\"],",
		  true },
		{ "\"iss\":\"affiliated\",\"aud\":[\"x\",\"y\"],", false },
		{ "\"iss\":\"affiliated\",\"aud\":[1,\"affiliated\"],", false },
		{ "\"iss\":\"affiliated\",\"aud\":[[\"affiliated\"]],", false },
		{ "\"iss\":\"affiliated\",\"aud\":[],", false },
		{ "\"iss\":\"affiliated\",\"aud\":\"other\",", false },
		{ "\"iss\":\"affiliated\",\"aud\":\"Affiliated\",", false },
		{ "\"iss\":\"affiliated\",\"aud\":null,", false },
		{ "\"iss\":\"affiliated\",", false },
		{ "\"aud\":\"affiliated\",", false },
		{ "\"iss\":\"affiliated2\",\"aud\":\"affiliated\",", false },
		{ "\"iss\":[\"affiliated\"],\"aud\":\"affiliated\",", false },
		{ "\"iss\":\"\",\"aud\":\"affiliated\",", false },
	};

	for (size_t i = 0; i < LEN(cases); i++)
		assert_int_equal(payload_accepted(payload_with(good_dates(),
		    cases[i].text, "")), cases[i].good);
}

static void
subject_and_session(void **state UNUSED)
{
	static const char *const bad[] = {
		"\"sub\":\"12\"", "\"sid\":\"34\"",
		"\"sub\":12,\"sid\":\"34\"", "\"sub\":\"12\",\"sid\":34",
		"\"sub\":\"0\",\"sid\":\"34\"", "\"sub\":\"\",\"sid\":\"34\"",
		"\"sub\":\"012\",\"sid\":\"34\"",
		"\"sub\":\"-12\",\"sid\":\"34\"",
		"\"sub\":\"12abc\",\"sid\":\"34\"",
		"\"sub\":\"12\\u0000\",\"sid\":\"34\"",
		"\"sub\":\"99999999999999999999\",\"sid\":\"34\"",
		"\"sub\":\"12\",\"sid\":\"34\",\"sub\":\"12\"",
	};

	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(payload_accepted(str_printf(&arena, "{%s%s%s}",
		    good_dates(), GOOD_PARTIES, bad[i])));
	assert_true(payload_accepted(payload_with(good_dates(), GOOD_PARTIES,
	    ",\"name\":\"Ada\"")));
	assert_false(payload_accepted(STR("[]")));
	assert_false(payload_accepted(STR("\"text\"")));
	assert_false(payload_accepted(STR("")));
}

static void
broken_text(void **state UNUSED)
{
	struct str t = good_token();

	for (size_t n = 0; n < t.n; n++)
		assert_false(accepted((struct str){ t.p, n }));
	for (size_t i = 0; i < t.n; i++) {
		assert_false(accepted(changed(t, i, t.p[i] == 'A' ? 'B' :
		    'A')));
		assert_false(accepted(changed(t, i, '\0')));
	}
	assert_false(accepted(STR_NULL));
	assert_false(accepted(STR("..")));
	assert_false(accepted(STR("a.b.c")));
}

static void
more_text(void **state UNUSED)
{
	static const char *const tails[] = { "=", "==", "A", "AAAA", ".",
	    ".AAAA", " ", "\n", "%00" };
	struct str t = good_token(), head, rest;
	char *long_text = arena_alloc(&arena, JWT_MAX + 2);

	for (size_t i = 0; i < LEN(tails); i++)
		assert_false(accepted(str_printf(&arena, "%.*s%s", STR_ARG(t),
		    tails[i])));
	assert_false(accepted((struct str){ str_c(&arena, t), t.n + 1 }));
	assert_false(accepted(str_printf(&arena, " %.*s", STR_ARG(t))));
	assert_true(str_cut(t, '.', &head, &rest));
	assert_false(accepted(str_printf(&arena, "%.*s=.%.*s", STR_ARG(head),
	    STR_ARG(rest))));
	assert_false(accepted(rest));
	memset(long_text, 'x', JWT_MAX);
	assert_true(payload_accepted(payload_with(good_dates(), GOOD_PARTIES,
	    str_printf(&arena, ",\"x\":\"%.2000s\"", long_text).p)));
	assert_false(payload_accepted(payload_with(good_dates(), GOOD_PARTIES,
	    str_printf(&arena, ",\"x\":\"%.3000s\"", long_text).p)));
}

static void
changed_payload(void **state UNUSED)
{
	struct str t = good_token(), header, payload, signature, rest;
	struct str other = base64(payload_with(good_dates(), GOOD_PARTIES,
	    ",\"admin\":true"));

	assert_true(str_cut(t, '.', &header, &rest));
	assert_true(str_cut(rest, '.', &payload, &signature));
	assert_true(accepted(dotted(dotted(header, payload), signature)));
	assert_false(accepted(dotted(dotted(header, other), signature)));
	assert_false(accepted(dotted(dotted(header, payload), STR(""))));
	assert_false(accepted(dotted(header, payload)));
	assert_false(accepted(dotted(dotted(header, STR("")), signature)));
}

static void
es256_signatures(void **state UNUSED)
{
	struct str input = signing_input("{\"alg\":\"ES256\",\"kid\":\"e\"}",
	    good_payload());
	struct str der = digest_sign(ec, EVP_sha256(), input);
	struct str raw = raw_of_der(der), zeros;
	EVP_PKEY *other = EVP_EC_gen("P-256");

	assert_true(accepted(dotted(input, base64(raw))));
	assert_false(accepted(dotted(input, base64(der))));
	assert_false(accepted(dotted(input, base64((struct str){ raw.p,
	    63 }))));
	zeros = (struct str){ arena_alloc(&arena, 64), 64 };
	assert_false(accepted(dotted(input, base64(zeros))));
	der = digest_sign(other, EVP_sha256(), input);
	assert_false(accepted(dotted(input, base64(raw_of_der(der)))));
	EVP_PKEY_free(other);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(signs_and_verifies, keys_setup),
		cmocka_unit_test_setup(lives_for_access_seconds, keys_setup),
		cmocka_unit_test_setup(rsa_key_as_hmac_secret, keys_setup),
		cmocka_unit_test_setup(alg_none, keys_setup),
		cmocka_unit_test_setup(alg_of_another_key, keys_setup),
		cmocka_unit_test_setup(kids, keys_setup),
		cmocka_unit_test_setup(headers, keys_setup),
		cmocka_unit_test_setup(expiry, keys_setup),
		cmocka_unit_test_setup(beginning, keys_setup),
		cmocka_unit_test_setup(issuer_and_audience, keys_setup),
		cmocka_unit_test_setup(subject_and_session, keys_setup),
		cmocka_unit_test_setup(broken_text, keys_setup),
		cmocka_unit_test_setup(more_text, keys_setup),
		cmocka_unit_test_setup(changed_payload, keys_setup),
		cmocka_unit_test_setup(es256_signatures, keys_setup),
	};

	return cmocka_run_group_tests_name("jwt", tests, keys_group_setup,
	    keys_group_teardown);
}
