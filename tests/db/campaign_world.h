/* What can be done with campaigns, for their tests: a publisher's world. */
#ifndef AFF_TESTS_DB_CAMPAIGN_WORLD_H
#define AFF_TESTS_DB_CAMPAIGN_WORLD_H

#include "ground.h"

#include "model/campaign/billing.h"
#include "model/campaign/ending.h"

int campaign_world_start(void **state);

struct day february(int mday);		/* of 2026 */
void clock_at(struct day);		/* its noon */

enum deed {
	MAKE, CONFIRM, PAUSE, PREPAY, BILL, DELIVER, STOP, CANCEL, DELETE,
	REFUND, TURN, READ, ADD
};

/* One act on a campaign, in a transaction of its own. */
struct act {
	enum deed what;
	uint64_t id;
	const char *advertiser;
	struct line *lines;
	size_t n;
	int64_t amount;
	int type;
	struct day day;
	struct line_report report;
	struct deletion how;
	struct campaign_refund refund;
	const char *reason;
	struct books books;
	struct campaign campaign;	/* after it */
};

/* Does it, and reads the campaign and its books. */
enum err try(struct act *);
void act(struct act *);			/* it must go through */
void then(struct act *, enum deed);
void stop_as_of(struct act *, struct day);

struct line line(enum price, int first, int last, int64_t booked,
    int64_t amount);
int64_t on_account(const char *advertiser);
/* A campaign of these lines that is confirmed; and one that is prepaid, too. */
struct act confirmed(const char *advertiser, struct line *, size_t n);
struct act running(const char *advertiser, struct line *, size_t n);

#endif
