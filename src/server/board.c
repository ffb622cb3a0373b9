/* The scoreboard's memory and the entry of a finished request. */
#include "server/board.h"

#include <sys/mman.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/banned.h"

const char *const pool_names[POOL_COUNT] =
    { "api", "auth", "outside", "clicks", "metrics" };
const char *const worker_state_names[WORKER_STATE_COUNT] =
    { "none", "starting", "idle", "busy", "draining" };
const int64_t board_latency_us[BOARD_LATENCIES] = {
	250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
	500000, 1000000, 5000000,
};

struct board *
board_new(size_t workers)
{
	struct board *b = mmap(NULL,
	    sizeof(*b) + workers * sizeof(b->workers[0]),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (b == MAP_FAILED)
		log_die("out of memory: the scoreboard");
	b->n = workers;
	b->started_us = clock_monotonic_us();
	return b;
}

void
board_enter(struct board_worker *w, int route, int status, int64_t us,
    uint64_t statements, size_t arena_used)
{
	size_t row = route < 0 ? 0 : (size_t)route + 1, i = 0;

	if (row > BOARD_ROUTES)
		row = BOARD_ROUTES;
	while (i < BOARD_LATENCIES && us > board_latency_us[i])
		i++;
	board_add(&w->requests, 1);
	board_add(&w->statements, statements);
	board_add(&w->latency_us, (uint64_t)us);
	board_add(&w->latency[i], 1);
	board_add(&w->route_statements[row], statements);
	board_add(&w->routes[row][status / 100 - 1], 1);
	if (arena_used > board_get(&w->arena_high))
		atomic_store_explicit(&w->arena_high, arena_used,
		    memory_order_relaxed);
}
