/* Slugs: the readable names of organizations in addresses. */
#ifndef AFF_MODEL_PEOPLE_SLUG_H
#define AFF_MODEL_PEOPLE_SLUG_H

#include "base/str.h"

#define SLUG_MAX 48	/* the column has room for a suffix */

/*
 * "Acme & Sons" becomes "acme-sons", and an accent is left out or, as with the
 * umlauts of German, written with a second letter.  Empty where the name has
 * nothing of which a slug is made.
 */
struct str slug_of(struct arena *, struct str name);

/* Words that stand for something else in addresses. */
bool slug_reserved(struct str);

#endif
