/* Which provider takes a payment. */
#include "model/payment/provider.h"

#include "base/banned.h"

static const struct provider *const providers[] = {
	[PROVIDER_SANDBOX] = &sandbox_provider,
	[PROVIDER_STRIPE] = &stripe_provider,
};

const struct provider *
provider_of(const struct payment *p)
{
	return providers[p->provider];
}

enum err
provider_choose(int want, bool test, int *provider)
{
	if (want < 0)
		want = !test && stripe_provider.offered() ? PROVIDER_STRIPE :
		    PROVIDER_SANDBOX;
	*provider = want;
	return (test && want != PROVIDER_SANDBOX) ||
	    !providers[want]->offered() ? ERR_NO_PROVIDER : OK;
}

bool
provider_refuses(struct str currency, int64_t amount)
{
	for (size_t i = 0; i < LEN(providers); i++)
		if (providers[i]->offered() &&
		    !providers[i]->takes(currency, amount))
			return true;
	return false;
}
