/*
 * The deletion of 250 referrals of one promoter by work.h, each with a
 * commission that is taken back.
 */
#include <stdio.h>
#include <stdlib.h>

#include "statements.h"

#define CHUNK 250
#define ID 24
#define JOURNALS 32	/* in a statement */
#define EVENTS 50

/* Columns of earning_unpaid. */
enum { REFERRER = 2, REFERRAL = 6, AMOUNT = 9, REVERSED = 10, CURRENCY = 13 };

static struct {
	char referral[ID], placement[ID];
	long long reversal, amount;
} rows[CHUNK];
static char referrer[ID], currency[4];

/* Their commissions, as JSON. */
static unsigned
read_unpaid(const char *organization, const char *ids, char *json, size_t size)
{
	unsigned n = RUN(Q_EARNING_UNPAID, S(ids), S(organization));
	size_t at = 0;

	for (unsigned i = 0; i < n; i++) {
		at += (size_t)snprintf(json + at, size - at, "%c%s",
		    i == 0 ? '[' : ',', work_value(i, 0));
		rows[i].amount = work_number(i, AMOUNT) -
		    work_number(i, REVERSED);
	}
	snprintf(json + at, size - at, "]");
	snprintf(referrer, ID, "%s", work_value(0, REFERRER));
	snprintf(currency, sizeof(currency), "%s", work_value(0, CURRENCY));
	return n;
}

static long long
account(const char *organization, const char *kind, const char *owner)
{
	return TAKE(Q_ACCOUNT_ID, S(organization), S(kind), S(owner),
	    S(currency));
}

static void
post_back(const char *organization, unsigned n)
{
	struct value journal[JOURNALS * 5], entry[2 * JOURNALS * 4];
	long long sum = 0, expense, earned;

	for (unsigned i = 0; i < n; i++)
		sum += rows[i].amount;
	move(&(struct entry){ organization, "earnings_available", referrer,
	    currency, -sum, 1, "free" });
	expense = account(organization, "commission_expense", "0");
	earned = account(organization, "earnings_available", referrer);
	for (unsigned i = 0, some; i < n; i += some) {
		some = n - i < JOURNALS ? n - i : JOURNALS;
		for (unsigned k = 0; k < some; k++)
			memcpy(journal + 5 * k, (struct value[]){
			    S(organization), S("commission_reversed"),
			    I(rows[i + k].reversal), NONE, S(now) },
			    5 * sizeof(*journal));
		run(Q_JOURNAL_INSERT, some, journal);
		for (unsigned k = 0; k < some; k++)
			memcpy(entry + 8 * k, (struct value[]){
			    I(work_number(k, 0)), I(1), I(expense),
			    I(rows[i + k].amount),
			    I(work_number(k, 0)), I(2), I(earned),
			    I(-rows[i + k].amount) }, 8 * sizeof(*entry));
		run(Q_ENTRY_INSERT_AT, 2 * some, entry);
	}
}

static void
tell(const char *user, const char *organization, unsigned n)
{
	struct value v[EVENTS * 6];
	char data[EVENTS][100];

	for (unsigned i = 0, some; i < n; i += some) {
		some = n - i < EVENTS ? n - i : EVENTS;
		for (unsigned k = 0; k < some; k++) {
			snprintf(data[k], sizeof(data[k]),
			    "{\"referrerCampaignId\":\"%s\","
			    "\"commissionsReversed\":1}",
			    rows[i + k].placement);
			memcpy(v + 6 * k, (struct value[]){ S(organization),
			    S("referral.deleted"), S(rows[i + k].referral),
			    S(user), S(data[k]), S(now) }, 6 * sizeof(*v));
		}
		run(Q_EVENT_INSERT, some, v);
	}
}

static unsigned
delete_all(const char *user, const char *organization, const char *ids)
{
	char earnings[CHUNK * ID];
	unsigned n = RUN(Q_REFERRAL_BATCH_HOLD, S(ids), S(organization));

	for (unsigned i = 0; i < n; i++) {
		snprintf(rows[i].referral, ID, "%s", work_value(i, 0));
		snprintf(rows[i].placement, ID, "%s", work_value(i, 3));
	}
	if (read_unpaid(organization, ids, earnings, sizeof(earnings)) != n)
		return 0;
	RUN(Q_EARNING_TAKE_BACK, S(now), S(earnings));
	for (unsigned i = 0; i < n; i++)
		rows[i].reversal = work_number(i, 0);
	RUN(Q_EARNING_MARK_TAKEN, S(earnings), S(now));
	post_back(organization, n);
	RUN(Q_REPORT_ACTIVE, I(-1), S(now), S(ids));
	RUN(Q_BROUGHT_ACTIVE, S(ids), I(-1));
	RUN(Q_BROUGHT_ACTIVE_PROMOTERS, S(ids), I(-1));
	RUN(Q_REFERRAL_BATCH_DELETE, S(ids), S(now), S(organization));
	RUN(Q_REFERRAL_BATCH_ORIGINS, S(ids), S(organization));
	tell(user, organization, n);
	return n;
}

bool
work_delete(const char *user, const char *organization, const char *ids)
{
	unsigned n;

	set_now();
	do {
		begin();
		n = delete_all(user, organization, ids);
	} while (!commit());
	return n > 0;
}
