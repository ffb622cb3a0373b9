/*
 * Opens the sockets, keeps the pools of workers alive, and ends them.
 *
 * SIGTERM, SIGINT: answer what is in flight and in the backlog, then end;
 * SIGHUP: read the configuration again and replace one worker of each pool
 * after the other; SIGUSR2: open the log again.
 */
#ifndef AFF_SERVER_SUPERVISOR_H
#define AFF_SERVER_SUPERVISOR_H

#include "server/conf.h"

/*
 * Returns the exit status.  path: of the file that *conf came from, or NULL.
 * refresh is called with each new configuration before workers see it (and
 * not for the first); false refuses it.
 */
int supervise(struct conf *conf, const char *path,
    bool (*refresh)(struct conf *, char why[CONF_WHY]));

#endif
