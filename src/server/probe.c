/* Probes answer by themselves: no route, no credential, no transaction. */
#include "server/probe.h"

#include "base/clock.h"
#include "base/banned.h"

#define JSON_TYPE	"application/json"
#define METRICS_TYPE	"text/plain; version=0.0.4; charset=utf-8"

static void
ready(struct db *db, struct http_out *out)
{
	unsigned version = 0;

	out->content_type = JSON_TYPE;
	out->status = 503;
	if (db_ping(db) != OK || db_version(db, &version) != OK)
		buf_lit(&out->body, "{\"ready\":false,"
		    "\"reason\":\"the database does not answer\"}\n");
	else if (version != db_schema_version)
		buf_printf(&out->body, "{\"ready\":false,\"reason\":\"the "
		    "database has schema %u, and %u is needed\"}\n", version,
		    db_schema_version);
	else {
		out->status = 200;
		buf_lit(&out->body, "{\"ready\":true}\n");
	}
}

static void
head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP affiliated_%s %s\n# TYPE affiliated_%s %s\n",
	    name, help, name, type);
}

/* One metric of one value per pool: the sum over its workers. */
static void
sums(struct buf *b, const struct board *board, const char *name,
    const char *help, size_t at)
{
	head(b, name, "counter", help);
	for (int p = 0; p < POOL_COUNT; p++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < board->n; i++) {
			const struct board_worker *w = &board->workers[i];

			if (w->pool == (enum pool)p)
				sum += board_get((const _Atomic uint64_t *)
				    (const void *)((const char *)w + at));
		}
		buf_printf(b, "affiliated_%s{pool=\"%s\"} %llu\n", name,
		    pool_names[p], (unsigned long long)sum);
	}
}

static void
states(struct buf *b, const struct board *board)
{
	head(b, "workers", "gauge", "Workers by pool and state.");
	for (int p = 0; p < POOL_COUNT; p++)
		for (int s = WORKER_STARTING; s < WORKER_STATE_COUNT; s++) {
			unsigned n = 0;

			for (size_t i = 0; i < board->n; i++)
				n += board->workers[i].pool == (enum pool)p &&
				    board->workers[i].state == s;
			buf_printf(b, "affiliated_workers{pool=\"%s\","
			    "state=\"%s\"} %u\n", pool_names[p],
			    worker_state_names[s], n);
		}
	head(b, "connections", "gauge", "Open connections of the web server.");
	for (int p = 0; p < POOL_COUNT; p++) {
		int n = 0;

		for (size_t i = 0; i < board->n; i++)
			if (board->workers[i].pool == (enum pool)p)
				n += board->workers[i].connections;
		buf_printf(b, "affiliated_connections{pool=\"%s\"} %d\n",
		    pool_names[p], n);
	}
}

static void
put_us(struct buf *b, uint64_t us)
{
	buf_printf(b, "%llu.%06llu", (unsigned long long)(us / 1000000),
	    (unsigned long long)(us % 1000000));
}

static void
latencies(struct buf *b, const struct board *board)
{
	head(b, "request_seconds", "histogram", "Time to answer a request.");
	for (int p = 0; p < POOL_COUNT; p++) {
		uint64_t n = 0, sum = 0;

		for (size_t l = 0; l <= BOARD_LATENCIES; l++) {
			for (size_t i = 0; i < board->n; i++)
				if (board->workers[i].pool == (enum pool)p)
					n += board_get(
					    &board->workers[i].latency[l]);
			buf_printf(b, "affiliated_request_seconds_bucket"
			    "{pool=\"%s\",le=\"", pool_names[p]);
			if (l < BOARD_LATENCIES)
				put_us(b, (uint64_t)board_latency_us[l]);
			else
				buf_lit(b, "+Inf");
			buf_printf(b, "\"} %llu\n", (unsigned long long)n);
		}
		for (size_t i = 0; i < board->n; i++)
			if (board->workers[i].pool == (enum pool)p)
				sum += board_get(&board->workers[i].latency_us);
		buf_printf(b, "affiliated_request_seconds_sum{pool=\"%s\"} ",
		    pool_names[p]);
		put_us(b, sum);
		buf_printf(b, "\naffiliated_request_seconds_count"
		    "{pool=\"%s\"} %llu\n", pool_names[p],
		    (unsigned long long)n);
	}
}

/* Who a row of the board is, as labels; the first is of no route. */
static void
put_operation(struct buf *b, const char *name, int row)
{
	const struct face *face = NULL;
	const struct route *route =
	    row > 0 ? dispatch_route(row - 1, &face) : NULL;

	buf_printf(b, "affiliated_%s{face=\"%s\",op=\"%s\"", name,
	    route != NULL ? face->name : "", route != NULL ? route->op : "");
}

static void
routes(struct buf *b, const struct board *board)
{
	head(b, "requests_total", "counter",
	    "Requests by operation and class of status.");
	for (int r = 0; r <= BOARD_ROUTES; r++)
		for (int c = 0; c < BOARD_CLASSES; c++) {
			uint64_t n = 0;

			for (size_t i = 0; i < board->n; i++)
				n += board_get(&board->workers[i].routes[r][c]);
			if (n == 0)
				continue;
			put_operation(b, "requests_total", r);
			buf_printf(b, ",status=\"%dxx\"} %llu\n", c + 1,
			    (unsigned long long)n);
		}
}

static void
route_statements(struct buf *b, const struct board *board)
{
	head(b, "operation_statements_total", "counter",
	    "Database statements by operation.");
	for (int r = 0; r <= BOARD_ROUTES; r++) {
		uint64_t n = 0;

		for (size_t i = 0; i < board->n; i++)
			n += board_get(&board->workers[i].route_statements[r]);
		if (n == 0)
			continue;
		put_operation(b, "operation_statements_total", r);
		buf_printf(b, "} %llu\n", (unsigned long long)n);
	}
}

static void
metrics(const struct board *board, struct buf *b)
{
	uint64_t high = 0;

	routes(b, board);
	route_statements(b, board);
	latencies(b, board);
	states(b, board);
#define SUM(name, member, help) \
	sums(b, board, name, help, offsetof(struct board_worker, member))
	SUM("served_total", requests, "Requests that were answered.");
	SUM("db_statements_total", statements, "Database statements.");
	SUM("handed_total", handed, "Connections given to another worker.");
	SUM("taken_total", taken, "Connections taken from another worker.");
#undef SUM
	head(b, "respawns_total", "counter", "Workers that were replaced "
	    "after they died.");
	buf_printf(b, "affiliated_respawns_total %llu\n",
	    (unsigned long long)board_get(&board->respawns));
	head(b, "kills_total", "counter", "Workers that were killed because "
	    "of the kill deadline.");
	buf_printf(b, "affiliated_kills_total %llu\n",
	    (unsigned long long)board_get(&board->kills));
	for (size_t i = 0; i < board->n; i++)
		if (board_get(&board->workers[i].arena_high) > high)
			high = board_get(&board->workers[i].arena_high);
	head(b, "arena_bytes_max", "gauge", "Most memory that one request "
	    "has taken.");
	buf_printf(b, "affiliated_arena_bytes_max %llu\n",
	    (unsigned long long)high);
	head(b, "uptime_seconds", "gauge", "Age of the supervisor.");
	buf_lit(b, "affiliated_uptime_seconds ");
	put_us(b, (uint64_t)(clock_monotonic_us() - board->started_us));
	buf_lit(b, "\n");
}

static void
add_header(struct arena *a, struct http_out *out, const char *name,
    struct str value)
{
	struct header *h = ARENA_NEW(a, struct header);

	*h = (struct header){ out->headers, name, value };
	out->headers = h;
}

bool
probe(struct db *db, struct arena *a, const struct board *board,
    enum pool pool, const struct http_in *in, struct http_out *out)
{
	struct str path, query;
	bool health, is_ready, is_metrics;

	if (in->refused != OK)
		return false;
	(void)str_cut(in->uri, '?', &path, &query);
	health = str_is(path, "/healthz");
	is_ready = str_is(path, "/readyz");
	is_metrics = pool == POOL_METRICS && str_is(path, "/metrics");
	if (!health && !is_ready && !is_metrics)
		return false;
	add_header(a, out, "Cache-Control", STR("no-store"));
	if (in->method != GET && in->method != HEAD) {
		add_header(a, out, "Allow", STR("GET, HEAD"));
		out->status = 405;
	} else if (is_ready) {
		ready(db, out);
	} else {
		out->status = 200;
		out->content_type = health ? JSON_TYPE : METRICS_TYPE;
		if (health)
			buf_lit(&out->body, "{\"healthy\":true}\n");
		else
			metrics(board, &out->body);
	}
	return true;
}
