/* Headers of webhooks. */
#include "model/event/message.h"

#include <sodium.h>

#include "base/banned.h"

#define NAME_MOST 100		/* bytes */
#define VALUE_MOST 4000

static void
add(struct webhook_headers *h, struct arena *a, const char *name,
    struct str value)
{
	INVARIANT(h->n < MESSAGE_HEADERS - 1);
	h->v[h->n++] = str_printf(a, "%s: %.*s", name, STR_ARG(value)).p;
}

void
webhook_headers(struct arena *a, struct webhook_headers *h,
    const struct webhook_message *m, struct str at, struct str signatures)
{
	add(h, a, "Content-Type", STR("application/json"));
	add(h, a, "webhook-id", m->id);
	add(h, a, "webhook-timestamp", at);
	add(h, a, "webhook-signature", signatures);
	if (m->type.p == NULL)
		return;
	add(h, a, "X-Event-Id", m->id);
	add(h, a, "X-Event-Type", m->type);
	add(h, a, "X-Webhook-Signature", m->signature);
}

static struct str
basic(struct arena *a, struct str user, struct str password)
{
	struct str both = str_printf(a, "%.*s:%.*s", STR_ARG(user),
	    STR_ARG(password));
	size_t room = sodium_base64_ENCODED_LEN(both.n,
	    sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_alloc(a, room);

	sodium_bin2base64(text, room, (const unsigned char *)both.p, both.n,
	    sodium_base64_VARIANT_ORIGINAL);
	return str_printf(a, "Basic %s", text);
}

void
webhook_headers_own(struct arena *a, struct webhook_headers *h,
    struct str user, struct str password, struct str object)
{
	struct list all = { NULL, 0 };
	const struct json_member *m;

	if (user.p != NULL)
		add(h, a, "Authorization", basic(a, user, password));
	if (object.p != NULL)
		all = json_members(a, object);
	m = all.items;
	for (size_t i = 0; i < all.n; i++)
		add(h, a, str_c(a, m[i].name), m[i].text);
}

/* RFC 9110: the letters of a token. */
static bool
is_name(struct str s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++)
		if (memchr(letters, s.p[i], sizeof(letters) - 1) == NULL)
			return false;
	return s.n > 0 && s.n <= NAME_MOST;
}

/* Printable ASCII, and blanks that are not at an end. */
static bool
is_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= VALUE_MOST && str_trim(s).n == s.n;
}

/* What says how the call is made, or who it is from. */
static bool
is_reserved(struct str name)
{
	static const char *const names[] = { "host", "content-length",
		"content-type", "transfer-encoding", "connection", "expect",
		"te", "trailer", "upgrade", "keep-alive", "x-event-id",
		"x-event-type", "x-webhook-signature" };
	static const char *const begins[] = { "webhook-", "proxy-" };

	for (size_t i = 0; i < LEN(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return true;
	for (size_t i = 0; i < LEN(begins); i++)
		if (name.n >= strlen(begins[i]) && str_eq_nocase(
		    (struct str){ name.p, strlen(begins[i]) },
		    str_of(begins[i])))
			return true;
	return false;
}

static const char *
wrong_header(const struct json_member *m, size_t i, bool basic_too)
{
	if (!is_name(m[i].name))
		return "is no name of a header";
	if (is_reserved(m[i].name))
		return "is set by this service";
	if (basic_too && str_eq_nocase(m[i].name, STR("authorization")))
		return "stands beside basic_auth_user: give one of them";
	for (size_t k = 0; k < i; k++)
		if (str_eq_nocase(m[k].name, m[i].name))
			return "is there twice";
	return m[i].text.p == NULL || !is_value(m[i].text) ?
	    "must be a text of printable ASCII letters" : NULL;
}

void
webhook_headers_check(struct arena *a, struct str object, bool basic_too,
    struct complaints *wrong, const char *field)
{
	struct list all = json_members(a, object);
	const struct json_member *m = all.items;

	if (all.n > MESSAGE_OWN_MOST || object.n > MESSAGE_OWN_BYTES)
		complain(wrong, a, str_of(field), "can be %d, of %d bytes in "
		    "all", MESSAGE_OWN_MOST, MESSAGE_OWN_BYTES);
	for (size_t i = 0; i < all.n && i < MESSAGE_OWN_MOST; i++) {
		const char *why = wrong_header(m, i, basic_too);

		if (why != NULL)
			complain(wrong, a, str_printf(a, "%s.%.*s", field,
			    m[i].name.n > NAME_MOST ? NAME_MOST :
			    (int)m[i].name.n, m[i].name.p), "%s", why);
	}
}
