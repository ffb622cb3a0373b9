/* Listening sockets, and telling systemd that we are there. */
#ifndef AFF_SERVER_LISTEN_H
#define AFF_SERVER_LISTEN_H

#include <sys/types.h>

#include "base/compiler.h"

/*
 * Opens a socket at a path or at host:port; non-blocking, close-on-exec.  An
 * old socket file is replaced.  Where the service manager passed a socket of
 * this name (LISTEN_FDNAMES), that one is taken, and *ours is false.
 * -1: said in the log.
 */
MUST_CHECK int listen_open(const char *name, const char *address, mode_t mode,
    bool *ours);
/* Nobody connects any more; what has connected can still be accepted. */
void listen_close_door(const char *address);

/* "READY=1" and the like, if there is a service manager. */
void listen_notify(const char *state);

#endif
