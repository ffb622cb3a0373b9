/* What each payout method needs to know. */
#include "model/payout/method.h"

#include "base/buf.h"
#include "base/banned.h"

#define CUSTOM_MOST 4000	/* bytes */

struct details {
	struct str email, wallet, coin;
	int country;
	struct str holder, account, routing, state, postal, address, city,
	    transit, institution, bsb, sort_code, iban, swift, bank,
	    bank_city, bank_address, home;
};

static const char *const country_labels[] = {
	"AD", "AE", "AL", "AT", "AU", "AZ", "BA", "BE", "BG", "BH", "BR",
	"BY", "CA", "CH", "CI", "CR", "CV", "CY", "CZ", "DE", "DK", "DO",
	"EE", "EG", "ES", "FI", "FO", "FR", "GA", "GB", "GE", "GI", "GL",
	"GR", "HR", "HU", "IE", "IL", "IQ", "IS", "IT", "JO", "KW", "KZ",
	"LB", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MG", "MK", "MR",
	"MT", "MU", "NL", "NO", "PK", "PL", "PS", "PT", "QA", "RO", "RS",
	"SA", "SC", "SE", "SI", "SK", "SM", "SV", "TN", "TR", "UA", "US",
	"VA", "VG", "XK", NULL
};

#define D(member, wire, ...) FIELD(struct details, member, wire, __VA_ARGS__)
#define MAYBE(member, wire) \
    D(member, wire, .flags = F_NULLABLE | F_OMIT | F_LOOSE, .max = 200)
#define NEEDED .flags = F_REQUIRED, .min = 1, .max = 200

SHAPE(paypal_details, struct details, NULL,
    D(email, "paypal_email", NEEDED, .format = "email"));
SHAPE(wise_details, struct details, NULL,
    D(email, "wise_email", NEEDED, .format = "email"));
SHAPE(crypto_details, struct details, NULL,
    D(wallet, "wallet_address", NEEDED),
    D(coin, "crypto_currency", NEEDED));
SHAPE(bank_details, struct details, NULL,
    D(country, "bank_country", .flags = F_REQUIRED,
	.labels = country_labels),
    D(holder, "account_holder_name", NEEDED),
    MAYBE(account, "account_number"),
    MAYBE(routing, "routing_aba_number"),
    MAYBE(home, "country"),
    MAYBE(state, "state"),
    MAYBE(postal, "postal_code"),
    MAYBE(address, "address"),
    MAYBE(city, "city"),
    MAYBE(transit, "transit_number"),
    MAYBE(institution, "institution_number"),
    MAYBE(bsb, "bsb_code"),
    MAYBE(sort_code, "sort_code"),
    MAYBE(iban, "iban"),
    MAYBE(swift, "swift_bic_code"),
    MAYBE(bank, "bank_name"),
    MAYBE(bank_city, "bank_city"),
    MAYBE(bank_address, "bank_address"));

static const struct shape *const shapes[METHODS] = {
	[METHOD_PAYPAL] = &paypal_details, [METHOD_BANK] = &bank_details,
	[METHOD_WISE] = &wise_details, [METHOD_CRYPTO] = &crypto_details,
};

/* A digit, or a letter from 10 on; -1: neither. */
static int
value_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c & ~32);
	return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

/* ISO 13616: four characters to the end, and what remains of 97 is 1. */
static bool
is_iban(struct str s)
{
	unsigned rest = 0;
	char plain[40];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ')
			continue;
		if (n == sizeof(plain) || value_of(s.p[i]) < 0)
			return false;
		plain[n++] = s.p[i];
	}
	if (n < 15 || n > 34)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned v = (unsigned)value_of(plain[(i + 4) % n]);

		rest = (rest * (v < 10 ? 10 : 100) + v) % 97;
	}
	return rest == 1;
}

static bool
is_swift(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (value_of(s.p[i]) < 0)
			return false;
	return s.n == 8 || s.n == 11;
}

static void
wrong_detail(struct arena *a, struct complaints *wrong, struct str name,
    struct str why)
{
	complain(wrong, a, str_printf(a, "details.%.*s", STR_ARG(name)),
	    "%.*s", STR_ARG(why));
}

static void
check_bank(struct arena *a, const struct details *d, struct complaints *wrong)
{
	if (d->account.n == 0 && d->iban.n == 0)
		wrong_detail(a, wrong, STR("account_number"),
		    STR("or an iban must be given"));
	if (d->iban.n > 0 && !is_iban(d->iban))
		wrong_detail(a, wrong, STR("iban"), STR("must be an IBAN"));
	if (d->swift.n > 0 && !is_swift(d->swift))
		wrong_detail(a, wrong, STR("swift_bic_code"),
		    STR("must have 8 or 11 letters and digits"));
}

bool
method_details_check(struct arena *a, int method, struct str details,
    struct complaints *wrong)
{
	struct details d = { .country = -1 };
	struct complaints inner;
	uint64_t given;
	enum err e;

	if (shapes[method] == NULL) {
		if (details.n > CUSTOM_MOST)
			complain(wrong, a, STR("details"), "must be shorter");
		return wrong->n == 0;
	}
	complaints_init(&inner);
	e = json_decode(a, details, shapes[method], true, &d, &given, &inner);
	for (const struct complaint *c = inner.first; c != NULL; c = c->next)
		wrong_detail(a, wrong, c->field, c->message);
	if (e == OK && method == METHOD_BANK)
		check_bank(a, &d, wrong);
	return wrong->n == 0;
}
