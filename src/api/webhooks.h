/* What the faces with webhooks share. */
#ifndef AFF_API_WEBHOOKS_H
#define AFF_API_WEBHOOKS_H

#include "http/http.h"
#include "model/event/webhook.h"

#define HOOK_TYPES_MAX 100

/* Complains where it can't be called; absent: it is not asked. */
bool hook_url_check(struct request *, struct str url);
/* webhook_create(), with a complaint where there are too many. */
MUST_CHECK enum err hook_create(struct request *, struct webhook_endpoint *);

/* Types as one text with blanks between, and taken apart again. */
struct str hook_types_join(struct arena *, struct list types);
struct list hook_types_split(struct arena *, struct str);

#endif
