/* Text to json-c's objects and back, of what json_lint() has passed. */
#ifndef AFF_JSON_TEXT_H
#define AFF_JSON_TEXT_H

#include <json.h>

#include "base/str.h"

/* NULL: JSON's null.  The caller owns it. */
json_object *json_parse(struct str);
struct str json_text(struct arena *, json_object *);
void json_release(void *object);		/* for arena_defer */

#endif
