/* Lists of campaigns: searched, sorted, counted. */
#include "model/campaign/campaign.h"
#include "base/banned.h"

/* Both statements have the same parts. */
static uint32_t
searched(const struct campaign_search *s)
{
	if (s->q.p == NULL)
		return 0;
	if (s->q_name == s->q_description)
		return Q_CAMPAIGN_LIST_WHERE_EITHER;
	return s->q_name ? Q_CAMPAIGN_LIST_WHERE_NAME :
	    Q_CAMPAIGN_LIST_WHERE_DESCRIPTION;
}

static unsigned
ordered(const struct campaign_search *s)
{
	static const unsigned orders[CAMPAIGN_KEYS][2] = {
#define BY(key) { Q_CAMPAIGN_LIST_ORDER_##key, \
	Q_CAMPAIGN_LIST_ORDER_##key##_DOWN }
		[CAMPAIGN_BY_CREATED] = BY(CREATED),
		[CAMPAIGN_BY_UPDATED] = BY(UPDATED),
		[CAMPAIGN_BY_NAME] = BY(NAME),
		[CAMPAIGN_BY_BEGIN] = BY(BEGIN),
		[CAMPAIGN_BY_RUNS] = BY(RUNS),
#undef BY
	};

	return s->n_sorts == 1 && s->sort[0].key != CAMPAIGN_BY_STATUS ?
	    orders[s->sort[0].key][s->sort[0].down] :
	    Q_CAMPAIGN_LIST_ORDER_SORTED;
}

struct total {
	int64_t total;
};

SHAPE(campaign_total_row, struct total, NULL, COLUMN(struct total, total));

static enum err
count(struct db *db, struct arena *a, uint32_t wheres,
    const struct arg_list *args, int64_t *total)
{
	const struct list_query q = { .q = Q_CAMPAIGN_COUNT,
	    .wheres = wheres };
	const struct total *row;
	struct list rows;

	TRY(db_list(db, a, &q, ARG_LIST(*args), &campaign_total_row, &rows));
	row = rows.items;
	*total = row->total;
	return OK;
}

enum err
campaign_list(struct db *db, struct arena *a, uint64_t org,
    const struct campaign_search *s, struct list *rows, int64_t *total)
{
	const struct list_query q = { .q = Q_CAMPAIGN_LIST,
	    .wheres = searched(s), .order = ordered(s) };
	struct arg_list args = { .n = 0 };

	arg_push(&args, ARG(org));
	if (s->q.p != NULL)
		arg_push(&args, ARG(like_part(a, s->q)));
	TRY(count(db, a, q.wheres, &args, total));
	for (size_t i = 0; q.order == Q_CAMPAIGN_LIST_ORDER_SORTED &&
	    i < CAMPAIGN_SORTS; i++) {
		int64_t key = i < s->n_sorts ? s->sort[i].key + 1 : 0;

		arg_push(&args, ARG(s->sort[i].down ? INT64_C(0) : key));
		arg_push(&args, ARG(s->sort[i].down ? key : INT64_C(0)));
	}
	arg_push(&args, ARG(s->limit));
	arg_push(&args, ARG(s->offset));
	return db_list(db, a, &q, ARG_LIST(args), &campaign_row, rows);
}
