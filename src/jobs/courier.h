/*
 * The courier: a process of the jobs role's own that publishes events and sends
 * webhooks, so that neither waits for a task, nor a task for them.  It ends
 * with its parent.
 */
#ifndef AFF_JOBS_COURIER_H
#define AFF_JOBS_COURIER_H

#include "server/conf.h"

/* Starts it where there is none: asked in each round. */
void courier_keep(const struct conf *);
/* It ends what is under way while the next one works already. */
void courier_renew(void);
void courier_reopen(void);		/* its log */
/* Ends it and waits for that. */
void courier_stop(void);

#endif
