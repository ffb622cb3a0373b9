/*
 * Access tokens.  An input is a token as it came; or, where it begins with a
 * brace, a header and in the next line a payload that are signed here, so that
 * all behind the signature is reached.  Who is let in has a signature of ours,
 * and is named by the payload as another parser reads it.
 */
#include <fcntl.h>
#include <json.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/jwt.h"
#include "fuzz.h"
#include "base/banned.h"

#define SECRET	"0123456789abcdefghijklmnopqrstuv"
#define NOW	((struct when){ 1800000000 * SECOND_US })

static void
start(void)
{
	static char dir[] = "/tmp/affiliated-fuzz-XXXXXX";
	struct settings s = { .access_seconds = 900,
	    .jwt_issuer = STR("affiliated"), .jwt_audience = STR("affiliated"),
	    .jwt_signer = STR("h") };
	struct arena a;
	const char *why, *file;
	struct str text;
	int fd;

	arena_init(&a);
	INVARIANT(mkdtemp(dir) != NULL);
	file = str_printf(&a, "%s/h.hs256", dir).p;
	text = str_base64url(&a, SECRET, strlen(SECRET));
	fd = open(file, O_WRONLY | O_CREAT, 0600);
	INVARIANT(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
	s.jwt_keys = str_of(dir);
	INVARIANT(jwt_keys_load(&s, &why));
	INVARIANT(unlink(file) == 0 && rmdir(dir) == 0);
	arena_free(&a);
}

static struct str
signature(struct arena *a, struct str signed_text)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256(mac, (const unsigned char *)signed_text.p,
	    signed_text.n, (const unsigned char *)SECRET);
	return str_base64url(a, mac, sizeof(mac));
}

static struct str
sign(struct arena *a, struct str header, struct str payload)
{
	struct str text = str_printf(a, "%.*s.%.*s",
	    STR_ARG(str_base64url(a, header.p, header.n)),
	    STR_ARG(str_base64url(a, payload.p, payload.n)));

	return str_printf(a, "%.*s.%.*s", STR_ARG(text),
	    STR_ARG(signature(a, text)));
}

static void
check_signature(struct arena *a, struct str token)
{
	size_t n = token.n;

	while (token.p[n - 1] != '.')
		n--;
	INVARIANT(str_eq(str_skip(token, n),
	    signature(a, (struct str){ token.p, n - 1 })));
}

static bool
names(json_object *o, const char *member, uint64_t id)
{
	json_object *v = json_object_object_get(o, member);

	return json_object_is_type(v, json_type_string) &&
	    strtoull(json_object_get_string(v), NULL, 10) == id;
}

static void
check_claims(struct arena *a, struct str token, const struct claims *c)
{
	struct str header, rest, payload, sig;
	size_t n = token.n;
	unsigned char *text = arena_alloc(a, n + 1);
	json_object *o;

	(void)str_cut(token, '.', &header, &rest);
	(void)str_cut(rest, '.', &payload, &sig);
	INVARIANT(str_unbase64url(payload, text, &n));
	text[n] = '\0';
	o = json_tokener_parse((char *)text);
	INVARIANT(names(o, "sub", c->user_id) && names(o, "sid",
	    c->session_id));
	INVARIANT(json_object_get_int64(json_object_object_get(o, "exp")) >
	    NOW.us / SECOND_US);
	json_object_put(o);
}

static void
run(struct arena *a, struct str input)
{
	struct str rest = input, token = input, header;
	struct claims c = { 7, 7 };
	enum err e;

	if (input.n > 0 && input.p[0] == '{') {
		header = fuzz_line(&rest);
		token = sign(a, header, rest);
	}
	e = jwt_verify(a, token, NOW, &c);
	INVARIANT((e == OK) == (c.user_id != 0));
	INVARIANT((e == OK) == (c.session_id != 0));
	if (e != OK)
		return;
	check_signature(a, token);
	check_claims(a, token, &c);
}

const struct target fuzz_token = { "token", start, run };
