/* A webhook as it is sent: what it says, and under which headers. */
#ifndef AFF_MODEL_EVENT_MESSAGE_H
#define AFF_MODEL_EVENT_MESSAGE_H

#include "json/shape.h"

#define MESSAGE_HEADERS 32	/* with those of its endpoint, and a NULL */
#define MESSAGE_OWN_MOST 20	/* that an endpoint may want */
#define MESSAGE_OWN_BYTES 8000	/* in all */

struct webhook_message {
	struct str id;			/* the same with each attempt */
	struct str body;
	/* of records only */
	struct str type;
	struct str signature;		/* see webhook_sign_body */
};

struct webhook_headers {
	const char *v[MESSAGE_HEADERS];	/* "name: value" */
	size_t n;
};

/* The program's own; at: seconds since 1970. */
void webhook_headers(struct arena *, struct webhook_headers *,
    const struct webhook_message *, struct str at, struct str signatures);
/*
 * Those that the endpoint wants: HTTP Basic where there is a user, and the
 * members of a JSON object, or absent.
 */
void webhook_headers_own(struct arena *, struct webhook_headers *,
    struct str user, struct str password, struct str object);
/* Complains of what can't be sent in the field of this name. */
void webhook_headers_check(struct arena *, struct str object, bool basic,
    struct complaints *, const char *field);

#endif
