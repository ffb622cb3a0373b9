/* See jwt_seen.h: each hash has one place, which the newest takes. */
#include "auth/jwt_seen.h"

#include <sodium.h>

#include "base/banned.h"

#define PLACES 1024

struct place {
	unsigned char print[JWT_PRINT];
	struct jwt_good good;	/* until is 0 where there is none */
};

struct jwt_seen {
	struct place places[PLACES];
};

struct jwt_seen *
jwt_seen_new(struct arena *a)
{
	return ARENA_NEW(a, struct jwt_seen);
}

static size_t
place_of(const unsigned char print[JWT_PRINT])
{
	return (print[0] | (size_t)print[1] << 8) % PLACES;
}

const struct jwt_good *
jwt_seen_find(const struct jwt_seen *seen, struct str token,
    unsigned char print[JWT_PRINT])
{
	const struct place *p;

	crypto_generichash(print, JWT_PRINT, (const unsigned char *)token.p,
	    token.n, NULL, 0);
	p = &seen->places[place_of(print)];
	return p->good.until > 0 &&
	    sodium_memcmp(p->print, print, JWT_PRINT) == 0 ? &p->good : NULL;
}

void
jwt_seen_keep(struct jwt_seen *seen, const unsigned char print[JWT_PRINT],
    const struct jwt_good *good)
{
	struct place *p = &seen->places[place_of(print)];

	memcpy(p->print, print, JWT_PRINT);
	p->good = *good;
}
