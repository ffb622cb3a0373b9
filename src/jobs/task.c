/*
 * Tasks: work that a transaction left behind, done at least once.  A claim
 * moves the lease and the number of attempts together, so that two processes
 * never hold the same one; what a task does must be safe to do twice.
 */
#include <sodium.h>

#include "auth/webhook.h"
#include "base/log.h"
#include "db/due.h"
#include "jobs/task.h"
#include "model/payment/stripe_event.h"
#include "net/https.h"

#include "base/banned.h"

#define LEASE_SECONDS 30
#define ATTEMPTS_MAX 20
#define WAIT_MAX_SECONDS 300

SHAPE(task_row, struct task, NULL,
    COLUMN(struct task, id),
    COLUMN(struct task, subject_id),
    COLUMN(struct task, payload),
    COLUMN(struct task, attempts));

struct call {
	struct str url, body;
};

SHAPE(call_in, struct call, "Call",
    FIELD(struct call, url, "url", .flags = F_REQUIRED),
    FIELD(struct call, body, "body", .flags = F_REQUIRED));

static const char *
header(struct arena *a, const char *name, struct str value)
{
	return str_printf(a, "%s: %.*s", name, STR_ARG(value)).p;
}

/* The sandbox calls its customer: this installation. */
static enum outcome
sandbox_callback(struct jobs *j, const struct task *t, struct str *why)
{
	struct arena *a = &j->arena;
	struct str id = str_printf(a, "msg_%llu", (unsigned long long)t->id);
	struct str at = str_printf(a, "%lld",
	    (long long)(clock_now().us / SECOND_US));
	struct complaints wrong;
	struct call call = { STR_NULL, STR_NULL };
	struct https_answer answer = { .status = 0 };
	struct https h;
	uint64_t given;

	complaints_init(&wrong);
	*why = STR("the payload is not readable");
	if (json_decode(a, t->payload, &call_in, false, &call, &given,
	    &wrong) != OK)
		return FAILED;
	h = (struct https){ .url = call.url, .body = call.body, .own = true,
	    .ca = j->conf->callback_ca, .headers = {
		"Content-Type: application/json",
		header(a, "webhook-id", id), header(a, "webhook-timestamp", at),
		header(a, "webhook-signature", webhook_sign(a,
		    webhook_sandbox_key(a), id, at, call.body)) } };
	if (!https_call(a, &h, &answer, why))
		return AGAIN;
	*why = str_printf(a, "status %ld", answer.status);
	if (answer.status >= 200 && answer.status < 300)
		return DONE;
	return answer.status >= 400 && answer.status < 500 &&
	    answer.status != 408 && answer.status != 429 ? FAILED : AGAIN;
}

struct search {
	struct str intent;
};

SHAPE(search_in, struct search, "Search",
    FIELD(struct search, intent, "intent", .flags = F_REQUIRED));

/* An event named money at Stripe that may be ours. */
static enum outcome
search_stripe(struct jobs *j, const struct task *t, struct str *why)
{
	struct search search = { STR_NULL };
	struct complaints wrong;
	uint64_t given;
	enum err e;

	complaints_init(&wrong);
	*why = STR("the payload is not readable");
	if (json_decode(&j->arena, t->payload, &search_in, false, &search,
	    &given, &wrong) != OK)
		return FAILED;
	e = stripe_search(j->db, &j->arena, search.intent);
	*why = str_of(err_slug(e));
	return e == OK ? DONE : AGAIN;
}

/* Doubling from one second, with a quarter of jitter. */
static int64_t
wait_seconds(int64_t attempts)
{
	int64_t s = attempts < 9 ? INT64_C(1) << attempts : WAIT_MAX_SECONDS;

	if (s > WAIT_MAX_SECONDS)
		s = WAIT_MAX_SECONDS;
	return s + randombytes_uniform((uint32_t)s / 4 + 1);
}

static enum err
finish(struct jobs *j, const struct task *t, enum outcome o, struct str why)
{
	struct when now = clock_now();

	switch (o) {
	case ONWARD:
		return jobs_exec(j, Q_TASK_ONWARD, ARGS(now, why, t->id,
		    j->owner), NULL);
	case DONE:
		return jobs_exec(j, Q_TASK_DONE, ARGS(now, t->id, j->owner),
		    NULL);
	case FAILED:
		log_error("task %llu failed: %.*s", (unsigned long long)t->id,
		    STR_ARG(why));
		return jobs_exec(j, Q_TASK_FAILED, ARGS(now, why, t->id,
		    j->owner), NULL);
	case AGAIN:
		break;
	}
	log_warn("task %llu will be tried again: %.*s",
	    (unsigned long long)t->id, STR_ARG(why));
	return jobs_exec(j, Q_TASK_AGAIN, ARGS(when_add(now,
	    wait_seconds(t->attempts)), why, t->id, j->owner), NULL);
}

static const struct {
	const char *kind;
	enum outcome (*run)(struct jobs *, const struct task *,
	    struct str *why);
	enum err (*give_up)(struct jobs *, const struct task *);
} kinds[] = {
	{ "sandbox_callback", sandbox_callback, NULL },
	{ "mail", letter_send, NULL },
	{ "stripe_search", search_stripe, NULL },
	{ "import_events", import_run, import_give_up },
};

static enum err
run_task(struct jobs *j, size_t kind, const struct task *t)
{
	struct when now = clock_now();
	struct str why = STR("its process ended each time");
	enum outcome o = FAILED;
	uint64_t rows;

	TRY(jobs_exec(j, Q_TASK_CLAIM, ARGS(j->owner, when_add(now,
	    LEASE_SECONDS), t->id, t->attempts, now, due_beyond(now)),
	    &rows));
	if (rows == 0)
		return OK;	/* another process was faster */
	if (t->attempts < ATTEMPTS_MAX)
		o = kinds[kind].run(j, t, &why);
	if (o == AGAIN && t->attempts + 1 >= ATTEMPTS_MAX)
		o = FAILED;
	if (o == FAILED && kinds[kind].give_up != NULL)
		TRY(kinds[kind].give_up(j, t));
	return finish(j, t, o, why);
}

static enum err
run_some(struct jobs *j, size_t kind, bool *more)
{
	struct when now = clock_now();
	const struct task *t;
	struct list rows;

	arena_reset(&j->arena);
	TRY(db_rows(j->db, &j->arena, Q_TASK_DUE, ARGS(
	    str_of(kinds[kind].kind), now, due_beyond(now)), &task_row,
	    &rows));
	t = rows.items;
	jobs_turn(j);
	for (size_t i = 0; i < rows.n && jobs_turn_lasts(j); i++)
		TRY(run_task(j, kind, &t[i]));
	*more |= rows.n > 0;
	return OK;
}

/* A mail server that is slow holds up neither payments nor schedules. */
enum err
task_round(struct jobs *j, bool *more)
{
	*more = false;
	for (size_t i = 0; i < LEN(kinds); i++)
		TRY(run_some(j, i, more));
	return OK;
}
