/* Events as changes of records, and headers of webhooks. */
#include "harness.h"

#include "model/event/message.h"
#include "model/event/record.h"
#include "base/banned.h"

static void
types_are_in_order_and_all_that_is_told_is_one(void **state)
{
	static const char *const told[] = {
#define RECORD_CHANGE(event, type, record, whose) type,
#include "model/event/record_types.def"
	};

	(void)state;
	for (size_t i = 1; record_types[i] != NULL; i++)
		assert_true(strcmp(record_types[i - 1], record_types[i]) < 0);
	for (size_t i = 0; i < LEN(told); i++)
		assert_true(record_type_known(str_of(told[i])));
	assert_false(record_type_known(STR("payment.paid")));
	assert_false(record_type_known(STR("referral.*")));
	assert_false(record_type_known(STR("")));
}

static void
events_that_mean_something_are_known(void **state)
{
	static const char *const events[] = {
#define RECORD_CHANGE(event, type, record, whose) event,
#include "model/event/record_types.def"
	};

	(void)state;
	for (size_t i = 0; i < LEN(events); i++)
		assert_true(event_pattern_known(str_of(events[i])));
}

static void
assert_change(const struct record_change *c, int64_t number, const char *type,
    enum record record, uint64_t id)
{
	assert_int_equal(c->number, number);
	assert_string_equal(c->type, type);
	assert_int_equal(c->record, record);
	assert_int_equal(c->id, id);
}

static void
a_sale_is_told_of_all_that_it_changed(void **state)
{
	struct event_row e = { .type = STR("sale.created"), .entity_id = 9,
	    .data = STR("{\"referralId\":\"4\",\"amount\":100,\"commissions\":["
		"{\"id\":\"7\",\"promoterId\":\"1\",\"amount\":20},"
		"{\"id\":\"8\",\"promoterId\":\"2\",\"amount\":10},"
		"{\"id\":\"9\",\"promoterId\":\"1\",\"amount\":5}],"
		"\"changes\":{\"state\":[\"signup\",\"active\"]}}") };
	struct list all = record_changes(&arena, e.type, e.entity_id, e.data);
	const struct record_change *c = all.items;

	(void)state;
	assert_int_equal(all.n, 6);
	assert_change(&c[0], 0, "referral.updated", RECORD_REFERRAL, 4);
	assert_string_equal(str_c(&arena, c[0].changes),
	    "{\"state\":[\"signup\",\"active\"]}");
	assert_change(&c[1], 256, "commission.created", RECORD_COMMISSION, 7);
	assert_null(c[1].changes.p);
	assert_int_equal(c[1].changed.n, 0);
	assert_change(&c[2], 257, "commission.created", RECORD_COMMISSION, 8);
	assert_change(&c[3], 258, "commission.created", RECORD_COMMISSION, 9);
	assert_change(&c[4], 512, "promoter.balance.updated", RECORD_PROMOTER,
	    1);
	assert_int_equal(c[4].changed.n, 1);
	assert_change(&c[5], 513, "promoter.balance.updated", RECORD_PROMOTER,
	    2);
	assert_change(record_change(&arena, &e, 513), 513,
	    "promoter.balance.updated", RECORD_PROMOTER, 2);
	assert_null(record_change(&arena, &e, 1));
	/* of a customer nothing changes; the numbers of the others stay */
	e.data = STR("{\"referralId\":\"4\",\"commissions\":[{\"id\":\"7\","
	    "\"promoterId\":\"1\"}]}");
	all = record_changes(&arena, e.type, e.entity_id, e.data);
	assert_int_equal(all.n, 2);
	assert_change(all.items, 256, "commission.created", RECORD_COMMISSION,
	    7);
}

static void
a_state_is_told_where_it_begins(void **state)
{
	struct event_row e = { .type = STR("sale.created"), .entity_id = 9,
	    .data = STR("{\"referralId\":\"4\",\"first\":true,"
		"\"commissions\":[{\"id\":\"7\",\"promoterId\":\"1\","
		"\"state\":\"approved\"},{\"id\":\"8\",\"promoterId\":"
		"\"2\",\"state\":\"pending\"}]}") };
	struct list all = record_changes(&arena, e.type, e.entity_id, e.data);
	const struct record_change *c = all.items;

	(void)state;
	assert_int_equal(all.n, 7);
	assert_change(&c[4], 768, "referral.converted", RECORD_REFERRAL, 4);
	assert_change(&c[5], 1025, "commission.pending", RECORD_COMMISSION,
	    8);
	assert_change(&c[6], 1280, "commission.approved", RECORD_COMMISSION,
	    7);
	all = record_changes(&arena, STR("promoter_campaign.created"), 3,
	    STR("{\"state\":\"pending\"}"));
	c = all.items;
	assert_int_equal(all.n, 2);
	assert_change(&c[1], 256, "promoter_campaign.pending",
	    RECORD_PROMOTED, 3);
}

static void
what_says_nothing_means_no_more_than_that(void **state)
{
	struct list all;

	(void)state;
	all = record_changes(&arena, STR("payment.paid"), 3, STR("{}"));
	assert_int_equal(all.n, 0);
	all = record_changes(&arena, STR("sale.created"), 3, STR("no JSON"));
	assert_int_equal(all.n, 0);
	all = record_changes(&arena, STR("commission.created"), 3, STR("{}"));
	assert_int_equal(all.n, 1);
	assert_change(all.items, 0, "commission.created", RECORD_COMMISSION,
	    3);
}

static void
a_diff_names_what_differs(void **state)
{
	struct record_diff d;

	(void)state;
	diff_init(&d, &arena);
	diff_label(&d, "state", "a", "a");
	diff_text(&d, "email", STR("x"), STR("x"));
	diff_text(&d, "uid", STR_NULL, STR_NULL);
	assert_true(diff_is_empty(&d));
	assert_string_equal(str_c(&arena, diff_members(&d)), "");
	diff_label(&d, "state", "a", "b");
	diff_label(&d, "since", NULL, "c");
	diff_value(&d, "is_paid", STR("false"), STR("true"));
	diff_text(&d, "email", STR("x"), STR("y"));
	diff_text(&d, "uid", STR_NULL, STR(""));
	assert_false(diff_is_empty(&d));
	assert_string_equal(str_c(&arena, diff_members(&d)),
	    ",\"changes\":{\"state\":[\"a\",\"b\"],\"since\":[null,\"c\"],"
	    "\"is_paid\":[false,true]},\"changed\":[\"email\",\"uid\"]");
}

static size_t
wrong_headers(const char *object, bool basic)
{
	struct complaints wrong;

	complaints_init(&wrong);
	webhook_headers_check(&arena, str_of(object), basic, &wrong, "h");
	return wrong.n;
}

static void
headers_that_an_endpoint_wants(void **state)
{
	struct webhook_headers h = { .n = 0 };
	const struct webhook_message m = { .id = STR("evt_1"),
	    .type = STR("a.b"), .body = STR("{}"), .signature = STR("0a") };

	(void)state;
	assert_int_equal(wrong_headers("{}", false), 0);
	assert_int_equal(wrong_headers("{\"X-A\":\"b c\",\"authorization\":"
	    "\"Bearer x\"}", false), 0);
	assert_int_equal(wrong_headers("{\"authorization\":\"x\"}", true), 1);
	assert_int_equal(wrong_headers("{\"X-A\":\"b\\nc\",\"x-a\":\"\","
	    "\"\":\"d\",\"HOST\":\"e\",\"Webhook-x\":\"f\",\"X:\":\"g\","
	    "\"X-B\":\"\xC3\xBC\",\"X-C\":null}", false), 8);
	webhook_headers(&arena, &h, &m, STR("5"), STR("v1,x"));
	webhook_headers_own(&arena, &h, STR("me"), STR("pw"),
	    STR("{\"X-A\":\"b\"}"));
	assert_int_equal(h.n, 9);
	assert_string_equal(h.v[1], "webhook-id: evt_1");
	assert_string_equal(h.v[4], "X-Event-Id: evt_1");
	assert_string_equal(h.v[6], "X-Webhook-Signature: 0a");
	assert_string_equal(h.v[7], "Authorization: Basic bWU6cHc=");
	assert_string_equal(h.v[8], "X-A: b");
	assert_null(h.v[9]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(types_are_in_order_and_all_that_is_told_is_one),
		TEST(events_that_mean_something_are_known),
		TEST(a_sale_is_told_of_all_that_it_changed),
		TEST(a_state_is_told_where_it_begins),
		TEST(what_says_nothing_means_no_more_than_that),
		TEST(a_diff_names_what_differs),
		TEST(headers_that_an_endpoint_wants),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
