/* How much a promoter may make himself. */
#include "model/promoter/own_room.h"

#include "base/banned.h"

/* More than anybody needs: he is known to the company, yet a stranger. */
static const int64_t most[] = {
	[OWN_METHODS] = OWN_METHODS_MOST, [OWN_LINKS] = 1000,
	[OWN_CODES] = 1000, [OWN_TOKENS] = 100,
};

struct counts {
	int64_t n[LEN(most)];
};

SHAPE(own_counts_row, struct counts, NULL,
    FIELD(struct counts, n[OWN_METHODS], "methods"),
    FIELD(struct counts, n[OWN_LINKS], "links"),
    FIELD(struct counts, n[OWN_CODES], "codes"),
    FIELD(struct counts, n[OWN_TOKENS], "tokens"));

enum err
own_room(struct db *db, struct arena *a, uint64_t promoter_id, enum own what)
{
	struct counts c = { { 0 } };

	TRY(db_row(db, a, Q_OWN_COUNTS, ARGS(promoter_id), &own_counts_row,
	    &c));
	return c.n[what] < most[what] ? OK : ERR_LIMIT;
}
