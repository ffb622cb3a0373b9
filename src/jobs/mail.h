/* Mail over SMTP by libcurl, to the server that the configuration names. */
#ifndef AFF_JOBS_MAIL_H
#define AFF_JOBS_MAIL_H

#include "jobs/mime.h"
#include "server/conf.h"

/*
 * true: the server took it.  Otherwise why, and *status: its last reply (550),
 * 0 where there was none.
 */
MUST_CHECK bool mail_send(struct arena *, const struct conf *,
    const struct mail *, long *status, struct str *why);

#endif
