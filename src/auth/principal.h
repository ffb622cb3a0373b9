/*
 * Who asks: a user by a log-in session, an organization's API key, or one of
 * its promoters by a token of his own.
 */
#ifndef AFF_AUTH_PRINCIPAL_H
#define AFF_AUTH_PRINCIPAL_H

#include "base/str.h"
#include "base/err.h"
#include "base/clock.h"

enum role { ROLE_NONE = -1, ROLE_OWNER, ROLE_ADMIN, ROLE_MEMBER };
extern const char *const role_labels[];		/* owner admin member */

/* Scopes are bits; scope_labels[i] names bit i ("campaigns:read"). */
#define SCOPES(X) \
	X(CAMPAIGNS, "campaigns") X(REFERRALS, "referrals") \
	X(PAYMENTS, "payments") X(TOKENS, "tokens") X(EARNINGS, "earnings") \
	X(MEMBERS, "members") X(ORGANIZATION, "organization") \
	X(KEYS, "keys") X(FILES, "files") X(WEBHOOKS, "webhooks")
enum {
#define SCOPE_INDEX(name, text) name##_READ_BIT, name##_WRITE_BIT,
	SCOPES(SCOPE_INDEX)
#undef SCOPE_INDEX
	SCOPE_COUNT
};
enum {	/* constant expressions for route tables */
#define SCOPE_CONST(name, text) \
	SCOPE_##name##_READ = 1 << name##_READ_BIT, \
	SCOPE_##name##_WRITE = 1 << name##_WRITE_BIT,
	SCOPES(SCOPE_CONST)
#undef SCOPE_CONST
	SCOPE_ALL = (1 << SCOPE_COUNT) - 1
};
extern const char *const scope_labels[];	/* NULL-terminated */

struct principal {
	uint64_t user_id;	/* also the maker of an API key; 0: nobody */
	uint64_t org_id;	/* active organization; 0: none */
	struct str account_id;	/* by which its account is known outside */
	uint64_t session_id;	/* of a user or promoter; 0: an API key */
	uint64_t key_id;	/* 0: a session */
	uint64_t promoter_id;	/* of org_id; 0: none, all else is */
	uint64_t scopes;
	int role;		/* enum role, in org_id */
	bool house_admin;	/* owner or admin of organization 1 */
	bool test;		/* a test key */
	struct when expires_at;	/* of a key; 0: never */
	struct when used_at;	/* of a key, to the minute; 0: never */
};

/*
 * Under what name rows are kept for somebody: that of his organization, or his
 * own where he has none.  false: there is neither.
 */
bool principal_owner(uint64_t organization_id, uint64_t user_id,
    unsigned char owner[16]);

#endif
