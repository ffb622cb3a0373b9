/*
 * Signs and verifies access tokens with libjwt.
 *
 * libjwt by itself takes an HMAC made with an RSA public key, takes anything
 * when it has no key, and looks at no claim.  So the header is read here first,
 * and decides which key and thereby which algorithm is possible at all; the
 * length of the signature must fit it; libjwt checks the signature; and all
 * claims are checked here, in the very bytes that were signed.
 */
#include "auth/jwt.h"

#include "auth/jwt_keys.h"
#include "auth/jwt_seen.h"
#include "base/log.h"
#include "json/shape.h"
#include "json/text.h"
#include "base/banned.h"

static struct jwt_keyset *current;

struct parts {
	struct str header, payload, signature;	/* base64url */
};

static bool
split(struct str token, struct parts *t)
{
	struct str rest;

	return token.n <= JWT_MAX &&
	    str_cut(token, '.', &t->header, &rest) &&
	    str_cut(rest, '.', &t->payload, &t->signature) &&
	    t->header.n > 0 && t->payload.n > 0 && t->signature.n > 0;
}

/* A strict JSON object behind strict base64url; NULL if it is none. */
static json_object *
read_object(struct arena *a, struct str base64)
{
	size_t n = base64.n, at;
	unsigned char *p = arena_alloc(a, n + 1);
	json_object *o;
	const char *why;

	if (!str_unbase64url(base64, p, &n) ||
	    !json_lint((struct str){ (char *)p, n }, &why, &at))
		return NULL;
	o = json_parse((struct str){ (char *)p, n });
	if (o != NULL)
		arena_defer(a, json_release, o);
	return json_object_get_type(o) == json_type_object ? o : NULL;
}

static struct str
text_of(json_object *v)
{
	if (json_object_get_type(v) != json_type_string)
		return STR_NULL;
	return (struct str){ json_object_get_string(v),
	    (size_t)json_object_get_string_len(v) };
}

/* STR_NULL: not there, or no string. */
static struct str
text_member(json_object *o, const char *name)
{
	return text_of(json_object_object_get(o, name));
}

/*
 * The key that the header names, or NULL.  Headers that bring a key along or
 * ask for something that is not understood here make the token bad.
 */
static const struct jwt_key *
key_of(const struct jwt_keyset *set, json_object *header)
{
	static const char *const refused[] = { "crit", "jwk", "jku", "x5u",
	    "x5c", "b64", "enc", "zip", "cty" };
	const struct jwt_key *key;
	struct str kid = text_member(header, "kid");

	for (size_t i = 0; i < LEN(refused); i++)
		if (json_object_object_get_ex(header, refused[i], NULL))
			return NULL;
	if (json_object_object_get_ex(header, "typ", NULL) &&
	    !str_eq_nocase(text_member(header, "typ"), STR("JWT")))
		return NULL;
	if (kid.p == NULL)
		return NULL;
	key = jwt_key_named(set, kid);
	if (key == NULL || !str_is(text_member(header, "alg"), key->alg))
		return NULL;
	return key;
}

/* What libjwt says of the whole token. */
static bool
signed_by(struct arena *a, const struct jwt_key *key, struct str token)
{
	jwt_t *jwt = NULL;
	bool good;

	INVARIANT(key->check.n > 0);	/* libjwt takes anything without one */
	good = jwt_decode(&jwt, str_c(a, token),
	    (const unsigned char *)key->check.p, (int)key->check.n) == 0 &&
	    jwt != NULL && jwt_get_alg(jwt) == key->libjwt_alg;
	jwt_free(jwt);
	return good;
}

static bool
signature_fits(struct arena *a, const struct jwt_key *key, struct str base64)
{
	size_t n = key->signature;

	return str_unbase64url(base64, arena_alloc(a, n), &n) &&
	    n == key->signature;
}

/* A date in seconds; 0 where there is none.  false: no whole number. */
static bool
date_member(json_object *o, const char *name, int64_t *seconds)
{
	json_object *v;

	*seconds = 0;
	if (!json_object_object_get_ex(o, name, &v))
		return true;
	if (json_object_get_type(v) != json_type_int)
		return false;
	*seconds = json_object_get_int64(v);
	return true;
}

/* Without exp it has expired long ago; nbf and iat may be missing. */
static bool
read_dates(json_object *o, struct jwt_good *good)
{
	int64_t nbf, iat;

	if (!date_member(o, "exp", &good->until) ||
	    !date_member(o, "nbf", &nbf) || !date_member(o, "iat", &iat))
		return false;
	good->from = nbf > iat ? nbf : iat;
	return true;
}

static bool
in_time(const struct jwt_good *good, struct when now)
{
	const int64_t seconds = now.us / SECOND_US;

	return good->until > seconds && good->from <= seconds + JWT_LEEWAY;
}

/* A string, or an array of strings with ours among them. */
static bool
for_us(json_object *aud, struct str audience)
{
	bool found = false;

	if (json_object_get_type(aud) != json_type_array)
		return str_eq(text_of(aud), audience);
	for (size_t i = 0; i < json_object_array_length(aud); i++) {
		struct str one = text_of(json_object_array_get_idx(aud, i));

		if (one.p == NULL)
			return false;
		found |= str_eq(one, audience);
	}
	return found;
}

static bool
id_member(json_object *o, const char *name, uint64_t *id)
{
	struct str s = text_member(o, name);

	return str_to_u64(s, id) && s.p[0] != '0';
}

/* Whose token it is and when it is good, if all else about it is right. */
static bool
read_token(const struct jwt_keyset *set, struct arena *a, struct str token,
    struct jwt_good *good)
{
	struct parts t;
	const struct jwt_key *key;
	json_object *header, *claims;

	if (!split(token, &t))
		return false;
	header = read_object(a, t.header);
	key = header != NULL ? key_of(set, header) : NULL;
	if (key == NULL || !signature_fits(a, key, t.signature) ||
	    !signed_by(a, key, token))
		return false;
	claims = read_object(a, t.payload);
	return claims != NULL && read_dates(claims, good) &&
	    str_eq(text_member(claims, "iss"), set->issuer) &&
	    for_us(json_object_object_get(claims, "aud"), set->audience) &&
	    id_member(claims, "sub", &good->claims.user_id) &&
	    id_member(claims, "sid", &good->claims.session_id);
}

static enum err
verify_with(const struct jwt_keyset *set, struct arena *a, struct str token,
    struct when now, struct claims *out)
{
	unsigned char print[JWT_PRINT];
	struct jwt_good fresh = { .until = 0 };
	const struct jwt_good *good = jwt_seen_find(set->seen, token, print);

	if (good == NULL) {
		if (!read_token(set, a, token, &fresh) ||
		    !in_time(&fresh, now))
			return ERR_UNAUTHENTICATED;
		jwt_seen_keep(set->seen, print, &fresh);
		good = &fresh;
	} else if (!in_time(good, now)) {
		return ERR_UNAUTHENTICATED;
	}
	*out = good->claims;
	return OK;
}

enum err
jwt_verify(struct arena *a, struct str token, struct when now,
    struct claims *claims)
{
	*claims = (struct claims){ 0 };
	if (current == NULL || token.n == 0)
		return ERR_UNAUTHENTICATED;
	return verify_with(current, a, token, now, claims);
}

static struct str
sign_with(const struct jwt_keyset *set, struct arena *a,
    const struct claims *claims, struct when now)
{
	const struct jwt_key *key = set->signer;
	long seconds = now.us / SECOND_US;
	struct str token;
	jwt_t *jwt;
	char *text;

	if (jwt_new(&jwt) != 0)
		log_die("out of memory: a token");
	if (jwt_add_header(jwt, "kid", str_c(a, key->kid)) != 0 ||
	    jwt_add_grant(jwt, "iss", str_c(a, set->issuer)) != 0 ||
	    jwt_add_grant(jwt, "aud", str_c(a, set->audience)) != 0 ||
	    jwt_add_grant(jwt, "sub", str_printf(a, "%llu",
	    (unsigned long long)claims->user_id).p) != 0 ||
	    jwt_add_grant(jwt, "sid", str_printf(a, "%llu",
	    (unsigned long long)claims->session_id).p) != 0 ||
	    jwt_add_grant_int(jwt, "iat", seconds) != 0 ||
	    jwt_add_grant_int(jwt, "exp", seconds + set->access_seconds) != 0 ||
	    jwt_set_alg(jwt, key->libjwt_alg,
	    (const unsigned char *)key->sign.p, (int)key->sign.n) != 0)
		log_die("a token cannot be made");
	text = jwt_encode_str(jwt);
	token = str_dup(a, str_of(text));
	free(text);
	jwt_free(jwt);
	return token;
}

struct str
jwt_sign(struct arena *a, const struct claims *claims, struct when now)
{
	struct str token;

	INVARIANT(current != NULL);
	token = sign_with(current, a, claims, now);
	INVARIANT(token.n > 0 && token.n <= JWT_MAX);
	return token;
}

/*
 * libjwt parses by jansson, whose names clash with those of json-c.  A token
 * that was made elsewhere must be good, and a changed one bad.
 */
static bool
libraries_work(struct arena *a)
{
	static const char token[] =
	    "eyJhbGciOiJIUzI1NiIsImtpZCI6Imtub3duIiwidHlwIjoiSldUIn0."
	    "eyJleHAiOjQxMDI0NDQ4MDAsInN1YiI6IjQyIn0."
	    "-ZmqaEPV1hbCCrtR-OtAdbyAR-LxzpqxNUCyI6Gij9c";
	const struct jwt_key key = { .kid = STR("known"), .alg = "HS256",
	    .libjwt_alg = JWT_ALG_HS256, .signature = 32,
	    .check = STR("this secret only tests libraries") };
	char *changed = arena_copy(a, token, sizeof(token));
	jwt_t *jwt = NULL;
	bool good;

	changed[sizeof(token) - 4] ^= 1;
	good = jwt_decode(&jwt, token, (const unsigned char *)key.check.p,
	    (int)key.check.n) == 0 &&
	    str_is(str_of(jwt_get_grant(jwt, "sub")), "42") &&
	    jwt_get_grant_int(jwt, "exp") == 4102444800;
	jwt_free(jwt);
	return good && !signed_by(a, &key, str_of(changed));
}

static bool
signer_works(const struct jwt_keyset *set, struct arena *a)
{
	struct claims in = { 12, 34 }, out = { 0 };
	struct when now = clock_now();
	struct str token = sign_with(set, a, &in, now);

	return token.n > 0 && verify_with(set, a, token, now, &out) == OK &&
	    out.user_id == in.user_id && out.session_id == in.session_id;
}

bool
jwt_keys_load(const struct settings *s, const char **why)
{
	struct jwt_keyset *set = jwt_keyset_read(s, why);
	struct arena a;

	if (set == NULL)
		return false;
	arena_init(&a);
	*why = NULL;
	if (!libraries_work(&a))
		*why = "libjwt does not verify a known token";
	else if (!signer_works(set, &a))
		*why = "the token that jwt_signer signs is not verified: does "
		    "its private key belong to its public key?";
	arena_free(&a);
	if (*why != NULL) {
		jwt_keyset_free(set);
		return false;
	}
	jwt_keyset_free(current);
	current = set;
	return true;
}

void
jwt_keys_free(void)
{
	jwt_keyset_free(current);
	current = NULL;
}
