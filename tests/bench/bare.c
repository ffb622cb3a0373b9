/*
 * The other side of the benchmark: the statements of one kind of request, run
 * by processes that do nothing else.  No HTTP, no JSON, no token is checked.
 *
 *	bare KIND SECONDS PROCESSES VALUE...
 *	bare statements			prints them for the peers
 *
 * The values: of read, session, user, campaign, organization; of list,
 * session, user, organization; of click, a code; of pay, a prefix of the
 * names of payments, of which each process takes every n-th; of order, session,
 * user, organization, product, and for keyed a prefix of keys as well; of stop,
 * session, user, organization, the first campaign; of bulk, user, organization
 * and a file of ids, whose end is the end: a JSON array of 250 in a line.
 * Prints requests a second, and the latencies p50 and p99 in microseconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "work.h"

#define MAX_PROCESSES 64
#define MAX_SAMPLES 200000
#define MAX_LINE 8192

struct result {
	unsigned n;
	unsigned us[MAX_SAMPLES];
};

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The next line of a file that only one process reads. */
static bool
delete_next(char **v)
{
	static FILE *file;
	char line[MAX_LINE];

	if (file == NULL)
		file = fopen(v[2], "r");
	if (file == NULL)
		die(v[2], "cannot be opened");
	if (fgets(line, sizeof(line), file) == NULL)
		return false;
	if (!work_delete(v[0], v[1], line))
		die("bulk", "no row");
	return true;
}

/* key: of idempotency, or NULL */
static bool
order(char **v, const char *key)
{
	return work_order(&(struct order){ .session = v[0], .user = v[1],
	    .organization = v[2], .product = v[3], .currency = "USD",
	    .success = "https://shop.example/bench",
	    .cancel = "https://shop.example/cart", .quantity = 1,
	    .key = key, .request = v[3] }) != NULL;
}

static bool
do_one(const char *kind, char **v, long long number)
{
	char name[64];

	if (strcmp(kind, "read") == 0)
		return work_read(v[0], v[1], v[2], v[3]);
	if (strcmp(kind, "list") == 0)
		return work_list(v[0], v[1], v[2]) > 0;
	if (strcmp(kind, "click") == 0)
		return work_click(v[0]);
	if (strcmp(kind, "bulk") == 0)
		return delete_next(v);
	if (strcmp(kind, "order") == 0)
		return order(v, NULL);
	if (strcmp(kind, "keyed") == 0) {
		snprintf(name, sizeof(name), "%s-%lld", v[4], number);
		return order(v, name);
	}
	if (strcmp(kind, "stop") == 0) {
		snprintf(name, sizeof(name), "%lld", atoll(v[3]) + number);
		return work_stop(v[0], v[1], v[2], name);
	}
	snprintf(name, sizeof(name), "%s-%lld", v[0], number);
	return work_pay(name);
}

static void
work(const char *kind, double until, long long number, long long step,
    char **v, struct result *out)
{
	work_connect();
	for (double begun = seconds(), done; begun < until; begun = done) {
		if (!do_one(kind, v, number)) {
			if (strcmp(kind, "bulk") == 0)
				break;
			die(kind, "no row");
		}
		number += step;
		done = seconds();
		if (out->n < MAX_SAMPLES)
			out->us[out->n++] = (unsigned)((done - begun) * 1e6);
	}
}

static int
compare(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
main(int argc, char **argv)
{
	struct result *results;
	unsigned *all, total = 0;
	int processes, status, failed = 0;
	double length, begun;

	if (argc == 2 && strcmp(argv[1], "statements") == 0) {
		work_print_statements();
		return 0;
	}
	if (argc < 5)
		die("usage", "bare KIND SECONDS PROCESSES VALUE...");
	length = atof(argv[2]);
	processes = atoi(argv[3]);
	if (processes < 1 || processes > MAX_PROCESSES)
		die("processes", argv[3]);
	results = mmap(NULL, sizeof(*results) * (size_t)processes,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		die("mmap", "no memory");
	begun = seconds();
	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			work(argv[1], begun + length, i, processes, argv + 4,
			    &results[i]);
			_exit(0);
		}
	while (wait(&status) > 0)
		failed |= status;
	length = seconds() - begun;
	for (int i = 0; i < processes; i++)
		total += results[i].n;
	all = malloc(sizeof(*all) * (total + 1));
	if (all == NULL || total == 0 || failed)
		die(argv[1], "failed");
	total = 0;
	for (int i = 0; i < processes; i++) {
		memcpy(all + total, results[i].us,
		    sizeof(*all) * results[i].n);
		total += results[i].n;
	}
	qsort(all, total, sizeof(*all), compare);
	printf("%.0f %u %u\n", total / length, all[total / 2],
	    all[(unsigned long long)total * 99 / 100]);
	free(all);
	return 0;
}
