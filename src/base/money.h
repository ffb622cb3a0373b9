/*
 * Money is a whole number of minor units and a currency: never floating point.
 *
 * Currencies are ISO 4217 codes with their number of digits; TOK, the
 * installation's tokens, and the units of rewards that are no money
 * (model/reward/unit.h), with none: Q and a letter from M on begins no code of
 * ISO.  All rounding of the program is money_share(): half to even.
 */
#ifndef AFF_BASE_MONEY_H
#define AFF_BASE_MONEY_H

#include "base/err.h"
#include "base/str.h"

/* Larger than any amount that a request may name: 2^53 - 1, as in I-JSON. */
#define MONEY_MAX	INT64_C(9007199254740991)

/* Digits behind the point, or -1 for a code that is no currency here. */
int currency_digits(struct str code);
/* Is it a unit of rewards, which nothing can be sold for? */
bool currency_is_unit(struct str code);

/* a + b and a * b; ERR_OVERFLOW beyond int64. */
MUST_CHECK enum err money_add(int64_t a, int64_t b, int64_t *out);
MUST_CHECK enum err money_mul(int64_t a, int64_t b, int64_t *out);

/* round(amount * part / whole), half to even; whole > 0. */
MUST_CHECK enum err money_share(int64_t amount, int64_t part, int64_t whole,
    int64_t *out);

/* "100.10" in minor units.  No exponent, no more digits than the currency. */
MUST_CHECK bool money_parse(struct str, int digits, int64_t *out);
struct str money_print(struct arena *, int64_t minor, int digits);

/* Parts of a million in per cent: "20", "12.5". */
struct str percent_print(struct arena *, int64_t ppm);

#endif
