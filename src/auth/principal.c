/* The names of roles and scopes. */
#include "auth/principal.h"

#include "base/buf.h"
#include "base/banned.h"

const char *const role_labels[] = {
	[ROLE_OWNER] = "owner", [ROLE_ADMIN] = "admin",
	[ROLE_MEMBER] = "member", NULL
};

const char *const scope_labels[] = {
#define SCOPE_LABELS(name, text) \
	[name##_READ_BIT] = text ":read", [name##_WRITE_BIT] = text ":write",
	SCOPES(SCOPE_LABELS)
#undef SCOPE_LABELS
	[SCOPE_COUNT] = NULL
};

_Static_assert(SCOPE_COUNT < 31, "scopes are bits of an int in route tables");

struct str
scopes_text(struct arena *a, uint64_t scopes)
{
	struct buf b;

	buf_init(&b, a, 512);
	for (size_t i = 0; i < SCOPE_COUNT; i++) {
		if ((scopes >> i & 1) == 0)
			continue;
		if (b.n > 0)
			buf_char(&b, ' ');
		buf_str(&b, str_of(scope_labels[i]));
	}
	return buf_view(&b);
}

static bool
add_scope(struct str name, uint64_t *scopes)
{
	for (size_t i = 0; i < SCOPE_COUNT; i++) {
		if (str_is(name, scope_labels[i])) {
			*scopes |= UINT64_C(1) << i;
			return true;
		}
	}
	return false;
}

bool
scopes_parse(struct str text, uint64_t *scopes)
{
	struct str name, rest = text;

	*scopes = 0;
	while (rest.n > 0) {
		(void)str_cut(rest, ' ', &name, &rest);
		if (!add_scope(name, scopes)) {
			*scopes = 0;
			return false;
		}
	}
	return true;
}
