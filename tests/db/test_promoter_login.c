/* Tokens and offers of promoters, to the moment at which they are over. */
#include "ground.h"

#include "auth/password.h"
#include "auth/secret.h"
#include "model/promoter/login.h"

#define PROMOTER 50
#define DAY 86400

static const struct settings conf = { .promoter_seconds = 60,
	.secret = { "0123456789abcdef0123456789abcdef", 32 } };

static int
start(void **state)
{
	(void)state;
	ground_start(&conf);
	test_sql(root, "INSERT INTO organization (id, name, slug, account_id,"
	    " created_at, updated_at)"
	    " VALUES (2, 'C', 'c', 'a2', NOW(), NOW())");
	test_sql(root, "INSERT INTO referrer (id, organization_id, status,"
	    " terms, joined_at) VALUES (%d, 2, 'active', '', NOW())", PROMOTER);
	test_sql(root, "INSERT INTO promoter (referrer_id, organization_id,"
	    " email, name, profile, fields, auth_token, updated_at) VALUES"
	    " (%d, 2, 'ada@example.com', 'Ada', '{}', '{}', 'x', NOW())",
	    PROMOTER);
	return 0;
}

struct opening {
	struct promoter_login login;
	struct str token, hash;
};

static enum err
open_session(struct db *d, void *arg)
{
	struct opening *o = arg;

	return promoter_session_open(d, &arena, &o->login, 0, now, &o->token);
}

static enum err
set_password(struct db *d, void *arg)
{
	struct opening *o = arg;

	return promoter_password_set(d, &arena, &o->login, o->hash, now);
}

static struct opening
known(void)
{
	struct opening o = { .token = STR_NULL };

	assert_int_equal(promoter_login_of(db, &arena, 2, PROMOTER, &o.login),
	    OK);
	return o;
}

static void
a_token_is_good_to_its_end(void **state)
{
	struct opening o = known();
	struct principal who = { .user_id = 7 };

	(void)state;
	assert_int_equal(tx_run(db, &arena, open_session, &o), OK);
	assert_int_equal(promoter_session(db, &arena, o.token,
	    when_add(now, 59), &who), OK);
	assert_int_equal(who.promoter_id, PROMOTER);
	assert_int_equal(who.org_id, 2);
	assert_int_equal(who.user_id, 0);
	assert_int_equal(who.scopes, 0);
	assert_int_equal(who.role, ROLE_NONE);
	assert_true(str_is(who.account_id, "a2"));
	assert_int_equal(promoter_session(db, &arena, o.token,
	    when_add(now, 60), &who), ERR_UNAUTHENTICATED);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM"
	    " promoter_session WHERE token_hash = '%.*s'",
	    STR_ARG(o.token)), 0);
}

static void
an_offer_is_good_for_days_and_once(void **state)
{
	struct opening o = known(), again;
	struct str offer = promoter_offer(&arena, &o.login, now);
	const struct when last = when_add(now, PROMOTER_OFFER_DAYS * DAY - 1);

	(void)state;
	assert_int_equal(promoter_offer_open(db, &arena, offer, last,
	    &o.login), OK);
	assert_int_equal(promoter_offer_open(db, &arena, offer,
	    when_add(last, 1), &o.login), ERR_BAD_TOKEN);
	again = o;
	o.hash = password_hash(&arena, STR("correct horse"));
	assert_int_equal(tx_run(db, &arena, set_password, &o), OK);
	assert_int_equal(tx_run(db, &arena, set_password, &again),
	    ERR_BAD_TOKEN);
	assert_int_equal(promoter_offer_open(db, &arena, offer, now,
	    &o.login), ERR_BAD_TOKEN);
}

static void
an_offer_is_sealed_for_this_alone(void **state)
{
	struct opening o = known();
	struct str plain = str_printf(&arena, "2 %d %lld %lld", PROMOTER,
	    (long long)o.login.version, (long long)when_add(now, DAY).us);
	struct str sealed = secret_seal(&arena, "another", plain);

	(void)state;
	assert_int_equal(promoter_offer_open(db, &arena, str_base64url(&arena,
	    sealed.p, sealed.n), now, &o.login), ERR_BAD_TOKEN);
	sealed = secret_seal(&arena, "promoter-password", plain);
	assert_int_equal(promoter_offer_open(db, &arena, str_base64url(&arena,
	    sealed.p, sealed.n), now, &o.login), OK);
	sealed = secret_seal(&arena, "promoter-password", STR("2 50"));
	assert_int_equal(promoter_offer_open(db, &arena, str_base64url(&arena,
	    sealed.p, sealed.n), now, &o.login), ERR_BAD_TOKEN);
}

static void
who_gave_a_password_that_has_changed_is_not_let_in(void **state)
{
	struct opening o = known(), in = { .token = STR_NULL };

	(void)state;
	o.hash = password_hash(&arena, STR("correct horse"));
	assert_int_equal(tx_run(db, &arena, set_password, &o), OK);
	assert_int_equal(promoter_login_by(db, &arena, STR("a2"),
	    STR("Ada@example.com"), STR("correct horse"), &in.login), OK);
	assert_int_equal(tx_run(db, &arena, open_session, &in), OK);
	o.login.version++;
	o.hash = password_hash(&arena, STR("battery staple"));
	assert_int_equal(tx_run(db, &arena, set_password, &o), OK);
	assert_int_equal(tx_run(db, &arena, open_session, &in),
	    ERR_BAD_LOGIN);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM"
	    " promoter_session"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_good_to_its_end),
		cmocka_unit_test(an_offer_is_good_for_days_and_once),
		cmocka_unit_test(an_offer_is_sealed_for_this_alone),
		cmocka_unit_test(
		    who_gave_a_password_that_has_changed_is_not_let_in),
	};

	return cmocka_run_group_tests_name("promoter_login", tests, start,
	    ground_stop);
}
