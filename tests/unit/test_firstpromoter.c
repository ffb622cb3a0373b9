/* The forms of the FirstPromoter face. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/firstpromoter/routes.h"
#include "base/banned.h"

static struct arena arena;

static void
assert_failure(enum err e, const struct complaints *wrong, int status,
    const char *body)
{
	struct http_in in = { .method = GET };
	struct buf b;

	buf_init(&b, &arena, 256);
	firstpromoter.failure(&in, e, wrong, &b);
	assert_string_equal(str_c(&arena, buf_view(&b)), body);
	assert_int_equal(firstpromoter.status(e), status);
}

static void
errors_have_their_forms(void **state)
{
	struct complaints wrong;

	(void)state;
	arena_init(&arena);
	complaints_init(&wrong);
	assert_failure(ERR_UNAUTHENTICATED, &wrong, 401, "");
	assert_failure(ERR_SCOPE, &wrong, 403, "{\"message\":\"You don't have "
	    "enough rights to perform this action\",\"code\":\"forbidden\"}");
	assert_failure(ERR_NOT_FOUND, &wrong, 404,
	    "{\"message\":\"Record not found\",\"code\":\"not_found\"}");
	assert_failure(ERR_BAD_ID, &wrong, 404,
	    "{\"message\":\"Record not found\",\"code\":\"not_found\"}");
	assert_failure(ERR_FUNDS, &wrong, 422, "{\"message\":\"The balance "
	    "does not allow this\",\"code\":\"operation_failed\"}");
	assert_failure(ERR_MEDIA_TYPE, &wrong, 415, "{\"message\":\"Send the "
	    "body as application/json in UTF-8\",\"code\":\"media_type\"}");
	assert_failure(ERR_BAD_REQUEST, &wrong, 400, "{\"message\":\"Validation"
	    " failed: The request could not be understood\",\"errors\":{},"
	    "\"code\":\"invalid_record\"}");
	complain(&wrong, &arena, STR("a"), "one");
	complain(&wrong, &arena, STR(""), "two");
	complain(&wrong, &arena, STR("a"), "three");
	assert_failure(ERR_INVALID, &wrong, 400, "{\"message\":\"Validation "
	    "failed: a one, two, a three\",\"errors\":{\"a\":[\"one\","
	    "\"three\"],\"base\":[\"two\"]},\"code\":\"invalid_record\"}");
	arena_free(&arena);
}

SHAPE(thing_shape, struct complaint, "Thing",
    FIELD(struct complaint, field, "field"));

static void
lists_are_bare_arrays(void **state)
{
	struct complaint things[] = { { .field = STR("x") },
	    { .field = STR("y") } };
	const struct route route = { .flags = R_LIST, .out = &thing_shape };
	struct request rq = { .route = &route };
	struct buf b;

	(void)state;
	arena_init(&arena);
	for (size_t n = 0; n < 3; n++) {
		static const char *const bodies[] = { "[]",
		    "[{\"field\":\"x\"}]",
		    "[{\"field\":\"x\"},{\"field\":\"y\"}]" };

		rq.page.items = (struct list){ things, n };
		buf_init(&b, &arena, 64);
		firstpromoter.success(&rq, &b, false);
		assert_string_equal(str_c(&arena, buf_view(&b)), bodies[n]);
	}
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_their_forms),
		cmocka_unit_test(lists_are_bare_arrays),
	};

	return cmocka_run_group_tests_name("firstpromoter", tests, NULL, NULL);
}
