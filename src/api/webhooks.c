/* What the faces with webhooks share. */
#include "api/webhooks.h"

#include "api/common.h"
#include "base/address.h"
#include "base/settings.h"

#include "base/banned.h"

bool
hook_url_check(struct request *rq, struct str url)
{
	const char *wrong = NULL;

	if (url.p == NULL)
		return true;
	if (!str_has_prefix(url, STR("https://")))
		wrong = "must begin with https://";
	else if (!settings->webhook_private && address_url_private(url))
		wrong = "must name a host of the public internet";
	if (wrong != NULL)
		complain(&rq->wrong, rq->arena, STR("url"), "%s", wrong);
	return wrong == NULL;
}

enum err
hook_create(struct request *rq, struct webhook_endpoint *w)
{
	enum err e = webhook_create(rq->db, rq->arena, ACTOR(rq), w);

	if (e == ERR_LIMIT)
		complain(&rq->wrong, rq->arena, STR(""), "There can be %lld "
		    "webhook endpoints: delete one first",
		    (long long)settings->webhook_endpoints);
	return e;
}

struct str
hook_types_join(struct arena *a, struct list types)
{
	const struct str *type = types.items;
	struct buf b;

	buf_init(&b, a, 256);
	for (size_t i = 0; i < types.n; i++)
		buf_printf(&b, "%s%.*s", i > 0 ? " " : "", STR_ARG(type[i]));
	return buf_view(&b);
}

struct list
hook_types_split(struct arena *a, struct str text)
{
	struct str *item = arena_array(a, HOOK_TYPES_MAX, sizeof(*item));
	size_t n = 0;

	while (text.p != NULL && n < HOOK_TYPES_MAX)
		(void)str_cut(text, ' ', &item[n++], &text);
	return (struct list){ item, n };
}
