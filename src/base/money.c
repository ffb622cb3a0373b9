/* Minor units: checked arithmetic, the one rounding, decimal text. */
#include "base/money.h"

#include "base/buf.h"
#include "base/banned.h"

/* ISO 4217 by digits; codes of funds and metals are left out. */
static const char no_digits[] =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF TOK UGX VND VUV XAF XOF XPF ";
static const char three_digits[] = "BHD IQD JOD KWD LYD OMR TND ";
static const char two_digits[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL "
    "BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP "
    "ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN "
    "PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD "
    "SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED "
    "VES WST XCD YER ZAR ZMW ZWG ";

/* What rewards are counted in beside money. */
static const char units[] = "QMD QPD QPT QSC QTM ";

static bool
listed(const char *list, struct str code)
{
	for (const char *p = list; *p != '\0'; p += 4)
		if (memcmp(p, code.p, 3) == 0)
			return true;
	return false;
}

int
currency_digits(struct str code)
{
	if (code.n != 3)
		return -1;
	if (listed(two_digits, code))
		return 2;
	if (listed(no_digits, code))
		return 0;
	if (listed(three_digits, code))
		return 3;
	return listed(units, code) ? 0 : -1;
}

bool
currency_is_unit(struct str code)
{
	return code.n == 3 && listed(units, code);
}

enum err
money_add(int64_t a, int64_t b, int64_t *out)
{
	return __builtin_add_overflow(a, b, out) ? ERR_OVERFLOW : OK;
}

enum err
money_mul(int64_t a, int64_t b, int64_t *out)
{
	return __builtin_mul_overflow(a, b, out) ? ERR_OVERFLOW : OK;
}

enum err
money_share(int64_t amount, int64_t part, int64_t whole, int64_t *out)
{
	__extension__ typedef __int128 wide;
	wide product = (wide)amount * part, quotient, rest;

	INVARIANT(whole > 0);
	quotient = product / whole;
	rest = product % whole;		/* has the sign of the product */
	if (rest < 0)
		rest = -rest;
	if (2 * rest > whole || (2 * rest == whole && quotient % 2 != 0))
		quotient += product < 0 ? -1 : 1;
	if (quotient > INT64_MAX || quotient < INT64_MIN)
		return ERR_OVERFLOW;
	*out = (int64_t)quotient;
	return OK;
}

bool
money_parse(struct str s, int digits, int64_t *out)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	struct str whole, fraction;
	int64_t v, f = 0;

	if (minus)
		s = str_skip(s, 1);
	if (str_cut(s, '.', &whole, &fraction) &&
	    (fraction.n == 0 || fraction.n > (size_t)digits))
		return false;
	if (whole.n == 0 || whole.p[0] == '-' || !str_to_i64(whole, &v))
		return false;
	if (fraction.n > 0 &&
	    (fraction.p[0] == '-' || !str_to_i64(fraction, &f)))
		return false;
	for (size_t i = fraction.n; i < (size_t)digits; i++)
		f *= 10;
	for (int i = 0; i < digits; i++)
		if (__builtin_mul_overflow(v, 10, &v))
			return false;
	if (__builtin_add_overflow(v, f, &v) || v > MONEY_MAX)
		return false;
	*out = minus ? -v : v;
	return true;
}

struct str
money_print(struct arena *a, int64_t minor, int digits)
{
	uint64_t v = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
	uint64_t unit = 1;
	struct buf b;

	for (int i = 0; i < digits; i++)
		unit *= 10;
	buf_init(&b, a, 32);
	if (minor < 0)
		buf_char(&b, '-');
	buf_u64(&b, v / unit);
	if (digits > 0)
		buf_printf(&b, ".%0*llu", digits,
		    (unsigned long long)(v % unit));
	return buf_view(&b);
}

struct str
percent_print(struct arena *a, int64_t ppm)
{
	struct str s = money_print(a, ppm, 4);

	while (s.p[s.n - 1] == '0')
		s.n--;
	if (s.p[s.n - 1] == '.')
		s.n--;
	return s;
}
