/* The background role: what runs by the clock, and what calls the outside. */
#ifndef AFF_JOBS_JOBS_H
#define AFF_JOBS_JOBS_H

#include "server/conf.h"

/*
 * Until SIGTERM or SIGINT: what runs is finished first.  SIGHUP: read the
 * configuration again; SIGUSR2: open the log again.  Several may run.  Returns
 * the exit status.
 *
 * path: of the file that *conf came from, or NULL.  refresh is called with
 * each new configuration before it is used (and not for the first); false
 * refuses it.
 */
int jobs_run(struct conf *conf, const char *path,
    bool (*refresh)(struct conf *, char why[CONF_WHY]));

#endif
