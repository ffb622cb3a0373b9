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

/* The kind first, so that none is another. */
bool
principal_owner(uint64_t organization_id, uint64_t user_id,
    unsigned char owner[16])
{
	uint64_t id = organization_id != 0 ? organization_id : user_id;

	memset(owner, 0, 16);
	owner[0] = organization_id != 0 ? 1 : 2;
	memcpy(owner + 8, &id, sizeof(id));
	return id != 0;
}
