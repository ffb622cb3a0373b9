/* Campaigns by the model, each act in a transaction. */
#include "campaign_world.h"

#include "ledger/ledger.h"
#include "model/people/identity.h"

static struct settings test_settings = {
	.public_url = { "https://localhost", 17 }, .cookie_days = 30,
	.refresh_seconds = 3600, .terms = { "1", 1 },
};

static uint64_t org, user;

struct day
february(int mday)
{
	return day_from(2026, 2, mday);
}

void
clock_at(struct day day)
{
	now = when_add(day_start(day), 12 * 3600);
}

static enum err
make_world(struct db *d, void *arg)
{
	struct organization o = { .name = STR("Publisher") };

	(void)arg;
	TRY(user_create(d, STR("p@example.com"), STR("P"), STR("x"), now,
	    &user));
	TRY(organization_create(d, &arena, user, now, &o));
	org = o.id;
	return OK;
}

int
campaign_world_start(void **state)
{
	(void)state;
	ground_start(&test_settings);
	clock_at(february(1));
	assert_int_equal(tx_run(db, &arena, make_world, NULL), OK);
	return 0;
}

static enum err
act_on(struct db *d, struct act *t, const struct actor *who)
{
	struct campaign *c = &t->campaign;
	struct prepayment p = { .type = t->type, .amount = t->amount,
	    .deposited_on = day_of(now) };
	struct billing w = { .month = DAY_NONE };
	struct invoice n;
	struct list lines;

	switch (t->what) {
	case CONFIRM:
		return campaign_begin(d, &arena, who, c, (struct when){ 0 });
	case PAUSE:
		return campaign_move(d, &arena, who, c, VERB_PAUSE,
		    STR("a rest"));
	case PREPAY:
		return prepayment_add(d, &arena, who, c, &p);
	case BILL:
		if (t->day.n > 0)
			w.month = t->day;
		return invoice_issue(d, &arena, who, c, &w, &n, &lines);
	case DELIVER:
		return line_deliver(d, &arena, who, c, &t->report);
	case STOP:
		return campaign_stop(d, &arena, who, c, t->day);
	case CANCEL:
		return campaign_cancel(d, &arena, who, c, str_of(t->reason));
	case DELETE:
		return campaign_delete(d, &arena, who, c, t->how);
	case REFUND:
		return campaign_refund(d, &arena, who, c, &t->refund);
	case ADD:
		return line_add(d, &arena, who, c, t->lines, t->n);
	case READ:
	case MAKE:
	case TURN:
		break;
	}
	return OK;
}

static enum err
step(struct db *d, void *arg)
{
	struct act *t = arg;
	const struct actor who = { org, user, now };
	struct campaign *c = &t->campaign;

	*c = CAMPAIGN_NEW;
	if (t->what == MAKE) {
		c->name = STR("Campaign");
		c->advertiser = str_of(t->advertiser);
		c->currency = STR("EUR");
		TRY(campaign_create(d, &arena, &who, c));
		TRY(line_add(d, &arena, &who, c, t->lines, t->n));
		t->id = c->id;
	} else {
		TRY(campaign_lock(d, &arena, org, t->id, c));
		TRY(act_on(d, t, &who));
	}
	return books_read(d, &arena, c, c->ended_on.n != DAY_NONE.n ?
	    c->ended_on : day_of(now), &t->books);
}

enum err
try(struct act *t)
{
	return tx_run(db, &arena, step, t);
}

void
act(struct act *t)
{
	enum err e = try(t);

	if (e != OK)
		fail_msg("act %d: %s", (int)t->what, err_slug(e));
}

void
then(struct act *t, enum deed what)
{
	t->what = what;
	act(t);
}

void
stop_as_of(struct act *t, struct day day)
{
	t->day = day;
	then(t, STOP);
}

struct line
line(enum price price, int first, int last, int64_t booked, int64_t amount)
{
	return (struct line){ .product = STR("P"), .price = (int)price,
	    .starts_on = february(first), .ends_on = february(last),
	    .booked = booked, .amount = amount };
}

int64_t
on_account(const char *advertiser)
{
	return test_number(beside, "SELECT COALESCE(SUM(a.balance), 0) FROM "
	    "account a JOIN advertiser v ON v.id = a.owner_id WHERE a.kind = "
	    "'advertiser_credit' AND v.reference = '%s'", advertiser);
}

struct act
confirmed(const char *advertiser, struct line *lines, size_t n)
{
	struct act t = { .advertiser = advertiser, .lines = lines, .n = n };

	then(&t, MAKE);
	then(&t, CONFIRM);
	return t;
}

struct act
running(const char *advertiser, struct line *lines, size_t n)
{
	struct act t = confirmed(advertiser, lines, n);

	t.type = PREPAYMENT_CASH;
	t.amount = 0;
	for (size_t i = 0; i < n; i++)
		t.amount += lines[i].amount + lines[i].tax;
	then(&t, PREPAY);
	return t;
}
