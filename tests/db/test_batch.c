/* The engine of batches, with an action of its own that can go wrong. */
#include "ground.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/batch/batch.h"

#define ORG 7
#define OTHER 8
#define OWNER 99
#define PROCESSES 4
#define ODD 1000		/* ids from here on that are odd fail */
#define SLOW 665		/* runs out of its time */
#define BREAKS 666		/* the whole chunk, each time */
#define KILLS 667		/* the process */
#define LOSES 668		/* to another transaction, once */
#define LONG 700		/* takes several transactions */
#define PARTS 3			/* of a long one, and then the row */

struct touch_params {
	int64_t mark;
};

SHAPE(touch_params, struct touch_params, "Touch",
    FIELD(struct touch_params, mark, "mark"));

static int lost;

/* A part of a long one; whether there are others. */
static enum err
part(struct db *d, const struct actor *by, struct batch_item *item, bool *more)
{
	*more = item->id == LONG && item->place < PARTS;
	return !*more ? OK : db_exec(d, Q_TASK_INSERT, ARGS(STR("part"),
	    ++item->place, STR("{}"), by->now), NULL, NULL);
}

/* Leaves a task for each row: its effect. */
static enum err
touch(struct db *d, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	const struct touch_params *p = params;
	bool more;

	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || item[i - 1].id < item[i].id);
		if (item[i].id >= ODD && item[i].id % 2 == 1) {
			item[i].result = ERR_CONFLICT;
			continue;
		}
		TRY(part(d, by, &item[i], &more));
		if (more) {
			batch_leave_off(item, n, &item[i]);
			return OK;
		}
		TRY(db_exec(d, Q_TASK_INSERT, ARGS(STR("touch"), item[i].id,
		    str_printf(a, "%lld", (long long)p->mark), by->now), NULL,
		    NULL));
		if (item[i].id == BREAKS)
			return ERR_INTERNAL;
		if (item[i].id == SLOW)
			return ERR_UNAVAILABLE;
		if (item[i].id == KILLS)
			_exit(0);
		if (item[i].id == LOSES && lost++ == 0)
			return ERR_RETRY;
	}
	return OK;
}

static const struct batch_action test_touch = {
	.label = "test/touch", .params = &touch_params, .run = touch,
};
const struct batch_action *const batch_actions[] = { &test_touch, NULL };

static int
start(void **state)
{
	(void)state;
	ground_start(NULL);
	for (int org = ORG; org <= OTHER; org++)
		test_sql(beside, "INSERT INTO organization (id, name, slug, "
		    "account_id, created_at, updated_at) VALUES (%d, 'O', "
		    "'o%d', '%d', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))", org,
		    org, org);
	return 0;
}

/* Nothing is left of the test before. */
static int
fresh(void **state)
{
	(void)state;
	arena_reset(&arena);
	test_sql(root, "DELETE FROM task");
	test_sql(root, "DELETE FROM batch_failure");
	test_sql(root, "DELETE FROM batch_chunk");
	test_sql(root, "DELETE FROM batch");
	test_sql(root, "DELETE FROM batch_turn");
	lost = 0;
	return 0;
}

struct begin {
	uint64_t org, first, n, id;
	struct list ids;
	struct batch b;
};

static enum err
begin(struct db *d, void *arg)
{
	struct begin *q = arg;
	const struct actor by = { q->org, 0, clock_now() };
	const struct touch_params p = { 42 };

	return batch_begin(d, &arena, &by, &test_touch, &p, q->ids, &q->b);
}

/* Over n ids from first on; its own. */
static struct batch
begun(uint64_t org, uint64_t first, size_t n)
{
	uint64_t *id = arena_array(&arena, n, sizeof(*id));
	struct begin q = { .org = org, .ids = { id, n } };

	for (size_t i = 0; i < n; i++)
		id[i] = first + n - 1 - i;
	assert_int_equal(tx_run(db, &arena, begin, &q), OK);
	return q.b;
}

/* One chunk; whether there was one. */
static bool
work(uint64_t owner)
{
	struct batch_worker w = { .owner = owner };
	struct arena a;
	bool some;

	arena_init(&a);
	assert_int_equal(batch_work(db, &a, &w, &some), OK);
	assert_int_equal(batch_leave(db, &a, &w), OK);
	arena_free(&a);
	return some;
}

/* Whoever was put off has waited. */
static void
wait_over(void)
{
	test_sql(beside, "UPDATE batch_turn SET lease_until = NULL, "
	    "due_at = LEAST(due_at, UTC_TIMESTAMP(6))");
}

static void
work_all(void)
{
	int turns = 0;

	do {
		wait_over();
		assert_true(turns++ < 1000);
	} while (work(OWNER));
}

static struct batch
look(uint64_t org, uint64_t id)
{
	struct batch b = { 0 };

	assert_int_equal(batch_get(db, &arena, org, id, &b), OK);
	return b;
}

static int64_t
touched(void)
{
	assert_int_equal(test_number(beside, "SELECT COUNT(*) - COUNT(DISTINCT"
	    " subject_id) FROM task WHERE kind = 'touch'"), 0);
	return test_number(beside, "SELECT COUNT(*) FROM task WHERE "
	    "kind = 'touch' AND payload = '42'");
}

static void
a_few_are_done_at_once(void **state)
{
	struct batch b = begun(ORG, ODD, BATCH_AT_ONCE);

	(void)state;
	assert_int_equal(b.status, BATCH_COMPLETED);
	assert_int_equal(b.failed_count, 2);
	assert_int_equal(b.progress, 100);
	assert_int_equal(touched(), 3);
	assert_false(work(OWNER));
	assert_clean();
}

static void
many_are_done_in_chunks(void **state)
{
	struct batch b = begun(ORG, ODD, 2 * BATCH_CHUNK + 1), now_;

	(void)state;
	assert_int_equal(b.status, BATCH_PENDING);
	assert_int_equal(touched(), 0);
	assert_true(work(OWNER));
	now_ = look(ORG, b.id);
	assert_int_equal(now_.status, BATCH_IN_PROGRESS);
	assert_int_equal(now_.processed_count, BATCH_CHUNK);
	assert_int_equal(now_.failed_count, BATCH_CHUNK / 2);
	assert_clean();
	work_all();
	now_ = look(ORG, b.id);
	assert_int_equal(now_.status, BATCH_COMPLETED);
	assert_int_equal(now_.processed_count, b.total);
	assert_int_equal(now_.failed_count, BATCH_CHUNK);
	assert_int_equal(touched(), BATCH_CHUNK + 1);
	assert_clean();
}

/* A chunk by a process that may end in it. */
static void
work_once_apart(void)
{
	const struct db_conf conf = test_conf();
	struct batch_worker w = { .owner = OWNER };
	struct arena a;
	bool some;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		db = db_new(&conf);
		arena_init(&a);
		_exit(batch_work(db, &a, &w, &some) != OK);
	}
	test_wait(&pid, 1);
}

/* What breaks its chunk each time is done alone, and given up. */
static void
an_item_that_breaks_holds_up_none(void **state)
{
	struct batch b = begun(ORG, BREAKS - 20, 40), after;

	(void)state;
	for (int i = 0; i < 100; i++) {
		wait_over();
		work_once_apart();
	}
	after = look(ORG, b.id);
	assert_int_equal(after.status, BATCH_COMPLETED);
	assert_int_equal(after.failed_count, 3);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM "
	    "batch_failure WHERE row_id IN (%d, %d, %d) AND error = 'internal'",
	    BREAKS, KILLS, SLOW), 3);
	assert_int_equal(touched(), 37);
	assert_clean();
}

static void
a_chunk_that_lost_is_run_again(void **state)
{
	struct batch b = begun(ORG, LOSES, 10);

	(void)state;
	work_all();
	assert_int_equal(lost, 2);
	assert_int_equal(look(ORG, b.id).failed_count, 0);
	assert_int_equal(touched(), 10);
}

static void
assert_parts(int64_t n)
{
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM task "
	    "WHERE kind = 'part' AND subject_id BETWEEN 1 AND %d", PARTS), n);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM task "
	    "WHERE kind = 'part'"), n);
}

static void
a_long_item_takes_several_transactions(void **state)
{
	struct batch b = begun(ORG, LONG - 2, 5), other;

	(void)state;
	assert_int_equal(b.status, BATCH_IN_PROGRESS);
	assert_int_equal(b.processed_count, 2);
	assert_int_equal(b.progress, 40);
	assert_int_equal(touched(), 2);
	assert_parts(1);
	assert_clean();
	other = begun(ORG, ODD, 10);	/* waits for its turn */
	for (int64_t i = 2; i <= PARTS; i++) {
		assert_true(work(OWNER));
		assert_int_equal(look(ORG, b.id).processed_count, 2);
		assert_parts(i);
		assert_clean();
	}
	assert_true(work(OWNER));
	assert_int_equal(look(ORG, b.id).status, BATCH_COMPLETED);
	assert_int_equal(look(ORG, other.id).status, BATCH_PENDING);
	assert_int_equal(touched(), 5);
	work_all();
	assert_parts(PARTS);
	assert_clean();
}

static enum err
stop(struct db *d, void *arg)
{
	struct batch *b = arg;

	return batch_stop(d, &arena, &(struct actor){ ORG, 0, clock_now() },
	    b->id, b);
}

static void
a_long_item_stops_where_it_is(void **state)
{
	struct batch b = begun(ORG, LONG - 10, 20);

	(void)state;
	assert_true(work(OWNER));
	assert_int_equal(look(ORG, b.id).processed_count, 10);
	assert_int_equal(tx_run(db, &arena, stop, &b), OK);
	work_all();
	assert_int_equal(look(ORG, b.id).status, BATCH_STOPPED);
	assert_int_equal(touched(), 10);
	assert_parts(1);
	assert_clean();
	test_sql(root, "UPDATE batch SET place = 1");
	assert_found("stopped: 10 of 20");
}

static void
organizations_go_by_turns(void **state)
{
	struct batch large = begun(ORG, ODD, 10 * BATCH_CHUNK);
	struct batch small = begun(OTHER, 90000, 10);

	(void)state;
	assert_true(work(OWNER));
	assert_true(work(OWNER));
	assert_int_equal(look(ORG, large.id).processed_count, BATCH_CHUNK);
	assert_int_equal(look(OTHER, small.id).status, BATCH_COMPLETED);
	work_all();
	assert_clean();
}

static void
a_lease_of_another_is_waited_for(void **state)
{
	struct batch b = begun(ORG, 1, 10);

	(void)state;
	test_sql(beside, "UPDATE batch_turn SET lease_owner = 5, lease_until "
	    "= UTC_TIMESTAMP(6) + INTERVAL 10 SECOND");
	assert_false(work(OWNER));
	test_sql(beside, "UPDATE batch_turn SET lease_until = "
	    "UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	assert_true(work(OWNER));
	assert_int_equal(look(ORG, b.id).status, BATCH_COMPLETED);
}

static void
a_turn_of_a_clock_that_was_put_back_is_due(void **state)
{
	struct batch b = begun(ORG, 1, 10);

	(void)state;
	test_sql(beside, "UPDATE batch_turn SET lease_owner = 5, "
	    "due_at = UTC_TIMESTAMP(6) + INTERVAL 2 HOUR, "
	    "lease_until = due_at + INTERVAL 12 SECOND");
	assert_true(work(OWNER));
	assert_int_equal(look(ORG, b.id).status, BATCH_COMPLETED);
}

static int
work_apart(uint64_t owner)
{
	const struct db_conf conf = test_conf();
	bool some = true;

	db = db_new(&conf);
	while (some) {
		struct batch_worker w = { .owner = owner };
		struct arena a;

		arena_init(&a);
		if (batch_work(db, &a, &w, &some) != OK)
			return 1;
		if (owner % 2 == 0 && batch_leave(db, &a, &w) != OK)
			return 1;
		arena_free(&a);
	}
	db_free(db);
	return 0;
}

/* Even where they do not heed each other's leases. */
static void
several_processes_do_each_once(void **state)
{
	pid_t pid[PROCESSES];

	(void)state;
	for (int i = 0; i < 6; i++)
		begun(i % 2 ? ORG : OTHER, (uint64_t)(ODD + 10000 * i),
		    5 * BATCH_CHUNK);
	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(work_apart((uint64_t)i + 1));
	}
	for (int i = 0; i < 200; i++) {
		test_sql(beside, "UPDATE batch_turn SET lease_until = NULL");
		usleep(5000);
	}
	test_wait(pid, PROCESSES);
	work_all();
	assert_int_equal(touched() + test_number(beside,
	    "SELECT COUNT(*) FROM batch_failure"), 30 * BATCH_CHUNK);
	assert_clean();
}

static void
what_ended_long_ago_is_purged(void **state)
{
	struct batch old = begun(ORG, ODD, 20), young;
	uint64_t count;

	(void)state;
	work_all();
	young = begun(ORG, ODD + 100, 3);
	test_sql(beside, "UPDATE batch SET finished_at = finished_at - "
	    "INTERVAL 31 DAY WHERE id = %d", (int)old.id);
	begun(ORG, ODD + 200, 20);
	assert_int_equal(batch_purge(db, &arena, when_add(clock_now(),
	    -30 * 86400), &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(batch_get(db, &arena, ORG, old.id, &old),
	    ERR_NOT_FOUND);
	assert_int_equal(look(ORG, young.id).total, 3);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM batch"), 2);
	assert_clean();
	assert_int_equal(batch_purge(db, &arena, when_add(clock_now(),
	    -30 * 86400), &count), OK);
	assert_int_equal(count, 0);
}

static void
what_is_wrong_is_found(void **state)
{
	static const char *const faults[] = {
		"UPDATE batch SET failed_count = failed_count + 1",
		"UPDATE batch SET processed_count = processed_count - 1",
		"UPDATE batch SET open = 1",
		"UPDATE batch SET total = total + 1",
		"UPDATE batch SET status = 'failed'",
		"DELETE FROM batch_chunk",
		"DELETE FROM batch_failure LIMIT 1",
	};
	struct batch b = begun(ORG, ODD, 20);

	(void)state;
	work_all();
	(void)b;
	for (size_t i = 0; i < LEN(faults); i++) {
		test_sql(root, "%s", faults[i]);
		assert_false(verify());
		fresh(NULL);
		begun(ORG, ODD, 20);
		work_all();
		assert_clean();
	}
	begun(ORG, ODD + 100, 20);
	test_sql(root, "UPDATE batch_turn SET due_at = NULL");
	assert_found("is forgotten");
}

/* Each test begins with an empty table. */
#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_few_are_done_at_once),
		TEST(many_are_done_in_chunks),
		TEST(an_item_that_breaks_holds_up_none),
		TEST(a_chunk_that_lost_is_run_again),
		TEST(a_long_item_takes_several_transactions),
		TEST(a_long_item_stops_where_it_is),
		TEST(organizations_go_by_turns),
		TEST(a_lease_of_another_is_waited_for),
		TEST(a_turn_of_a_clock_that_was_put_back_is_due),
		TEST(several_processes_do_each_once),
		TEST(what_ended_long_ago_is_purged),
		TEST(what_is_wrong_is_found),
	};

	return cmocka_run_group_tests_name("batch", tests, start,
	    ground_stop);
}
