/*
 * Reports: every change and every commission once, whoever adds them up and
 * dies in it; and the same numbers before, while and after that.
 */
#include "harness.h"

#include <sys/wait.h>
#include <unistd.h>

#include "db/internal.h"
#include "model/report/rank.h"
#include "base/banned.h"

#define PROCESSES 4
#define CHANGES 20000
#define TEN_DAYS 10
#define MANY 3000		/* promoters */
#define FEW_ROWS 400		/* read for a page */

static struct db *db;
static struct arena arena;
static MYSQL *beside, *admin;
static const struct rollup_conf conf = { .step_seconds = 60,
	.age_seconds = 60 };

static struct when
at_day(int n)
{
	return day_start(day_from(2026, 1, 26 + n));
}

static int
start(void **state)
{
	struct db_conf where = test_conf();

	(void)state;
	test_migrate();
	where.statement_seconds = 60;
	db = db_new(&where);
	arena_init(&arena);
	beside = test_connect();
	admin = test_connect_migrate();
	test_sql(admin, "INSERT INTO organization (id, name, slug, account_id,"
	    " created_at, updated_at) SELECT seq, seq, seq, seq, NOW(), NOW()"
	    " FROM seq_2_to_5");
	test_sql(admin, "INSERT INTO referrer (id, organization_id,"
	    " member_organization_id, status, joined_at) SELECT seq, 1, seq,"
	    " 'active', NOW() FROM seq_2_to_5");
	test_sql(admin, "INSERT INTO placement (id, organization_id,"
	    " campaign_id, referrer_id, name, code, landing_url, status,"
	    " created_at, updated_at) SELECT seq, 1, 1, seq %% 4 + 2, 'n', seq,"
	    " 'https://a.example/', 'ACTIVE', NOW(), NOW()"
	    " FROM seq_1_to_20");
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	mysql_close(beside);
	mysql_close(admin);
	db_free(db);
	arena_free(&arena);
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	test_sql(admin, "DELETE FROM report_change");
	test_sql(admin, "DELETE FROM report_sum");
	test_sql(admin, "DELETE FROM report_rank");
	test_sql(admin, "DELETE FROM report_window");
	test_sql(admin, "DELETE FROM earning");
	test_sql(admin, "DELETE FROM sale");
	test_sql(admin, "UPDATE rollup SET done_until = '2000-01-01',"
	    " last_id = 0 WHERE name = 'report'");
	return 0;
}

/* Ten days from the 26th of January on, of all promoters and sources. */
static void
add_changes(void)
{
	test_sql(beside, "INSERT INTO report_change (organization_id,"
	    " placement_id, source, url, sub_id, currency, clicks, referrals,"
	    " customers, active, sales, refunds, revenue, paid, created_at)"
	    " SELECT 1, seq %% 20 + 1, CONCAT('s', seq %% 7),"
	    " IF(seq %% 3 = 0, NULL, CONCAT('u', seq %% 5)),"
	    " IF(seq %% 2 = 0, 'a', NULL), IF(seq %% 4 = 0, '', 'USD'), 1,"
	    " seq %% 2, seq %% 3, CAST(seq %% 3 AS SIGNED) - 1, seq %% 5,"
	    " seq %% 2, IF(seq %% 4 = 0, 0, seq %% 11), IF(seq %% 4 = 1, 7, 0),"
	    " '2026-01-26' + INTERVAL (seq - 1) * 43 SECOND"
	    " FROM seq_1_to_%d", CHANGES);
	test_sql(beside, "INSERT INTO sale (id, organization_id, kind, amount,"
	    " currency, created_at) SELECT seq, 1, 'custom', 0, 'USD', NOW()"
	    " FROM seq_1_to_500");
	test_sql(beside, "INSERT INTO earning (organization_id, referrer_id,"
	    " campaign_id, placement_id, sale_id, type, status, amount,"
	    " currency, created_at) SELECT 1, (seq %% 20 + 1) %% 4 + 2, 1,"
	    " seq %% 20 + 1, seq, 'commission', 'available', seq %% 13,"
	    " IF(seq %% 9 = 0, 'EUR', 'USD'),"
	    " '2026-01-26' + INTERVAL seq * 1500 SECOND FROM seq_1_to_500");
}

static void
fold_until(struct when now)
{
	bool more = true;

	while (more) {
		more = false;
		assert_int_equal(report_fold(db, &arena, now, &conf, &more),
		    OK);
		assert_int_equal(rank_move(db, &arena, &more), OK);
	}
}

struct finding {
	uint64_t id;
	struct str wrong;
};

SHAPE(report_finding_row, struct finding, NULL,
    COLUMN(struct finding, id),
    COLUMN(struct finding, wrong));

/* All of the sums, by the statements that verify them. */
static void
parts_make_up(void)
{
	static const enum query checks[] = { Q_VERIFY_REPORT_PARTS,
		Q_VERIFY_REPORT_MONTHS, Q_VERIFY_REPORT_RANKS };
	struct list rows;

	for (size_t i = 0; i < LEN(checks); i++) {
		assert_int_equal(db_rows(db, &arena, checks[i],
		    ARGS(arg_bound(0), INT64_MAX), &report_finding_row,
		    &rows), OK);
		assert_int_equal(rows.n, 0);
	}
}

static int64_t
folded(const char *what)
{
	return test_number(beside, "SELECT CAST(COALESCE(SUM(%s), 0) AS SIGNED)"
	    " FROM report_sum WHERE subject = 'all' AND level = 'day'", what);
}

static struct report
read_all(enum report_subject subject, enum chart_group group)
{
	struct report r;

	assert_int_equal(report_read(db, &arena, &(struct report_ask){
	    .organization_id = 1, .subject = subject,
	    .from = day_from(2026, 1, 28), .to = day_from(2026, 2, 3),
	    .group = group, .periods = true,
	    .columns = (UINT32_C(1) << REPORT_COLUMNS) - 1,
	    .sort = REPORT_REVENUE, .limit = 1000 }, &r), OK);
	return r;
}

static void
same_figures(const struct report_figures *x, const struct report_figures *y)
{
	assert_memory_equal(x, y, sizeof(*x));
}

static void
same_report(const struct report *x, const struct report *y)
{
	const struct report_line *a = x->lines.items, *b = y->lines.items;

	assert_int_equal(x->lines.n, y->lines.n);
	for (size_t i = 0; i < x->lines.n; i++) {
		assert_int_equal(a[i].id, b[i].id);
		assert_true(str_eq(a[i].name, b[i].name));
		same_figures(&a[i].total, &b[i].total);
		for (size_t k = 0; k < x->periods.n; k++)
			same_figures(&a[i].periods[k], &b[i].periods[k]);
	}
}

static void
read_before_and_after_is_the_same(void **state)
{
	static const enum chart_group groups[] = { CHART_DAYS, CHART_MONTHS };
	struct report was[REPORT_PROMOTER_CAMPAIGNS + 1][LEN(groups)];

	(void)state;
	add_changes();
	for (int day = -1; day < TEN_DAYS + 2; day++) {
		fold_until(when_add(at_day(day), 30000));
		for (int s = 0; s <= REPORT_PROMOTER_CAMPAIGNS; s++)
			for (size_t g = 0; g < LEN(groups); g++) {
				struct report now = read_all(
				    (enum report_subject)s, groups[g]);

				if (day < 0)
					was[s][g] = now;
				same_report(&was[s][g], &now);
			}
	}
	parts_make_up();
	assert_int_equal(folded("clicks"), CHANGES);
	assert_int_equal(folded("earned"), test_number(beside,
	    "SELECT CAST(SUM(amount) AS SIGNED) FROM earning"));
	assert_true(test_number(beside, "SELECT COUNT(*) FROM report_change")
	    < CHANGES);
}

/* By hand: one promoter, three changes and two commissions. */
static void
numbers_are_what_they_are(void **state)
{
	const struct report_line *l;
	struct report r;

	(void)state;
	test_sql(beside, "INSERT INTO report_change (organization_id,"
	    " placement_id, currency, clicks, customers, active, sales,"
	    " revenue, created_at) VALUES"
	    " (1, 1, 'USD', 4, 2, 2, 2, 300, '2026-01-27 23:59:59'),"
	    " (1, 1, 'USD', 6, 1, 0, 1, 100, '2026-01-28'),"
	    " (1, 1, 'EUR', 0, 0, 0, 1, 999, '2026-02-03 23:59:59'),"
	    " (1, 1, 'USD', 1, 0, 0, 1, 50, '2026-02-04')");
	test_sql(beside, "INSERT INTO sale (id, organization_id, kind, amount,"
	    " currency, created_at) VALUES (1, 1, 'custom', 0, 'USD', NOW())");
	test_sql(beside, "INSERT INTO earning (organization_id, referrer_id,"
	    " placement_id, sale_id, part, type, status, amount, currency,"
	    " created_at) VALUES (1, 3, 1, 1, 0, 'commission', 'available', 60,"
	    " 'USD', '2026-01-20'), (1, 3, 1, 1, 1, 'commission', 'available',"
	    " 20, 'USD', '2026-02-01')");
	for (int day = -1; day < TEN_DAYS + 2; day += 3) {
		fold_until(at_day(day));
		r = read_all(REPORT_PROMOTERS, CHART_DAYS);
		assert_int_equal(r.lines.n, 1);
		l = r.lines.items;
		assert_int_equal(l->id, 3);
		assert_int_equal(r.periods.n, 7);
		assert_int_equal(l->total.n.clicks, 6);
		assert_int_equal(l->total.n.sales, 2);
		assert_int_equal(l->total.n.revenue, 100);
		assert_int_equal(l->total.n.earned, 20);
		assert_int_equal(l->total.active_before, 2);
		assert_int_equal(l->total.earned3, 80);
		assert_int_equal(l->total.clicks3, 10);
		assert_int_equal(l->periods[0].n.revenue, 100);
		assert_int_equal(l->periods[4].n.earned, 20);
		assert_int_equal(l->periods[6].n.sales, 1);
		assert_int_equal(l->periods[6].n.revenue, 0);
	}
}

/* Promoters of their own, each with a placement of the same number. */
static void
add_promoters(int n)
{
	test_sql(admin, "INSERT IGNORE INTO referrer (id, organization_id,"
	    " status, terms, joined_at) SELECT seq, 1, 'active', '', NOW()"
	    " FROM seq_1001_to_%d", 1000 + n);
	test_sql(admin, "INSERT IGNORE INTO placement (id, organization_id,"
	    " campaign_id, referrer_id, name, code, landing_url, status,"
	    " created_at, updated_at) SELECT seq, 1, 1, seq, 'n', seq,"
	    " 'https://a.example/', 'ACTIVE', NOW(), NOW()"
	    " FROM seq_1001_to_%d", 1000 + n);
}

static struct report_ask
first_of(struct day from, struct day to)
{
	return (struct report_ask){ .organization_id = 1,
	    .subject = REPORT_PROMOTERS, .from = from, .to = to,
	    .group = CHART_MONTHS, .periods = true,
	    .columns = (UINT32_C(1) << REPORT_COLUMNS) - 1,
	    .sort = REPORT_REVENUE, .limit = 5 };
}

/* The same page when all lines are put in order, which counting needs. */
static void
same_as_of_all(struct report_ask ask)
{
	struct report some, all;

	assert_int_equal(report_read(db, &arena, &ask, &some), OK);
	ask.counted = true;
	assert_int_equal(report_read(db, &arena, &ask, &all), OK);
	same_report(&some, &all);
}

static void
all_pages_are_the_same(struct day from, struct day to)
{
	struct report_ask ask = first_of(from, to);

	for (ask.sort = 0; ask.sort < REPORT_COLUMNS; ask.sort++)
		for (ask.skip = 0; ask.skip < 30; ask.skip += 14) {
			ask.columns = (UINT32_C(1) << REPORT_COLUMNS) - 1;
			same_as_of_all(ask);
			ask.columns = REPORT_COLUMN(REPORT_REFUNDS);
			same_as_of_all(ask);
			arena_reset(&arena);
		}
}

/*
 * Whatever of it is summed up yet, with as many that are equal, below zero and
 * in another currency; forty days, so that some leave the last thirty.
 */
static void
ranks_are_those_of_all(void **state)
{
	const struct day last = day_from(2026, 2, 7);

	(void)state;
	add_promoters(40);
	test_sql(beside, "INSERT INTO report_change (organization_id,"
	    " placement_id, currency, clicks, referrals, customers,"
	    " cancellations, active, sales, refunds, revenue, paid, created_at)"
	    " SELECT 1, 1001 + seq * seq %% 37, IF(seq %% 4 = 0, '',"
	    " IF(seq %% 5 = 0, 'EUR', 'USD')), seq %% 3, seq %% 2, seq %% 3,"
	    " seq %% 5 = 0, CAST(seq %% 3 AS SIGNED) - 1, seq %% 5,"
	    " seq %% 7 = 0, IF(seq %% 4 = 0, 0, CAST(seq %% 11 AS SIGNED) - 3),"
	    " IF(seq %% 4 = 1, 7, 0),"
	    " '2025-12-29' + INTERVAL seq * 4300 SECOND FROM seq_1_to_800");
	test_sql(beside, "INSERT INTO report_change (organization_id,"
	    " placement_id, clicks, created_at) SELECT 1, seq, 1, '2026-02-02'"
	    " FROM seq_1001_to_1040");
	for (int day = -20; day < TEN_DAYS + 3; day += 8) {
		fold_until(when_add(at_day(day), 30000));
		all_pages_are_the_same(day_from(2026, 1, 1),
		    day_from(2026, 1, 31));
		all_pages_are_the_same(day_from(2026, 2, 1), last);
		all_pages_are_the_same(day_from(2026, 1, 1),
		    day_from(2026, 12, 31));
		all_pages_are_the_same(day_from(2025, 1, 1), last);
		all_pages_are_the_same((struct day){ day_of(at_day(day)).n -
		    29 }, last);
		all_pages_are_the_same(day_from(2026, 1, 1),
		    day_from(2026, 1, 20));
		parts_make_up();
	}
}

static int64_t
in_last_days(void)
{
	return test_number(beside, "SELECT COUNT(*) FROM report_rank"
	    " WHERE span = 'last' AND measure = 'clicks_count' AND value > 0");
}

/* One promoter on the 25th, many on the 26th, a third in two currencies. */
static void
add_two_days(int n)
{
	add_promoters(n);
	test_sql(beside, "INSERT INTO report_change (organization_id,"
	    " placement_id, clicks, created_at)"
	    " VALUES (1, 1, 1, '2026-01-25')");
	test_sql(beside, "INSERT INTO report_change (organization_id,"
	    " placement_id, currency, clicks, sales, revenue, created_at)"
	    " SELECT 1, p.seq, IF(c.seq = 2, 'EUR', 'USD'), p.seq %% 5 + 1, 1,"
	    " p.seq %% 7, '2026-01-26' + INTERVAL p.seq SECOND"
	    " FROM seq_1001_to_%d p JOIN seq_1_to_2 c"
	    " ON c.seq = 1 OR p.seq %% 3 = 0", 1000 + n);
}

static void
a_day_is_taken_off_in_parts(void **state)
{
	const struct when now = when_add(at_day(40), 30000);
	struct report_ask ask = first_of(day_from(2026, 1, 26), day_of(now));
	int64_t left = 1501, was;
	bool more = true;

	(void)state;
	add_two_days(1500);
	while (more) {
		more = false;
		assert_int_equal(report_fold(db, &arena, now, &conf, &more),
		    OK);
	}
	assert_int_equal(in_last_days(), left);
	ask.sort = REPORT_CLICKS;
	for (; left > 0; assert_in_range(was - left, 1, 1000)) {
		was = left;
		assert_int_equal(rank_move(db, &arena, &more), OK);
		left = in_last_days();
		same_as_of_all(ask);
		parts_make_up();
	}
}

static int64_t
rows_for(const struct report_ask *ask)
{
	const int64_t before = test_rows_read(db->mysql);
	struct report r;

	assert_int_equal(report_read(db, &arena, ask, &r), OK);
	assert_int_equal(r.lines.n, ask->limit);
	return test_rows_read(db->mysql) - before;
}

static void
a_page_reads_what_it_shows(void **state)
{
	const struct day done = day_of(at_day(TEN_DAYS));
	struct report_ask asks[] = {
		first_of(day_from(2026, 1, 1), day_from(2026, 1, 31)),
		first_of(day_from(2026, 2, 1), done),
		first_of(day_from(2026, 1, 1), done),
		first_of(day_from(2020, 1, 1), done),
		first_of((struct day){ done.n - 29 }, done),
	}, whole, cut;

	(void)state;
	add_promoters(MANY);
	test_sql(beside, "INSERT INTO report_change (organization_id,"
	    " placement_id, currency, clicks, sales, revenue, created_at)"
	    " SELECT 1, 1000 + p.seq, 'USD', 1, 1, 100 + p.seq,"
	    " '2025-12-27' + INTERVAL d.seq * 3 DAY FROM seq_1_to_%d p"
	    " JOIN seq_3_to_13 d", MANY);
	fold_until(when_add(at_day(TEN_DAYS), 3600));
	for (size_t i = 0; i < LEN(asks); i++) {
		assert_in_range(rows_for(&asks[i]), 1, FEW_ROWS);
		asks[i].sort = REPORT_CLICKS;
		assert_in_range(rows_for(&asks[i]), 1, FEW_ROWS);
		asks[i].counted = true;
		assert_true(rows_for(&asks[i]) >= MANY);
	}
	/* whole months are not read by their days */
	whole = cut = first_of(day_from(2026, 1, 1), day_from(2026, 2, 28));
	cut.to.n--;
	whole.counted = cut.counted = true;
	assert_true(rows_for(&whole) + MANY <= rows_for(&cut));
	cut.to = whole.to;
	cut.from.n++;
	assert_true(rows_for(&whole) + MANY <= rows_for(&cut));
}

/* A change whose transaction ends after those of greater ids. */
static void
late_changes_are_not_lost(void **state)
{
	(void)state;
	test_sql(beside, "START TRANSACTION");
	test_sql(beside, "INSERT INTO report_change (organization_id,"
	    " placement_id, clicks, created_at) VALUES (1, 1, 1,"
	    " '2026-01-26 00:01:10')");
	test_sql(admin, "INSERT INTO report_change (organization_id,"
	    " placement_id, clicks, created_at) SELECT 1, 1, 1,"
	    " '2026-01-26' + INTERVAL 60 + seq SECOND FROM seq_1_to_50");
	fold_until(when_add(at_day(0), 121));
	assert_int_equal(folded("clicks"), 0);
	test_sql(beside, "COMMIT");
	for (int second = 122; second < 400; second += 13)
		fold_until(when_add(at_day(0), second));
	assert_int_equal(folded("clicks"), 51);
	parts_make_up();
}

/* Visitors can't fill the tables with names. */
static void
names_are_limited(void **state)
{
	(void)state;
	for (int turn = 0; turn < 3; turn++) {
		test_sql(beside, "INSERT INTO report_change (organization_id,"
		    " placement_id, source, currency, clicks, created_at)"
		    " SELECT 1, 1, CONCAT('s', %d, '-', seq), IF(seq %% 2,"
		    " '', 'USD'), seq, '2026-01-26' + INTERVAL %d HOUR"
		    " FROM seq_1_to_150", turn == 1 ? 0 : turn, turn * 2 + 1);
		fold_until(when_add(at_day(0), turn * 7200 + 7000));
	}
	assert_int_equal(test_number(beside, "SELECT COUNT(DISTINCT name)"
	    " FROM report_sum WHERE subject = 'source' AND level = 'day'"),
	    201);
	assert_int_equal(test_number(beside, "SELECT CAST(SUM(clicks) AS"
	    " SIGNED) FROM report_sum WHERE subject = 'source'"
	    " AND level = 'day' AND name = 's0-7'"), 14);
	/* those with most clicks have the room */
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM report_sum"
	    " WHERE level = 'day' AND subject = 'source'"
	    " AND name = 's2-150'"), 1);
	assert_int_equal(folded("clicks"), 3 * 11325);
	parts_make_up();
}

static int
fold_alone(void)
{
	const struct db_conf where = test_conf();
	struct db *own = db_new(&where);
	struct arena a;
	enum err e = OK;

	arena_init(&a);
	for (int hour = 0; hour < 24 * (TEN_DAYS + 1) && e == OK; hour += 5) {
		bool more = true;

		while (more && e == OK) {
			more = false;
			e = report_fold(own, &a, when_add(at_day(0),
			    hour * 3600), &conf, &more);
			if (e == OK)
				e = rank_move(own, &a, &more);
			arena_reset(&a);
		}
	}
	db_free(own);
	arena_free(&a);
	return e != OK;
}

static void
many_add_each_change_once(void **state)
{
	pid_t pid[PROCESSES];
	int status;

	(void)state;
	add_changes();
	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(fold_alone());
	}
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(folded("clicks"), CHANGES);
	parts_make_up();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(read_before_and_after_is_the_same,
		    clear),
		cmocka_unit_test_setup(numbers_are_what_they_are, clear),
		cmocka_unit_test_setup(ranks_are_those_of_all, clear),
		cmocka_unit_test_setup(a_day_is_taken_off_in_parts, clear),
		cmocka_unit_test_setup(a_page_reads_what_it_shows, clear),
		cmocka_unit_test_setup(late_changes_are_not_lost, clear),
		cmocka_unit_test_setup(names_are_limited, clear),
		cmocka_unit_test_setup(many_add_each_change_once, clear),
	};

	return cmocka_run_group_tests_name("report", tests, start, stop);
}
