/*
 * Amounts, shares, days and times: each line is tried as all of them, and what
 * is read is the same when it is written and read again.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/money.h"
#include "fuzz.h"
#include "net/stripe.h"
#include "base/banned.h"

/* By other means: the digits as one number. */
static int64_t
by_hand(struct str s, int digits)
{
	char text[64];
	size_t n = 0, point = s.n;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '.')
			point = i;
		else
			text[n++] = s.p[i];
	for (size_t i = point == s.n ? 0 : s.n - point - 1;
	    i < (size_t)digits; i++)
		text[n++] = '0';
	INVARIANT(n < sizeof(text));
	text[n] = '\0';
	return strtoll(text, NULL, 10);
}

static void
try_money(struct arena *a, struct str s)
{
	for (int digits = 0; digits <= 3; digits++) {
		int64_t v, again;

		if (!money_parse(s, digits, &v))
			continue;
		INVARIANT(v >= -MONEY_MAX && v <= MONEY_MAX);
		if (s.n < 40)
			INVARIANT(v == by_hand(s, digits));
		INVARIANT(money_parse(money_print(a, v, digits), digits,
		    &again) && again == v);
		(void)percent_print(a, v);
	}
}

static void
try_time(struct str s)
{
	char text[CLOCK_ISO_LEN + 1];
	struct when t, again;
	struct day d, same;

	if (clock_parse(s, &t)) {
		INVARIANT(t.us > 0);
		clock_iso(t, text);
		INVARIANT(clock_parse(str_of(text), &again));
		INVARIANT(again.us == t.us - t.us % 1000);
	}
	if (clock_parse_gmt(s, &t)) {
		clock_gmt(t, text);
		INVARIANT(clock_parse_gmt(str_of(text), &again));
		INVARIANT(again.us == t.us && str_is(s, text));
	}
	if (day_parse(s, &d)) {
		day_iso(d, text);
		INVARIANT(str_is(s, text) && day_parse(s, &same));
		INVARIANT(day_of(day_start(d)).n == d.n || d.n == 0);
	}
}

/* The bytes as three numbers. */
static void
try_share(struct str s)
{
	__extension__ typedef __int128 wide;
	int64_t v[3], share;
	wide off;

	if (s.n < sizeof(v))
		return;
	memcpy(v, s.p, sizeof(v));
	if (v[2] <= 0 || money_share(v[0], v[1], v[2], &share) != OK)
		return;
	off = (wide)share * v[2] - (wide)v[0] * v[1];
	if (off < 0)
		off = -off;
	INVARIANT(2 * off < v[2] || (2 * off == v[2] && share % 2 == 0));
}

static void
try_stripe(struct str s)
{
	struct str currency = fuzz_line(&s);
	int64_t v, theirs, ours;

	if (!str_to_i64(s, &v) || !stripe_money(currency, v, &theirs))
		return;
	INVARIANT(currency_digits(currency) >= 0);
	INVARIANT(stripe_money_back(currency, theirs, &ours) && ours == v);
}

static void
run(struct arena *a, struct str s)
{
	struct str rest = s;

	try_stripe(s);
	try_share(s);
	while (rest.n > 0) {
		struct str line = fuzz_line(&rest);

		try_money(a, line);
		try_time(line);
	}
}

const struct target fuzz_amount = { "amount", NULL, run };
