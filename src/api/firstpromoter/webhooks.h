/* What the files about webhook subscriptions share. */
#ifndef AFF_API_FIRSTPROMOTER_WEBHOOKS_H
#define AFF_API_FIRSTPROMOTER_WEBHOOKS_H

#include "api/firstpromoter/routes.h"

/*
 * How an endpoint is called besides its address: the headers, and the user and
 * password of HTTP Basic.
 */
struct fp_hook_call {
	struct str headers;		/* JSON: an object; or absent */
	struct str user, password;
};
#define FP_HOOK_CALL(type, at) \
    FIELD(type, at.headers, "headers", .flags = F_JSON | F_NULLABLE, \
	.doc = "Of each call: names and texts", \
	.example = "{\"X-Api-Key\":\"secret\"}"), \
    FIELD(type, at.user, "basic_auth_user", .flags = F_NULLABLE, \
	.max = 200, .doc = "Of HTTP Basic, with its password"), \
    FIELD(type, at.password, "basic_auth_password", .flags = F_NULLABLE, \
	.max = 200, .doc = "Stored encrypted, and never shown")

/* Complains of what is wrong, with the rest of the body. */
void fp_hook_call_check(struct request *, const struct fp_hook_call *);

#endif
