/* See work.h. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "statements.h"

bool
work_read(const char *session, const char *user, const char *campaign,
    const char *organization)
{
	set_now();
	return RUN(Q_IDENTITY_SESSION, S(session), S(user), S(now)) == 1 &&
	    RUN(Q_PLACEMENT_GET, S(campaign), S("1"), S(organization)) == 1;
}

unsigned
work_list(const char *session, const char *user, const char *organization)
{
	set_now();
	if (RUN(Q_IDENTITY_SESSION, S(session), S(user), S(now)) != 1 ||
	    RUN(Q_REFERRER_OF, S("1"), S(organization)) != 1)
		return 0;
	return RUN(Q_PLACEMENT_LIST, I(work_number(0, 0)), I(11),
	    I(0));
}

bool
work_click(const char *code)
{
	unsigned char random[40];
	struct value id;

	set_now();
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		die("getrandom", "too little");
	if (RUN(Q_PLACEMENT_BY_CODE, S("ref"), I(60), S(now), S(code)) != 1)
		return false;
	id = S(work_value(0, 0));
	do {
		begin();
		RUN(Q_CLICK_INSERT, id, B(random, 16), B(random + 16, 16),
		    B(random + 32, 8), S("person"), S("direct"), NONE, NONE,
		    I(1), S(now));
		RUN(Q_COUNT_TOTAL, I(1), I(1), I(0), id);
		RUN(Q_COUNT_DAY, id, S(day), S(work_value(0, 3)), I(1), I(1),
		    I(0));
		RUN(Q_REPORT_CLICKED, S(work_value(0, 1)), id, S("direct"),
		    NONE, NONE, I(1), S(now));
	} while (!commit());
	return true;
}

#define ENTRY(journal, line, org, kind, owner, currency, amount) \
	I(journal), I(line), S(org), S(kind), S(owner), S(currency), I(amount)

/* The columns of payment_facts, which are kept while others are read. */
enum { PAYMENT = 0, ORG = 1, AMOUNT = 5, TOKENS = 6, LEAD = 24, CAMPAIGN = 25,
	PLACEMENT = 26, REFERRER = 27 };
#define FACT_MAX 2048
#define RATE_PPM 200000	/* what the house's program pays */

static char facts[WORK_COLUMNS][FACT_MAX];
#define F(column) S(facts[column])

static void
brought(long long amount)
{
	RUN(Q_BROUGHT_TOTAL, F(REFERRER), I(0), I(0), I(0), I(0), I(1),
	    I(amount), S("USD"), I(1), S("USD"), S(now), F(PLACEMENT));
	RUN(Q_REPORT_BROUGHT, I(1), F(PLACEMENT), F(LEAD), S("USD"), I(0),
	    I(0), I(0), I(0), I(1), I(0), I(amount), S(now));
	RUN(Q_BROUGHT_SALES, F(PLACEMENT), S("USD"), S(day), F(REFERRER),
	    I(1), I(amount));
}

static long long
commission(long long sale, long long amount, long long part)
{
	return TAKE(Q_EARNING_INSERT, I(1), F(REFERRER), F(CAMPAIGN),
	    F(PLACEMENT), I(sale), I(amount), I(0), S("available"), I(part),
	    S("USD"), I(RATE_PPM), I(0), I(1), NONE, F(LEAD), I(0), NONE,
	    S(now), S(now));
}

static void
book(long long amount, long long tokens, long long part, long long earning)
{
	long long bought, earned;

	RUN(Q_ACCOUNT_MOVE, I(tokens), F(ORG), S("tokens_available"), I(0),
	    S("TOK"));
	RUN(Q_ACCOUNT_MOVE, I(part), I(1), S("earnings_available"),
	    F(REFERRER), S("USD"));
	ROWS(Q_JOURNAL_INSERT, 2,
	    I(1), S("payment"), F(PAYMENT), NONE, S(now),
	    I(1), S("commission"), I(earning), NONE, S(now));
	bought = atoll(work_value(0, 0));
	earned = atoll(work_value(1, 0));
	ROWS(Q_ENTRY_INSERT, 6,
	    ENTRY(bought, 1, "1", "provider_clearing", "0", "USD", amount),
	    ENTRY(bought, 2, "1", "revenue", "0", "USD", -amount),
	    ENTRY(bought, 3, "1", "tokens_issued", "0", "TOK", -tokens),
	    ENTRY(bought, 4, facts[ORG], "tokens_available", "0", "TOK",
		tokens),
	    ENTRY(earned, 1, "1", "commission_expense", "0", "USD", -part),
	    ENTRY(earned, 2, "1", "earnings_available", facts[REFERRER],
		"USD", part));
}

static void
pay(void)
{
	long long amount = atoll(facts[AMOUNT]), tokens = atoll(facts[TOKENS]);
	long long part = amount * RATE_PPM / 1000000, sale, earning;
	char text[200], data[200];

	begin();
	RUN(Q_PAYMENT_PAID, S(now), F(PAYMENT));
	sale = MAKE(Q_SALE_INSERT, I(1), F(PAYMENT), F(LEAD), I(amount),
	    S("USD"), S(now));
	earning = commission(sale, amount, part);
	snprintf(text, sizeof(text), "{\"amount\":%lld,\"currency\":\"USD\","
	    "\"tokens\":%lld}", amount, tokens);
	snprintf(data, sizeof(data), "{\"campaignId\":\"%s\",\"amount\":%lld,"
	    "\"currency\":\"USD\"}", facts[PLACEMENT], part);
	ROWS(Q_EVENT_INSERT, 2,
	    F(ORG), S("payment.paid"), F(PAYMENT), NONE, S(text), S(now),
	    I(1), S("commission.created"), I(earning), NONE, S(data), S(now));
	book(amount, tokens, part, earning);
	snprintf(text, sizeof(text), "payment %s", facts[PAYMENT]);
	RUN(Q_TOKEN_INSERT, F(ORG), S("purchase"), I(tokens), I(tokens),
	    S(text), F(PAYMENT), S(now));
	brought(amount);
}

bool
work_pay(const char *token)
{
	set_now();
	if (RUN(Q_PAYMENT_FACTS, S(token)) != 1)
		return false;
	for (unsigned i = 0; i < WORK_COLUMNS; i++)
		snprintf(facts[i], FACT_MAX, "%s", work_value(0, i));
	do
		pay();
	while (!commit());
	return true;
}

