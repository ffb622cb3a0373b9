/*
 * A mail as it goes over the wire: headers of RFC 5322, text in UTF-8 as
 * quoted-printable.  Whatever a name or a subject holds, no header begins in
 * it: what is not plain is encoded (RFC 2047).
 */
#ifndef AFF_JOBS_MIME_H
#define AFF_JOBS_MIME_H

#include "base/buf.h"
#include "base/clock.h"

struct mail {
	struct str from, from_name;	/* a name may be absent */
	struct str to, to_name;
	struct str subject, text;	/* lines of the text end in \n */
	struct str id;		/* of the Message-ID, before the @ */
	struct when at;
};

/* Can it stand between angle brackets? */
MUST_CHECK bool mime_address(struct str);
/* What stands behind the @. */
struct str mime_domain(struct str address);

void mime_subject(struct buf *, struct str);
void mime_phrase(struct buf *, struct str);	/* the name of somebody */
void mime_date(struct buf *, struct when);
void mime_text(struct buf *, struct str);	/* quoted-printable */
/* Both addresses have passed mime_address(). */
void mime_message(struct buf *, const struct mail *);

#endif
