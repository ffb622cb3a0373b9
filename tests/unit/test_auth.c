/* API keys, passwords, secrets, signed callbacks, credentials, scopes. */
#include "harness.h"

#include <stdlib.h>
#include <sodium.h>

#include "auth/apikey.h"
#include "auth/credential.h"
#include "auth/password.h"
#include "auth/principal.h"
#include "auth/secret.h"
#include "auth/webhook.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/banned.h"

static struct settings conf = {
	.secret = { "0123456789abcdef0123456789abcdef", 32 },
};
const struct settings *settings = &conf;

static int
group_setup(void **state)
{
	(void)open_arena(state);
	return sodium_init() < 0 ? -1 : 0;
}

static void
api_keys_are_made_and_parsed(void **state UNUSED)
{
	for (int test = 0; test < 2; test++) {
		struct apikey_parts made, read;

		apikey_make(&arena, test == 1, &made);
		assert_int_equal(made.public_id.n, APIKEY_ID);
		assert_int_equal(made.text.n, 9 + APIKEY_ID + 1 +
		    APIKEY_SECRET);
		assert_true(str_has_prefix(made.text, test == 1 ?
		    STR("aff_test_") : STR("aff_live_")));
		assert_true(apikey_parse(made.text, &read));
		assert_true(str_eq(read.public_id, made.public_id));
		assert_memory_equal(read.hash, made.hash, sizeof(made.hash));
		assert_int_equal(read.test, test == 1);
		assert_int_equal(made.test, test == 1);
	}
}

static void
api_keys_differ(void **state UNUSED)
{
	struct apikey_parts a, b;

	apikey_make(&arena, false, &a);
	apikey_make(&arena, false, &b);
	assert_false(str_eq(a.public_id, b.public_id));
	assert_memory_not_equal(a.hash, b.hash, sizeof(a.hash));
}

static void
api_key_with_wrong_secret(void **state UNUSED)
{
	struct apikey_parts made, read;
	struct str text;

	apikey_make(&arena, false, &made);
	for (size_t i = 26; i < made.text.n; i++) {
		text = changed(made.text, i, made.text.p[i] == 'a' ? 'b' :
		    'a');
		assert_true(apikey_parse(text, &read));
		assert_true(str_eq(read.public_id, made.public_id));
		assert_memory_not_equal(read.hash, made.hash, 32);
	}
}

/* A key for tests does not open what is live, nor the other way. */
static void
api_key_with_wrong_prefix(void **state UNUSED)
{
	struct apikey_parts made, read;

	apikey_make(&arena, true, &made);
	assert_true(apikey_parse(str_printf(&arena, "aff_live_%s",
	    made.text.p + 9), &read));
	assert_memory_not_equal(read.hash, made.hash, 32);
	assert_false(apikey_parse(str_printf(&arena, "aff_prod_%s",
	    made.text.p + 9), &read));
	assert_false(apikey_parse(str_printf(&arena, "AFF_live_%s",
	    made.text.p + 9), &read));
	assert_false(apikey_parse(str_skip(made.text, 4), &read));
}

static void
api_key_of_wrong_form(void **state UNUSED)
{
	struct apikey_parts made, read;

	apikey_make(&arena, false, &made);
	for (size_t n = 0; n < made.text.n; n++)
		assert_false(apikey_parse((struct str){ made.text.p, n },
		    &read));
	assert_false(apikey_parse(str_printf(&arena, "%sa", made.text.p),
	    &read));
	assert_false(apikey_parse(STR_NULL, &read));
	assert_false(apikey_parse(changed(made.text, 12, 'G'), &read));
	assert_false(apikey_parse(changed(made.text, 40, '_'), &read));
	assert_false(apikey_parse(changed(made.text, 40, 'A'), &read));
	assert_false(apikey_parse(changed(made.text, 40, '\0'), &read));
	assert_false(apikey_parse(changed(made.text, 25, 'a'), &read));
}

static void
passwords_verify(void **state UNUSED)
{
	struct str hash = password_hash(&arena, STR("correct horse"));
	struct str copy = { arena_copy(&arena, hash.p, hash.n), hash.n };

	assert_true(str_has_prefix(hash,
	    STR("$argon2id$v=19$m=19456,t=2,p=1$")));
	assert_true(password_verify(copy, STR("correct horse")));
	assert_false(password_verify(hash, STR("correct hors")));
	assert_false(password_verify(hash, STR("")));
	assert_false(password_verify(hash, STR_NULL));
	assert_false(password_needs_rehash(hash));
	assert_false(str_eq(hash, password_hash(&arena,
	    STR("correct horse"))));
}

static void
bad_hashes(void **state UNUSED)
{
	char old[crypto_pwhash_STRBYTES];

	assert_int_equal(crypto_pwhash_str(old, "correct horse", 13, 1, 8192),
	    0);
	assert_true(password_verify(str_of(old), STR("correct horse")));
	assert_true(password_needs_rehash(str_of(old)));
	assert_true(password_needs_rehash(STR("garbage")));
	assert_false(password_verify(STR("garbage"), STR("garbage")));
	assert_false(password_verify(STR(""), STR("")));
}

static int64_t
verify_us(struct str hash)
{
	int64_t start = clock_monotonic_us();

	assert_false(password_verify(hash, STR("some password")));
	return clock_monotonic_us() - start;
}

/* Not so exact that a busy machine fails it: without work it is 1000 times. */
static void
unknown_user_takes_as_long(void **state UNUSED)
{
	struct str hash = password_hash(&arena, STR("correct horse"));
	int64_t known, unknown;

	(void)verify_us(hash);
	known = verify_us(hash);
	unknown = verify_us(STR_NULL);
	assert_true(unknown > known / 8);
	assert_true(unknown < known * 8);
}

static struct str
repeated(const char *s, size_t n)
{
	char *p = arena_alloc(&arena, n * strlen(s) + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(p + i * strlen(s), s, strlen(s));
	return str_of(p);
}

static void
password_policy(void **state UNUSED)
{
	struct str email = STR("ada.lovelace@example.com");
	struct str long_one = str_printf(&arena, "b%s", repeated("a", 199).p);

	assert_null(password_problem(STR("correct horse"), email));
	assert_null(password_problem(STR("0123456789"), email));
	assert_null(password_problem(long_one, email));
	assert_non_null(password_problem(STR("012345678"), email));
	assert_non_null(password_problem(STR(""), email));
	assert_non_null(password_problem(str_printf(&arena, "c%s",
	    long_one.p), email));
	assert_non_null(password_problem(repeated("a", 12), email));
	assert_non_null(password_problem(repeated("\xC3\xA9", 12), email));
	assert_non_null(password_problem(repeated("\xC3\xA9", 9), email));
	assert_null(password_problem(str_printf(&arena, "%s\xC3\xA8",
	    repeated("\xC3\xA9", 9).p), email));
	assert_non_null(password_problem(STR("\xFF\xFE 0123456789"), email));
	assert_non_null(password_problem(STR("Ada.Lovelace"), email));
	assert_non_null(password_problem(email, email));
	assert_null(password_problem(STR("ada.lovelace2"), email));
	assert_null(password_problem(STR("correct horse"), STR("")));
}

static void
macs(void **state UNUSED)
{
	unsigned char a[32], b[32];

	/* HMAC-SHA256 of "address", NUL, "192.0.2.1", made elsewhere */
	static const char known[] =
	    "4ce939b2634ae9f6615f8ec755a10e02"
	    "62408619783129d4860f67e760ab339d";

	secret_mac("address", "192.0.2.1", 9, a);
	assert_true(str_is(str_hex(&arena, a, 32), known));
	secret_mac("cookie", "192.0.2.1", 9, b);
	assert_memory_not_equal(a, b, 32);
	secret_mac("addres", "s192.0.2.1", 10, b);
	assert_memory_not_equal(a, b, 32);
	secret_mac("address", "192.0.2.2", 9, b);
	assert_memory_not_equal(a, b, 32);
	conf.secret = STR("0123456789abcdef0123456789abcdeF");
	secret_mac("address", "192.0.2.1", 9, b);
	assert_memory_not_equal(a, b, 32);
	conf.secret = STR("0123456789abcdef0123456789abcdef");
}

static void
tokens(void **state UNUSED)
{
	struct str a = secret_token(&arena, 32), b = secret_token(&arena, 32);
	unsigned char hash[32];

	assert_int_equal(a.n, 43);
	assert_false(str_eq(a, b));
	secret_hash(STR("abc"), hash);
	assert_true(str_is(str_hex(&arena, hash, 32), "ba7816bf8f01cfea414140de"
	    "5dae2223b00361a396177a9cb410ff61f20015ad"));
}

#define HOOK_ID		STR("msg_p5jXN8AQM9LWM0D4loKWxJek")
#define HOOK_TIME	STR("1614265330")
#define HOOK_BODY	STR("{\"test\": 2432232314}")
#define HOOK_SIGNATURE	STR("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

static struct str
hook_key(void)
{
	return webhook_key(&arena,
	    STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
}

static bool
hook_good(struct str id, struct str timestamp, struct str signatures,
    struct str body, int64_t late)
{
	return webhook_verify(hook_key(), id, timestamp, signatures, body,
	    (struct when){ (1614265330 + late) * SECOND_US });
}

static void
webhook_vector(void **state UNUSED)
{
	assert_true(str_eq(webhook_sign(&arena, hook_key(), HOOK_ID,
	    HOOK_TIME, HOOK_BODY), HOOK_SIGNATURE));
	assert_true(hook_good(HOOK_ID, HOOK_TIME, HOOK_SIGNATURE, HOOK_BODY,
	    0));
	assert_true(hook_good(HOOK_ID, HOOK_TIME, HOOK_SIGNATURE, HOOK_BODY,
	    300));
	assert_true(hook_good(HOOK_ID, HOOK_TIME, HOOK_SIGNATURE, HOOK_BODY,
	    -300));
	assert_true(hook_good(HOOK_ID, HOOK_TIME, str_printf(&arena,
	    "v1a,AAAA v1,%s %s", repeated("A", 44).p, HOOK_SIGNATURE.p),
	    HOOK_BODY, 0));
}

static void
webhook_secrets_are_new_keys(void **state UNUSED)
{
	struct str one = webhook_secret(&arena), two = webhook_secret(&arena);

	assert_int_equal(webhook_key(&arena, one).n, 32);
	assert_false(str_eq(one, two));
}

static void
what_is_sealed_is_opened_here_only(void **state UNUSED)
{
	struct str plain = STR("whsec_something");
	struct str sealed = secret_seal(&arena, "a", plain);
	struct str again = secret_seal(&arena, "a", plain);
	struct str broken = str_dup(&arena, sealed);
	char *last = arena_copy(&arena, sealed.p, sealed.n);

	assert_true(str_eq(secret_open(&arena, "a", sealed), plain));
	assert_true(str_eq(secret_open(&arena, "a", again), plain));
	assert_false(str_eq(sealed, again));
	assert_null(memmem(sealed.p, sealed.n, plain.p, plain.n));
	assert_null(secret_open(&arena, "b", sealed).p);
	last[sealed.n - 1] ^= 1;
	broken.p = last;
	assert_null(secret_open(&arena, "a", broken).p);
	broken.n = 10;
	assert_null(secret_open(&arena, "a", broken).p);
	assert_null(secret_open(&arena, "a", STR_NULL).p);
}

static void
webhook_forgeries(void **state UNUSED)
{
	struct str s = HOOK_SIGNATURE;

	assert_false(hook_good(HOOK_ID, HOOK_TIME, s, HOOK_BODY, 301));
	assert_false(hook_good(HOOK_ID, HOOK_TIME, s, HOOK_BODY, -301));
	assert_false(hook_good(HOOK_ID, STR("1614265331"), s, HOOK_BODY, 0));
	assert_false(hook_good(HOOK_ID, STR(""), s, HOOK_BODY, 0));
	assert_false(hook_good(HOOK_ID, STR("-1614265330"), s, HOOK_BODY, 0));
	assert_false(hook_good(HOOK_ID, STR("18446744073709551615"), s,
	    HOOK_BODY, 0));
	assert_false(hook_good(STR("msg"), HOOK_TIME, s, HOOK_BODY, 0));
	assert_false(hook_good(STR_NULL, HOOK_TIME, s, HOOK_BODY, 0));
	assert_false(hook_good(STR("a.b"), HOOK_TIME, s, HOOK_BODY, 0));
	assert_false(hook_good(HOOK_ID, HOOK_TIME, s, STR("{}"), 0));
	assert_false(hook_good(HOOK_ID, HOOK_TIME, STR_NULL, HOOK_BODY, 0));
	assert_false(hook_good(HOOK_ID, HOOK_TIME, str_skip(s, 3), HOOK_BODY,
	    0));
	assert_false(hook_good(HOOK_ID, HOOK_TIME, changed(s, 1, '2'),
	    HOOK_BODY, 0));
	for (size_t n = 0; n < s.n; n++)
		assert_false(hook_good(HOOK_ID, HOOK_TIME,
		    (struct str){ s.p, n }, HOOK_BODY, 0));
	for (size_t i = 0; i < s.n; i++)
		assert_false(hook_good(HOOK_ID, HOOK_TIME, changed(s, i,
		    s.p[i] == 'B' ? 'C' : 'B'), HOOK_BODY, 0));
}

static void
webhook_id_does_not_run_into_time(void **state UNUSED)
{
	struct str timestamp = STR("1614265330.x");
	struct str moved = webhook_sign(&arena, hook_key(), STR("a"),
	    timestamp, STR("body"));

	assert_false(hook_good(STR("a"), timestamp, moved, STR("body"), 0));
	moved = webhook_sign(&arena, hook_key(), STR("a"),
	    STR("1.1614265330"), STR("body"));
	assert_false(hook_good(STR("a.1"), HOOK_TIME, moved, STR("body"), 0));
}

static void
webhook_secrets(void **state UNUSED)
{
	struct str key = webhook_sandbox_key(&arena), signature;
	struct when now = { 1614265330 * SECOND_US };

	assert_int_equal(hook_key().n, 24);
	assert_null(webhook_key(&arena, STR("")).p);
	assert_null(webhook_key(&arena, STR("whsec_")).p);
	assert_null(webhook_key(&arena, STR("whsec_AAAA")).p);
	assert_null(webhook_key(&arena, STR("whsec_MfKQ9r8GKYqrTwjUPD8I!")).p);
	assert_null(webhook_key(&arena, str_printf(&arena, "whsec_%s",
	    repeated("AAAA", 22).p)).p);
	assert_null(webhook_key(&arena,
	    STR("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).p);
	assert_int_equal(key.n, 32);
	signature = webhook_sign(&arena, key, HOOK_ID, HOOK_TIME, HOOK_BODY);
	assert_true(webhook_verify(webhook_sandbox_key(&arena), HOOK_ID,
	    HOOK_TIME, signature, HOOK_BODY, now));
	assert_false(webhook_verify(hook_key(), HOOK_ID, HOOK_TIME, signature,
	    HOOK_BODY, now));
	assert_false(webhook_verify(STR_NULL, HOOK_ID, HOOK_TIME, signature,
	    HOOK_BODY, now));
}

static void
credentials(void **state UNUSED)
{
	static const struct {
		const char *authorization, *api_key;
		enum credential_kind kind;
		const char *text;
	} cases[] = {
		{ NULL, NULL, CREDENTIAL_NONE, NULL },
		{ "", "", CREDENTIAL_NONE, NULL },
		{ " ", NULL, CREDENTIAL_NONE, NULL },
		{ "Bearer a.b.c", NULL, CREDENTIAL_JWT, "a.b.c" },
		{ "bEARER   a.b.c ", NULL, CREDENTIAL_JWT, "a.b.c" },
		{ "Bearer aff_live_x", NULL, CREDENTIAL_API_KEY, "aff_live_x" },
		{ NULL, "aff_live_x", CREDENTIAL_API_KEY, "aff_live_x" },
		{ "", " aff_live_x ", CREDENTIAL_API_KEY, "aff_live_x" },
		{ "Bearer aff_live_x", "aff_live_x", CREDENTIAL_API_KEY,
		  "aff_live_x" },
		{ "Bearer aff_live_x", "aff_live_y", CREDENTIAL_BAD, NULL },
		{ "Bearer a.b.c", "aff_live_x", CREDENTIAL_BAD, NULL },
		{ "Bearer a.b.c", "a.b.c", CREDENTIAL_BAD, NULL },
		{ "Bearer a b", "aff_live_x", CREDENTIAL_BAD, NULL },
		{ "Basic YTpi", "aff_live_x", CREDENTIAL_BAD, NULL },
		{ "Bearer affp_x", NULL, CREDENTIAL_PROMOTER, "affp_x" },
		{ NULL, "affp_x", CREDENTIAL_BAD, NULL },
		{ "Bearer affp_x", "aff_live_x", CREDENTIAL_BAD, NULL },
		{ "Basic YTpi", NULL, CREDENTIAL_BAD, NULL },
		{ "Bearer", NULL, CREDENTIAL_BAD, NULL },
		{ "Bearer ", NULL, CREDENTIAL_BAD, NULL },
		{ "Bearer a.b.c d", NULL, CREDENTIAL_BAD, NULL },
		{ "Bearer a.b.c, Bearer d.e.f", NULL, CREDENTIAL_BAD, NULL },
		{ "Bearer a.b", NULL, CREDENTIAL_BAD, NULL },
		{ "Bearer a.b.c.d", NULL, CREDENTIAL_BAD, NULL },
		{ "Bearer abc", NULL, CREDENTIAL_BAD, NULL },
		{ "Bearer a.b.c\xC3\xA9", NULL, CREDENTIAL_BAD, NULL },
		{ "Bearer\ta.b.c", NULL, CREDENTIAL_BAD, NULL },
		{ "a.b.c", NULL, CREDENTIAL_BAD, NULL },
		{ "aff_live_x", NULL, CREDENTIAL_BAD, NULL },
		{ NULL, "a.b.c", CREDENTIAL_BAD, NULL },
		{ NULL, "live_x", CREDENTIAL_BAD, NULL },
		{ NULL, "aff_live_x aff_live_x", CREDENTIAL_BAD, NULL },
	};

	for (size_t i = 0; i < LEN(cases); i++) {
		struct credential c = credential_of(
		    str_of(cases[i].authorization), str_of(cases[i].api_key));

		assert_int_equal(c.kind, cases[i].kind);
		assert_true(str_eq(c.text, str_of(cases[i].text)));
	}
}

#define ID "0123456789abcdef"
#define SECRET "00112233445566778899aabbccddeeff" \
    "00112233445566778899aabbccddeeff"

static void
basic(void **state UNUSED)
{
	static const struct {
		const char *user, *password, *key;
		uint64_t id;
	} cases[] = {
		{ "aff_live_" ID, SECRET, "aff_live_" ID "_" SECRET, 0 },
		{ "aff_test_" ID, SECRET, "aff_test_" ID "_" SECRET, 0 },
		{ ID, SECRET, "aff_live_" ID "_" SECRET, 0 },
		{ ID, "aff_test_" ID "_" SECRET, "aff_test_" ID "_" SECRET,
		  0 },
		{ "aff_test_" ID, "aff_test_" ID "_" SECRET,
		  "aff_test_" ID "_" SECRET, 0 },
		{ "12", "aff_live_" ID "_" SECRET, "aff_live_" ID "_" SECRET,
		  12 },
		{ "012", "aff_live_" ID "_" SECRET, NULL, 0 },
		{ "", "aff_live_" ID "_" SECRET, NULL, 0 },
		{ "aff_live_", "aff_live_" ID "_" SECRET, NULL, 0 },
		{ "aff_test_" ID, "aff_live_" ID "_" SECRET, NULL, 0 },
		{ "somebody", "aff_live_" ID "_" SECRET, NULL, 0 },
		{ "12", SECRET, NULL, 0 },
		{ ID, "short", NULL, 0 },
	};
	static const char *const others[] = {
		"Basic MDE6YWI", "Basic MDE6YWJ=", "Basic MDFhYg==", "Basic",
		"Basic ", "", "Bearer a.b.c",
	};
	uint64_t id;

	for (size_t i = 0; i < LEN(cases); i++) {
		struct str text = str_printf(&arena, "%s:%s", cases[i].user,
		    cases[i].password), header, got;
		char *code = arena_alloc(&arena, 2 * text.n + 8);

		sodium_bin2base64(code, 2 * text.n + 8,
		    (const unsigned char *)text.p, text.n,
		    sodium_base64_VARIANT_ORIGINAL);
		header = str_printf(&arena, "bASIC  %s ", code);
		got = credential_of_basic(&arena, header, &id);
		assert_int_equal(id, cases[i].id);
		assert_true(str_eq(got, cases[i].key == NULL ? header :
		    str_printf(&arena, "Bearer %s", cases[i].key)));
	}
	for (size_t i = 0; i < LEN(others); i++)
		assert_true(str_eq(credential_of_basic(&arena,
		    str_of(others[i]), &id), str_of(others[i])));
}

static void
labels(void **state UNUSED)
{
	size_t n = 0;

	while (scope_labels[n] != NULL)
		n++;
	assert_int_equal(n, SCOPE_COUNT);
	assert_string_equal(scope_labels[CAMPAIGNS_READ_BIT],
	    "campaigns:read");
	assert_string_equal(scope_labels[WEBHOOKS_WRITE_BIT],
	    "webhooks:write");
	assert_string_equal(role_labels[ROLE_OWNER], "owner");
	assert_string_equal(role_labels[ROLE_MEMBER], "member");
	assert_null(role_labels[ROLE_MEMBER + 1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(api_keys_are_made_and_parsed),
		cmocka_unit_test(api_keys_differ),
		cmocka_unit_test(api_key_with_wrong_secret),
		cmocka_unit_test(api_key_with_wrong_prefix),
		cmocka_unit_test(api_key_of_wrong_form),
		cmocka_unit_test(passwords_verify),
		cmocka_unit_test(bad_hashes),
		cmocka_unit_test(unknown_user_takes_as_long),
		cmocka_unit_test(password_policy),
		cmocka_unit_test(macs),
		cmocka_unit_test(tokens),
		cmocka_unit_test(webhook_vector),
		cmocka_unit_test(webhook_secrets_are_new_keys),
		cmocka_unit_test(what_is_sealed_is_opened_here_only),
		cmocka_unit_test(webhook_forgeries),
		cmocka_unit_test(webhook_id_does_not_run_into_time),
		cmocka_unit_test(webhook_secrets),
		cmocka_unit_test(credentials),
		cmocka_unit_test(basic),
		cmocka_unit_test(labels),
	};

	return cmocka_run_group_tests_name("auth", tests, group_setup,
	    close_arena);
}
