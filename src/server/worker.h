/* A worker: serves the connections of its pool until it is told to end. */
#ifndef AFF_SERVER_WORKER_H
#define AFF_SERVER_WORKER_H

#include "server/board.h"
#include "server/conf.h"

struct worker_start {
	const struct conf *conf;
	struct board *board;
	struct board_worker *me;
	pid_t supervisor;
	int listen_fd;		/* non-blocking */
	/*
	 * The pool's queue of connections that workers give to each other: a
	 * pair of SOCK_SEQPACKET, taken from [0], given to [1].
	 */
	int queue[2];
};

/*
 * In a child, with all signals blocked.  SIGTERM: give the connections to the
 * others and end; where the scoreboard says that all are closing, or the
 * supervisor is gone, answer what is there first.  SIGUSR2: open the log again.
 */
NORETURN void worker_run(const struct worker_start *);

#endif
