/* The background role: what runs by the clock, and what calls the outside. */
#ifndef AFF_JOBS_JOBS_H
#define AFF_JOBS_JOBS_H

#include "server/conf.h"

/* Until SIGTERM or SIGINT.  Several may run.  Returns the exit status. */
int jobs_run(const struct conf *);

#endif
