/*
 * The other side of the benchmark: the statements of one kind of request, run
 * by processes that do nothing else.  No HTTP, no JSON, no token is checked.
 *
 *	bare KIND SECONDS PROCESSES VALUE...
 *	bare statements			prints them for the peers
 *
 * The values: of read, session, user, campaign, organization; of list,
 * session, user, organization; of click, a code; of pay, a prefix of the
 * names of payments, of which each process takes every n-th.
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

static bool
do_one(const char *kind, char **v, long long number)
{
	char token[64];

	if (strcmp(kind, "read") == 0)
		return work_read(v[0], v[1], v[2], v[3]);
	if (strcmp(kind, "list") == 0)
		return work_list(v[0], v[1], v[2]) > 0;
	if (strcmp(kind, "click") == 0)
		return work_click(v[0]);
	snprintf(token, sizeof(token), "%s-%lld", v[0], number);
	return work_pay(token);
}

static void
work(const char *kind, double until, long long number, long long step,
    char **v, struct result *out)
{
	work_connect();
	for (double begun = seconds(), done; begun < until; begun = done) {
		if (!do_one(kind, v, number))
			die(kind, "no row");
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
