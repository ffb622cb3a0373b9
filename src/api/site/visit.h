/*
 * Visits that a company's own page tells of, by the script /aff.js: a click
 * without a redirect, or the one that led there, told again.  click.c stores
 * them with the others.
 */
#ifndef AFF_API_SITE_VISIT_H
#define AFF_API_SITE_VISIT_H

#include "http/http.h"
#include "model/referral/click.h"

struct visit_in {
	struct str code;	/* of the link */
	struct str tid;		/* the visitor, if the page knows him */
	struct str click;	/* token of the click that led there */
	struct str url, referrer;
};

struct visit_out {
	struct str tid;		/* absent: not a person */
	int64_t max_age;	/* seconds, to keep it */
};

extern const struct shape visit_in, visit_out;

/* Is it told here, and not by a link? */
bool visit_told(const struct http_in *);
/* From a body of whatever type: a plain one needs no leave of the browser. */
MUST_CHECK enum err visit_read(struct arena *, const struct http_in *,
    struct visit_in *, struct complaints *);
/*
 * Who the visitor is.  *counted is set to false where the click that led there
 * is all, and c->same where it has to be stored under another name.
 */
MUST_CHECK enum err visit_known(struct db *, struct arena *,
    const struct visit_in *, struct when now, struct click *, bool *counted);
void visit_answer(struct arena *, const struct http_in *, enum err,
    const struct complaints *, const struct visit_out *, struct http_out *);

#endif
