/* Lines as they are sent, read against what is known of their campaign. */
#ifndef AFF_API_NAVIGA_LINES_H
#define AFF_API_NAVIGA_LINES_H

#include "api/naviga/routes.h"

#define LINES_MAX 1000		/* of a campaign */

extern const struct shape nv_line_in;

/* What a line is held against. */
struct nv_frame {
	struct request *rq;
	int digits;			/* of its currency; -1: not known */
	struct day starts_on, ends_on;	/* where a line has none */
	bool known;			/* all of the campaign */
	bool fixed;			/* lines may not go beyond */
	size_t i;			/* number of the line */
};

/* Of a list of nv_line_in, as many lines; complains of all that is wrong. */
struct line *nv_read_lines(struct nv_frame *, struct list);

/* Both are there, and a is the earlier. */
bool nv_before(struct day a, struct day b);

#endif
