/* Addresses, the router and paging. */
#include "harness.h"

#include <string.h>

#include "http/http.h"
#include "http/path.h"
#include "http/router.h"

static void
good_addresses(void **state UNUSED)
{
	struct path p;

	assert_int_equal(path_read(&arena, STR("/"), &p), OK);
	assert_int_equal(p.n, 0);
	assert_int_equal(path_read(&arena, STR("/a/b%20c?x=1&y"), &p), OK);
	assert_int_equal(p.n, 2);
	assert_true(str_is(p.segment[1], "b c"));
	assert_true(str_is(p.query, "x=1&y"));
	assert_int_equal(path_read(&arena, STR("/%C3%A4"), &p), OK);
	assert_true(str_is(p.segment[0], "\xC3\xA4"));
	assert_null(p.query.p);
}

static void
odd_addresses_are_refused(void **state UNUSED)
{
	static const char *const bad[] = {
		"", "a", "*", "http://host/a", "//", "/a//b", "/a/", "/.",
		"/a/..", "/a/../b", "/%2e%2E", "/a%2Fb", "/a%2fb", "/a%5Cb",
		"/%00", "/a%00b", "/%", "/%4", "/%zz", "/a%0Ab", "/%7F",
		"/%FF", "/%C0%80", "/%ED%A0%80",
	};
	struct path p;
	char long_one[PATH_MAX_BYTES + 2];

	for (size_t i = 0; i < LEN(bad); i++)
		assert_int_equal(path_read(&arena, str_of(bad[i]), &p),
		    ERR_BAD_REQUEST);
	memset(long_one, 'a', sizeof(long_one));
	long_one[0] = '/';
	assert_int_equal(path_read(&arena, (struct str){ long_one,
	    sizeof(long_one) }, &p), ERR_URI_TOO_LONG);
	assert_int_equal(path_read(&arena,
	    STR("/1/2/3/4/5/6/7/8/9/10/11/12/13"), &p), ERR_NO_ROUTE);
}

static const struct route first_routes[] = {
	{ .op = "list", .method = GET, .path = "/things" },
	{ .op = "make", .method = POST, .path = "/things" },
	{ .op = "best", .method = GET, .path = "/things/best" },
	{ .op = "get", .method = GET, .path = "/things/{id}" },
	{ .op = "end", .method = POST, .path = "/things/{id}/end" },
	{ .op = "named", .method = GET, .path = "/names/{text:name}" },
	{ .op = NULL }
};
static const struct route second_routes[] = {
	{ .op = "link", .method = GET, .path = "/r/{text:code}" },
	{ .op = NULL }
};
static const struct route *const first_tables[] = { first_routes, NULL };
static const struct route *const second_tables[] = { second_routes, NULL };
static const struct face first = { .name = "first", .prefix = "/api/v0",
	.tables = first_tables };
static const struct face second = { .name = "second", .prefix = "",
	.tables = second_tables };
static const struct face *const two_faces[] = { &first, &second, NULL };

static enum err
find(const char *uri, enum method method, struct match *m)
{
	struct path p;

	assert_int_equal(path_read(&arena, str_of(uri), &p), OK);
	return router_find(&arena, &p, method, m);
}

static void
assert_found(const char *uri, enum method method, const char *op)
{
	struct match m;

	assert_int_equal(find(uri, method, &m), OK);
	assert_string_equal(m.route->op, op);
}

static void
routes_are_found(void **state UNUSED)
{
	struct match m;

	assert_found("/api/v0/things", GET, "list");
	assert_found("/api/v0/things", HEAD, "list");
	assert_found("/api/v0/things", POST, "make");
	assert_found("/r/abc", GET, "link");
	assert_int_equal(find("/api/v0/things/17/end", POST, &m), OK);
	assert_int_equal(m.id[0], 17);
	assert_false(m.bad_id);
	assert_int_equal(find("/api/v0/names/x%20y", GET, &m), OK);
	assert_true(str_is(m.text[0], "x y"));
}

static void
a_literal_goes_before_an_id(void **state UNUSED)
{
	assert_found("/api/v0/things/best", GET, "best");
	assert_found("/api/v0/things/7", GET, "get");
}

static void
ids_that_are_none(void **state UNUSED)
{
	static const char *const bad[] = { "0", "01", "-1", "+1", "1.0", "x",
	    "1x", "9223372036854775808", "99999999999999999999" };
	struct match m;

	for (size_t i = 0; i < LEN(bad); i++) {
		struct str uri = str_printf(&arena, "/api/v0/things/%s",
		    bad[i]);

		assert_int_equal(find(uri.p, GET, &m), OK);
		assert_true(m.bad_id);
	}
	assert_int_equal(find("/api/v0/things/9223372036854775807", GET, &m),
	    OK);
	assert_false(m.bad_id);
}

static void
other_methods_and_other_places(void **state UNUSED)
{
	struct match m;

	assert_int_equal(find("/api/v0/things", DELETE, &m), ERR_METHOD);
	assert_true(str_is(m.allow, "GET, HEAD, POST, OPTIONS"));
	assert_int_equal(find("/api/v0/things", METHOD_OTHER, &m),
	    ERR_METHOD);
	assert_int_equal(find("/api/v0", GET, &m), ERR_NO_ROUTE);
	assert_int_equal(find("/api/v0/thing", GET, &m), ERR_NO_ROUTE);
	assert_int_equal(find("/api/v0/things/1/2", GET, &m), ERR_NO_ROUTE);
	assert_int_equal(find("/r", GET, &m), ERR_NO_ROUTE);
}

static void
the_longest_prefix_is_the_face(void **state UNUSED)
{
	assert_ptr_equal(router_face(STR("/api/v0/things")), &first);
	assert_ptr_equal(router_face(STR("/api/v0")), &first);
	assert_ptr_equal(router_face(STR("/api/v01")), &second);
	assert_ptr_equal(router_face(STR("/r/x")), &second);
}

static const char *const sorts[] = { "createdAt:desc", "createdAt:asc",
	"amount:desc", NULL };

static enum err
page(const struct page_query *q, struct paging *p, struct request *rq)
{
	static const struct route list = { .op = "list", .flags = R_LIST,
	    .sorts = sorts };

	*rq = (struct request){ .arena = &arena, .route = &list };
	complaints_init(&rq->wrong);
	return page_read(rq, q, p);
}

static void
pages_and_sorts(void **state UNUSED)
{
	struct page_query q = { .page = 3, .limit = 20 };
	struct request rq;
	struct paging p;

	assert_int_equal(page(&q, &p, &rq), OK);
	assert_int_equal(p.offset, 40);
	assert_int_equal(p.order, 0);
	q = (struct page_query){ .sort = STR("createdAt") };
	assert_int_equal(page(&q, &p, &rq), OK);
	assert_int_equal(p.order, 1);
	assert_int_equal(p.limit, PAGE_LIMIT);
	q.sort = STR("amount");		/* ascending, which is not there */
	assert_int_equal(page(&q, &p, &rq), ERR_BAD_PAGE);
	q.sort = STR("name:asc");
	assert_int_equal(page(&q, &p, &rq), ERR_BAD_PAGE);
	assert_true(str_is(rq.wrong.first->message,
	    "must be one of createdAt:desc, createdAt:asc, amount:desc"));
	/* as far as pages go, is there anything? */
	q = (struct page_query){ .page = 1000000, .limit = 100 };
	assert_int_equal(page(&q, &p, &rq), OK);
	assert_int_equal(p.offset, 100000);
	assert_int_equal(p.limit, 0);
	assert_int_equal(rq.page.limit, 100);
}

struct row {
	uint64_t id;
	int64_t key;
};

static void
a_cursor_goes_on_where_the_page_ended(void **state UNUSED)
{
	struct row rows[] = { { 9, 500 }, { 4, 400 }, { 7, -3 } };
	struct page_query q = { .limit = 2, .sort = STR("amount:desc") };
	struct request rq;
	struct paging p;

	assert_int_equal(page(&q, &p, &rq), OK);
	page_cut(&rq, &p, (struct list){ rows, 3 }, sizeof(rows[0]),
	    offsetof(struct row, key), offsetof(struct row, id));
	assert_int_equal(rq.page.items.n, 2);
	assert_non_null(rq.page.next.p);
	q.cursor = rq.page.next;
	assert_int_equal(page(&q, &p, &rq), OK);
	assert_int_equal(p.after_id, 4);
	assert_int_equal(p.after_key, 400);
	assert_int_equal(rq.page.page, 0);
	page_cut(&rq, &p, (struct list){ rows + 2, 1 }, sizeof(rows[0]),
	    offsetof(struct row, key), offsetof(struct row, id));
	assert_null(rq.page.next.p);
}

static void
a_list_that_is_followed_has_a_cursor_at_its_end(void **state UNUSED)
{
	static const struct route followed = { .op = "list",
	    .flags = R_LIST | R_FOLLOW };
	struct row rows[] = { { 4, 400 }, { 7, 500 } };
	struct page_query q = { .limit = 2 };
	struct request rq;
	struct paging p;

	assert_int_equal(page(&q, &p, &rq), OK);
	rq.route = &followed;
	page_cut(&rq, &p, (struct list){ NULL, 0 }, sizeof(rows[0]),
	    offsetof(struct row, key), offsetof(struct row, id));
	assert_null(rq.page.next.p);
	page_cut(&rq, &p, (struct list){ rows, 2 }, sizeof(rows[0]),
	    offsetof(struct row, key), offsetof(struct row, id));
	q.cursor = rq.page.next;
	assert_non_null(q.cursor.p);
	assert_int_equal(page(&q, &p, &rq), OK);
	assert_int_equal(p.after_id, 7);
	rq.route = &followed;
	page_cut(&rq, &p, (struct list){ NULL, 0 }, sizeof(rows[0]),
	    offsetof(struct row, key), offsetof(struct row, id));
	assert_true(str_eq(rq.page.next, q.cursor));
}

static void
other_cursors_are_refused(void **state UNUSED)
{
	/* list.0.1.0, list.0.1.-1, list.1.1.1, list.0.x.1, 0.1.1, tail.0.1.1 */
	static const char *const bad[] = { "", "x", "!!!!", "bGlzdA",
	    "bGlzdC4wLjEuMA", "bGlzdC4wLjEuLTE", "bGlzdC4xLjEuMQ",
	    "bGlzdC4wLnguMQ", "bGlzdC4wLjEuMQ=",
	    "MC4xLjE", "dGFpbC4wLjEuMQ" };
	/* list.0.1.1 */
	struct page_query q = { .cursor = STR("bGlzdC4wLjEuMQ") };
	struct request rq;
	struct paging p;

	assert_int_equal(page(&q, &p, &rq), OK);
	q.page = 2;
	assert_int_equal(page(&q, &p, &rq), ERR_BAD_PAGE);
	q.page = 0;
	q.sort = STR("createdAt:asc");	/* the cursor is of another */
	assert_int_equal(page(&q, &p, &rq), ERR_BAD_PAGE);
	for (size_t i = 0; i < LEN(bad); i++) {
		q = (struct page_query){ .cursor = str_of(bad[i]) };
		assert_int_equal(page(&q, &p, &rq), ERR_BAD_PAGE);
	}
}

static int
start(void **state)
{
	(void)open_arena(state);
	router_build(two_faces);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_addresses),
		cmocka_unit_test(odd_addresses_are_refused),
		cmocka_unit_test(routes_are_found),
		cmocka_unit_test(a_literal_goes_before_an_id),
		cmocka_unit_test(ids_that_are_none),
		cmocka_unit_test(other_methods_and_other_places),
		cmocka_unit_test(the_longest_prefix_is_the_face),
		cmocka_unit_test(pages_and_sorts),
		cmocka_unit_test(a_cursor_goes_on_where_the_page_ended),
		cmocka_unit_test(
		    a_list_that_is_followed_has_a_cursor_at_its_end),
		cmocka_unit_test(other_cursors_are_refused),
	};

	return cmocka_run_group_tests_name("http", tests, start, close_arena);
}
