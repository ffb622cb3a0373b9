/*
 * The scoreboard: memory that the supervisor and all workers share.  Each
 * worker writes its own part; the supervisor and the metrics worker read.
 * Counters belong to the slot and go on when its worker is replaced.
 */
#ifndef AFF_SERVER_BOARD_H
#define AFF_SERVER_BOARD_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/compiler.h"

enum pool {
	POOL_API, POOL_AUTH, POOL_OUTSIDE, POOL_CLICKS, POOL_METRICS, POOL_COUNT
};
extern const char *const pool_names[POOL_COUNT];

enum worker_state {
	WORKER_NONE, WORKER_STARTING, WORKER_IDLE, WORKER_BUSY, WORKER_DRAINING,
	WORKER_STATE_COUNT
};
extern const char *const worker_state_names[WORKER_STATE_COUNT];

#define BOARD_ROUTES	512	/* more share the last */
#define BOARD_CLASSES	5	/* 1xx to 5xx */
#define BOARD_LATENCIES	13	/* and one for the rest */
extern const int64_t board_latency_us[BOARD_LATENCIES];

struct board_worker {
	enum pool pool;			/* fixed */
	_Atomic pid_t pid;
	_Atomic int state;		/* enum worker_state */
	_Atomic int connections;
	_Atomic bool retire;		/* wants to be replaced */
	_Atomic int64_t busy_since_us;	/* monotonic; 0: between requests */
	_Atomic uint64_t requests, statements, handed, taken;
	_Atomic uint64_t arena_high;	/* bytes, the most of any request */
	_Atomic uint64_t latency_us;	/* sum */
	_Atomic uint64_t latency[BOARD_LATENCIES + 1];
	/* 0: no route */
	_Atomic uint64_t routes[BOARD_ROUTES + 1][BOARD_CLASSES];
	_Atomic uint64_t route_statements[BOARD_ROUTES + 1];
};

struct board {
	_Atomic bool closing;		/* nobody will be there to take over */
	int64_t started_us;		/* monotonic */
	_Atomic uint64_t respawns, kills;
	size_t n;			/* workers */
	struct board_worker workers[];
};

/* Shared by the children that are forked later; zeroed. */
struct board *board_new(size_t workers);
/* Enters a finished request. route: as dispatch() gives it. */
void board_enter(struct board_worker *, int route, int status, int64_t us,
    uint64_t statements, size_t arena_used);

static inline void
board_add(_Atomic uint64_t *c, uint64_t n)
{
	atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

static inline uint64_t
board_get(const _Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

#endif
