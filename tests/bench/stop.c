/*
 * The stop of a campaign by work.h: what each line earned to the cent, and the
 * rest of what was paid to the advertiser's account.  Campaigns as setup.js
 * makes them, paid in full: what is due of a line is what it did not earn.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "statements.h"

#define LINES_MAX 64
#define ID 24
#define HASH crypto_hash_sha256_BYTES

/* Columns of campaign_lock. */
enum { ADVERTISER = 2, CURRENCY = 9, ENDS = 14, LAUNCHED = 16, PAID = 24,
	EARNED = 25, RELEASED = 26, REFUNDED = 27, RUNS = 28 };

static struct {
	char id[ID], advertiser[ID], currency[4], launched[32];
	long long paid, earned, released, refunded, runs;
} c;

static struct {
	long long id, booked, amount, tax, done, earned, earned_tax;
} lines[LINES_MAX];
static unsigned n_lines;

/* A part of an amount, half of a cent to even. */
static long long
share(long long amount, long long part, long long whole)
{
	long long cents = amount * part / whole, rest = amount * part % whole;

	return cents + (2 * rest > whole || (2 * rest == whole && cents % 2));
}

static void
store_money(int settled)
{
	RUN(Q_CAMPAIGN_MONEY, I(c.paid), I(c.earned), I(c.released),
	    I(c.refunded), I(0), I(settled), S(now), S(c.id));
}

/* With its length before it, as the program chains them. */
static void
add(crypto_hash_sha256_state *s, const char *v, size_t n)
{
	char length[ID];

	snprintf(length, sizeof(length), "%zu:", n);
	crypto_hash_sha256_update(s, (const unsigned char *)length,
	    strlen(length));
	crypto_hash_sha256_update(s, (const unsigned char *)v, n);
}

static void
add_number(crypto_hash_sha256_state *s, long long v)
{
	char text[ID];

	snprintf(text, sizeof(text), "%lld", v);
	add(s, text, strlen(text));
}

static void
write_history(const char *organization, const char *user, const char *data)
{
	unsigned some = RUN(Q_HISTORY_LAST, S(c.id));
	long long number = some == 0 ? 1 : work_number(0, 0) + 1;
	unsigned char hash[HASH];
	crypto_hash_sha256_state s;

	crypto_hash_sha256_init(&s);
	add(&s, work_value(0, 1), some == 0 ? 0 : HASH);
	add(&s, c.id, strlen(c.id));
	add_number(&s, number);
	add(&s, user, strlen(user));
	add_number(&s, now_us);
	add(&s, "stop", 4);
	add(&s, "stopped", 7);
	add(&s, data, strlen(data));
	add(&s, "", 0);
	crypto_hash_sha256_final(&s, hash);
	RUN(Q_HISTORY_INSERT, S(c.id), I(number), S(organization), S("stop"),
	    S(user), S("stopped"), S(data), NONE, S(now), B(hash, HASH));
}

static void
move_campaign(const char *organization, const char *user)
{
	char data[64];

	RUN(Q_CAMPAIGN_MOVE, S("stopped"), NONE, S(c.launched), S(day), S(now),
	    I(c.runs), S(c.id));
	store_money(0);
	snprintf(data, sizeof(data), "{\"as_of\":\"%s\"}", day);
	write_history(organization, user, data);
	RUN(Q_EVENT_INSERT, S(organization), S("campaign.stopped"), S(c.id),
	    S(user), S("{\"status\":\"stopped\"}"), S(now));
}

/* Lines, invoices, which there are none of, and the advertiser's account. */
static void
read_books(const char *organization)
{
	RUN(Q_INVOICE_LIST, S(c.id));
	RUN(Q_INVOICE_LINES, S(c.id));
	RUN(Q_ACCOUNT_BALANCE, S(organization), S("advertiser_credit"),
	    S(c.advertiser), S(c.currency));
}

static void
read_lines(void)
{
	n_lines = RUN(Q_LINE_LIST, S(day), S(c.id));
	if (n_lines > LINES_MAX)
		die("stop", "too many lines");
	for (unsigned i = 0; i < n_lines; i++) {
		lines[i].id = work_number(i, 0);
		lines[i].booked = work_number(i, 9);
		lines[i].amount = work_number(i, 10);
		lines[i].tax = work_number(i, 11);
		lines[i].done = work_number(i, 23);
	}
}

static void
post_settled(const char *organization, long long was)
{
	const struct entry e[] = {
		{ organization, "campaign_reserved", c.id, c.currency,
		    was - c.earned - c.released, 1, "floor" },
		{ organization, "campaign_earned", c.id, c.currency,
		    c.earned, 1, "floor" },
		{ organization, "advertiser_credit", c.advertiser, c.currency,
		    c.released, 1, "floor" },
	};

	move(&e[2]);
	move(&e[0]);
	open_with(&e[1]);
	post(organization, "campaign_settled", c.id, e, 3);
}

static void
settle(const char *organization)
{
	long long was = c.earned + c.released;

	read_lines();
	read_books(organization);
	RUN(Q_ACCOUNT_BALANCE_LOCKED, S(organization), S("advertiser_credit"),
	    S(c.advertiser), S(c.currency));
	c.earned = 0;
	for (unsigned i = 0; i < n_lines; i++) {
		lines[i].earned = share(lines[i].amount, lines[i].done,
		    lines[i].booked);
		lines[i].earned_tax = share(lines[i].tax, lines[i].done,
		    lines[i].booked);
		c.earned += lines[i].earned + lines[i].earned_tax;
	}
	c.released = c.paid - c.earned;
	post_settled(organization, was);
	for (unsigned i = 0; i < n_lines; i++)
		RUN(Q_LINE_END, S(day), I(lines[i].done), I(lines[i].earned),
		    I(lines[i].earned_tax), I(lines[i].amount -
		    lines[i].earned), I(lines[i].tax - lines[i].earned_tax),
		    I(0), I(0), I(lines[i].id));
	store_money(1);
	RUN(Q_PLACEMENT_END_CAMPAIGN, S(now), S(c.id));
	RUN(Q_PLACEMENT_END_CAMPAIGN_EVENTS, S(now), S(c.id));
}

static bool
lock(const char *organization, const char *campaign)
{
	if (RUN(Q_CAMPAIGN_LOCK, S(organization), S(campaign)) != 1)
		return false;
	snprintf(c.id, sizeof(c.id), "%s", campaign);
	snprintf(c.advertiser, ID, "%s", work_value(0, ADVERTISER));
	snprintf(c.currency, sizeof(c.currency), "%s", work_value(0, CURRENCY));
	snprintf(c.launched, sizeof(c.launched), "%s", work_value(0, LAUNCHED));
	c.paid = work_number(0, PAID);
	c.earned = work_number(0, EARNED);
	c.released = work_number(0, RELEASED);
	c.refunded = work_number(0, REFUNDED);
	c.runs = work_number(0, RUNS);
	return true;
}

bool
work_stop(const char *session, const char *user, const char *organization,
    const char *campaign)
{
	bool there;

	set_now();
	if (RUN(Q_IDENTITY_SESSION, S(session), S(user), S(now)) != 1)
		return false;
	do {
		begin();
		there = lock(organization, campaign);
		if (there) {
			move_campaign(organization, user);
			settle(organization);
			read_books(organization);
			read_lines();
		}
	} while (!commit());
	return there;
}
