/*
 * What `verify` says of tokens when somebody plants a fault, and that their
 * lists answer from an index however long they are.
 */
#include "token_world.h"

#include "db/statement.h"
#include "base/banned.h"

/* One of everything: clean, before anything is planted. */
static int
start(void **state)
{
	uint64_t org, paid;
	struct reservation r;

	if (token_world_start(state) != 0)
		return 1;
	org = new_organization();
	paid = buy(org, FOREVER, 5);
	buy(org, MONTH, 1);
	reserve(org, 30);
	r = reserve(org, 20);
	assert_int_equal(settle(&r, 15), OK);
	r = reserve(org, 10);
	assert_int_equal(release(&r), OK);
	assert_int_equal(adjust(org, 7), OK);
	assert_int_equal(adjust(org, -162), OK);
	refund(paid, 500);		/* a hundred of them are owed */
	buy(org, YEAR, 4);
	assert_clean();
	return 0;
}

#define FAR "1000000"
#define FIRST_OF(kind) " WHERE kind = '" kind "' ORDER BY id LIMIT 1;"
#define AWAY(kind) "UPDATE journal SET subject_id = subject_id + " FAR \
	FIRST_OF(kind)
#define BACK "UPDATE journal SET subject_id = subject_id - " FAR \
	" WHERE subject_id > " FAR ";"
#define ENTRY_OF(kind, account, more) "UPDATE entry e" \
	" JOIN journal j ON j.id = e.journal_id AND j.kind = '" kind "'" \
	" JOIN account a ON a.id = e.account_id AND a.kind = '" account "'" \
	" SET e.amount = e.amount " more ";"

static struct fault faults[] = {
	{ "held_more_than_reserved", "has wrong tokens reserved: 30 is not 31",
	  "UPDATE token_reservation SET amount = 31 WHERE status = 'held';",
	  "UPDATE token_reservation SET amount = 30 WHERE status = 'held';" },
	{ "reserved_for_nobody", "has wrong tokens reserved",
	  "UPDATE account SET balance = 31 WHERE kind = 'tokens_reserved';",
	  "UPDATE account SET balance = 30 WHERE kind = 'tokens_reserved';" },
	{ "reservation_that_was_never_booked",
	  "is not booked once: held with 0 held, 0 settled, 0 released",
	  AWAY("token_reserved"), BACK },
	{ "reservation_booked_about_nothing",
	  "is about nothing that is there: token_reserved",
	  AWAY("token_reserved"), BACK },
	{ "settlement_about_nothing",
	  "is about nothing that is there: token_settled",
	  AWAY("token_settled"), BACK },
	{ "release_about_nothing",
	  "is about nothing that is there: token_released",
	  AWAY("token_released"), BACK },
	{ "adjustment_about_nothing",
	  "is about nothing that is there: token_adjusted",
	  AWAY("token_adjusted"), BACK },
	{ "expiry_about_nothing",
	  "is about nothing that is there: token_expired",
	  "INSERT INTO journal VALUES (900000, 1, 'token_expired', " FAR ","
	  " NULL, NOW());",
	  "DELETE FROM journal WHERE id = 900000;" },
	{ "settled_without_a_journal", "booked once: settled with 1 held, 0",
	  AWAY("token_settled"), BACK },
	{ "released_without_a_journal",
	  "booked once: released with 1 held, 0 settled, 0 released",
	  AWAY("token_released"), BACK },
	{ "released_but_held", "booked once: held with 1 held, 0 settled, 1",
	  "UPDATE token_reservation SET status = 'held'"
	  " WHERE status = 'released';",
	  "UPDATE token_reservation SET status = 'released'"
	  " WHERE amount = 10;" },
	{ "settled_twice", "booked once: settled with 1 held, 2 settled",
	  "INSERT INTO journal SELECT 900000, organization_id, kind,"
	  " subject_id, NULL, NOW() FROM journal"
	  " WHERE kind = 'token_settled';",
	  "DELETE FROM journal WHERE id = 900000;" },
	{ "settled_for_another_amount", "was not booked as: 20, 16 spent",
	  "UPDATE token_reservation SET settled_amount = 16"
	  " WHERE status = 'settled';",
	  "UPDATE token_reservation SET settled_amount = 15"
	  " WHERE status = 'settled';" },
	{ "reserved_another_amount", "was not booked as: 30, 0 spent",
	  ENTRY_OF("token_reserved", "tokens_reserved", "+ 1"),
	  ENTRY_OF("token_reserved", "tokens_reserved", "- 1") },
	{ "reservation_that_took_too_much", "took too much from lots: ",
	  "UPDATE reservation_lot SET amount = amount + 40;",
	  "UPDATE reservation_lot SET amount = amount - 40;" },
	{ "reservation_of_another_lot", "took too much from lots: ",
	  "UPDATE token_lot SET organization_id = organization_id + 1"
	  " ORDER BY id LIMIT 1;",
	  "UPDATE token_lot SET organization_id = organization_id - 1"
	  " ORDER BY id LIMIT 1;" },
	{ "lot_with_too_much", "does not make up: 301 left, 0 expired, 0 held",
	  "UPDATE token_lot SET remaining = 301 WHERE amount = 300;",
	  "UPDATE token_lot SET remaining = 300 WHERE amount = 300;" },
	{ "lot_that_holds_and_has_too_much", "does not make up: 71 left, 0",
	  "UPDATE token_lot SET remaining = 71 WHERE amount = 100;",
	  "UPDATE token_lot SET remaining = 0 WHERE amount = 100;" },
	{ "lot_below_zero", "does not make up: -1 left",
	  "UPDATE token_lot SET remaining = -1 WHERE amount = 100;",
	  "UPDATE token_lot SET remaining = 0 WHERE amount = 100;" },
	{ "lot_that_nobody_bought", "was not bought: ",
	  "UPDATE token_lot SET payment_id = payment_id + " FAR ";",
	  "UPDATE token_lot SET payment_id = payment_id - " FAR ";" },
	{ "lot_larger_than_what_was_bought", "was not bought: 1100 of payment",
	  "UPDATE token_lot SET amount = amount + 1000;",
	  "UPDATE token_lot SET amount = amount - 1000;" },
	{ "more_in_lots_than_there_is", "has more in lots than it has: ",
	  "UPDATE token_lot SET amount = amount + 1000,"
	  " remaining = remaining + 1000;",
	  "UPDATE token_lot SET amount = amount - 1000,"
	  " remaining = remaining - 1000;" },
	{ "adjustment_that_was_not_booked",
	  "is not booked once: 0 journals, 0 is not 7",
	  AWAY("token_adjusted"), BACK },
	{ "adjustment_of_another_amount",
	  "is not booked once: 1 journals, 7 is not 8",
	  "UPDATE token_adjustment SET amount = 8 WHERE amount = 7;",
	  "UPDATE token_adjustment SET amount = 7 WHERE amount = 8;" },
	{ "debt_that_was_not_recorded", "paid a debt of tokens wrongly: ",
	  "UPDATE token_transaction SET reference = 'bet'"
	  " WHERE reference = 'debt';",
	  "UPDATE token_transaction SET reference = 'debt'"
	  " WHERE reference = 'bet';" },
	{ "debt_that_was_not_booked", "paid a debt of tokens wrongly: ",
	  ENTRY_OF("payment", "tokens_owed", "+ 1"),
	  ENTRY_OF("payment", "tokens_owed", "- 1") },
	{ "spent_but_told_as_adjusted", "has wrong tokens: adjustment -170 is",
	  "UPDATE token_transaction SET type = 'adjustment'"
	  " WHERE type = 'spend';",
	  "UPDATE token_transaction SET type = 'spend' WHERE amount = -15;" },
	{ "refund_that_took_too_much", "has refunds that took too much from",
	  "INSERT INTO refund_lot SELECT MIN(r.id), MIN(l.id), 1000"
	  " FROM refund r JOIN token_lot l;",
	  "DELETE FROM refund_lot WHERE amount = 1000;" },
	{ "refund_of_another_amount", "has refunds that were not booked as: ",
	  "UPDATE refund SET amount = amount + 1;"
	  "UPDATE payment SET refunded_amount = refunded_amount + 1"
	  " WHERE refunded_amount > 0;",
	  "UPDATE refund SET amount = amount - 1;"
	  "UPDATE payment SET refunded_amount = refunded_amount - 1"
	  " WHERE refunded_amount > 0;" },
	{ "refund_of_other_tokens", "has refunds that were not booked as: ",
	  "UPDATE refund SET tokens = tokens + 1;"
	  "UPDATE payment SET refunded_tokens = refunded_tokens + 1"
	  " WHERE refunded_amount > 0;",
	  "UPDATE refund SET tokens = tokens - 1;"
	  "UPDATE payment SET refunded_tokens = refunded_tokens - 1"
	  " WHERE refunded_amount > 0;" },
	{ "refund_of_too_few_tokens", "has wrong refunds: ",
	  "UPDATE payment SET refunded_amount = refunded_amount - 40"
	  " WHERE refunded_amount > 0;",
	  "UPDATE payment SET refunded_amount = refunded_amount + 40"
	  " WHERE refunded_amount > 0;" },
	{ "payment_of_other_tokens", "was not booked as: USD 8000, 401 tokens",
	  "UPDATE payment SET tokens = 401 WHERE tokens = 400;",
	  "UPDATE payment SET tokens = 400 WHERE tokens = 401;" },
};

/* The text of a list, with literals in place of its parameters. */
static void
list_text(char *text, size_t size, enum query q, uint32_t wheres,
    unsigned order, const char *const *literal)
{
	const struct statement *def = &statements[q];
	size_t n = (size_t)snprintf(text, size, "EXPLAIN ");

	for (unsigned i = 0; i <= def->wheres + def->orders + def->tail; i++) {
		bool where = i > 0 && i <= def->wheres;
		bool sort = i > def->wheres && i <= def->wheres + def->orders;

		if ((where && (wheres >> (i - 1) & 1) == 0) ||
		    (sort && i - def->wheres - 1 != order))
			continue;
		if (i == 0)
			n += (size_t)snprintf(text + n, size - n, "%.*s%s",
			    (int)def->index_at, def->parts->sql,
			    statement_index(def, wheres, order));
		for (const char *s = def->parts[i].sql +
		    (i == 0 ? def->index_at : 0); *s != '\0'; s++)
			n += (size_t)(*s == '?' ?
			    snprintf(text + n, size - n, "%s", *literal++) :
			    snprintf(text + n, size - n, "%c", *s));
		n += (size_t)snprintf(text + n, size - n, " ");
	}
	assert_true(n < size);
}

static void
assert_indexed(enum query q, uint32_t wheres, unsigned order, const char *key,
    const char *const *literal)
{
	char text[2048];
	MYSQL_RES *result;
	MYSQL_ROW row;

	list_text(text, sizeof(text), q, wheres, order, literal);
	if (mysql_query(root, text) != 0)
		fail_msg("%s: %s", text, mysql_error(root));
	result = mysql_store_result(root);
	assert_non_null(result);
	row = mysql_fetch_row(result);
	assert_non_null(row);
	/* type, key, Extra */
	if (strcmp(row[3], "ALL") == 0 || row[5] == NULL ||
	    strcmp(row[5], key) != 0 ||
	    (row[9] != NULL && strstr(row[9], "filesort") != NULL))
		fail_msg("%s\n%s, key %s, %s rows, %s", text, row[3],
		    row[5] != NULL ? row[5] : "none", row[8],
		    row[9] != NULL ? row[9] : "");
	mysql_free_result(result);
}

#define TIME "'2026-01-07'"

static void
grow(void)
{
	test_sql(root, "INSERT INTO token_transaction (organization_id, type,"
	    " amount, balance_after, reference, created_at)"
	    " SELECT 700000 + seq %% 5, 1 + seq %% 7, seq * 7919 %% 10007, 0,"
	    " CONCAT('reservation ', seq DIV 3),"
	    " '2026-01-01' + INTERVAL seq MINUTE"
	    " FROM seq_1_to_20000");
	test_sql(root, "INSERT INTO token_reservation (organization_id, status,"
	    " amount, created_at, expires_at)"
	    " SELECT 700000 + seq %% 5, 1 + seq %% 4, 1,"
	    " '2026-01-01' + INTERVAL seq MINUTE, '2027-01-01'"
	    " FROM seq_1_to_20000");
	test_sql(root, "INSERT INTO token_adjustment (organization_id, user_id,"
	    " amount, balance_after, reason, created_at)"
	    " SELECT 700000 + seq %% 5, 1, 1, 1, 'x',"
	    " '2026-01-01' + INTERVAL seq MINUTE FROM seq_1_to_20000");
	test_sql(root, "INSERT INTO token_lot (organization_id, payment_id,"
	    " amount, remaining, created_at, expires_at)"
	    " SELECT 700000 + seq %% 5, 900000 + seq, 9, seq %% 10 = 0,"
	    " '2026-01-01', '2026-01-01' + INTERVAL seq MINUTE"
	    " FROM seq_1_to_20000");
	test_sql(root, "ANALYZE TABLE token_transaction, token_reservation,"
	    " token_adjustment, token_lot PERSISTENT FOR ALL");
}

#define T(where) Q_TOKEN_LIST_WHERE_##where
#define ORG "700003"
#define PAGE "11", "0"

static void
lists_of_any_length_answer_from_an_index(void **state)
{
	static const uint32_t after[] = { T(CREATED_DESC), T(CREATED_ASC),
	    T(AMOUNT_DESC), T(AMOUNT_ASC) };
	static const char *const plain[] = { "token_created", "token_created",
	    "token_amount", "token_amount" };
	static const char *const typed[] = { "token_type_created",
	    "token_type_created", "token_type_amount", "token_type_amount" };

	(void)state;
	grow();
	for (unsigned i = 0; i < LEN(after); i++) {
		const char *key = i < 2 ? TIME : "500";
		const char *const all[] = { ORG, PAGE };
		const char *const type[] = { ORG, "'spend'", PAGE };
		const char *const all_on[] = { ORG, key, key, "5000", PAGE };
		const char *const type_on[] = { ORG, "'spend'", key, key,
		    "5000", PAGE };

		assert_indexed(Q_TOKEN_LIST, 0, i, plain[i], all);
		assert_indexed(Q_TOKEN_LIST, T(TYPE), i, typed[i], type);
		assert_indexed(Q_TOKEN_LIST, after[i], i, plain[i], all_on);
		assert_indexed(Q_TOKEN_LIST, T(TYPE) | after[i], i, typed[i],
		    type_on);
	}
	for (unsigned i = 0; i < 2; i++) {
		const char *const time[] = { ORG, TIME, "'2026-01-09'", PAGE };
		const char *const both[] = { ORG, "'spend'", TIME,
		    "'2026-01-09'", PAGE };
		const char *const name[] = { ORG, "'reservation 7'", PAGE };

		assert_indexed(Q_TOKEN_LIST, T(SINCE) | T(BEFORE), i, plain[i],
		    time);
		assert_indexed(Q_TOKEN_LIST, T(TYPE) | T(SINCE) | T(BEFORE), i,
		    typed[i], both);
		assert_indexed(Q_TOKEN_LIST, T(REFERENCE), i,
		    "token_reference", name);
	}
}

static void
other_lists_and_the_jobs_do_as_well(void **state)
{
	static const uint32_t held[] = {
	    Q_RESERVATION_LIST_WHERE_AFTER_DESC,
	    Q_RESERVATION_LIST_WHERE_AFTER_ASC };
	static const uint32_t done[] = { Q_ADJUSTMENT_LIST_WHERE_AFTER_DESC,
	    Q_ADJUSTMENT_LIST_WHERE_AFTER_ASC };
	const char *const all[] = { PAGE };
	const char *const org[] = { ORG, PAGE };
	const char *const org_on[] = { ORG, TIME, TIME, "5000", PAGE };
	const char *const status_on[] = { ORG, "'held'", TIME, TIME, "5000",
	    PAGE };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_indexed(Q_RESERVATION_LIST, 0, i, "reservation_created",
		    org);
		assert_indexed(Q_RESERVATION_LIST, held[i], i,
		    "reservation_created", org_on);
		assert_indexed(Q_RESERVATION_LIST, held[i] |
		    Q_RESERVATION_LIST_WHERE_STATUS, i, "reservation_status",
		    status_on);
		assert_indexed(Q_ADJUSTMENT_LIST, 0, i, "adjustment_created",
		    all);
		assert_indexed(Q_ADJUSTMENT_LIST, done[i] |
		    Q_ADJUSTMENT_LIST_WHERE_ORGANIZATION, i,
		    "adjustment_organization", org_on);
	}
	assert_indexed(Q_LOT_OPEN, 0, 0, "lot_open", (const char *const[]){
	    ORG, "50" });
	assert_indexed(Q_LOT_DUE, 0, 0, "lot_due", (const char *const[]){
	    TIME });
	assert_indexed(Q_RESERVATION_DUE, 0, 0, "reservation_due",
	    (const char *const[]){ TIME });
}

#define LISTS 2

int
main(void)
{
	struct CMUnitTest tests[LEN(faults) + LISTS];

	for (size_t i = 0; i < LEN(faults); i++)
		tests[i] = fault_test(&faults[i]);
	tests[LEN(faults)] = (struct CMUnitTest)
	    cmocka_unit_test(lists_of_any_length_answer_from_an_index);
	tests[LEN(faults) + 1] = (struct CMUnitTest)
	    cmocka_unit_test(other_lists_and_the_jobs_do_as_well);
	return cmocka_run_group_tests_name("token books", tests, start,
	    ground_stop);
}
