/* The names of roles and scopes. */
#include "auth/principal.h"

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
