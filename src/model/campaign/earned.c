/* The five price kinds, and the method of largest remainders. */
#include "model/campaign/earned.h"

#include "base/money.h"
#include "base/banned.h"

const char *const price_labels[] = {
	"CPM", "CPC", "CPD", "Flat", "Insertion", NULL
};

static int64_t
days(struct day from, struct day to)
{
	return to.n < from.n ? 0 : (int64_t)to.n - from.n + 1;
}

static struct day
earlier(struct day a, struct day b)
{
	return a.n < b.n ? a : b;
}

static struct part
counted(const struct delivery *d, struct day at)
{
	switch (d->price) {
	case PRICE_CPD:
		return (struct part){ days(d->starts_on,
		    earlier(at, d->ends_on)), days(d->starts_on, d->ends_on) };
	case PRICE_FLAT:
		return (struct part){ at.n >= d->starts_on.n, 1 };
	case PRICE_CPM:
	case PRICE_CPC:
	case PRICE_INSERTION:
		break;
	}
	return (struct part){ d->done, d->booked };
}

struct part
earned_part(const struct delivery *d, struct day at)
{
	struct part p = counted(d, at);

	INVARIANT(p.booked > 0 && p.done >= 0);
	if (at.n < d->starts_on.n)
		p.done = 0;
	else if (p.done > p.booked)
		p.done = p.booked;
	return p;
}

enum err
earned_amount(int64_t amount, struct part p, int64_t *earned)
{
	return money_share(amount, p.done, p.booked, earned);
}

__extension__ typedef __int128 wide;

void
allot(int64_t total, const int64_t *weights, size_t n, int64_t *given)
{
	int64_t rest = total;
	wide sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += weights[i];
	INVARIANT(total >= 0 && total <= sum);
	for (size_t i = 0; i < n; i++) {
		given[i] = sum == 0 ? 0 :
		    (int64_t)((wide)total * weights[i] / sum);
		rest -= given[i];
	}
	/* fewer are left than there are remainders */
	for (; rest > 0; rest--) {
		size_t best = n;
		wide most = 0;

		for (size_t i = 0; i < n; i++) {
			wide over = (wide)total * weights[i] -
			    (wide)given[i] * sum;

			if (over > most) {
				most = over;
				best = i;
			}
		}
		INVARIANT(best < n);
		given[best]++;
	}
}
