/* POST over HTTPS, of which the status alone counts. */
#include "jobs/post.h"

#include "net/https.h"
#include "base/banned.h"

void
post_init(void)
{
	https_init();
}

bool
post_send(struct arena *a, const struct post *p, long *status, struct str *why)
{
	struct https h = { .url = p->url, .body = p->body, .ca = p->ca,
	    .own = p->own };
	struct https_answer answer = { .status = 0 };
	bool good;

	if (h.body.p == NULL)
		h.body = STR("");
	memcpy(h.headers, p->headers, sizeof(p->headers));
	good = https_call(a, &h, &answer, why);
	*status = answer.status;
	return good;
}
